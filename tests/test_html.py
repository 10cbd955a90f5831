"""The page and the notebook cell: valid, whole, escaped, closed to the network, linked, legible."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element

import html5lib
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bulletin_ner import Bulletin, Entity, Measure, Record, Tagger
from bulletin_ner.exporters import as_table
from bulletin_ner.html_page import page, style
from bulletin_ner.html_view import as_cell, as_html
from bulletin_ner.schema import Inconsistency

TEXT = "甲縣<script>alert(1)</script>通報：新增確診病例12例，\r\n無新增死亡。\u202e請&amp;戴口罩\x07！"


def _bulletin(text: str = TEXT) -> Bulletin:
    figure = text.index("12例")
    entities = (
        Entity(0, "PLACE", "甲縣", 0, 2, 0.9, kind="admin", name='甲"县'),
        Entity(
            1, "COUNT", "12例", figure, figure + 3, 0.8, value=12, modifier="over", unit="例", indicator="confirmed_cases", aspect="new"
        ),
        Entity(2, "病名", "死亡", text.index("死亡"), text.index("死亡") + 2, 0.7),
    )
    end = text.index("，") + 1
    zero = (text.index("無新增"), text.index("。") + 1)
    records = (
        Record("confirmed_cases", "new", 12, "over", "例", '甲"县', None, "2022-04-02", "covid-19", "local", 1, 0, None, 0, end, 0.8),
        Record("deaths", "new", 0, "exact", None, None, None, None, None, None, None, None, None, *zero, 1.0),
    )
    measures = (Measure("PERSONAL_PROTECTION", 0.93, zero[1], len(text), text[zero[1] :]),)
    warnings = (Inconsistency("total", "confirmed_cases: 1 < 2 & <b>", (0,)),)
    return Bulletin(text, "zh-Hant", "2022-04-02", "mine@1", entities, measures, records, warnings)


def _tree(html: str) -> Element:
    """The parsed page; strict: whatever the HTML standard calls a parse error fails."""
    return html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(html)


def _spoken(element: Element) -> str:
    """The text of an element without the tags and labels in it."""
    own = element.text or ""
    return own + "".join(("" if child.tag == "small" else _spoken(child)) + (child.tail or "") for child in element)


def _text(tree: Element) -> Element:
    (found,) = tree.findall(".//div[@class='text']")
    return found


def _shown(text: str) -> str:
    """What a page shows of a text: one kind of line end, pictures of control characters."""
    return re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f]", lambda m: chr(0x2400 + ord(m[0])), text.replace("\r\n", "\n").replace("\r", "\n"))


def test_the_text_stands_whole_and_escaped_with_its_marks() -> None:
    html = as_html([("a<b>.txt", _bulletin())])
    tree = _tree(html)
    assert "<script" not in html
    assert _text(tree).get("lang") == "zh-Hant"
    assert _spoken(_text(tree)) == _shown(TEXT)
    marks = [(mark.get("class"), _spoken(mark), mark.findtext("small")) for mark in _text(tree).iter("mark")]
    assert marks == [("entity PLACE", "甲縣", "P"), ("entity COUNT", "12例", "C"), ("entity OWN", "死亡", "病名")]
    assert [(chip.text, chip.get("title")) for chip in _text(tree).findall("small")] == [("PERSONAL_PROTECTION", "score 0.93")]
    assert tree.findtext(".//h1") == "a<b>.txt"
    legend = ["".join(item.itertext()) for item in tree.findall(".//section[@class='key']//li")]
    assert legend == ["placeP 1", "countC 1", "dateD 0", "officialO 0", "roleR 0", "病名病名 1", "PERSONAL_PROTECTION 个人防护 1"]
    assert "confirmed_cases: 1 < 2 & <b>" in "".join(tree.find(".//section[@class='warnings']").itertext())


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    text=st.text(st.one_of(st.sampled_from("甲县 \r\n<>&\"'\0。"), st.characters(exclude_categories=["Cs"])), max_size=60),
    cut=st.integers(0, 60),
)
def test_any_text_is_shown_whole(text: str, cut: int) -> None:
    cut = min(cut, len(text))
    entities = (Entity(0, "PLACE", text[:cut], 0, cut, 0.5),) if cut else ()
    # The sentence ends inside the entity, as one cut at an abbreviation does.
    measures = (Measure("TESTING", 0.5, 0, cut // 2, text[: cut // 2]),) if cut > 1 else ()
    tree = _tree(as_html([("", Bulletin(text, "zh-Hans", None, "m@1", entities, measures, ()))]))
    expected = _shown(text)
    expected = re.sub("[\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff]", "\ufffd", expected)
    assert _spoken(_text(tree)) == expected
    assert len(list(_text(tree).iter("mark"))) == len(entities) + len(measures)


def test_nothing_is_loaded_and_the_policy_allows_no_script() -> None:
    html = as_html([("a", _bulletin()), ("b", _bulletin())])
    tree = _tree(html)
    policy = tree.find(".//meta[@http-equiv='Content-Security-Policy']").get("content")
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert not {"script", "iframe", "object", "embed", "form", "base", "img"} & {element.tag for element in tree.iter()}
    links = [element.get(name) for element in tree.iter() for name in ("href", "src") if element.get(name) is not None]
    assert all(link.startswith("#") or link == "data:," for link in links)
    assert not [element for element in tree.iter() if any(name.startswith("on") or name == "style" for name in element.attrib)]
    assert "url(" not in style()
    assert "@import" not in style()


def test_every_link_leads_to_something_the_keyboard_reaches() -> None:
    tree = _tree(as_html([("a", _bulletin()), ("b", _bulletin())]))
    ids = [element.get("id") for element in tree.iter() if element.get("id")]
    assert len(set(ids)) == len(ids)
    targets = {element.get("id"): element for element in tree.iter() if element.get("id")}
    links = [element.get("href")[1:] for element in tree.iter("a")]
    assert set(links) <= set(ids)
    assert all(targets[link].get("tabindex") == "-1" for link in links if link not in ("b1", "b2"))
    rows = tree.findall(".//tr[@id]")
    assert [[link.get("href") for link in row.iter("a")] for row in rows[:2]] == [["#b1e1", "#b1e0"], [f"#b1s{TEXT.index('無新增')}"]]
    assert _text_link(tree, "b1e1") == "#b1r0"


def _text_link(tree: Element, id: str) -> str | None:
    return tree.find(f".//mark[@id='{id}']/a").get("href")


def test_scripts_have_their_own_language_and_fonts() -> None:
    tree = _tree(as_html([("a", _bulletin())]))
    assert tree.get("lang") == "en"
    assert all(cell.get("lang") == "zh-Hant" for cell in tree.iter("td") if cell.text in ("例", '甲"县'))
    for language, font in (("zh-Hans", "Noto Sans CJK SC"), ("zh-Hant", "Noto Sans CJK TC")):
        assert re.search(rf":lang\({language}\) {{ font-family: [^}}]*{font}", style())


@pytest.mark.parametrize("theme", [0, 1])
def test_every_colour_pair_has_the_contrast_of_wcag_aa(theme: int) -> None:
    blocks = re.findall(r"\.bulletin-ner \{\s*(--paper.*?)color-scheme", style(), re.DOTALL)
    colours = dict(re.findall(r"--([\w-]+): (#\w{6})", blocks[theme]))
    pairs = [("ink", paper) for paper in ("paper", "said", "aim", "PLACE", "COUNT", "DATE", "OFFICIAL", "ROLE", "OWN")]
    pairs += [(f"{name}-ink", name) for name in ("PLACE", "COUNT", "DATE", "OFFICIAL", "ROLE", "OWN")]
    pairs += [("measure", "measure-paper"), ("link", "paper"), ("link", "aim"), ("soft", "paper")]
    for ink, paper in pairs:
        light, dark = sorted((_luminance(colours[ink]), _luminance(colours[paper])), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 4.5, (ink, paper)


def _luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_no_two_types_are_told_apart_by_colour_alone() -> None:
    lines = re.findall(r"\.(PLACE|COUNT|DATE|OFFICIAL|ROLE) \{[^}]*text-decoration-style: (\w+)", style())
    assert len(dict(lines)) == 5
    assert len(set(dict(lines).values())) == 5


def test_a_notebook_cell_is_bounded_and_says_what_it_leaves_out() -> None:
    small, one = as_cell(_bulletin()), _bulletin()
    assert "Not shown here" not in small
    times = 3000
    text = TEXT * times
    moved = [(number, number * len(TEXT)) for number in range(times)]
    many = Bulletin(
        text,
        "zh-Hant",
        None,
        "m@1",
        tuple(Entity(3 * n + e.id, e.type, e.text, e.start + by, e.end + by, e.score) for n, by in moved for e in one.entities),
        tuple(Measure(m.label, m.score, m.start + by, m.end + by, m.text) for _, by in moved for m in one.measures),
        (),
    )
    cell = many._repr_html_()
    assert len(cell) < 100_000
    tree = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parseFragment(cell)
    shown = _spoken(_text(tree))
    left = tree.find(".//p[@class='left-out']").text
    assert f"{len(text) - len(many.text[:4000])} of {len(text)} characters" in left
    assert _shown(text).startswith(shown.removesuffix("\n"))
    marks = len(list(_text(tree).iter("mark")))
    assert f"{len(many.entities) - marks} of {len(many.entities)} entities" in left
    assert len(many.to_html()) > 10 * len(cell)


def test_a_real_bulletin_is_a_valid_page(default: Tagger) -> None:
    text = "截至11月10日20时，大兴县累计报告确诊病例12例，无新增死亡病例。县长周明远要求继续做好核酸检测。"
    bulletin = default.predict(text, reference_date="2022-11-10")
    tree = _tree(bulletin.to_html())
    assert _spoken(_text(tree)) == text
    assert len(tree.findall(".//tr[@id]")) == len(bulletin.records) > 1


def test_the_terminal_table_lines_up_with_wide_characters() -> None:
    from rich.cells import cell_len

    table = as_table([("甲.txt", _bulletin())])
    wide = next(line for line in table.splitlines() if "confirmed_cases new >12" in line)
    own = next(line for line in table.splitlines() if "PLACE" in line)
    assert cell_len(wide[: wide.index("confirmed_cases")]) == cell_len(own[: own.index('甲"县')])
    assert "warning: confirmed_cases: 1 < 2 & <b>" in table
    assert max(cell_len(line) for line in table.splitlines()) <= 140


def test_a_page_title_cannot_break_out() -> None:
    tree = _tree(page("</title><script>x</script>"))
    assert tree.findtext(".//title") == "</title><script>x</script>"
