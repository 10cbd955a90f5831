"""Label Studio: a folder with tasks.json to import and labels.xml, the labelling interface that the tasks are made for.

Predictions become pre-annotations (`predictions`), annotated documents finished ones (`annotations`); only finished ones are read.
An entity is a region with its attributes on it; a measure is a region over its sentence under a control of its own. Label Studio counts
code points (UTF-16 units before version 1.5); a region's text says which of the two it was.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

from bulletin_ner.labels import ASPECTS, INDICATORS, MODIFIERS, PLACE_KINDS, LabelInventory
from bulletin_ner.schema import Bulletin
from training.documents import AnnotatedDocument, GoldEntity
from training.formats.item import Format, FormatError, Item, Reading, attributes_of, build_document, choices, count_value, fault, header_of

_TASKS = "tasks.json"
_INTERFACE = "labels.xml"
_META = "bulletin_ner"
_CHOICES = (
    ("kind", "PLACE", PLACE_KINDS),
    ("indicator", "COUNT", INDICATORS),
    ("aspect", "COUNT", ASPECTS),
    ("modifier", "COUNT", MODIFIERS),
)


def write(items: Sequence[Item], path: Path, labels: LabelInventory) -> None:
    tasks = [_task(item) for item in items]
    (path / _TASKS).write_text(json.dumps(tasks, ensure_ascii=False, indent=1) + "\n", encoding="utf-8", newline="")
    (path / _INTERFACE).write_text(_interface([item.document for item in items], labels), encoding="utf-8", newline="")


def _interface(documents: Sequence[AnnotatedDocument], labels: LabelInventory) -> str:
    types, measures = choices(documents, labels)
    lines = ["<View>", *_labels("entity", types), *_labels("measure", measures), '  <Text name="text" value="$text"/>']
    for name, kind, allowed in (choice for choice in _CHOICES if choice[1] in types):
        lines.append(
            f'  <Choices name="{name}" toName="text" perRegion="true" choice="single-radio" showInline="true"'
            f' visibleWhen="region-selected" whenTagName="entity" whenLabelValue="{kind}">'
        )
        lines += [f"    <Choice value={quoteattr(value)}/>" for value in allowed]
        lines.append("  </Choices>")
    lines.append('  <TextArea name="value" toName="text" perRegion="true" maxSubmissions="1" placeholder="value: 12, [3, 5], 2022-11-10"/>')
    return "\n".join([*lines, "</View>", ""])


def _labels(name: str, values: Iterable[str]) -> list[str]:
    inner = [f"    <Label value={quoteattr(value)}/>" for value in values]
    return [f'  <Labels name="{name}" toName="text">', *inner, "  </Labels>"]


def _task(item: Item) -> dict[str, Any]:
    document, prediction = item.document, item.prediction
    data = {"text": document.text, _META: header_of(document)}
    if prediction is None:
        return {"data": data, "annotations": [{"result": _result(document, {})}], "predictions": []}
    scores = _scores(prediction)
    lowest = min(scores.values(), default=1.0)  # what the model is least sure of: tasks can be sorted by it
    made = {"model_version": prediction.model, "score": lowest, "result": _result(document, scores)}
    return {"data": data, "annotations": [], "predictions": [made]}


def _scores(prediction: Bulletin) -> dict[tuple[str, int, int], float]:
    scores = {(entity.type, entity.start, entity.end): entity.score for entity in prediction.entities}
    return scores | {(measure.label, measure.start, measure.end): measure.score for measure in prediction.measures}


def _result(document: AnnotatedDocument, scores: Mapping[tuple[str, int, int], float]) -> list[dict[str, Any]]:
    result: list[dict[str, Any]] = []

    def region(name: str, label: str, start: int, end: int) -> dict[str, Any]:
        span: dict[str, Any] = {"start": start, "end": end, "text": document.text[start:end]}
        found: dict[str, Any] = {
            "id": f"{name}-{start}-{label}",
            "from_name": name,
            "to_name": "text",
            "type": "labels",
            "value": {**span, "labels": [label]},
        }
        if (label, start, end) in scores:
            found["score"] = scores[label, start, end]
        result.append(found)
        return {**found, "value": span}

    for entity in document.entities:
        base = region("entity", entity.type, entity.start, entity.end)
        for name, value in attributes_of(entity).items():
            if name == "value":
                shown = json.dumps(value) if entity.type == "COUNT" else str(value)
                result.append({**base, "from_name": name, "type": "textarea", "value": {**base["value"], "text": [shown]}})
            else:
                result.append({**base, "from_name": name, "type": "choices", "value": {**base["value"], "choices": [value]}})
    for sentence in document.sentences:
        for label in sentence.labels:
            region("measure", label, sentence.start, sentence.end)
    return result


def read(path: Path) -> Reading:
    """A project exported as JSON (not JSON-MIN), or the folder that `write` made. Of several annotations the last counts; that, tasks that
    nobody has finished, relations and what else is left out are remarks."""
    return _read(path, drafts=False)


def _read_back(path: Path) -> Reading:
    return _read(path, drafts=True)


def _read(path: Path, drafts: bool) -> Reading:
    path = path / _TASKS if path.is_dir() else path
    try:
        tasks = json.loads(path.read_text(encoding="utf-8-sig"))
    except json.JSONDecodeError as error:
        raise fault(path, error.lineno, f"not JSON ({error.msg}); export the project as JSON") from error
    if not isinstance(tasks, list):
        raise FormatError(f"{path}: not a list of tasks; export the project as JSON")
    items, remarks, open_tasks = [], [], []
    for number, task in enumerate(tasks, 1):
        try:
            name = str((task["data"].get(_META) or {}).get("id") or f"{path.stem}-{number}")
            finished = [found for found in task.get("annotations", ()) if not found.get("was_cancelled")]
            if drafts:
                finished += task.get("predictions", ())
            if not finished:
                open_tasks.append(name)
                continue
            document, notes = _document(task["data"], finished[-1]["result"], name)
        except ValueError as error:
            raise FormatError(f"{path}: task {number}: {error}") from error
        except (KeyError, TypeError, AttributeError) as error:
            raise FormatError(f"{path}: task {number}: not a task of the interface in labels.xml ({error!r})") from error
        items.append(Item(document))
        remarks += notes
        if len(finished) > 1:
            remarks.append(f"{path}: {name} has {len(finished)} finished annotations: the last is taken")
    if open_tasks:
        remarks.append(f"{path}: {len(open_tasks)} tasks without a finished annotation left out: {', '.join(open_tasks[:5])}")
    return Reading(tuple(items), tuple(remarks))


def _document(data: Mapping[str, Any], result: Iterable[Mapping[str, Any]], fallback: str) -> tuple[AnnotatedDocument, list[str]]:
    text = data["text"]
    spans: dict[str, tuple[str, int, int]] = {}
    values: dict[str, dict[str, Any]] = {}
    measures = []
    other = 0
    for part in result:
        if part["type"] not in ("labels", "choices", "textarea"):
            other += 1
            continue
        name, value = part["from_name"], part["value"]
        if part["type"] == "labels":
            start, end = _offsets(text, value)
            if len(value["labels"]) != 1:
                raise ValueError(f"region at {start}:{end} has labels {value['labels']}, one is expected")
            if name == "measure":
                measures.append((start, end, value["labels"][0]))
            else:
                spans[part["id"]] = (value["labels"][0], start, end)
        elif part["type"] == "choices":
            values.setdefault(part["id"], {})[name] = value["choices"][0]
        else:
            values.setdefault(part["id"], {})["value"] = value["text"][0] if isinstance(value["text"], list) else value["text"]
    entities = []
    for key, (kind, start, end) in spans.items():
        found = values.pop(key, {})
        if kind == "COUNT" and "value" in found:
            found["value"] = count_value(found["value"])
        entities.append(GoldEntity(kind, start, end, **found))
    document, remarks = build_document(data.get(_META) or {}, text, entities, measures, fallback)
    if other or values:
        remarks.append(f"{fallback}: {other} relations and the like, {len(values)} choices and texts of no entity left out")
    return document, remarks


def _offsets(text: str, value: Mapping[str, Any]) -> tuple[int, int]:
    start, end = int(value["start"]), int(value["end"])
    shown = value.get("text")
    if shown is None or text[start:end] == shown:
        if not 0 <= start < end <= len(text):
            raise ValueError(f"region {start}:{end}, the text has {len(text)} characters")
        return start, end
    units = text.encode("utf-16-le")
    before, inside = units[: 2 * start], units[2 * start : 2 * end]
    if inside == shown.encode("utf-16-le"):
        first = len(before.decode("utf-16-le"))
        return first, first + len(shown)
    raise ValueError(f"region {start}:{end} says {shown!r}, the text has {text[start:end]!r} there")


def _own(name: str) -> bool:
    return name in (_TASKS, _INTERFACE)


_HOLDS = frozenset({"model", "entities.score", "measures.score"})


def labelled(labels: LabelInventory) -> Format:
    own = partial(write, labels=labels)
    return Format("label-studio", read, own, _read_back, folder=True, holds=_HOLDS, own=_own, labelled=labelled)


FORMAT = labelled(LabelInventory())
