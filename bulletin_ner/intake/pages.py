"""A web page to its title and main text (trafilatura, extra 'html'); menus, captions and footers stay behind."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from typing import Any

from bulletin_ner.intake.document import InputError

HTML_SUFFIXES = (".html", ".htm", ".xhtml", ".shtml")
# libxml2 gives up on deeper trees anyway; a real page has about 30.
MAX_DEPTH = 200
_OPENING = re.compile(r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL)
_CHARSET = re.compile(
    rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]{2,40})|<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]{2,40})", re.IGNORECASE
)
_RULE = re.compile(r"^\|(?:-+\|)+\s*$\n?", re.MULTILINE)  # the line under a table's head, which is no text of the page
_BLOCKS = ("p", "div", "li", "tr", "br", "h1", "h2", "h3", "h4", "table", "section", "article", "header", "footer", "nav", "aside", "ul")
# On a short page trafilatura falls back on nearly all of it, so what is furniture by its own word goes first.
_FURNITURE = ("breadcrumb", "caption", "copyright", "foot", "footer", "menu", "nav", "navbar", "related", "share", "sidebar")
_PRUNED = ["//nav | //footer | //aside | //figcaption"] + [
    f"//*[contains(concat(' ', normalize-space(@{attribute}), ' '), ' {name} ')]" for attribute in ("class", "id") for name in _FURNITURE
]


@dataclass(frozen=True)
class Page:
    """``text``: title and main text; ``shown``: all that the page shows, in lines; ``url``: its address; ``published``: the day that its
    head gives."""

    text: str
    title: str | None
    shown: str
    url: str | None
    published: str | None


def looks_like_html(text: str) -> bool:
    """Whether a text begins as a page does."""
    return _OPENING.match(text[:5000]) is not None


def declared_charset(data: bytes) -> str | None:
    """The encoding that a page's head declares."""
    match = _CHARSET.search(data[:4096])
    return (match[1] or match[2]).decode("ascii", "replace") if match else None


def read_page(markup: str) -> Page:
    """Title, main text and what tells the day of publication. An InputError where the page has no main text or cannot be parsed."""
    try:
        from htmldate import find_date
        from lxml import etree
        from trafilatura import bare_extraction
        from trafilatura.metadata import extract_title, extract_url
        from trafilatura.utils import load_html
    except ImportError as error:
        raise InputError(f"a web page; reading one needs the extra 'html' ({error}): pip install 'bulletin-ner[html]'") from error
    for name in ("trafilatura", "htmldate", "justext"):
        logging.getLogger(name).setLevel(logging.CRITICAL)  # what they log is said here, in one line
    try:
        tree = load_html(markup)
        if tree is None:
            raise InputError("a web page that cannot be parsed; save its text and give that")
        _check_depth(tree)
        title = extract_title(tree)
        url = extract_url(tree)
        published = find_date(_head(tree), extensive_search=False, original_date=True)
        found = bare_extraction(markup, include_comments=False, include_tables=True, prune_xpath=list(_PRUNED))
        etree.strip_elements(tree, "script", "style", "noscript", "head", with_tail=False)
        shown = _lines(tree)
    except (RecursionError, etree.LxmlError) as error:
        raise InputError(f"a web page that cannot be parsed ({error}); save its text and give that") from error
    text = _RULE.sub("", (found.text or "") if found is not None else "").strip()
    if not text:
        raise InputError("a web page without main text; save its text and give that, or read the markup itself with --input-format text")
    if title and not text.startswith(title):
        text = f"{title}\n{text}"
    return Page(text, title, shown, url, published)


def _check_depth(tree: Any) -> None:
    level = [tree]
    for _ in range(MAX_DEPTH):
        level = [child for node in level for child in node]
        if not level:
            return
    raise InputError(f"a web page with tags nested deeper than {MAX_DEPTH}; save its text and give that")


def _head(tree: Any) -> str:
    """The page's head and its JSON-LD alone: no date in a title or in the text can be taken for the page's own."""
    from lxml import etree

    metas = [etree.tostring(node, encoding="unicode", with_tail=False) for node in tree.iter("meta")]
    scripts = [
        etree.tostring(node, encoding="unicode", with_tail=False) for node in tree.iter("script") if "json" in (node.get("type") or "")
    ]
    return f"<html><head>{''.join(metas)}{''.join(scripts)}</head><body><p></p></body></html>"


def _lines(tree: Any) -> str:
    for node in tree.iter(*_BLOCKS):
        node.text = "\n" + (node.text or "")
        node.tail = "\n" + (node.tail or "")
    return "\n".join(" ".join(line.split()) for line in "".join(tree.itertext()).splitlines() if line.strip())
