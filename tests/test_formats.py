"""Annotation formats: what a round trip keeps, and what of other tools is read."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import ROOT
from formats_strategies import TEXT, documents, sample
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import bulletin_ner
from bulletin_ner.exporters import as_conll
from bulletin_ner.normalisation.dates import parse_reference
from bulletin_ner.normalisation.document import normalise
from bulletin_ner.segmentation import sentences
from training.documents import AnnotatedDocument, GoldEntity, read_jsonl, write_jsonl
from training.formats.convert import convert
from training.formats.item import FormatError, Item
from training.formats.losses import count_losses
from training.formats.registry import FORMATS
from training.markup import parse_file

WHOLE = ("jsonl", "conll", "brat", "doccano", "label-studio", "spacy", "huggingface")


def _back(name: str, items: list[Item], folder: Path) -> tuple[Item, ...]:
    target = FORMATS[name]
    path = folder / "out"
    if path.is_dir():
        shutil.rmtree(path)
    if target.folder:
        path.mkdir()
    target.write(items, path)
    return target.read_back(path).items


@pytest.mark.parametrize("name", [name for name in WHOLE if name != "huggingface"])
@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(found=st.lists(documents(), min_size=1, max_size=2))
def test_a_round_trip_loses_nothing(name: str, found: list[AnnotatedDocument], tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("trip")
    assert [item.document for item in _back(name, [Item(document) for document in found], folder)] == found


@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
@given(found=st.lists(documents(), min_size=1, max_size=2))
def test_a_dataset_loses_nothing(found: list[AnnotatedDocument], tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("trip")
    assert [item.document for item in _back("huggingface", [Item(document) for document in found], folder)] == found


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(document=documents(complete=True))
def test_the_markup_loses_line_ends_and_says_so(document: AnnotatedDocument, tmp_path_factory: pytest.TempPathFactory) -> None:
    back = _back("markup", [Item(document)], tmp_path_factory.mktemp("trip"))
    lost = count_losses([Item(document)], back, FORMATS["markup"])
    assert set(lost) <= {"text (white space)"}
    assert bool(lost) == (back[0].document != document)


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(document=documents())
def test_predictions_hold_all_but_the_header(document: AnnotatedDocument, tmp_path_factory: pytest.TempPathFactory) -> None:
    back = _back("predictions", [Item(document)], tmp_path_factory.mktemp("trip"))
    allowed = {"genre", "disease", "place", "family", "noise"}
    if not document.sentences:  # a result has measures or none, and no word for "nobody looked"
        allowed.add("sentences")
    assert set(count_losses([Item(document)], back, FORMATS["predictions"])) <= allowed


@pytest.mark.parametrize("name", WHOLE)
def test_every_format_through_the_command(name: str, tmp_path: Path) -> None:
    write_jsonl([sample(), sample(id="d/2", sentences=())], tmp_path / "a.jsonl")
    done = convert(tmp_path / "a.jsonl", tmp_path / "out", "jsonl", name, strict=True)
    assert (done.documents, done.remarks) == (2, ())
    convert(tmp_path / "out", tmp_path / "b.jsonl", name, "jsonl", strict=True)
    assert (tmp_path / "b.jsonl").read_bytes() == (tmp_path / "a.jsonl").read_bytes()


@pytest.mark.parametrize("file", ["b.jsonl", "b.json", "b"])
def test_results_of_several_documents_come_back(file: str, tmp_path: Path) -> None:
    write_jsonl([sample(), sample(id="d/2")], tmp_path / "a.jsonl")
    convert(tmp_path / "a.jsonl", tmp_path / file, "jsonl", "predictions")
    lines = (tmp_path / file).read_text(encoding="utf-8").splitlines()
    assert (lines[0] == "[") == (file == "b.json")
    convert(tmp_path / file, tmp_path / "c.jsonl", "predictions", "jsonl")
    assert [(d.id, d.entities) for d in read_jsonl(tmp_path / "c.jsonl")] == [(name, sample().entities) for name in ("d-1", "d/2")]


def test_the_commands_own_conll_is_read(default: bulletin_ner.Tagger, tmp_path: Path) -> None:
    texts = {"a b.txt": "As of November 10,\n Dazu  District reported 12 cases.", "c.txt": "截至11月10日，大足区报告12例。"}
    named = [(name, default.predict(text, "2022-11-12")) for name, text in texts.items()]
    (tmp_path / "p.conll").write_text("".join(as_conll([item]) for item in named), encoding="utf-8")
    read = [item.document for item in FORMATS["conll"].read(tmp_path / "p.conll").items]
    assert {document.id: document.text for document in read} == texts
    for document, (_, bulletin) in zip(read, named, strict=True):
        assert [(e.type, e.start, e.end) for e in document.entities] == [(e.type, e.start, e.end) for e in bulletin.entities] != []


def test_our_markup_comes_back_as_it_was(tmp_path: Path) -> None:
    source = ROOT / "corpus/dev/dev-01.txt"
    convert(source, tmp_path / "out.txt", "markup", "markup", strict=True)
    assert [item.document for item in parse_file(tmp_path / "out.txt")[0]] == [
        replace(item.document, family=item.document.family) for item in parse_file(source)[0]
    ]
    done = convert(source, tmp_path / "out.jsonl", "markup", "jsonl")
    assert done.remarks[0].startswith("jsonl cannot hold, left out: negatives (")


def _predictions(tagger: bulletin_ner.Tagger, path: Path) -> bulletin_ner.Bulletin:
    bulletin = tagger.predict((ROOT / "examples/hans-measures.txt").read_text(encoding="utf-8"), reference_date="2022-11-12")
    path.write_text(bulletin.to_json() + "\n", encoding="utf-8")
    return bulletin


def test_what_a_prediction_loses_is_named(default: bulletin_ner.Tagger, tmp_path: Path) -> None:
    bulletin = _predictions(default, tmp_path / "p.jsonl")
    done = convert(tmp_path / "p.jsonl", tmp_path / "a.jsonl", "predictions", "jsonl")
    (line,) = done.remarks
    assert line.startswith("jsonl cannot hold, left out: model (1)")
    for part in (f"entities.score ({len(bulletin.entities)})", f"records ({len(bulletin.records)})", "entities.name", "entities.roles"):
        assert part in line
    with pytest.raises(FormatError, match=r"records(.|\n)*nothing was written, because of --strict"):
        convert(tmp_path / "p.jsonl", tmp_path / "b.jsonl", "predictions", "jsonl", strict=True)
    assert not (tmp_path / "b.jsonl").exists()
    convert(tmp_path / "p.jsonl", tmp_path / "q.jsonl", "predictions", "predictions", strict=True)
    assert json.loads((tmp_path / "q.jsonl").read_text(encoding="utf-8")) == {"id": "p-1", **bulletin.to_dict()}


def test_annotations_become_results_with_codes_and_ruled_records(default: bulletin_ner.Tagger, tmp_path: Path) -> None:
    bulletin = _predictions(default, tmp_path / "p.jsonl")
    convert(tmp_path / "p.jsonl", tmp_path / "a.jsonl", "predictions", "jsonl")
    convert(tmp_path / "a.jsonl", tmp_path / "b.jsonl", "jsonl", "predictions")
    result = json.loads((tmp_path / "b.jsonl").read_text(encoding="utf-8"))
    assert result["model"] == "annotation"
    same = ("indicator", "value", "place_code", "date")
    ruled = normalise(bulletin.text, sentences(bulletin.text), bulletin.entities, parse_reference(bulletin.reference_date)).records
    assert [[row[key] for key in same] for row in result["records"]] == [[getattr(r, key) for key in same] for r in ruled]
    assert len(ruled) == len(bulletin.records) > 0
    assert [entity["code"] for entity in result["entities"]] == [entity.code for entity in bulletin.entities]


def test_an_annotated_value_is_also_its_records(tmp_path: Path) -> None:
    entities = tuple(replace(e, value=13.0, modifier="over") if e.type == "COUNT" else e for e in sample().entities)
    (item,) = _back("predictions", [Item(sample(entities=entities))], tmp_path)
    assert item.prediction is not None
    (record,) = item.prediction.records
    assert (str(record.value), record.modifier, str(item.prediction.entities[2].value)) == ("13", "over", "13")


def test_label_studio_shows_predictions_and_takes_finished_work(default: bulletin_ner.Tagger, tmp_path: Path) -> None:
    bulletin = _predictions(default, tmp_path / "p.jsonl")
    done = convert(tmp_path / "p.jsonl", tmp_path / "ls", "predictions", "label-studio")
    assert "score" not in done.remarks[0]
    tasks = json.loads((tmp_path / "ls/tasks.json").read_text(encoding="utf-8"))
    (prediction,) = tasks[0]["predictions"]
    regions = [part for part in prediction["result"] if part["type"] == "labels"]
    assert [part["score"] for part in regions][: len(bulletin.entities)] == [entity.score for entity in bulletin.entities]
    assert len(regions) == len(bulletin.entities) + len(bulletin.measures)
    with pytest.raises(FormatError, match="no documents in it as label-studio; .*1 tasks without a finished annotation left out: p-1"):
        convert(tmp_path / "ls", tmp_path / "a.jsonl", "label-studio", "jsonl")
    kept = [part for part in prediction["result"] if part["id"] != regions[0]["id"]]
    tasks[0]["annotations"] = [{"result": prediction["result"], "was_cancelled": True}, {"id": 7, "result": kept}]
    (tmp_path / "export.json").write_text(json.dumps(tasks), encoding="utf-8")
    convert(tmp_path / "export.json", tmp_path / "a.jsonl", "label-studio", "jsonl")
    (document,) = read_jsonl(tmp_path / "a.jsonl")
    assert [(e.type, e.start) for e in document.entities] == [(e.type, e.start) for e in bulletin.entities[1:]]
    labels = {(s.start, label) for s in document.sentences for label in s.labels}
    assert labels == {(measure.start, measure.label) for measure in bulletin.measures}


def test_label_studio_offsets_in_utf_16_are_read(tmp_path: Path) -> None:
    (tmp_path / "ls").mkdir()
    FORMATS["label-studio"].write([Item(sample())], tmp_path / "ls")
    path = tmp_path / "ls/tasks.json"
    tasks = json.loads(path.read_text(encoding="utf-8"))
    for part in tasks[0]["annotations"][0]["result"]:
        for key in ("start", "end"):
            part["value"][key] += part["value"][key] > 5  # 𠮷, at 5, is two units
    path.write_text(json.dumps(tasks), encoding="utf-8")
    assert FORMATS["label-studio"].read(path).items == (Item(sample()),)
    tasks[0]["annotations"][0]["result"][0]["value"]["text"] = "乙县"
    path.write_text(json.dumps(tasks), encoding="utf-8")
    with pytest.raises(FormatError, match=r"tasks\.json: task 1: .*says '乙县', the text has '甲县'"):
        FORMATS["label-studio"].read(path)


def test_what_label_studio_has_beside_is_said(tmp_path: Path) -> None:
    (tmp_path / "ls").mkdir()
    FORMATS["label-studio"].write([Item(sample())], tmp_path / "ls")
    path = tmp_path / "ls/tasks.json"
    tasks = json.loads(path.read_text(encoding="utf-8"))
    result = tasks[0]["annotations"][0]["result"]
    result.append({"from_id": result[0]["id"], "to_id": result[-1]["id"], "type": "relation", "direction": "right"})
    result.append({"id": "gone", "from_name": "kind", "to_name": "text", "type": "choices", "value": {"choices": ["site"]}})
    tasks[0]["annotations"].insert(0, {"result": []})
    path.write_text(json.dumps(tasks), encoding="utf-8")
    reading = FORMATS["label-studio"].read(path)
    assert reading.items == (Item(sample()),)
    assert reading.remarks == (
        "d-1: 1 relations and the like, 1 choices and texts of no entity left out",
        f"{path}: d-1 has 2 finished annotations: the last is taken",
    )
    for part in result:
        if part["type"] == "textarea":
            part["value"]["text"] = ["1,200"]
    path.write_text(json.dumps(tasks), encoding="utf-8")
    with pytest.raises(FormatError, match=r"tasks\.json: task 1: value=1,200: a COUNT's value is a number or \[low, high\], such as 1200"):
        FORMATS["label-studio"].read(path)


def test_a_doccano_export_is_read(tmp_path: Path) -> None:
    rows = [
        {"id": 17, "text": TEXT, "label": [[0, 2, "PLACE"], [11, 14, "COUNT/infections/new"], [19, 24, "measure/TESTING"]], "Comments": []},
        {"id": 18, "data": TEXT, "entities": [{"id": 1, "label": "PLACE/site", "start_offset": 5, "end_offset": 7}]}
        | {"relations": [{"id": 3, "from_id": 1, "to_id": 1, "type": "in"}], "Comments": ["?"]},
    ]
    path = tmp_path / "all.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    reading = FORMATS["doccano"].read(path)
    first, second = (item.document for item in reading.items)
    assert (first.id, first.language) == ("all-1", "zh-Hans")
    assert first.entities[1] == GoldEntity("COUNT", 11, 14, indicator="infections", aspect="new")
    assert [sentence.labels for sentence in first.sentences] == [(), ("TESTING",)]
    assert second.entities == (GoldEntity("PLACE", 5, 7, kind="site"),)
    assert "all-1: 1 measures did not lie on a sentence and went to the nearest" in reading.remarks
    assert any(remark.startswith("nothing says the id, language, genre") for remark in reading.remarks)
    assert f"{path}: 2 relations, categories and comments left out" in reading.remarks


def test_a_moved_doccano_span_leaves_its_value_and_says_so(tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    FORMATS["doccano"].write([Item(sample())], tmp_path / "d")
    path = tmp_path / "d/documents.jsonl"
    path.write_text(path.read_text(encoding="utf-8").replace("[11, 14, ", "[10, 14, ", 1), encoding="utf-8")
    reading = FORMATS["doccano"].read(tmp_path / "d")
    assert reading.items[0].document.entities[2] == GoldEntity("COUNT", 10, 14, indicator="infections", aspect="cumulative")
    assert any("1 values and modifiers of spans that were moved" in remark for remark in reading.remarks)


def test_plain_conll_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.conll"
    path.write_text("As\tO\nof\tO\nMay\tB-DATE\n3\tI-DATE\n，\tO\n甲\tB-PLACE\n县\tI-PLACE\n\n好\tO\n", encoding="utf-8")
    reading = FORMATS["conll"].read(path)
    document = reading.items[0].document
    assert document.text == "As of May 3，甲县\n好"
    assert [(e.type, document.text[e.start : e.end]) for e in document.entities] == [("DATE", "May 3"), ("PLACE", "甲县")]
    assert "its white space is a guess" in reading.remarks[0]


def test_brat_in_pieces_with_relations_and_without_headers(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("甲县\n医院报告3例。", encoding="utf-8", newline="")
    (tmp_path / "a.ann").write_text(
        "T1\tPLACE 0 2;3 5\t甲县 医院\nA1\tkind T1 site\nT2\tCOUNT 7 9\t3例\n#1\tAnnotatorNotes T2\tvalue=[3, 4]\nR1\tin Arg1:T1 Arg2:T2\n",
        encoding="utf-8",
    )
    reading = FORMATS["brat"].read(tmp_path)
    assert reading.items[0].document.entities == (GoldEntity("PLACE", 0, 5, kind="site"), GoldEntity("COUNT", 7, 9, value=[3, 4]))
    assert any("1 lines of relations, events and notes left out" in remark for remark in reading.remarks)
