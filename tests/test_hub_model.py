"""A model folder as a Hugging Face one: it loads with transformers alone and computes what ours does."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from conftest import smoke_config
from huggingface_hub import ModelCard
from safetensors.torch import load_file
from transformers import AutoConfig, AutoModel, AutoModelForTokenClassification, AutoTokenizer

import bulletin_ner
from bulletin_ner.labels import ENTITY_TYPES
from bulletin_ner.torch_backend import load_torch
from training.checkpoint import BEST, HUB
from training.formats.item import FormatError
from training.formats.model import convert_model
from training.setup import build_network

TEXT = "甲县累计报告确诊病例12例，乙镇5例。"


@pytest.fixture(scope="module")
def hub(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hub") / "model"
    done = convert_model(tiny_model, folder, "huggingface", force=False)
    assert "heads of measures, indicators, aspects and kinds, left out" in done.remarks[0]
    return folder


def test_transformers_computes_what_ours_does(hub: Path, tiny_model: Path) -> None:
    content = json.loads((tiny_model / "config.json").read_text(encoding="utf-8"))
    network = load_torch(tiny_model, content).network.cpu()
    tokenizer = AutoTokenizer.from_pretrained(hub)
    model = AutoModelForTokenClassification.from_pretrained(hub).eval()
    batch = tokenizer(TEXT, return_tensors="pt")
    tokens = bulletin_ner.load(tiny_model).tokenizer(TEXT)
    special = content["special_tokens"]
    assert batch["input_ids"][0].tolist() == [special["begin"], *tokens.ids.tolist(), special["separator"]]
    with torch.inference_mode():
        ours = network(batch["input_ids"], batch["attention_mask"])
        theirs = model(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"]).logits
        hidden = AutoModel.from_pretrained(hub)(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"]).last_hidden_state
        encoded = network.encoder(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"]).last_hidden_state
    np.testing.assert_allclose(theirs, ours[..., : network.layout.tags], atol=1e-5)
    np.testing.assert_allclose(hidden, encoded, atol=1e-5)
    assert [model.config.id2label[number] for number in range(3)] == ["O", f"B-{ENTITY_TYPES[0]}", f"I-{ENTITY_TYPES[0]}"]
    assert len(model.config.id2label) == network.layout.tags


def test_a_runs_best_weights_are_a_folder_of_transformers(tiny_model: Path, hub: Path) -> None:
    kept = load_file(tiny_model / "run" / BEST)
    encoder = AutoModel.from_pretrained(tiny_model / "run" / HUB).state_dict()
    inside = {name.removeprefix("encoder."): tensor for name, tensor in kept.items() if name.startswith("encoder.")}
    assert inside
    for name, tensor in inside.items():
        torch.testing.assert_close(encoder[name], tensor, msg=name)
    model = AutoModelForTokenClassification.from_pretrained(tiny_model / "run" / HUB)
    torch.testing.assert_close(model.classifier.weight.data, kept["tags.weight"])
    assert model.config.id2label == AutoConfig.from_pretrained(hub).id2label
    tokenizers = [AutoTokenizer.from_pretrained(folder) for folder in (tiny_model / "run" / HUB, hub)]
    assert tokenizers[0](TEXT)["input_ids"] == tokenizers[1](TEXT)["input_ids"]


def test_an_encoder_without_a_tagging_class_is_written_alone(tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(settings: object) -> None:
        raise ValueError("Unrecognized configuration class")

    monkeypatch.setattr(AutoModelForTokenClassification, "from_config", unknown)
    convert_model(tiny_model, tmp_path / "out", "huggingface", force=False)
    assert AutoConfig.from_pretrained(tmp_path / "out").architectures == ["BertModel"]
    AutoModel.from_pretrained(tmp_path / "out")


def test_training_begins_from_it(hub: Path, tiny_model: Path, tmp_path: Path) -> None:
    network, tokenizer = build_network(smoke_config(tmp_path, encoder__base=str(hub)))
    ours = load_torch(tiny_model, json.loads((tiny_model / "config.json").read_text(encoding="utf-8"))).network.cpu()
    for name, tensor in ours.encoder.state_dict().items():
        torch.testing.assert_close(network.encoder.state_dict()[name], tensor, msg=name)
    assert tokenizer(TEXT).ids.tolist() == bulletin_ner.load(tiny_model).tokenizer(TEXT).ids.tolist()


def test_card_and_files(hub: Path, tiny_model: Path) -> None:
    assert {path.name for path in hub.iterdir()} == {
        "README.md",
        "config.json",
        "model.safetensors",
        "tokenizer.json",
        "tokenizer_config.json",
    }
    card = (hub / "README.md").read_text(encoding="utf-8")
    data = ModelCard(card).data
    assert (data.license, data.library_name, data.pipeline_tag) == ("apache-2.0", "transformers", "token-classification")
    metrics = json.loads((tiny_model / "metrics.json").read_text(encoding="utf-8"))
    assert [(result.dataset_split, result.metric_value) for result in data.eval_results or ()] == [
        (split, round(metrics[split][part][row]["f1"], 4))
        for split in ("dev", "test")
        for part, row in (("entities", "all"), ("measures", "micro"))
    ]
    assert "\n---\n# tiny\n" in card
    assert (tiny_model / "README.md").read_text(encoding="utf-8").splitlines()[-1] in card


def test_faults(tiny_model: Path, hub: Path, tmp_path: Path) -> None:
    with pytest.raises(FormatError, match=r"no config\.json"):
        convert_model(tmp_path, tmp_path / "out", "huggingface", force=False)
    with pytest.raises(FormatError, match="--from model goes --to huggingface, not to 'jsonl'"):
        convert_model(tiny_model, tmp_path / "out", "jsonl", force=False)
    with pytest.raises(FormatError, match="holds files already"):
        convert_model(tiny_model, hub, "huggingface", force=False)
    convert_model(tiny_model, hub, "huggingface", force=True)
