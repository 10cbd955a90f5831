"""HTML as a tree of elements, so that whatever a text holds is escaped by construction, and a page around it that loads nothing."""

from __future__ import annotations

import base64
import functools
import hashlib
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterable, Mapping
from pathlib import Path
from xml.etree.ElementTree import Element

_STYLE = Path(__file__).parent / "data" / "page.css"
# What HTML has no place for: control characters but tab and line ends, lone surrogates, noncharacters.
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")


def node(tag: str, attributes: Mapping[str, str] | None = None, *children: Element | str) -> Element:
    """An element with its attributes and children in order; strings are text, never markup."""
    element = Element(tag, {name: fit(value) for name, value in (attributes or {}).items()})
    last: Element | None = None
    for child in children:
        if not isinstance(child, str):
            element.append(child)
            last = child
        elif last is None:
            element.text = (element.text or "") + fit(child)
        else:
            last.tail = (last.tail or "") + fit(child)
    return element


def table(name: str, columns: Iterable[str], rows: Iterable[Element]) -> Element:
    """A table with a caption for readers that cannot see it, in a box that scrolls where it is too wide and that the keyboard reaches."""
    heads = [node("th", {"scope": "col"}, column) for column in columns]
    content = node("table", None, node("thead", None, node("tr", None, *heads)), node("tbody", None, *rows))
    return node("div", {"class": "scroll", "role": "region", "tabindex": "0", "aria-label": name}, content)


def render(element: Element) -> str:
    return ElementTree.tostring(element, encoding="unicode", method="html")


@functools.lru_cache(maxsize=1)
def style() -> str:
    """The style sheet of every page and notebook view; all its rules are under the class ``bulletin-ner``."""
    return _STYLE.read_text(encoding="utf-8")


def policy() -> str:
    """What a page may do (Content-Security-Policy): show `style`, known by its checksum, and pictures that are in it; nothing else."""
    digest = base64.b64encode(hashlib.sha256(style().encode("utf-8")).digest()).decode("ascii")
    return f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'"


def page(title: str, *content: Element) -> str:
    """A page of its own, in English around what it shows: no script, nothing loaded, its style allowed by its checksum alone."""
    head = node(
        "head",
        None,
        node("meta", {"charset": "utf-8"}),
        node("meta", {"http-equiv": "Content-Security-Policy", "content": policy()}),
        node("meta", {"name": "viewport", "content": "width=device-width, initial-scale=1"}),
        node("meta", {"name": "color-scheme", "content": "light dark"}),
        node("title", None, title),
        node("link", {"rel": "icon", "href": "data:,"}),
        node("style", None, style()),
    )
    body = node("body", None, node("main", None, *content))
    return "<!DOCTYPE html>\n" + render(node("html", {"lang": "en", "class": "bulletin-ner"}, head, body)) + "\n"


def fit(text: str) -> str:
    """Control characters as their pictures (U+2400 and on), what else cannot stand in a page as U+FFFD; the length stays."""
    return _UNFIT.sub(lambda match: chr(0x2400 + ord(match[0])) if match[0] < " " else "\ufffd", text)
