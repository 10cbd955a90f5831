"""Every page that the project writes, by one set of rules: valid, closed to the network and to scripts, reachable by keyboard, told in
words, its headings in order, made for print."""

from __future__ import annotations

import base64
import datetime
import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import asdict
from itertools import pairwise
from pathlib import Path
from xml.etree.ElementTree import Element

import html5lib
import numpy as np
import pytest
from made_bulletin import bulletin

from bulletin_ner import Bulletin, Entity, Measure, Record
from bulletin_ner.html_view import as_html
from bulletin_ner.labels import LabelInventory
from bulletin_ner.report.page import report_page
from bulletin_ner.report.results import Result, Unread
from bulletin_ner.report.tables import build_tables
from bulletin_ner.segmentation import sentences
from training.documents import AnnotatedDocument, GoldEntity, GoldSentence
from training.evaluate import compare_readings, evaluate_readings
from training.evaluation.readings import Reading
from training.evaluation.report import write_report

# What a text, a name or a label may hold, and no page may take for anything but text.
HOSTILE = (
    """<script>alert(1)</script><img src="http://example.org/x" onerror='alert(2)'></style><a href="javascript:alert(3)">&amp;\x07\x85"""
)
SHOWN = HOSTILE.replace("\x07", "␇").replace("\x85", "\ufffd")  # what HTML has no place for


def _view(folder: Path) -> str:
    text = f"{HOSTILE}甲縣新增3例。"
    place = text.index("甲縣")
    entities = (
        Entity(0, "PLACE", "甲縣", place, place + 2, 0.9, kind="admin", name=HOSTILE),
        Entity(1, "COUNT", "3例", place + 4, place + 6, 0.9, value=3, unit=HOSTILE, indicator="confirmed_cases", aspect="new"),
        Entity(2, "病名", HOSTILE[:8], 0, 8, 0.9),
    )
    entities = tuple(sorted(entities, key=lambda entity: entity.start))
    record = Record("confirmed_cases", "new", 3, "exact", HOSTILE, HOSTILE, None, HOSTILE, HOSTILE, None, 1, 0, None, 0, len(text), 0.9)
    hostile = Bulletin(text, "zh-Hant", None, HOSTILE, entities, (Measure("就诊", 0.9, 0, len(text), text),), (record,))
    return as_html([(HOSTILE, hostile), ("b.txt", bulletin(12))])


def _report(folder: Path) -> str:
    rows = [asdict(record) for record in bulletin(12).records]
    rows += [{**rows[0], "place": HOSTILE, "place_code": "110115", "value": 5}, {**rows[0], "date": None, "disease": HOSTILE}]
    for row in rows:
        row["date"] = row["date"] and "2022-11-11"
    records = tuple(Record(**row) for row in rows)
    day = datetime.date(2022, 11, 12)
    results = [Result(f"{HOSTILE}{number}", "zh-Hans", HOSTILE, day, records, ("TESTING", HOSTILE), 1) for number in range(2)]
    return report_page(build_tables([*results, Unread(HOSTILE, HOSTILE)]), HOSTILE)


def _evaluation(folder: Path) -> str:
    labels = LabelInventory(("甲", "乙"), ("X", "Y"))
    text = f"{HOSTILE}甲。丙丁"
    bounds = sentences(text)
    gold = tuple(GoldSentence(*span, ("X",)) for span in bounds)
    document = AnnotatedDocument(HOSTILE, text, "zh-Hans", HOSTILE, "x", "x", "x", "none", None, (GoldEntity("甲", 0, 8),), gold)
    found = (Entity(0, "乙", text[:9], 0, 9, 0.9), Entity(1, "甲", text[-2:], len(text) - 2, len(text), 0.8))
    given = (Measure("Y", 0.8, *bounds[0], text[slice(*bounds[0])]),)
    reading = Reading(document, Bulletin(text, "zh-Hans", None, "m@1", found, given, ()), np.full((len(bounds), 2), 0.6))
    scores = {"model": HOSTILE, "version": "m@1", "data": [HOSTILE]} | evaluate_readings([reading] * 3, labels, {}, 10)
    differences = compare_readings([reading] * 3, [reading] * 3, labels, {}, 10)
    scores["comparison"] = {"model": HOSTILE, "version": "m@2", "differences": differences}
    own = {"strict": scores["entities"], "relaxed": scores["relaxed"]}
    scores["peers"] = [{"name": HOSTILE, "languages": ["en"], "documents": 1, "mapping": HOSTILE, "own": own, **own}]
    return write_report(scores, [reading] * 3, labels, folder).read_text(encoding="utf-8")


@pytest.fixture(scope="module", params=[_view, _report, _evaluation], ids=["view", "report", "evaluation"])
def page(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Element:
    """The parsed page; strict: whatever the HTML standard calls a parse error fails."""
    write: Callable[[Path], str] = request.param
    return html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(write(tmp_path_factory.mktemp("page")))


def _words(element: Element) -> str:
    return "".join(element.itertext()).strip()


def _style(page: Element) -> str:
    (style,) = page.iter("style")
    return style.text or ""


def test_it_says_what_it_is_and_in_which_language(page: Element) -> None:
    assert page.get("lang") == "en"
    assert page.findtext("head/title")
    assert "width=device-width" in page.find("head/meta[@name='viewport']").get("content")
    assert len(page.findall("body/main")) == 1


def test_what_a_text_holds_stays_text(page: Element) -> None:
    assert SHOWN in "".join(page.itertext())
    assert not {"script", "iframe", "object", "embed", "form", "base", "svg", "video", "audio"} & {element.tag for element in page.iter()}
    assert not [name for element in page.iter() for name in element.attrib if name.startswith("on") or name in ("style", "srcset")]


def test_nothing_is_loaded(page: Element) -> None:
    addresses = [element.get(name) for element in page.iter() for name in ("href", "src", "action") if element.get(name) is not None]
    assert all(re.match(r"#.|data:(image/svg\+xml;base64,|,$)", address) for address in addresses)
    policy = page.find("head/meta[@http-equiv='Content-Security-Policy']").get("content")
    digest = base64.b64encode(hashlib.sha256(_style(page).encode("utf-8")).digest()).decode("ascii")
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'"
    assert not re.search(r"url\(|@import|@font-face", _style(page))


def test_ids_are_met_once_and_links_lead_to_them(page: Element) -> None:
    ids = [element.get("id") for element in page.iter() if element.get("id")]
    assert len(set(ids)) == len(ids)
    assert {link.get("href", "").removeprefix("#") for link in page.iter("a")} <= set(ids)


def test_headings_go_down_one_level_at_a_time(page: Element) -> None:
    levels = [int(element.tag[1]) for element in page.iter() if re.fullmatch("h[1-6]", element.tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert len(levels) > 2
    assert all(below - above <= 1 for above, below in pairwise(levels))
    assert all(_words(element) for element in page.iter() if re.fullmatch("h[1-6]", element.tag))


def test_the_keyboard_reaches_all_that_can_be_worked(page: Element) -> None:
    for element in page.iter():
        assert element.get("tabindex") in (None, "0", "-1")  # another order than the page's own is nobody's
        assert element.get("role") in (None, "region")  # buttons and links are native elements, or there are none
        assert element.tag not in ("input", "select", "textarea", "button", "label")
    for link in page.iter("a"):
        assert link.get("href")
        assert _words(link)
        assert not list(_inside(link, "a", "summary"))
    for details in page.iter("details"):
        assert details[0].tag == "summary"
        assert _words(details[0])
    scrolled = [element for element in page.iter() if element.get("class") == "scroll" or element.tag == "figure"]
    assert scrolled
    assert all(element.get("tabindex") == "0" for element in scrolled)
    assert all(element.get("aria-label") for element in scrolled if element.tag != "figure")
    assert ":focus-visible" in _style(page)


def _inside(element: Element, *tags: str) -> Iterator[Element]:
    yield from (part for part in element.iter() if part is not element and part.tag in tags)


def test_pictures_and_tables_are_told_in_words(page: Element) -> None:
    assert all(len(image.get("alt", "").split()) > 3 for image in page.iter("img"))
    for table in page.iter("table"):
        heads = list(table.iter("th"))
        assert heads
        assert all(head.get("scope") in ("col", "row") for head in heads)
        assert all(len(row) == len(table.find(".//tr")) for row in table.iter("tr"))


def test_it_prints(page: Element) -> None:
    printed = _style(page).partition("@media print {")[2]
    rules = ("break-inside: avoid", "break-after: avoid", "overflow: visible", "table-header-group", "print-color-adjust: exact")
    for rule in rules:
        assert rule in printed
    assert "@media screen and (prefers-color-scheme: dark)" in _style(page)  # paper is white for every reader
