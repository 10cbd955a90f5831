"""The learnt linker: its network in NumPy and in torch, its training, and a model folder with one."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import torch
from conftest import ROOT, smoke_config
from marked import read

import bulletin_ner
from bulletin_ner.folder import CONFIG, LINKER
from bulletin_ner.labels import EPIDEMIC_INDICATORS
from bulletin_ner.linking.nodes import CLUES, Nodes
from bulletin_ner.linking.scorer import LinkScorer, load_scorer, save_scorer
from bulletin_ner.normalisation.links import Links, Ruling
from bulletin_ner.saved import ModelError
from training import linker
from training.config import Config
from training.data import load_sources
from training.link_network import LinkExample, LinkNetwork, exported, projection, to_batch
from training.links import GoldLink, GoldLinks, read_links, write_links
from training.train import train

TEXT = "11月4日，海丰县新增确诊病例5例。陆河县无新增死亡病例。\n截至11月5日8时，海丰县累计报告确诊病例12例，其中梅陇镇7例。"


@pytest.fixture(scope="module")
def examples(tiny_model: Path) -> list[LinkExample]:
    return linker.read_examples(tiny_model, load_sources([str(ROOT / "corpus/dev")]), read_links(ROOT / "corpus/links"))


@pytest.fixture(scope="module")
def network(examples: list[LinkExample]) -> LinkNetwork:
    return linker.fit(examples, epochs=2)


@pytest.fixture(scope="module")
def linked(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny model with a linker that the command trained."""
    folder = tmp_path_factory.mktemp("linked") / "tiny"
    shutil.copytree(tiny_model, folder, ignore=shutil.ignore_patterns("run"))
    assert linker.main([str(folder), "--data", str(ROOT / "corpus/dev"), "--links", str(ROOT / "corpus/links"), "--epochs", "1"]) == 0
    return folder


def _scores(network: LinkNetwork, example: LinkExample) -> tuple[np.ndarray, np.ndarray]:
    weight, bias = projection(network)
    scorer = LinkScorer(exported(network))
    vectors = example.vectors.astype(np.float32) @ weight + bias
    return scorer.scores(example.view.nodes, vectors, example.view.places, example.view.dates)


def _right(network: LinkNetwork, examples: Sequence[LinkExample]) -> int:
    """How many places and dates of linked figures have the highest score."""
    count = 0
    for example in examples:
        for target, (scores, choices) in enumerate(zip(_scores(network, example), (example.view.places, example.view.dates), strict=True)):
            for figure in np.flatnonzero(example.linked):
                rows = np.flatnonzero(choices.figure == figure)
                count += bool(example.right[target][rows[scores[rows].argmax()]])
    return count


def test_numpy_and_torch_give_the_same_scores(examples: list[LinkExample], network: LinkNetwork) -> None:
    short = [example for example in examples if len(example.view.nodes) <= 192][:6]  # longer ones are read in windows
    assert len({len(example.view.nodes) for example in short}) > 1  # so that some are padded
    with torch.no_grad():
        together = network(to_batch(short))
    for target in (0, 1):
        alone = np.concatenate([_scores(network, example)[target] for example in short])
        assert np.abs(together[target].numpy() - alone).max() < 1e-3


def test_training_learns_what_the_rules_miss(examples: list[LinkExample]) -> None:
    few = [example for example in examples if not example.ruled[example.linked].all() and len(example.view.nodes) < 120][:4]
    ruled = sum(int(example.ruled[example.linked].sum()) for example in few)
    assert _right(linker.fit(few, epochs=1), few) < ruled < _right(linker.fit(few, epochs=50), few)


def test_training_gives_the_same_network_again(examples: list[LinkExample]) -> None:
    one, two = (exported(linker.fit(examples[:4], epochs=1, seed=3)) for _ in range(2))
    assert all(np.array_equal(one[name], two[name]) for name in one)


def test_windows_of_a_long_document_meet(network: LinkNetwork) -> None:
    """Far enough from the edges of a window, copies of one passage look alike, and each node has its own vector."""
    generator = np.random.default_rng(0)
    clues = np.tile((generator.random((30, len(CLUES))) < 0.1).astype(np.float32), (30, 1))
    vectors = np.tile(generator.random((30, 96), np.float32), (30, 1))
    places = np.stack([np.arange(900) // 3] * 3, 1)
    nodes = Nodes(clues, places, np.full(900, -1), np.full((900, 2), -1), {}, np.arange(0, 900, 3))
    inner = LinkScorer(exported(network)).encode(nodes, vectors).reshape(30, 30, -1)[3:-3]
    assert np.abs(inner - inner[0]).max() < 0.1 * np.abs(inner[0][0] - inner[0][1]).max()


def test_a_linked_model_reads_alike_with_both_backends(linked: Path) -> None:
    one, two = (bulletin_ner.load(linked, backend=name).predict(TEXT, "2022-11-05") for name in ("onnx", "torch"))
    assert one.records == two.records


def test_the_linker_decides_on_figures_and_the_rules_on_zeros() -> None:
    marked = "[D:11月4日]，[P:海丰县]新增确诊病例[C:5例|confirmed_cases new]。[P:陆河县]无新增死亡病例。"

    def last_place(ruling: Ruling) -> Links:
        last = [entity.id for entity in ruling.entities if entity.type == "PLACE"][-1]
        return Links({key: last if key >= 0 else place for key, place in ruling.links.place.items()}, ruling.links.date)

    assert [(record.place, record.value) for record in read(marked).records] == [("广东省汕尾市海丰县", 5), ("广东省汕尾市陆河县", 0)]
    assert [(record.place, record.value) for record in read(marked, last_place).records] == [
        ("广东省汕尾市陆河县", 5),
        ("广东省汕尾市陆河县", 0),
    ]


def test_a_folder_without_a_linker_of_the_format_before_is_read(tiny_model: Path, tmp_path: Path) -> None:
    folder = tmp_path / "before"
    shutil.copytree(tiny_model, folder, ignore=shutil.ignore_patterns("run"))
    content = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
    content["format"] = 4
    del content["layout"]["mentions"]
    (folder / CONFIG).write_text(json.dumps(content), encoding="utf-8")
    assert bulletin_ner.load(folder).predict(TEXT).records == bulletin_ner.load(tiny_model).predict(TEXT).records


def test_a_linker_of_other_clues_is_named(linked: Path, network: LinkNetwork, tmp_path: Path) -> None:
    folder = tmp_path / "other"
    shutil.copytree(linked, folder)
    weights = exported(network)
    weights["clues.weight"] = weights["clues.weight"][1:]
    save_scorer(weights, folder / LINKER)
    content = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
    content["files"][LINKER]["bytes"] = (folder / LINKER).stat().st_size
    (folder / CONFIG).write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(ModelError, match=rf"{LINKER}.*other clues.*train it anew"):
        bulletin_ner.load(folder)


def test_a_cut_linker_is_named(linked: Path, tmp_path: Path) -> None:
    folder = tmp_path / "cut"
    shutil.copytree(linked, folder)
    (folder / LINKER).write_bytes((folder / LINKER).read_bytes()[:100])
    with pytest.raises(ModelError, match=LINKER):
        bulletin_ner.load(folder)


def test_a_saved_scorer_is_the_same(network: LinkNetwork, tmp_path: Path) -> None:
    weights = exported(network)
    save_scorer(weights, tmp_path / LINKER)
    again = load_scorer(tmp_path / LINKER)
    assert again.weights.keys() == weights.keys()
    assert all(np.allclose(again.weights[name], array, atol=1e-2) for name, array in weights.items())


def test_vectors_are_kept_for_the_next_time(tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    documents = load_sources([str(ROOT / "corpus/dev")])[:3]
    keep = tmp_path / "vectors.safetensors"
    one = linker.read_vectors(tiny_model, documents[:2], keep)
    two = linker.read_vectors(tiny_model, documents, keep)
    assert all(np.array_equal(one[name], two[name]) for name in one)
    assert all(len(two[document.id]) == len(document.entities) + len(document.sentences) for document in documents)
    monkeypatch.setattr("training.link_vectors.both_layers", None)  # nothing is left to read
    assert linker.read_vectors(tiny_model, documents, keep).keys() == two.keys()


def _linked_config(tmp_path: Path, epochs: int, name: str) -> Config:
    """The smoke config with one link in ``name``, a document of its training or not."""
    document = load_sources([str(ROOT / "tests/data/smoke.txt")])[0]
    figure = next(entity for entity in document.entities if entity.indicator in EPIDEMIC_INDICATORS)
    write_links([GoldLinks(name or document.id, (GoldLink(figure.start, None, None),), {}, {})], tmp_path / "links.jsonl")
    return smoke_config(tmp_path / f"run-{epochs}", training__epochs=1, linker__epochs=epochs, data__links=str(tmp_path))


def test_a_run_trains_a_linker_where_its_config_says_so(tmp_path: Path) -> None:
    folder = train(_linked_config(tmp_path, 1, ""))
    assert bulletin_ner.load(folder).settings.mentions == 96
    assert not (train(_linked_config(tmp_path, 0, "")) / LINKER).exists()


def test_a_run_without_links_for_its_linker_ends_at_once(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"needs gold links of figures.*linker\.epochs to 0"):
        train(_linked_config(tmp_path, 1, "another"))
    with pytest.raises(ValueError, match=r"name their folder in data\.links"):
        smoke_config(tmp_path / "run", linker__epochs=1)


def test_the_command_names_what_is_missing(linked: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = str(ROOT / "corpus/dev")
    assert linker.main([str(linked), "--data", data, "--links", str(tmp_path)]) == 2
    assert "needs gold links" in capsys.readouterr().err
    write_links([GoldLinks("no-such", (GoldLink(0, None, None),), {}, {})], tmp_path / "links.jsonl")
    assert linker.main([str(linked), "--data", data, "--links", str(tmp_path)]) == 2
    assert "needs gold links" in capsys.readouterr().err
    assert linker.main([str(tmp_path), "--data", data]) == 2
    assert str(tmp_path) in capsys.readouterr().err
