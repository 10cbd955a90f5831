"""A model folder as a Hugging Face one: the encoder with its tagging head, the tokenizer, a card. Needs the extra 'train'.

`AutoModel`, `AutoModelForTokenClassification` and `AutoTokenizer` load it, and `encoder.base` in a training config takes it as it takes
any other folder. The heads for measures, indicators, aspects and kinds have no place in a Hugging Face architecture and stay behind.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bulletin_ner.folder import CARD
from bulletin_ner.saved import ModelError, read_config
from bulletin_ner.tokenization import BulletinTokenizer
from training.formats.convert import Conversion
from training.formats.item import FormatError
from training.formats.output import staged

_LEFT = "a Hugging Face model has no place for the heads of measures, indicators, aspects and kinds, left out: they are in {}"
_NOTE = """
This folder holds the encoder and the entity head (BIO tags) of a bulletin_ner model in float32, for `transformers`:

```python
from transformers import AutoModelForTokenClassification, AutoTokenizer

tokenizer = AutoTokenizer.from_pretrained("FOLDER")
model = AutoModelForTokenClassification.from_pretrained("FOLDER")
```

bulletin_ner itself cleans the text, reads line by line with a separator between, puts a blank before a line that begins with a Latin letter
or a digit, decodes with constraints, and gives measures, values and records besides. The card of the whole model follows.
"""


def convert_model(source: Path, output: Path, to_format: str, force: bool) -> Conversion:
    """Write the Hugging Face folder of a model folder; a FormatError says what is wrong with either."""
    if to_format != "huggingface":
        raise FormatError(f"--from model goes --to huggingface, not to {to_format!r}")
    try:
        from transformers import AutoConfig, AutoModelForTokenClassification

        from bulletin_ner.torch_backend import load_torch
    except ImportError as error:
        raise FormatError("converting a model needs the extra 'train': pip install 'bulletin-ner[train]'") from error
    try:
        content = read_config(source)
        network = load_torch(source, content).network.cpu()
    except ModelError as error:
        raise FormatError(str(error)) from error
    types = content["labels"]["entity_types"]
    tags = ["O", *(f"{prefix}-{name}" for name in types for prefix in "BI")]
    labels = {"id2label": dict(enumerate(tags)), "label2id": {tag: number for number, tag in enumerate(tags)}}
    model = AutoModelForTokenClassification.from_config(AutoConfig.for_model(**{**content["encoder"], **labels}))
    model.base_model.load_state_dict(network.encoder.state_dict())
    model.classifier.load_state_dict(network.tags.state_dict())
    with staged(output, folder=True, force=force, own=_own) as folder:
        model.save_pretrained(folder)
        _tokenizer(source, content).save_pretrained(folder)
        (folder / CARD).write_text(_card(source), encoding="utf-8", newline="")
    return Conversion(0, (_LEFT.format(source),))


def _tokenizer(source: Path, content: dict[str, Any]) -> Any:
    from tokenizers.processors import TemplateProcessing
    from transformers import PreTrainedTokenizerFast

    special = content["special_tokens"]
    tokenizer = BulletinTokenizer.from_folder(source, special["begin"], special["separator"], special["padding"]).library()
    begin, separator, padding = (tokenizer.id_to_token(special[name]) for name in ("begin", "separator", "padding"))
    tokenizer.post_processor = TemplateProcessing(
        single=f"{begin} $A {separator}",
        pair=f"{begin} $A {separator} $B {separator}",
        special_tokens=[(begin, special["begin"]), (separator, special["separator"])],
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        cls_token=begin,
        bos_token=begin,
        sep_token=separator,
        eos_token=separator,
        pad_token=padding,
        model_max_length=content["window"],
    )


def _card(source: Path) -> str:
    """The model's own card under a note, its front matter naming the library; a short one where it has no card."""
    path = source / CARD
    text = path.read_text(encoding="utf-8") if path.is_file() else f"---\nlicense: apache-2.0\n---\n# {source.name}\n"
    front, _, body = text.removeprefix("---\n").partition("\n---\n")
    title, _, rest = body.partition("\n")
    return f"---\n{front}\nlibrary_name: transformers\n---\n{title}\n{_NOTE}{rest}"


def _own(name: str) -> bool:
    return name in ("config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", CARD)
