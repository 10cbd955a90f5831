"""Gold links: for each figure the place and date it holds for, the zeros in words, place codes and officials' roles; offsets, no text."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class GoldLink:
    """A figure (``start`` is its COUNT's) or, with an indicator, an explicit zero in words at ``start``; place and date mentions by text
    and ISO value, None where the text tells none."""

    start: int
    place: str | None
    date: str | None
    indicator: str | None = None
    aspect: str | None = None


@dataclass(frozen=True)
class GoldLinks:
    """One document's links. ``codes``: place text to code, None where a reader gives none; ``roles``: an OFFICIAL's start to the
    starts of its ROLEs, so that no title of an outside text stands here."""

    id: str
    links: tuple[GoldLink, ...]
    codes: Mapping[str, str | None]
    roles: Mapping[int, tuple[int, ...]]


def write_links(documents: Iterable[GoldLinks], path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as out:
        for document in documents:
            out.write(json.dumps(asdict(document), ensure_ascii=False) + "\n")


def read_links(folder: Path, files: str = "*.jsonl") -> dict[str, GoldLinks]:
    """All links in a folder's JSONL files by document id; a ValueError names a faulty line. No folder, no links."""
    found = {}
    for path in sorted(folder.glob(files)):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            try:
                row = json.loads(line)
                found[row["id"]] = GoldLinks(
                    id=row["id"],
                    links=tuple(GoldLink(**link) for link in row["links"]),
                    codes=row["codes"],
                    roles={int(start): tuple(roles) for start, roles in row["roles"].items()},
                )
            except (ValueError, KeyError, TypeError) as error:
                raise ValueError(f"{path}:{number}: not a document's links ({error})") from error
    return found
