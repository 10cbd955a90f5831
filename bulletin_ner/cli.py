"""The command line: `bulletin-ner predict`, and the commands that other installed parts register."""

from __future__ import annotations

import glob
import sys
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from importlib.metadata import entry_points
from pathlib import Path
from typing import Annotated

import typer

from bulletin_ner.exporters import FORMATS
from bulletin_ner.schema import Bulletin

app = typer.Typer(help="Read epidemic bulletins and turn them into data.", no_args_is_help=True, pretty_exceptions_enable=False)

_TEXT_SUFFIXES = (".txt", ".md")


@app.callback()
def _root() -> None:
    """Read epidemic bulletins and turn them into data."""


@app.command()
def predict(
    inputs: Annotated[list[str], typer.Argument(help="Text files, folders, globs, or - for standard input.")],
    format: Annotated[str, typer.Option(help=f"One of {', '.join(FORMATS)}.")] = "table",
    output: Annotated[Path | None, typer.Option(help="A file for all results, or an existing folder for one file each.")] = None,
    reference_date: Annotated[str | None, typer.Option(help="The day of publication, such as 2022-11-10.")] = None,
    model: Annotated[str, typer.Option(help="A saved model's folder.")] = "default",
    backend: Annotated[str, typer.Option(help="onnx or torch.")] = "onnx",
    jobs: Annotated[int, typer.Option(min=1, help="Processes that read at the same time.")] = 1,
) -> None:
    """Read bulletins: bulletin-ner predict examples/ --format csv --output results.csv"""
    if format not in FORMATS:
        _fail(f"--format {format!r} is none of {', '.join(FORMATS)}")
    paths = list(_expand(inputs))
    texts, failed = [], 0
    for name in paths:
        try:
            texts.append((name, _read(name)))
        except (OSError, UnicodeDecodeError) as error:
            failed += 1
            typer.echo(f"{name}: {_reason(error)}", err=True)
    try:
        bulletins = _predict_all([text for _, text in texts], reference_date, model, backend, jobs)
    except ValueError as error:
        _fail(str(error))
    named = [(name, bulletin) for (name, _), bulletin in zip(texts, bulletins, strict=True)]
    try:
        _write(named, format, output)
    except OSError as error:
        _fail(f"{output}: {error.strerror}; choose another --output")
    if failed:
        raise typer.Exit(1)


def main() -> None:
    """The program: own commands, and those of installed parts (entry points `bulletin_ner.commands`)."""
    for entry in entry_points(group="bulletin_ner.commands"):
        app.command(entry.name)(entry.load())
    app()


def _expand(inputs: Sequence[str]) -> Iterator[str]:
    for name in inputs:
        path = Path(name)
        if name == "-" or path.is_file():
            yield name
        elif path.is_dir():
            found = sorted(str(file) for file in path.rglob("*") if file.suffix in _TEXT_SUFFIXES)
            if not found:
                _fail(f"{name}: the folder holds no {' or '.join(_TEXT_SUFFIXES)} file")
            yield from found
        else:
            matches = sorted(match for match in glob.glob(name, recursive=True) if Path(match).is_file())
            if not matches:
                _fail(f"{name}: no such file, folder or match")
            yield from matches


def _read(name: str) -> str:
    data = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    return data.decode("utf-8-sig")


def _reason(error: OSError | UnicodeDecodeError) -> str:
    if isinstance(error, UnicodeDecodeError):
        return f"not UTF-8 at byte {error.start}; convert it, for instance with iconv -f GB18030 -t UTF-8"
    return error.strerror or str(error)


def _predict_all(texts: Sequence[str], reference_date: str | None, model: str, backend: str, jobs: int) -> Iterable[Bulletin]:
    if jobs == 1 or len(texts) < 2:
        from bulletin_ner import load

        return list(load(model, backend).predict_many(texts, reference_date=reference_date))
    chunks = [texts[start::jobs] for start in range(min(jobs, len(texts)))]
    with ProcessPoolExecutor(len(chunks)) as pool:
        parts = list(pool.map(_predict_all, chunks, *([value] * len(chunks) for value in (reference_date, model, backend, 1))))
    return [parts[index % jobs][index // jobs] for index in range(len(texts))]  # type: ignore[index]


def _write(named: Sequence[tuple[str, Bulletin]], format: str, output: Path | None) -> None:
    if output is None:
        sys.stdout.write(FORMATS[format](named))
    elif output.is_dir():
        stems = [Path(name).stem if name != "-" else "stdin" for name, _ in named]
        twice = {stem for stem in stems if stems.count(stem) > 1}
        if twice:
            _fail(f"several inputs are called {sorted(twice)[0]!r}, their results would overwrite each other; give --output a file")
        for stem, item in zip(stems, named, strict=True):
            _replace(output / f"{stem}.{'txt' if format == 'table' else format}", FORMATS[format]([item]))
    else:
        _replace(output, FORMATS[format](named))


def _replace(path: Path, content: str) -> None:
    temporary = path.with_name(path.name + ".part")
    temporary.write_text(content, encoding="utf-8", newline="")
    temporary.replace(path)


def _fail(message: str) -> None:
    typer.echo(message, err=True)
    raise typer.Exit(2)


if __name__ == "__main__":
    main()
