"""Score what spans mean: fields of strictly found spans, place codes, officials' roles, and records."""

from __future__ import annotations

import collections
from collections.abc import Mapping, Sequence
from typing import Any

from bulletin_ner.cleaning import clean
from bulletin_ner.labels import EPIDEMIC_INDICATORS
from bulletin_ner.schema import Bulletin, Entity, Record
from training.documents import AnnotatedDocument, GoldEntity
from training.links import GoldLink, GoldLinks

Pairs = Sequence[tuple[AnnotatedDocument, Bulletin]]

_FIELDS = ("value", "modifier", "indicator", "aspect", "kind")


def score_values(pairs: Pairs, links: Mapping[str, GoldLinks]) -> dict[str, Any]:
    """Accuracy of each field that `count_values` counts."""
    return {name: {"accuracy": right / total, "support": total} for name, (right, total) in count_values(pairs, links).items()}


def count_values(pairs: Pairs, links: Mapping[str, GoldLinks]) -> dict[str, tuple[int, int]]:
    """Right and all of each field over strictly found spans that the annotation gives a value; codes and roles where links are given.

    ``PLACE.code``: the gold codes that were given; ``PLACE.wrong code``: of the codes given, those that are not the gold's.
    """
    right: collections.Counter[str] = collections.Counter()
    total: collections.Counter[str] = collections.Counter()

    def count(name: str, correct: bool) -> None:
        total[name] += 1
        right[name] += correct

    for document, bulletin in pairs:
        known = links.get(document.id)
        titles = {entity.start: document.text[entity.start : entity.end] for entity in document.entities if entity.type == "ROLE"}
        predicted = {(entity.type, entity.start, entity.end): entity for entity in bulletin.entities}
        for gold in document.entities:
            found = predicted.get((gold.type, gold.start, gold.end))
            if found is None:
                continue
            for field in _FIELDS:
                wanted = getattr(gold, field)
                if wanted is not None and not (field == "aspect" and gold.indicator not in EPIDEMIC_INDICATORS):
                    count(f"{gold.type}.{field}", same_value(wanted, getattr(found, field)))
            if known is not None and gold.type == "PLACE" and found.text in known.codes:
                code = known.codes[found.text]
                if code is not None:
                    count("PLACE.code", found.code == code)
                if found.code is not None:
                    count("PLACE.wrong code", found.code != code)
            if known is not None and gold.type == "OFFICIAL" and gold.start in known.roles:
                count("OFFICIAL.roles", sorted(found.roles) == sorted(titles[start] for start in known.roles[gold.start]))
    return {name: (right[name], number) for name, number in sorted(total.items())}


def score_records(pairs: Pairs, links: Mapping[str, GoldLinks]) -> dict[str, Any]:
    """Records of the documents that have gold links, right where indicator, value, place and date are; then each link by itself."""
    rows, linked = count_records(pairs, links)
    accuracies = {name: {"accuracy": right / max(1, total), "support": total} for name, (right, total) in linked.items()}
    return {name: f1_row(*row) for name, row in rows.items()} | accuracies


def count_records(pairs: Pairs, links: Mapping[str, GoldLinks]) -> tuple[dict[str, tuple[int, int, int]], dict[str, tuple[int, int]]]:
    """Hits, extra and missed of ``records`` and ``zeros``; right and all of ``place link`` and ``date link``."""
    hits = extra = missed = zero_hits = zero_extra = zero_missed = 0
    linked: collections.Counter[str] = collections.Counter()
    for document, bulletin in pairs:
        known = links.get(document.id)
        if known is None:
            continue
        entities = {entity.id: entity for entity in bulletin.entities}
        counts = {entity.start: entity for entity in document.entities if entity.type == "COUNT"}
        free = list(bulletin.records)
        for link in known.links:
            record = _counterpart(link, counts, free, entities, document)
            if record is None:
                missed += 1
                zero_missed += link.indicator is not None
                continue
            free.remove(record)
            place = same_place(link, record, entities, known)
            date = record.date == link.date
            linked["all"] += 1
            linked["place"] += place
            linked["date"] += date
            gold = counts.get(link.start)
            wanted = link.indicator or (gold.indicator if gold else None)
            right = place and date and record.indicator == wanted and (link.indicator is not None or _same_count(gold, record))
            hits += right
            extra += not right
            missed += not right
            zero_hits += link.indicator is not None
        extra += len(free)
        zero_extra += sum(record.entity is None for record in free)
    rows = {"records": (hits, extra, missed), "zeros": (zero_hits, zero_extra, zero_missed)}
    return rows, {f"{name} link": (linked[name], linked["all"]) for name in ("place", "date")}


def _counterpart(
    link: GoldLink, counts: Mapping[int, GoldEntity], free: Sequence[Record], entities: Mapping[int, Entity], document: AnnotatedDocument
) -> Record | None:
    """The predicted record of the same figure (strictly the same span), or of the same indicator's zero in the same sentence."""
    if link.indicator is not None:
        bounds = next(((s.start, s.end) for s in document.sentences if s.start <= link.start < s.end), (0, 0))
        zeros = [record for record in free if record.entity is None and record.indicator == link.indicator]
        return next((record for record in zeros if bounds[0] <= record.start < bounds[1]), None)
    gold = counts.get(link.start)
    for record in free:
        entity = entities.get(record.entity) if record.entity is not None else None
        if entity is not None and gold is not None and (entity.start, entity.end) == (gold.start, gold.end):
            return record
    return None


def same_place(link: GoldLink, record: Record, entities: Mapping[int, Entity], known: GoldLinks) -> bool:
    """The same mention's text, one within the other (大足区, 重庆市大足区), or the same code."""
    if link.place is None or record.place_entity is None:
        return link.place is None and record.place_entity is None
    code = known.codes.get(link.place)
    if code is not None and record.place_code is not None:
        return code == record.place_code
    wanted, found = (clean(text).text.casefold() for text in (link.place, entities[record.place_entity].text))
    return wanted in found or found in wanted


def _same_count(gold: GoldEntity | None, record: Record) -> bool:
    return gold is not None and (gold.value is None or same_value(gold.value, record.value))


def same_value(wanted: Any, found: Any) -> bool:
    """Equal, numbers within a millionth of each other."""
    if isinstance(wanted, (int, float)) and isinstance(found, (int, float)):
        return abs(wanted - found) <= 1e-6 * max(1.0, abs(wanted))
    return bool(wanted == found)


def f1_row(hits: int, extra: int, missed: int) -> dict[str, Any]:
    """Precision, recall, F1 and support from counts."""
    precision = hits / (hits + extra) if hits + extra else 0.0
    recall = hits / (hits + missed) if hits + missed else 0.0
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return {"precision": precision, "recall": recall, "f1": f1, "support": hits + missed}
