"""A network as a folder of the Hugging Face kind: the encoder with its tagging head in float32, the tokenizer, a card.

`AutoModel`, `AutoModelForTokenClassification` and `AutoTokenizer` load it, and `encoder.base` in a training config takes it as it takes
any other folder. The heads for measures, indicators, aspects and kinds have no place in a Hugging Face architecture.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from huggingface_hub import ModelCard
from tokenizers import Tokenizer
from tokenizers.processors import TemplateProcessing
from transformers import AutoConfig, AutoModelForTokenClassification, PreTrainedTokenizerFast

from bulletin_ner.folder import CARD
from bulletin_ner.network import JointNetwork
from bulletin_ner.tokenization import BulletinTokenizer

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


def save_hub_model(
    folder: Path, network: JointNetwork, tokenizer: BulletinTokenizer, entity_types: Sequence[str], window: int, model: Path
) -> None:
    """Write the folder. ``model``: the model's own folder, for its card; ``window``: the most tokens of one text, as the tokenizer says.

    Of an encoder for which transformers has no class with one linear head over its tokens the encoder alone is written, which `AutoModel`
    loads.
    """
    tags = ["O", *(f"{prefix}-{name}" for name in entity_types for prefix in "BI")]
    labels = {"id2label": dict(enumerate(tags)), "label2id": {tag: number for number, tag in enumerate(tags)}}
    whole = _tagging_model(AutoConfig.for_model(**{**network.encoder.config.to_dict(), **labels}))
    if whole is None:
        network.encoder.save_pretrained(folder)
    else:
        whole.base_model.load_state_dict(network.encoder.state_dict())
        whole.classifier.load_state_dict(network.tags.state_dict())
        whole.save_pretrained(folder)
    _as_transformers(tokenizer, window).save_pretrained(folder)
    (folder / CARD).write_text(_card(model), encoding="utf-8", newline="")


def _tagging_model(settings: Any) -> Any:
    """The encoder with one linear head, or None: with any layer between, its logits would not be ours."""
    try:
        model = AutoModelForTokenClassification.from_config(settings)
    except ValueError:
        return None
    heads = {name.split(".")[0] for name, _ in model.named_parameters()} - {model.base_model_prefix}
    return model if heads == {"classifier"} else None


def _as_transformers(own: BulletinTokenizer, window: int) -> PreTrainedTokenizerFast:
    tokenizer = Tokenizer.from_str(own.library().to_str())  # a copy: it gets special tokens around a text, which ours adds itself
    begin, separator, padding = (tokenizer.id_to_token(special) for special in (own.begin, own.separator, own.padding))
    tokenizer.post_processor = TemplateProcessing(
        single=f"{begin} $A {separator}",
        pair=f"{begin} $A {separator} $B {separator}",
        special_tokens=[(begin, own.begin), (separator, own.separator)],
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        cls_token=begin,
        bos_token=begin,
        sep_token=separator,
        eos_token=separator,
        pad_token=padding,
        model_max_length=window,
    )


def _card(model: Path) -> str:
    """The model's own card under a note, its front matter naming the library; a short one where it has no card."""
    path = model / CARD
    card = ModelCard(path.read_text(encoding="utf-8") if path.is_file() else f"---\nlicense: apache-2.0\n---\n# {model.name}\n")
    card.data["library_name"] = "transformers"
    title, _, rest = card.text.lstrip("\n").partition("\n")
    return f"---\n{card.data.to_yaml()}\n---\n{title}\n{_NOTE}{rest}"
