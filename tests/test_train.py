"""Training end to end on the tiny encoder: what it writes, that it learns, resumes, and exports what it trained."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from conftest import ROOT, smoke_config
from safetensors.torch import load_file
from transformers import DebertaV2Config, DebertaV2Model, PreTrainedTokenizerFast, XLMRobertaConfig, XLMRobertaModel

import bulletin_ner
from bulletin_ner.features import layout_of
from bulletin_ner.labels import LabelInventory
from bulletin_ner.network import JointNetwork
from bulletin_ner.onnx_backend import OnnxBackend
from bulletin_ner.tokenization import Tokens
from bulletin_ner.torch_backend import TorchBackend, has_bf16, load_torch
from training import train as train_module
from training.augmentation import CHANGES
from training.base_encoder import build_tokenizer
from training.config import Config, ConfigError
from training.data import DataError, Example, load_documents, longer_sentences
from training.evaluate import predict_documents, score_documents
from training.export import save_model
from training.setup import build_network, build_tagger
from training.train import train


def test_the_folder_holds_everything(tiny_model: Path) -> None:
    names = {path.name for path in tiny_model.iterdir()}
    assert names >= {
        "config.json",
        "vocabulary.npz",
        "embeddings.safetensors",
        "weights.safetensors",
        "model.onnx",
        "metrics.json",
        "README.md",
    }
    metrics = json.loads((tiny_model / "metrics.json").read_text(encoding="utf-8"))
    assert [row["epoch"] for row in metrics["history"]] == [1, 2, 3, 4]
    assert metrics["history"][-1]["loss"] < metrics["history"][0]["loss"]
    card = (tiny_model / "README.md").read_text(encoding="utf-8")
    assert f"| all | {metrics['test']['entities']['all']['precision']:.3f} |" in card


def test_it_learns_three_documents_by_heart(tmp_path: Path) -> None:
    changes = {"training__epochs": 150, "training__checkpoint_steps": 1000, "encoder__dropout": 0.0, "heads__dropout": 0.0}
    changes |= {f"augmentation__{name}": 0.0 for name in CHANGES}  # by heart: the documents stay as they are
    model = train(smoke_config(tmp_path / "model", **changes, export__weights="float32", export__embeddings="float32"))
    documents = load_documents(str(ROOT / "tests/data/smoke.txt"))
    scores = score_documents(documents, predict_documents(bulletin_ner.load(model), documents))
    assert scores["entities"]["all"]["f1"] > 0.95
    assert scores["measures"]["micro"]["f1"] > 0.95
    assert scores["values"]["COUNT.indicator"]["accuracy"] == 1


def test_a_killed_run_resumes_to_the_same_weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = train(smoke_config(tmp_path / "whole", training__checkpoint_steps=1))

    class Killed(Exception):
        pass

    loss, calls = train_module.joint_loss, []

    def failing(*arguments: object) -> torch.Tensor:
        calls.append(1)
        if len(calls) == 4:
            raise Killed
        return loss(*arguments)  # type: ignore[arg-type]

    config = smoke_config(tmp_path / "killed", training__checkpoint_steps=1)
    monkeypatch.setattr(train_module, "joint_loss", failing)
    with pytest.raises(Killed):
        train(config)
    monkeypatch.setattr(train_module, "joint_loss", loss)
    resumed = train(config)
    first, second = (load_file(folder / "run" / "checkpoint.safetensors") for folder in (whole, resumed))
    assert first.keys() == second.keys()
    for name in first:
        torch.testing.assert_close(first[name], second[name], msg=name)


def test_another_configs_checkpoint_is_refused(tmp_path: Path) -> None:
    train(smoke_config(tmp_path / "model", training__epochs=1))
    with pytest.raises(ConfigError, match="written with another config"):
        train(smoke_config(tmp_path / "model", training__epochs=2))


def test_it_starts_from_a_saved_model(tiny_model: Path, tmp_path: Path) -> None:
    fresh, _ = build_network(smoke_config(tmp_path))
    started, _ = build_network(smoke_config(tmp_path, run__start=str(tiny_model)))
    kept = load_file(tiny_model / "run" / "best.safetensors")
    torch.testing.assert_close(dict(started.named_parameters())["tags.weight"].data, kept["tags.weight"])
    assert not torch.equal(fresh.tags.weight, started.tags.weight)


def _network(config: Config) -> tuple[JointNetwork, np.ndarray, np.ndarray]:
    torch.manual_seed(0)
    network, _ = build_network(config)
    ids = np.random.default_rng(0).integers(5, 300, size=(3, 32))
    mask = np.ones_like(ids)
    mask[1, 20:] = 0
    return network, ids, mask


def _row_by_row(backend: OnnxBackend, ids: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Features of the real tokens, (tokens, width): the exported graph takes no padding."""
    lengths = mask.sum(axis=1)
    rows = [backend(row[None, :length], np.ones((1, length), np.int64))[0] for row, length in zip(ids, lengths, strict=True)]
    return np.concatenate(rows)


def test_the_exported_graph_computes_what_torch_does(tmp_path: Path) -> None:
    config = smoke_config(tmp_path / "m", export__weights="float32", export__embeddings="float32")
    network, ids, mask = _network(config)
    _, tokenizer = build_network(config)
    save_model(tmp_path / "m", network, tokenizer, config, build_tagger(network, tokenizer, config).settings)
    wanted = TorchBackend(network)(ids, mask)
    graph = _row_by_row(OnnxBackend(tmp_path / "m" / "model.onnx"), ids, mask)
    reread = load_torch(tmp_path / "m", json.loads((tmp_path / "m" / "config.json").read_text(encoding="utf-8")))(ids, mask)
    real = mask.astype(bool)
    np.testing.assert_allclose(graph, wanted[real], atol=2e-5)
    np.testing.assert_allclose(reread[real], wanted[real], atol=2e-5)


def test_bf16_where_the_device_has_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    network, ids, mask = _network(smoke_config(tmp_path / "m"))
    whole, rounded = TorchBackend(network)(ids, mask), TorchBackend(network, bf16=True)(ids, mask)
    assert whole.dtype == rounded.dtype == np.float32
    real = mask.astype(bool)
    assert 0 < np.abs(whole - rounded)[real].max() < 0.05 * np.abs(whole[real]).max()
    assert not has_bf16("cpu")
    for supported in (True, False):
        monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda including_emulation, own=supported: own and not including_emulation)
        monkeypatch.setattr(torch.backends.mps, "is_macos_or_newer", lambda major, minor, own=supported: own and (major, minor) == (14, 0))
        assert has_bf16("cuda") is has_bf16("mps") is supported


def test_eight_bits_are_close(tmp_path: Path) -> None:
    config = smoke_config(tmp_path / "m")
    network, ids, mask = _network(config)
    _, tokenizer = build_network(config)
    save_model(tmp_path / "m", network, tokenizer, config, build_tagger(network, tokenizer, config).settings)
    wanted = TorchBackend(network)(ids, mask)[mask.astype(bool)]
    found = _row_by_row(OnnxBackend(tmp_path / "m" / "model.onnx"), ids, mask)
    assert np.corrcoef(wanted.ravel(), found.ravel())[0, 1] > 0.97


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::UserWarning")
def test_an_encoder_of_another_family_is_exported_too(tmp_path: Path) -> None:
    settings = DebertaV2Config(
        vocab_size=400,
        hidden_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=128,
        relative_attention=True,
        pos_att_type=["c2p", "p2c"],
    )
    torch.manual_seed(0)
    network = JointNetwork(DebertaV2Model(settings), layout_of(LabelInventory()), 16, 0.0)
    _, tokenizer = build_network(smoke_config(tmp_path))
    save_model(
        tmp_path / "m",
        network,
        tokenizer,
        smoke_config(tmp_path / "m"),
        build_tagger(network, tokenizer, smoke_config(tmp_path / "m")).settings,
    )
    ids = np.random.default_rng(0).integers(5, 300, size=(3, 48))
    mask = np.ones_like(ids)
    wanted = TorchBackend(network)(ids, mask)
    np.testing.assert_allclose(OnnxBackend(tmp_path / "m" / "model.onnx")(ids, mask), wanted, atol=1e-4)


def test_a_folder_works_as_base(tmp_path: Path) -> None:
    """An XLM-R of another size, with its own tokenizer: its positions begin behind the padding index."""
    pieces = [(piece, 0.0) for piece in ("<s>", "<pad>", "</s>", "<unk>")] + [(char, -2.0) for char in "▁甲乙县镇报告例新增0123456789ab"]
    settings = XLMRobertaConfig(
        vocab_size=len(pieces) + 1,
        hidden_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=200,
        type_vocab_size=1,
        pad_token_id=1,
    )
    torch.manual_seed(0)
    base = tmp_path / "base"
    XLMRobertaModel(settings, add_pooling_layer=False).save_pretrained(base)
    special = {"bos_token": "<s>", "cls_token": "<s>", "eos_token": "</s>", "sep_token": "</s>", "pad_token": "<pad>", "unk_token": "<unk>"}
    PreTrainedTokenizerFast(tokenizer_object=build_tokenizer(pieces, 3), **special).save_pretrained(base)
    with pytest.raises(ConfigError, match=r"prediction\.window: 300 tokens, but the encoder reads at most 198"):
        build_network(smoke_config(tmp_path, encoder__base=str(base), training__window=128, prediction__window=300))
    windows = {"training__window": 128, "prediction__window": 160}
    config = smoke_config(tmp_path / "m", encoder__base=str(base), export__weights="float32", export__embeddings="float32", **windows)
    network, tokenizer = build_network(config)
    save_model(tmp_path / "m", network, tokenizer, config, build_tagger(network, tokenizer, config).settings)
    ids = np.random.default_rng(0).integers(4, len(pieces), size=(2, 32))
    mask = np.ones_like(ids)
    mask[1, 10:] = 0
    ids[1, 10:] = 1
    real = mask.astype(bool)
    found = _row_by_row(OnnxBackend(tmp_path / "m" / "model.onnx"), ids, mask)
    np.testing.assert_allclose(found, TorchBackend(network)(ids, mask)[real], atol=2e-5)
    assert bulletin_ner.load(tmp_path / "m").predict("甲县报告新增3例").text == "甲县报告新增3例"


def test_data_faults_are_said(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such corpus"):
        load_documents(str(tmp_path / "none"))
    with pytest.raises(DataError, match="no documents"):
        load_documents(str(tmp_path))
    (tmp_path / "bad.txt").write_text("### a\nlanguage: zh-Hans\ngenre: x\ndisease: x\nplace: x\n---\n有3例。{}\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"bad\.txt:7: .*'3'"):
        load_documents(str(tmp_path))


def test_an_unknown_base_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="'./no-such-folder' is no folder"):
        build_network(smoke_config(tmp_path, encoder__base="./no-such-folder"))


def test_sentences_longer_than_a_window_are_counted() -> None:
    empty = np.zeros((0, 2), np.int64)
    sentences = np.array([[0, 40], [40, 140], [140, 300]], np.int64)
    measures = np.array([[1], [0], [1]], np.float32)
    none = np.zeros(0, np.int64)
    tokens = Tokens(np.arange(300), np.arange(300), np.arange(1, 301), np.ones(300, bool))
    example = Example(tokens, np.zeros(300, np.int64), sentences, measures, empty, none, none, none)
    assert [longer_sentences([example], size) for size in (30, 100, 159, 160)] == [2, 1, 1, 0]


def test_a_glob_names_some_files_of_a_split() -> None:
    some = load_documents(str(ROOT / "corpus/dev/dev-0[1-3]*.txt"))
    every = load_documents(str(ROOT / "corpus/dev"))
    assert some == every[: len(some)]
    assert 0 < len(some) < len(every)
    with pytest.raises(DataError, match="no such corpus"):
        load_documents(str(ROOT / "corpus/dev/none-*.txt"))
