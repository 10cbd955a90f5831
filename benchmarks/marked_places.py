"""Places of a page that a script fills: between `<!-- NAME: written by `python benchmarks/SCRIPT` -->` and `<!-- /NAME -->`."""

from __future__ import annotations


def fill_place(page: str, name: str, script: str, content: str) -> str:
    """The page with that place filled anew; a ValueError where it has none."""
    mark = f"<!-- {name}: written by `python benchmarks/{script}` -->\n"
    head, found, rest = page.partition(mark)
    _, end, tail = rest.partition(f"<!-- /{name} -->")
    if not found or not end:
        raise ValueError(f"no place is marked for the table {name}, put its two comments back: {mark.strip()} and <!-- /{name} -->")
    return f"{head}{mark}{content}\n{end}{tail}"
