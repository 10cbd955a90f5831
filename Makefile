.PHONY: test lint corpus-report train kill-resume torture

test:
	pytest

lint:
	ruff check . && ruff format --check . && mypy

corpus-report:
	python -m training.check corpus
	python -m training.overlap corpus
	python -m training.data_card corpus
	python -m training.agreement corpus/agreement/round-2-first.jsonl corpus/agreement/round-2-second.jsonl

train:
	bulletin-ner train --config configs/default.toml

kill-resume:
	python benchmarks/kill_resume.py --model models/default --rows 60

torture:
	python benchmarks/torture.py --stages 100000 --whole 2000
