"""The parallel bulletins tell one thing in three versions, are held out, and equal rows are counted right."""

from __future__ import annotations

import collections
import json
import re
import shutil
from pathlib import Path

import languages
import pytest
from conftest import ROOT

from bulletin_ner.cleaning import clean
from bulletin_ner.folder import CARD, METRICS
from bulletin_ner.labels import LANGUAGES
from bulletin_ner.schema import Bulletin, Entity, Record
from training.data import load_documents
from training.documents import DOCUMENT_LANGUAGES, AnnotatedDocument, GoldEntity
from training.evaluate import score_documents
from training.parallel import format_parallel, group_versions, main, score_parallel, share_equal, table_rows

FOLDER = ROOT / "corpus/parallel"
MARKS = re.compile(r"\[[A-Z]:|\|[^\]\n]*\]|\]|\{[^}]*\}")


@pytest.fixture(scope="module")
def bulletins() -> dict[str, dict[str, AnnotatedDocument]]:
    groups: dict[str, dict[str, AnnotatedDocument]] = collections.defaultdict(dict)
    for document in load_documents(str(FOLDER)):
        groups[document.id.rpartition("-")[0]][document.language] = document
    return groups


@pytest.fixture(scope="module")
def seen() -> str:
    """What training sees, without marks, as the model reads it."""
    return clean(MARKS.sub("", "\n".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "corpus/train").glob("*.txt"))))).text


def test_the_versions_tell_the_same(bulletins: dict[str, dict[str, AnnotatedDocument]]) -> None:
    assert len(bulletins) >= 40
    for name, versions in bulletins.items():
        assert set(versions) == set(LANGUAGES), name
        assert len({(document.place, document.reference_date, document.disease, document.genre) for document in versions.values()}) == 1, (
            name
        )
        facts = [
            (
                collections.Counter((e.indicator, e.aspect, str(e.value), e.modifier) for e in document.entities if e.type == "COUNT"),
                collections.Counter(e.value for e in document.entities if e.type == "DATE"),
                collections.Counter(e.type for e in document.entities if e.type in ("OFFICIAL", "ROLE")),
                [sentence.labels for sentence in document.sentences if sentence.labels],
            )
            for document in versions.values()
        ]
        assert facts[0] == facts[1] == facts[2], name


def test_training_knows_neither_their_counties_nor_their_sentences(bulletins: dict[str, dict[str, AnnotatedDocument]], seen: str) -> None:
    for name, versions in bulletins.items():
        units = versions["zh-Hans"].place.split("/")
        assert len(units) == 1 or units[-1][:2] not in seen, name
        for document in versions.values():
            text = clean(document.text).text
            for line in text.split("\n"):
                for sentence in re.split(r"(?<=[。！？])|(?<=\.) ", line):
                    if len(sentence) > (60 if document.language == "en" else 20):
                        assert sentence not in seen, (name, sentence)


def test_zero_shot_has_eight_in_each_language() -> None:
    documents = load_documents(str(ROOT / "corpus/zero-shot"))
    counts = collections.Counter(document.language for document in documents)
    assert counts == dict.fromkeys(set(DOCUMENT_LANGUAGES) - set(LANGUAGES), 8)
    for language in counts:
        types = {entity.type for document in documents if document.language == language for entity in document.entities}
        assert types == {"PLACE", "COUNT", "DATE", "OFFICIAL", "ROLE"}, language


def test_the_card_tells_the_scores_in_further_languages(tmp_path: Path, tiny_model: Path) -> None:
    shutil.copy(tiny_model / METRICS, tmp_path)
    documents = load_documents(str(ROOT / "corpus/zero-shot"))[:16]
    right = [Bulletin(d.text, "en", None, "m", tuple(_found(entity, d.text) for entity in d.entities), (), ()) for d in documents]
    languages.record(tmp_path, score_documents(documents, right))
    card = (tmp_path / CARD).read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\w\w) \| 1\.000 \| 1\.000 \| 0\.000 \| (\d+) \|$", card.partition("never trained on (16 documents")[2], re.M)
    assert rows == [(name, str(count)) for name, count in collections.Counter(d.language for d in documents for _ in d.entities).items()]


def test_the_default_models_card_has_the_scores_of_the_page() -> None:
    page, card = ((ROOT / name).read_text(encoding="utf-8") for name in ("docs/languages.md", "models/default/README.md"))
    told = {cells[0][-3:-1]: (cells[8], cells[10], cells[9]) for cells in _rows(page.partition("zero-shot: written")[2])}
    assert {cells[0]: (cells[1], cells[2], cells[3]) for cells in _rows(card.partition("never trained on")[2])} == told
    assert told.keys() == set(DOCUMENT_LANGUAGES) - set(LANGUAGES)


def _rows(page: str) -> list[list[str]]:
    """The cells of a table whose rows end in a figure."""
    return [line.strip("| ").split(" | ") for line in page.splitlines() if re.match(r"\|.*\d \|$", line)]


def _found(gold: GoldEntity, text: str) -> Entity:
    return Entity(0, gold.type, text[gold.start : gold.end], gold.start, gold.end, 1.0)


def _record(value: float, code: str | None = "140728", date: str = "2022-04-26", aspect: str = "new") -> Record:
    return Record("infections", aspect, value, "exact", "例", None, code, date, None, None, None, None, None, 0, 1, 1.0)


def _bulletin(*records: Record) -> Bulletin:
    return Bulletin("text", "zh-Hans", None, "m", (), (), records)


def test_equal_rows_by_hand() -> None:
    first = _bulletin(_record(3), _record(3), _record(5))
    second = _bulletin(_record(3), _record(5, code=None))
    third = _bulletin(_record(3), _record(7))
    tables = [[table_rows(bulletin) for bulletin in (first, second, third)]]
    assert share_equal([tables[0][:2]]) == {"share": 2 / 5, "rows": 5, "identical": 0, "bulletins": 1}
    assert share_equal(tables)["share"] == 3 / 7
    without = ("indicator", "aspect", "value", "date")
    assert share_equal([[table_rows(first, without), table_rows(second, without)]])["share"] == 4 / 5
    assert share_equal([[table_rows(third), table_rows(third)], [table_rows(first), table_rows(_bulletin())]]) == {
        "share": 4 / 7,
        "rows": 7,
        "identical": 1,
        "bulletins": 2,
    }
    assert share_equal([[table_rows(_bulletin()), table_rows(_bulletin())]])["share"] == 1.0


def test_scores_of_blank_predictions(bulletins: dict[str, dict[str, AnnotatedDocument]]) -> None:
    documents = list(bulletins["par-01"].values())
    blank = [Bulletin(document.text, document.language, None, "m", (), (), ()) for document in documents]
    scores = score_parallel(documents, blank)
    assert scores["equality"]["zh-Hans = zh-Hant = en"]["all fields"] == {"share": 1.0, "rows": 0, "identical": 1, "bulletins": 1}
    assert scores["versions"]["en"]["figures"] == {"precision": 0.0, "recall": 0.0, "f1": 0.0, "support": 9}
    assert "1 bulletins in 3 versions" in format_parallel(scores)


def test_a_missing_or_second_version_is_an_error(bulletins: dict[str, dict[str, AnnotatedDocument]]) -> None:
    documents = list(bulletins["par-01"].values())
    blank = [Bulletin(document.text, document.language, None, "m", (), (), ()) for document in documents]
    with pytest.raises(ValueError, match="par-01: has zh-Hans, zh-Hant; a parallel bulletin needs zh-Hans, zh-Hant, en"):
        group_versions(documents[:2], blank[:2])
    with pytest.raises(ValueError, match="par-01-en: a second version of 'par-01' in en"):
        group_versions([*documents, documents[2]], [*blank, blank[2]])


def test_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "par-01.txt").write_text((FOLDER / "par-01.txt").read_text(encoding="utf-8"), encoding="utf-8")
    assert main([str(tmp_path), "--format", "json", "--output", str(tmp_path / "out.json")]) == 0
    scores = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    assert scores["bulletins"] == 1
    assert scores["equality"]["zh-Hans = zh-Hant"]["all fields"]["rows"] > 0
    assert main([str(tmp_path / "none")]) == 2
    assert "no such corpus folder" in capsys.readouterr().err
