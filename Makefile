.PHONY: test lint corpus-report train

test:
	pytest

lint:
	ruff check . && ruff format --check . && mypy

corpus-report:
	python -m training.check corpus
	python -m training.overlap corpus
	python -m training.data_card corpus

train:
	bulletin-ner train --config configs/default.toml
