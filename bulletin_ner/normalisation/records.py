"""Every epidemic figure as a row: what is counted, where, when, and, where the text says it, of which disease and from where."""

from __future__ import annotations

import datetime
import re
from bisect import bisect_right
from collections.abc import Sequence

from bulletin_ner.cleaning import clean
from bulletin_ner.labels import EPIDEMIC_INDICATORS
from bulletin_ner.normalisation.layout import Point
from bulletin_ner.normalisation.links import Linker, rule
from bulletin_ner.normalisation.zeros import Zero, find_zeros
from bulletin_ner.schema import Entity, Record

DISEASES = {
    "covid-19": r"新冠|新型冠状病毒|新型冠狀病毒|\bcovid|\bcoronavirus|\bsars-cov-2|omicron|奥密克戎|奧密克戎",
    "dengue": r"登革|\bdengue",
    "influenza": r"(?<!禽)流感|\binfluenza\b(?! a\(h[57])|\bflu\b",
    "measles": r"麻疹|\bmeasles",
    "mpox": r"猴痘|\bm(?:onkey)?pox",
    "norovirus": r"诺如|諾如|诺瓦克|諾羅|\bnorovirus",
    "hfmd": r"手足口|\bhand,? ?foot|\bhfmd",
    "cholera": r"霍乱|霍亂|\bcholera",
    "avian_influenza": r"禽流感|h7n9|h5n[1-8]|h9n2|h10n\d|\bavian|\bbird flu",
    "sars": r"非典|沙士|严重急性呼吸|嚴重急性呼吸|\bsars\b(?!-cov)",
    "plague": r"鼠疫|\bplague\b",
    "ebola": r"埃博拉|伊波拉|\bebola",
    "zika": r"寨卡|茲卡|\bzika",
    "nipah": r"尼帕|立百|\bnipah",
}
_DISEASE = re.compile("|".join(f"(?P<{name.replace('-', '_')}>{pattern})" for name, pattern in DISEASES.items()), re.IGNORECASE)
_DISEASE_NAMES = {name.replace("-", "_"): name for name in DISEASES}
_ORIGIN = re.compile(
    r"(?P<imported>境外输入|境外輸入|输入性|輸入性|输入病例|輸入個案|外地输入|省外输入|输入|輸入|\bimported)"
    r"|(?P<local>本土|本地|本港|\blocal(?:ly)?\b|\bindigenous|\bdomestic|\bcommunity (?:case|transmission))",
    re.IGNORECASE,
)
_CLAUSE_END = re.compile(r"[，；。！？,;\n（）()]")
_REACH = 40


def build_records(
    text: str,
    sentences: Sequence[tuple[int, int]],
    entities: Sequence[Entity],
    latest: datetime.date | None = None,
    linker: Linker | None = None,
) -> tuple[Record, ...]:
    """The rows of a document in the order of the text: a row for each COUNT of an epidemic indicator, and one for each zero in words.

    ``sentences``: half-open offsets in order; ``entities``: all of the document, with values, in order; ``latest``: the day the
    document was published, where known; ``linker``: what answers after the rules, None for the rules alone.
    """
    figures = {entity.id: entity for entity in entities if entity.type == "COUNT" and entity.indicator in EPIDEMIC_INDICATORS}
    points = [Point(entity.id, entity.start, entity.end, entity.aspect or "unspecified") for entity in figures.values()]
    zeros: dict[int, Zero] = {}
    for start, end in sentences:
        for zero in find_zeros(text[start:end]):
            key = -1 - len(zeros)
            zeros[key] = zero
            points.append(Point(key, start + zero.start, start + zero.start + 1, zero.aspect))
    points.sort(key=lambda point: point.start)
    ruling = rule(text, sentences, entities, points, latest)
    links = linker(ruling) if linker is not None else ruling.links
    by_id = {entity.id: entity for entity in entities}
    diseases = [(match.start(), _DISEASE_NAMES[str(match.lastgroup)]) for match in _DISEASE.finditer(text)]
    named = [start for start, _ in diseases]
    starts = [start for start, _ in sentences]
    records = []
    for point in points:
        place, date = (by_id.get(found) if found is not None else None for found in (links.place[point.key], links.date[point.key]))
        start, end = sentences[max(0, bisect_right(starts, point.start) - 1)]
        figure, zero_told = figures.get(point.key), zeros.get(point.key)
        records.append(
            Record(
                indicator=str(figure.indicator) if figure else str(zero_told and zero_told.indicator),
                aspect=point.aspect,
                value=figure.value if figure and not isinstance(figure.value, str) else None if figure else 0,
                modifier=(figure.modifier if figure else None) or "exact",
                unit=figure.unit if figure else None,
                place=(place.name or clean(place.text).text) if place else None,
                place_code=place.code if place else None,
                date=str(date.value) if date else None,
                # the one named last before the figure, else the first of the text
                disease=diseases[max(0, bisect_right(named, point.start) - 1)][1] if diseases else None,
                origin=_origin(text, point, start),
                entity=point.key if figure else None,
                place_entity=place.id if place else None,
                date_entity=date.id if date else None,
                start=start,
                end=end,
                score=figure.score if figure else 1.0,
            )
        )
    return tuple(records)


def _origin(text: str, point: Point, sentence: int) -> str | None:
    """Imported or local, where the figure's own clause says it: before it, or straight after."""
    before = _CLAUSE_END.split(text[max(sentence, point.start - _REACH) : point.start])[-1]
    after = _CLAUSE_END.split(text[point.end : point.end + 24])[0]
    matches = list(_ORIGIN.finditer(before)) or list(_ORIGIN.finditer(after))
    return str(matches[-1].lastgroup) if matches else None
