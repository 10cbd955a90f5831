"""The commands of `bulletin-ner`, a module each; `bulletin_ner.cli` registers them."""
