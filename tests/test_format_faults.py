"""Converting between annotation formats: faults name file and line, and nothing is written where it should not be."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from formats_strategies import sample
from hypothesis import given
from hypothesis import strategies as st

from training.documents import GoldEntity, write_jsonl
from training.formats.convert import convert
from training.formats.item import FormatError
from training.formats.output import safe_names
from training.formats.registry import FORMATS


@pytest.mark.parametrize(
    ("name", "file", "content", "message"),
    [
        ("predictions", "a.jsonl", '\n{"text": 1}\n', r"a\.jsonl:2: not a result of predict"),
        ("predictions", "a.json", '{\n"text"', r"a\.json:2: not JSON"),
        ("jsonl", "a.jsonl", "\n", r"a\.jsonl:1: not an annotated document"),
        ("markup", "a.txt", "### a\nlanguage: xx\n---\n甲\n", r"a\.txt:1: a: header has no genre"),
        ("conll", "a.conll", "甲\tB-PLACE\n县\tI-COUNT\n", r"a\.conll:2: tag 'I-COUNT' after 'B-PLACE' is not BIO"),
        ("conll", "a.conll", '# text = "甲乙"\n甲\tO\n丙\tO\n', r"a\.conll:3: token '丙' is not at 1 of `# text`"),
        ("conll", "a.conll", "甲\n", r"a\.conll:1: '甲' is no token"),
        ("conll", "a.conll", "甲\tB-COUNT\tvalue=x\n", r"a\.conll:1: "),
        ("doccano", "a.jsonl", '\n{"text": "甲", "label": [[0, 2, "PLACE"]]}\n', r"a\.jsonl:2: .*span PLACE at 0:2, the text has 1"),
        ("doccano", "a.jsonl", '{"text": "甲", "label": [[0, 1, "PLACE/nowhere"]]}', r"a\.jsonl:1: .*'nowhere' is no kind"),
        ("label-studio", "a.json", "[\n{", r"a\.json:2: not JSON"),
        ("label-studio", "a.json", '[{"text": "甲"}]', r"a\.json: task 1: "),
        ("spacy", "a.spacy", "x", r"a\.spacy: no DocBin"),
        ("brat", "a.txt", "x", r"a\.txt: brat documents are a folder"),
        ("huggingface", "a.txt", "x", r"a\.txt: no folder"),
        ("markup", "none.txt", None, r"none\.txt: no such file"),
        ("xml", "a.txt", "x", "--from 'xml' is none of predictions, jsonl"),
    ],
)
def test_faults_name_file_and_line(name: str, file: str, content: str | None, message: str, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / file).write_text(content, encoding="utf-8")
    with pytest.raises(FormatError, match=message):
        convert(tmp_path / file, tmp_path / "out", name, "jsonl")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(("name", "file"), [("jsonl", "a.jsonl"), ("markup", "a.txt"), ("conll", "a.conll"), ("predictions", "a.json")])
def test_another_encoding_is_named(name: str, file: str, tmp_path: Path) -> None:
    (tmp_path / file).write_bytes("### 甲县通报".encode("gb18030"))
    with pytest.raises(FormatError, match=rf"{file}:?1?: not UTF-8.*iconv -f GB18030"):
        convert(tmp_path / file, tmp_path / "out", name, "brat")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("T1\tPLACE 0 9\t甲县", r"a\.ann:2: T1 is at 0:9, the text has 5"),
        ("T1\tPLACE 0 2\t乙县", r"a\.ann:2: T1 says '乙县', its offsets '甲县'"),
        ("T1\tPLACE 0 1;3 4\t甲 好", r"a\.ann:2: T1 has a gap over"),
        ("A1\tkind T9 site", r"a\.ann:2: attribute of T9"),
        ("T1 PLACE", r"a\.ann:2: 'T1 PLACE' is no text-bound"),
        ("T1\tPLACE 0 2\t甲县\nA1\tkind T1 moon", r"a\.ann:2: kind 'moon' is none of"),
        ("T1\tCOUNT 0 2\t甲县\n#1\tAnnotatorNotes T1\tvalue=many", r"a\.ann:3: value=many: a COUNT's value"),
    ],
)
def test_brat_faults_name_file_and_line(line: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("甲县很好。", encoding="utf-8")
    (tmp_path / "a.ann").write_text(f"\n{line}\n", encoding="utf-8")
    with pytest.raises(FormatError, match=message):
        FORMATS["brat"].read(tmp_path)


def test_what_the_markup_cannot_write_is_said(tmp_path: Path) -> None:
    write_jsonl([sample(entities=(GoldEntity("COUNT", 11, 14),))], tmp_path / "a.jsonl")
    with pytest.raises(FormatError, match="document d-1: COUNT '12例' at 11 has no indicator, which the markup needs"):
        convert(tmp_path / "a.jsonl", tmp_path / "a.txt", "jsonl", "markup")
    write_jsonl([sample(entities=(GoldEntity("DATE", 0, 2, value="soon"),))], tmp_path / "a.jsonl")
    with pytest.raises(FormatError, match=r"cannot be written as markup; nothing was written:\n.*a\.txt:10: .*not ISO 8601"):
        convert(tmp_path / "a.jsonl", tmp_path / "a.txt", "jsonl", "markup")
    assert {path.name for path in tmp_path.iterdir()} == {"a.jsonl"}


IDS = ["../../evil", "/etc/passwd", "..", "", "a\\b", "CON", "a:b\x00c", "甲/乙", "x" * 400, "A", "a", ".hidden", "C:\\evil"]


def test_names_stay_inside_the_folder(tmp_path: Path) -> None:
    write_jsonl([sample(id=name) for name in IDS], tmp_path / "a.jsonl")
    (tmp_path / "inner").mkdir()
    convert(tmp_path / "a.jsonl", tmp_path / "inner/brat", "jsonl", "brat", strict=True)
    assert {path.name for path in tmp_path.iterdir()} == {"a.jsonl", "inner"}
    assert [path.name for path in (tmp_path / "inner").iterdir()] == ["brat"]
    texts = list((tmp_path / "inner/brat").glob("*.txt"))
    assert len(texts) == len(IDS)
    back = FORMATS["brat"].read(tmp_path / "inner/brat")
    assert [item.document.id for item in back.items] == IDS


@given(ids=st.lists(st.text(max_size=30)))
def test_safe_names_are_names_and_differ(ids: list[str]) -> None:
    names = safe_names(ids)
    assert len({name.casefold() for name in names}) == len(ids)
    for name in names:
        assert Path(name).name == name
        assert name[0] not in ". -"
        assert not set(name) & set('/\\:*?"<>|\x00\n')
        assert len(name.encode()) <= 110


def test_nothing_is_overwritten_unasked(tmp_path: Path) -> None:
    write_jsonl([sample()], tmp_path / "a.jsonl")
    (tmp_path / "b.conll").write_text("mine", encoding="utf-8")
    with pytest.raises(FormatError, match=r"b\.conll: is there already"):
        convert(tmp_path / "a.jsonl", tmp_path / "b.conll", "jsonl", "conll")
    assert (tmp_path / "b.conll").read_text(encoding="utf-8") == "mine"
    convert(tmp_path / "a.jsonl", tmp_path / "b.conll", "jsonl", "conll", force=True)
    assert (tmp_path / "b.conll").read_text(encoding="utf-8").startswith("# newdoc id = d-1\n")
    convert(tmp_path / "a.jsonl", tmp_path / "brat", "jsonl", "brat")
    write_jsonl([sample(id="d-2")], tmp_path / "a.jsonl")
    with pytest.raises(FormatError, match="brat: holds files already"):
        convert(tmp_path / "a.jsonl", tmp_path / "brat", "jsonl", "brat")
    convert(tmp_path / "a.jsonl", tmp_path / "brat", "jsonl", "brat", force=True)
    assert sorted(path.name for path in (tmp_path / "brat").iterdir()) == ["annotation.conf", "d-2.ann", "d-2.txt", "documents.json"]
    (tmp_path / "brat/thesis.doc").write_text("mine", encoding="utf-8")
    with pytest.raises(FormatError, match=r"holds 'thesis\.doc', which convert did not write"):
        convert(tmp_path / "a.jsonl", tmp_path / "brat", "jsonl", "brat", force=True)
    with pytest.raises(FormatError, match="a folder, and this format is one file"):
        convert(tmp_path / "a.jsonl", tmp_path / "brat", "jsonl", "conll", force=True)


def test_a_link_is_replaced_not_followed(tmp_path: Path) -> None:
    write_jsonl([sample()], tmp_path / "a.jsonl")
    (tmp_path / "kept").mkdir()
    (tmp_path / "target").write_text("mine", encoding="utf-8")
    (tmp_path / "out").symlink_to(tmp_path / "target")
    convert(tmp_path / "a.jsonl", tmp_path / "out", "jsonl", "conll", force=True)
    assert (tmp_path / "target").read_text(encoding="utf-8") == "mine"
    (tmp_path / "folder").symlink_to(tmp_path / "kept")
    with pytest.raises(FormatError, match="folder: no folder, and this format is one"):
        convert(tmp_path / "a.jsonl", tmp_path / "folder", "jsonl", "brat", force=True)
    assert not list((tmp_path / "kept").iterdir())


def test_a_failure_leaves_no_half_output(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_jsonl([sample()], tmp_path / "a.jsonl")

    def failing(items: object, path: Path) -> None:
        (path / "half.txt").write_text("x", encoding="utf-8")
        raise OSError("disk full")

    monkeypatch.setitem(FORMATS, "brat", replace(FORMATS["brat"], write=failing))
    with pytest.raises(OSError, match="disk full"):
        convert(tmp_path / "a.jsonl", tmp_path / "brat", "jsonl", "brat")
    assert {path.name for path in tmp_path.iterdir()} == {"a.jsonl"}


def _command(*arguments: str) -> subprocess.CompletedProcess[str]:
    program = [sys.executable, "-c", "from bulletin_ner.cli import main; main()", "convert"]
    return subprocess.run([*program, *arguments], capture_output=True, text=True, encoding="utf-8", check=False)


def test_the_command_says_what_it_lost_and_what_is_wrong(tmp_path: Path) -> None:
    write_jsonl([sample()], tmp_path / "a.jsonl")
    source, output = str(tmp_path / "a.jsonl"), str(tmp_path / "a.txt")
    done = _command(source, output, "--from", "jsonl", "--to", "markup")
    assert (done.returncode, done.stdout) == (0, f"1 documents in {output}\n")
    assert done.stderr == "markup cannot hold, left out: text (white space) (1)\n"
    wrong = _command(output, str(tmp_path / "b"), "--from", "conll", "--to", "jsonl")
    assert wrong.returncode == 2
    assert wrong.stderr.startswith(f"{output}:9: ")
    assert "Traceback" not in wrong.stderr
    assert not (tmp_path / "b").exists()
