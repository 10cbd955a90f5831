"""A model folder as a Hugging Face one (`training.hub_model`). Needs the extra 'train'."""

from __future__ import annotations

from pathlib import Path

from bulletin_ner.folder import CARD
from bulletin_ner.saved import ModelError, read_config
from bulletin_ner.tokenization import BulletinTokenizer
from training.formats.convert import Conversion
from training.formats.item import FormatError
from training.formats.output import staged

_LEFT = "a Hugging Face model has no place for the heads of measures, indicators, aspects and kinds, left out: they are in {}"


def convert_model(source: Path, output: Path, to_format: str, force: bool) -> Conversion:
    """Write the Hugging Face folder of a model folder; a FormatError says what is wrong with either."""
    if to_format != "huggingface":
        raise FormatError(f"--from model goes --to huggingface, not to {to_format!r}")
    try:
        from bulletin_ner.torch_backend import load_torch
        from training.hub_model import save_hub_model
    except ImportError as error:
        raise FormatError("converting a model needs the extra 'train': pip install 'bulletin-ner[train]'") from error
    try:
        content = read_config(source)
        network = load_torch(source, content).network.cpu()
    except ModelError as error:
        raise FormatError(str(error)) from error
    special = content["special_tokens"]
    tokenizer = BulletinTokenizer.from_folder(source, special["begin"], special["separator"], special["padding"])
    with staged(output, folder=True, force=force, own=_own) as folder:
        save_hub_model(folder, network, tokenizer, content["labels"]["entity_types"], content["window"], source)
    return Conversion(0, (_LEFT.format(source),))


def _own(name: str) -> bool:
    return name in ("config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", CARD)
