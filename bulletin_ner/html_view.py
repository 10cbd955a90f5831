"""A Bulletin to look at: its text with entities and measures marked, the records, the warnings. A page, or a bounded notebook cell."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from xml.etree.ElementTree import Element

from bulletin_ner.describe import details, figure
from bulletin_ner.html_page import node, page, render, style, table
from bulletin_ner.labels import ENTITY_TYPES
from bulletin_ner.schema import Bulletin, Entity, Inconsistency, Record
from bulletin_ner.taxonomy import measure_type

# The letters of the corpus markup; a type of the model's own goes by its name.
_LETTERS = {"PLACE": "P", "COUNT": "C", "DATE": "D", "OFFICIAL": "O", "ROLE": "R"}
# A notebook cell's bounds: characters, entities and measures of the text, and rows.
_CELL_TEXT, _CELL_MARKS, _CELL_ROWS = 4000, 400, 50


def as_html(named: Sequence[tuple[str, Bulletin]]) -> str:
    """A page of its own with (source, Bulletin) pairs. Everything is escaped, nothing is loaded, there is no script."""
    title = named[0][0] if len(named) == 1 and named[0][0] else "Bulletins" if len(named) != 1 else "Bulletin"
    content = [node("h1", None, title)]
    if len(named) > 1:
        links = [node("li", None, node("a", {"href": f"#b{number}"}, source)) for number, (source, _) in enumerate(named, 1)]
        content.append(node("nav", {"aria-label": "Bulletins"}, node("ol", None, *links)))
    content.append(_legend([bulletin for _, bulletin in named]))
    for number, (source, bulletin) in enumerate(named, 1):
        heading = [node("h2", None, source)] if len(named) > 1 else []
        content.append(node("article", {"id": f"b{number}"}, *heading, *_parts(bulletin, f"b{number}", bulletin)))
    return page(title, *content)


def as_cell(bulletin: Bulletin) -> str:
    """What a notebook shows: the head of a long bulletin, and how much of it is not shown."""
    prefix = "b" + hashlib.sha256(bulletin.text.encode("utf-8", "surrogatepass")).hexdigest()[:10]
    shown = _head(bulletin)
    left = [
        f"{whole - part} of {whole} {what}"
        for what, part, whole in (
            ("characters", len(shown.text), len(bulletin.text)),
            ("entities", len(shown.entities), len(bulletin.entities)),
            ("measures", len(shown.measures), len(bulletin.measures)),
            ("records", len(shown.records), len(bulletin.records)),
            ("warnings", len(shown.warnings), len(bulletin.warnings)),
        )
        if part < whole
    ]
    parts = [node("style", None, style()), _legend([shown]), *_parts(shown, prefix, bulletin)]
    if left:
        parts.append(node("p", {"class": "left-out"}, f"Not shown here: {', '.join(left)}. to_html() gives a page with all of it."))
    return render(node("div", {"class": "bulletin-ner cell", "lang": "en"}, *parts))


def _head(bulletin: Bulletin) -> Bulletin:
    """The bulletin up to a cell's bounds. Entities and sentences are whole; warnings keep to the records that are left."""
    marks = sorted([entity.end for entity in bulletin.entities] + [measure.end for measure in bulletin.measures])
    end = min(_CELL_TEXT, len(bulletin.text), *marks[_CELL_MARKS : _CELL_MARKS + 1])
    for entity in bulletin.entities:
        if entity.start < end < entity.end:
            end = entity.start
    records = tuple(record for record in bulletin.records if record.start < end)[:_CELL_ROWS]
    warnings = [warning for warning in bulletin.warnings if all(index < len(records) for index in warning.records)]
    return replace(
        bulletin,
        text=bulletin.text[:end],
        entities=tuple(entity for entity in bulletin.entities if entity.end <= end),
        measures=tuple(measure for measure in bulletin.measures if measure.start < end),
        records=records,
        warnings=tuple(warnings[:_CELL_ROWS]),
    )


def _legend(bulletins: Sequence[Bulletin]) -> Element:
    types = Counter(entity.type for bulletin in bulletins for entity in bulletin.entities)
    labels = Counter(measure.label for bulletin in bulletins for measure in bulletin.measures)
    names = (*ENTITY_TYPES, *sorted(set(types) - set(ENTITY_TYPES)))
    entities = [node("li", None, _mark(name, name.lower()), f" {types[name]}") for name in names]
    measures = []
    for label, count in sorted(labels.items()):
        known = measure_type(label)
        chinese: list[Element | str] = [" ", node("span", {"lang": "zh-Hans"}, known.name["zh"])] if known else []
        hint = {"title": known.definition["en"]} if known else {}
        measures.append(node("li", hint, node("small", {"class": "measure"}, label), *chinese, f" {count}"))
    rows = [node("h2", None, "Legend"), node("ul", {"class": "legend", "aria-label": "Entities"}, *entities)]
    if measures:
        rows.append(node("ul", {"class": "legend", "aria-label": "Control measures, by sentence"}, *measures))
    return node("section", {"class": "key", "aria-label": "Legend"}, *rows)


def _parts(shown: Bulletin, prefix: str, whole: Bulletin) -> Iterator[Element]:
    """The sections of one bulletin; ``shown`` is all of it or its head, ids begin with ``prefix``."""
    reference = f"reference date {whole.reference_date}" if whole.reference_date else "no reference date"
    counts = f"{len(whole.entities)} entities, {len(whole.measures)} measures, {len(whole.records)} records, {len(whole.warnings)} warnings"
    yield node("p", {"class": "facts"}, f"{whole.language} · {reference} · {counts} · {whole.model}")
    yield node("div", {"class": "text", "lang": whole.language}, *_marked(shown, prefix))
    if shown.warnings:
        items = [_warning(warning, prefix) for warning in shown.warnings]
        yield node("section", {"class": "warnings"}, node("h3", None, "Warnings"), node("ul", None, *items))
    if shown.records:
        yield node("section", None, node("h3", None, "Records"), _records(shown, prefix))
    if shown.entities:
        rows = [_entity(entity, shown.language, prefix) for entity in shown.entities]
        listed = table("Entities", ("entity", "type", "read as", "score"), rows)
        yield node("details", None, node("summary", None, f"All entities ({len(shown.entities)})"), listed)


def _marked(bulletin: Bulletin, prefix: str) -> Iterator[Element | str]:
    """The text in order: stretches between sentences, and sentences that say something, with their labels after them."""
    labels: dict[tuple[int, int], list[Element]] = {(record.start, record.end): [] for record in bulletin.records}
    for measure in bulletin.measures:
        chip = node("small", {"class": "measure", "lang": "en", "title": f"score {measure.score:.2f}"}, measure.label)
        labels.setdefault((measure.start, measure.end), []).append(chip)
    figures = {record.entity: index for index, record in enumerate(bulletin.records) if record.entity is not None}
    entities = list(reversed(bulletin.entities))
    position = 0
    for (start, end), chips in sorted(labels.items()):
        end = min(end, len(bulletin.text))
        yield from _stretch(bulletin, position, start, entities, figures, prefix)
        said = {"class": "said" if chips else "told", "id": f"{prefix}s{start}", "tabindex": "-1"}
        yield node("span", said, *_stretch(bulletin, start, end, entities, figures, prefix))
        yield from chips
        position = end
    yield from _stretch(bulletin, position, len(bulletin.text), entities, figures, prefix)


def _stretch(
    bulletin: Bulletin, start: int, end: int, waiting: list[Entity], figures: dict[int, int], prefix: str
) -> Iterator[Element | str]:
    """``text[start:end]``; ``waiting`` holds the entities still to come, the next one last. One that runs over the end stays there."""
    while start < end and waiting and waiting[-1].start < end:
        entity = waiting[-1]
        first, last = max(start, entity.start), min(end, entity.end)
        yield bulletin.text[start:first]
        anchor = {"id": f"{prefix}e{entity.id}", "tabindex": "-1"} if first == entity.start else {}
        if entity.end <= end:
            waiting.pop()
        row = figures.get(entity.id)
        text: Element | str = bulletin.text[first:last]
        if row is not None:
            text = node("a", {"href": f"#{prefix}r{row}"}, text)
        yield _mark(entity.type, text, anchor | {"title": " ".join(filter(None, (entity.type, details(entity))))}, entity.end <= end)
        start = last
    yield bulletin.text[start:end]


def _mark(type: str, text: Element | str, attributes: dict[str, str] | None = None, tagged: bool = True) -> Element:
    name = f"entity {type if type in _LETTERS else 'OWN'}"
    tag = [node("small", {"lang": "en"}, _LETTERS.get(type, type))] if tagged else []
    return node("mark", {"class": name, **(attributes or {})}, text, *tag)


def _records(bulletin: Bulletin, prefix: str) -> Element:
    """The records' table; a column that no record fills is left out."""
    cells = [_cells(record, bulletin, prefix) for record in bulletin.records]
    columns = [name for name in cells[0] if any(row[name].text or len(row[name]) for row in cells)]
    heads = [node("th", {"scope": "row"}, str(number)) for number in range(1, len(cells) + 1)]
    rows = [
        node("tr", {"id": f"{prefix}r{index}", "tabindex": "-1"}, heads[index], *(row[name] for name in columns))
        for index, row in enumerate(cells)
    ]
    return table("Records", ("", *columns), rows)


def _cells(record: Record, bulletin: Bulletin, prefix: str) -> dict[str, Element]:
    spoken = {"lang": bulletin.language}
    shown = {entity.id for entity in bulletin.entities}

    def linked(entity: int | None, *text: Element | str) -> tuple[Element | str, ...]:
        return (node("a", {"href": f"#{prefix}e{entity}"}, *text),) if entity in shown else text

    value = figure(record.value, record.modifier)
    sentence = node("a", {"href": f"#{prefix}s{record.start}"}, value)
    start, slash, end = (record.date or "").partition("/")
    date = (start, slash, node("wbr"), end) if slash else (start,)
    return {
        "indicator": node("td", None, record.indicator),
        "aspect": node("td", None, record.aspect),
        "value": node("td", {"class": "number"}, *(linked(record.entity, value) if record.entity is not None else (sentence,))),
        "unit": node("td", spoken, record.unit or ""),
        "place": node("td", spoken | {"class": "place"}, *linked(record.place_entity, record.place or "")),
        "code": node("td", None, record.place_code or ""),
        "date": node("td", {"class": "whole"}, *linked(record.date_entity, *date)),
        "disease": node("td", {"class": "whole"}, record.disease or ""),
        "origin": node("td", None, record.origin or ""),
        "score": node("td", {"class": "number"}, f"{record.score:.2f}"),
    }


def _entity(entity: Entity, language: str, prefix: str) -> Element:
    link = node("a", {"href": f"#{prefix}e{entity.id}"}, entity.text)
    return node(
        "tr",
        None,
        node("td", {"lang": language}, link),
        node("td", None, entity.type),
        node("td", {"lang": language}, details(entity)),
        node("td", {"class": "number"}, f"{entity.score:.2f}"),
    )


def _warning(warning: Inconsistency, prefix: str) -> Element:
    links: list[Element | str] = []
    for index in warning.records:
        links += [" ", node("a", {"href": f"#{prefix}r{index}"}, f"record {index + 1}")]
    return node("li", None, node("strong", None, warning.kind), f": {warning.message}.", *links)
