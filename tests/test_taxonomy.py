"""The crosswalk of the 22 measures, and the rows for OxCGRT's coders."""

from __future__ import annotations

import re

import pytest
from conftest import ROOT
from taxonomy_table import PAGE, fill

from bulletin_ner import Bulletin, Entity, Measure
from bulletin_ner.labels import MEASURES
from bulletin_ner.segmentation import sentences
from bulletin_ner.taxonomy import SCHEMES, measure_type, measure_types, oxcgrt_indicators


def test_every_measure_has_codes_or_a_word_on_why_not() -> None:
    assert tuple(measure_types()) == MEASURES
    for measure in measure_types().values():
        for field in (measure.name, measure.definition):
            assert re.fullmatch(r"[\x20-\x7e]+", field["en"])
            assert re.search(r"[\u4e00-\u9fff]", field["zh"])
        assert set(measure.elsewhere) <= set(MEASURES) - {measure.label}
        assert tuple(measure.equivalents) == SCHEMES
        for found in measure.equivalents.values():
            assert found.codes or (found.remark or "").startswith("no equivalent")


def test_codes_are_codes_of_their_scheme() -> None:
    indicators = oxcgrt_indicators()
    assert list(indicators) == [
        f"{letter}{number}" for letter, last in (("C", 8), ("E", 4), ("H", 8), ("V", 4)) for number in range(1, last + 1)
    ]
    for measure in measure_types().values():
        assert set(measure.codes("oxcgrt")) <= set(indicators)
        assert all(re.fullmatch(r"\d(\.\d){1,2}", code) for code in measure.codes("who_phsm"))
        assert all(re.fullmatch(r"[a-z_*]+", code) for code in measure.codes("hit_covid"))
    with pytest.raises(ValueError, match="scheme 'icd' is none of oxcgrt, who_phsm"):
        measure_types()["TESTING"].codes("icd")
    assert measure_type("MY_OWN") is None


@pytest.mark.parametrize(
    ("label", "scheme", "codes"),
    [
        ("TESTING", "oxcgrt", ("H2",)),
        ("QUARANTINE_ISOLATION", "oxcgrt", ("C8", "C7")),
        ("TRAVEL_CONTROL", "who_phsm", ("4.5.1", "4.5.3", "4.5.4", *(f"5.{number}" for number in range(1, 10)))),
        ("VACCINATION", "oxcgrt", ("H7", "V1", "V2", "V3", "V4")),
        (
            "BUSINESS_RESTRICTION",
            "hit_covid",
            ("office_closed", "entertainment_closed", "religion_closed", "store_closed", "public_space_closed", "restaurant_*"),
        ),
        ("COLD_CHAIN", "coronanet", ()),
        ("GOVERNANCE", "oxcgrt", ()),
    ],
)
def test_some_codes(label: str, scheme: str, codes: tuple[str, ...]) -> None:
    assert measure_types()[label].codes(scheme) == codes


def test_the_page_shows_the_data() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert PAGE.is_relative_to(ROOT)
    assert fill(page) == page, "run `python benchmarks/taxonomy_table.py`"


TEXT = "甲市通报。\n自11月9日起在全市开展核酸检测。\n乙区划定高风险区，暂停公交。\n加强冷链管理。"


def _bulletin(reference_date: str | None = None, dates: tuple[tuple[str, str | None], ...] = (("11月9日", "2022-11-09"),)) -> Bulletin:
    spans = [("PLACE", "甲市", {"kind": "admin", "name": "某省甲市", "code": "110000"}), ("PLACE", "乙区", {"kind": "admin"})]
    spans += [("DATE", text, {"value": value}) for text, value in dates]
    spans.sort(key=lambda span: TEXT.index(span[1]))
    entities = tuple(
        Entity(number, kind, text, TEXT.index(text), TEXT.index(text) + len(text), 0.9, **values)  # type: ignore[arg-type]
        for number, (kind, text, values) in enumerate(spans)
    )
    bounds = sentences(TEXT)
    labels = ((1, "TESTING"), (2, "AREA_LOCKDOWN"), (2, "TRAVEL_CONTROL"), (3, "COLD_CHAIN"))
    measures = tuple(Measure(label, 0.8, *bounds[index], TEXT[slice(*bounds[index])]) for index, label in labels)
    return Bulletin(TEXT, "zh-Hans", reference_date, "test", entities, measures, ())


def test_rows_for_coders() -> None:
    rows = _bulletin("2022-11-10").to_oxcgrt()
    assert [row.code for row in rows] == ["H2", "C6", "C7", "C5", "C7", "C8", None]
    testing, lockdown, cold = rows[0], rows[1], rows[-1]
    assert (testing.date, testing.date_source, testing.scope) == ("2022-11-09", "sentence", "general")
    assert (testing.place, testing.place_code, testing.place_source) == ("某省甲市", "110000", "document")
    assert (lockdown.date, lockdown.date_source, lockdown.scope) == ("2022-11-10", "document", "targeted")
    assert (lockdown.place, lockdown.place_code, lockdown.place_source) == ("乙区", None, "sentence")
    assert [row.condition for row in rows[3:6]] == [
        "public transport closed or reduced",
        "movement inside the country",
        "movement across the border",
    ]
    assert (cold.condition, cold.scope) == ("no equivalent", None)
    for row in rows:
        assert TEXT[row.start : row.end] == row.text


def test_a_date_stays_open_where_the_document_tells_none_or_two() -> None:
    assert [row.date for row in _bulletin().to_oxcgrt()][1:3] == ["2022-11-09"] * 2  # the only one
    assert _bulletin(dates=()).to_oxcgrt()[0].date is None
    assert _bulletin(dates=(("11月9日", "XXXX-11-09"),)).to_oxcgrt()[0].date is None
    two = _bulletin(dates=(("11月9日", "2022-11-09"), ("加强", "2022-11-08"))).to_oxcgrt()
    assert [row.date for row in two] == ["2022-11-09", None, None, None, None, None, "2022-11-08"]
