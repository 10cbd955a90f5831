"""The loaders of outside corpora, on rows made here."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bulletin_ner.labels import MEASURES
from training.coronanet import CUES, MAPPING, PartialDocument, load_coronanet, measures
from training.data import load_documents
from training.ecr import load_ecr


def write_rows(path: Path, *rows: dict[str, Any]) -> Path:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def ecr(folder: Path, text: str, *marks: tuple[str, str]) -> PartialDocument:
    """The document of a text whose marks are (words, label), found in their order."""
    entities, position = [], 0
    for words, label in marks:
        position = text.index(words, position)
        entities.append([position, position + len(words), label])
        position += len(words)
    write_rows(folder / "train.txt", {"doc_id": 7, "text": text, "entities": entities[::-1]})
    return load_ecr(folder, "train")[0]


def found(partial: PartialDocument, kind: str) -> list[tuple[str, str | None]]:
    document = partial.document
    return [(document.text[e.start : e.end], e.kind) for e in document.entities if e.type == kind]


def unknown(partial: PartialDocument) -> list[str]:
    return [partial.document.text[start:end] for start, end in partial.unknown]


def test_ecr_maps_dates_and_places(tmp_path: Path) -> None:
    partial = ecr(
        tmp_path,
        "患者3，现住海曙区，1月21日从武汉返回，1月23日上午发病，现在定点医疗机构治疗。",
        ("海曙区", "ResidencePlace"),
        ("1月21日", "Date"),
        ("从武汉", "Location"),
        ("1月23日", "Date"),
        ("发病", "Onset"),
        ("现在", "Date"),
        ("定点医疗机构", "Location"),
    )
    assert found(partial, "DATE") == [("1月21日", None), ("1月23日上午", None)]
    assert found(partial, "PLACE") == [("海曙区", "admin"), ("武汉", "admin")]
    assert (partial.types, partial.measures, partial.unknown) == (("DATE", "PLACE"), False, ())
    assert partial.document.id == "ecr-7"
    assert [sentence.labels for sentence in partial.document.sentences] == [()]


@pytest.mark.parametrize(
    ("text", "parts", "expected"),
    [
        ("1月20日至22日在家。", ("1月20日", "22日"), ["1月20日至22日"]),
        ("1月23日9时到10时外出。", ("1月23日9时", "10时"), ["1月23日9时到10时"]),
        ("1月23日、24日外出。", ("1月23日", "24日"), ["1月23日、24日"]),
        ("1月23日、26日外出。", ("1月23日", "26日"), ["1月23日", "26日"]),
        ("1月23日晚饭后发热。", ("1月23日",), ["1月23日"]),
        ("1月17日发热。", ("1月17",), ["1月17日"]),
        ("目前稳定。", ("目前",), []),
    ],
)
def test_ecr_dates(tmp_path: Path, text: str, parts: tuple[str, ...], expected: list[str]) -> None:
    partial = ecr(tmp_path, text, *((part, "EndDate" if number else "Date") for number, part in enumerate(parts)))
    assert [surface for surface, _ in found(partial, "DATE")] == expected
    assert partial.unknown == ()


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ("湖北孝感", [("湖北孝感", "admin")]),
        ("九江市浔阳区甘棠街道", [("九江市浔阳区甘棠街道", "admin")]),
        ("宿松县人民医院发热门诊", [("宿松县人民医院发热门诊", "site")]),
        ("市立医院北院区（安庆传染病医院）", [("市立医院北院区", "site"), ("安庆传染病医院", "site")]),
        ("温州市定点医疗机构", [("温州市定点医疗机构", "site")]),
        ("比优特超市", [("比优特超市", "site")]),
        ("大连北站", [("大连北站", "site")]),
        ("仙居人", [("仙居", "admin")]),
        ("从江县", [("从江县", "admin")]),
        ("温", []),
        ("家中", []),
        ("本市", []),
        ("县级定点医院", []),
    ],
)
def test_ecr_places(tmp_path: Path, place: str, expected: list[tuple[str, str]]) -> None:
    partial = ecr(tmp_path, f"患者前往{place}。", (place, "Location"))
    assert found(partial, "PLACE") == expected
    assert partial.unknown == ()


def test_ecr_marks_what_it_does_not_know(tmp_path: Path) -> None:
    partial = ecr(
        tmp_path,
        "无武汉旅居史，2月3日到市南区某医院，隔离观察期间转院，住西安市，与西安市民王某2月4日见面。",
        ("无武汉旅居史", "InfectionOriginContact"),
        ("2月3日", "Date"),
        ("市南区某医院", "Spot"),
        ("隔离观察期间", "Date"),
        ("西安", "Location"),
    )
    assert found(partial, "PLACE") == [("西安市", "admin")]
    assert unknown(partial) == ["无武汉旅居史", "市南区某医院", "隔离观察期间", "西安市", "2月4日"]


def test_ecr_joins_adjacent_and_overlapping_places(tmp_path: Path) -> None:
    partial = ecr(tmp_path, "住西安市新城区。", ("西安市", "Location"), ("新城区", "ResidencePlace"))
    assert found(partial, "PLACE") == [("西安市新城区", "admin")]
    write_rows(
        tmp_path / "valid.txt", {"doc_id": 1, "text": "住西安市新城区。", "entities": [[1, 4, "Location"], [1, 7, "ResidencePlace"]]}
    )
    assert found(load_ecr(tmp_path, "valid")[0], "PLACE") == [("西安市新城区", "admin")]


def test_ecr_says_what_is_wrong(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="IBM/Dataset-Epidemiologic-Investigation-COVID19"):
        load_ecr(tmp_path, "test")
    with pytest.raises(ValueError, match="train, valid, test"):
        load_ecr(tmp_path, "dev")
    good = {"doc_id": 1, "text": "武汉", "entities": []}
    outside, short = [[0, 3, "Location"]], [[0, 1]]
    for bad in ({"text": "武汉", "entities": []}, {**good, "entities": outside}, {**good, "entities": short}, {**good, "text": 3}):
        write_rows(tmp_path / "test.txt", good, bad)
        with pytest.raises(ValueError, match=r"test\.txt:2: "):
            load_ecr(tmp_path, "test")


def policy(text: str, *types: tuple[str, str]) -> dict[str, Any]:
    return {"text": text, "types": types, "date": "2020-02-01", "province": "Hubei", "city": ""}


def labels(path: Path, text: str, *types: tuple[str, str]) -> list[list[tuple[str, ...]]]:
    loaded = load_coronanet(write_rows(path / "policies.jsonl", policy(text, *types)))
    assert all(partial.types == () and partial.measures and partial.document.entities == () for partial in loaded)
    return [[sentence.labels for sentence in partial.document.sentences] for partial in loaded]


def test_coronanet_labels_one_sentence(tmp_path: Path) -> None:
    text = "Hubei closes schools and disinfects them."
    assert labels(tmp_path, text, ("Hygiene", "Hygiene measures for public areas"), ("Closure and Regulation of Schools", "Primary")) == [
        [("DISINFECTION", "SCHOOL_MEASURES")]
    ]
    masks = ("Social Distancing", "Wearing Masks inside Secondary Schools (generally for children ages 10 to 18)")
    assert labels(tmp_path, "Pupils wear masks.", masks) == [[("PERSONAL_PROTECTION", "SCHOOL_MEASURES")]]


def test_coronanet_leaves_out_what_is_uncertain(tmp_path: Path) -> None:
    other, testing = ("Other Policy Not Listed Above", ""), ("Health Testing", "")
    assert labels(tmp_path, "All people are tested.", testing, other) == []
    assert labels(tmp_path, "All people are tested.") == []


def test_coronanet_spreads_a_label_only_where_every_sentence_has_its_cue(tmp_path: Path) -> None:
    testing, home = ("Health Testing", ""), ("Quarantine", "Self-Quarantine")
    assert labels(tmp_path, "All are tested. Tests are free.", testing) == [[("TESTING",), ("TESTING",)]]
    assert labels(tmp_path, "All are tested. It is free.", testing) == []
    assert labels(tmp_path, "Tests in quarantine. Quarantine after tests.", testing, home) == []
    assert labels(tmp_path, "A lockdown began. The lockdown ended.", ("Lockdown", "")) == []


def test_coronanet_keeps_one_of_equal_texts(tmp_path: Path) -> None:
    row = policy("All are tested.", ("Health Testing", ""))
    documents = load_coronanet(write_rows(tmp_path / "policies.jsonl", row, row))
    assert [(item.document.id, item.document.place, item.document.reference_date) for item in documents] == [
        ("coronanet-1", "China/Hubei", "2020-02-01")
    ]


def test_coronanet_mapping_is_whole() -> None:
    for name, _, mapped in MAPPING:
        assert set(mapped or ()) <= set(MEASURES), name
        measures(name, "a sub-type that nobody has coded")  # every type has a row for the rest
    assert set(CUES) <= set(MEASURES)
    assert measures("External Border Restrictions", "") == ("TRAVEL_CONTROL",)
    assert measures("External Border Restrictions", "Negative COVID-19 Test") == ("TRAVEL_CONTROL", "ENTRY_CHECK")


def test_coronanet_says_what_is_wrong(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="CoronaNetDataScience/corona_tscs"):
        load_coronanet(tmp_path / "policies.jsonl")
    good = policy("All are tested.", ("Health Testing", ""))
    for bad in (policy("Text.", ("Weather", "")), {"types": []}, {**good, "types": [["Quarantine"]]}):
        with pytest.raises(ValueError, match=r"policies\.jsonl:2: "):
            load_coronanet(write_rows(tmp_path / "policies.jsonl", good, bad))


def test_ecr_with_its_own_labels(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    text = "病例3，女，38岁，1月20日从武汉返回，咳嗽。"
    spans = [("病例3", "LocalID"), ("女", "Gender"), ("38岁", "Age"), ("1月20日", "Date"), ("从武汉返回", "Event"), ("咳嗽", "Symptom")]
    entities = [[text.index(words), text.index(words) + len(words), label] for words, label in spans]
    inside = text.index("武汉")
    slip = text.index("8岁")
    write_rows(
        tmp_path / "test.txt",
        {"doc_id": 7, "text": text, "entities": [*entities, [inside, inside + 2, "Location"], [slip, slip + 2, "Age"]]},
    )
    document = load_documents(f"ecr:{tmp_path}#test")[0]
    assert [(document.text[e.start : e.end], e.type) for e in document.entities] == spans
    assert [sentence.labels for sentence in document.sentences] == [()]
    assert "2 of 8 spans overlap a longer one or begin inside a number, and are left out" in caplog.text
    write_rows(tmp_path / "test.txt", {"doc_id": 7, "text": text, "entities": [[0, 99, "Age"]]})
    with pytest.raises(ValueError, match=r"test\.txt:1: .*outside the text"):
        load_documents(f"ecr:{tmp_path}#test")
    with pytest.raises(ValueError, match="split '' is none of train, valid, test"):
        load_documents(f"ecr:{tmp_path}")
