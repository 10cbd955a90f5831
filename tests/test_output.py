"""Cells that a spreadsheet would run as a formula, in the CSV files that the project writes."""

from __future__ import annotations

import csv
import io

import pytest
from made_bulletin import bulletin

from bulletin_ner.describe import spreadsheet_cell
from bulletin_ner.intake import Document
from bulletin_ner.output import CsvRenderer, Result


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1+2", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1+1", "＋1", "－1", "＠SUM(A1)"])
def test_a_formula_is_text(cell: str) -> None:
    assert spreadsheet_cell(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["大兴县", "3例", "a=b", "", None, 3, -3, 0.5])
def test_other_cells_stay(cell: object) -> None:
    assert spreadsheet_cell(cell) == cell


def test_a_row_s_id_is_no_formula() -> None:
    text = CsvRenderer().add(Result(Document("t.csv", "=1+1", "", "utf-8"), bulletin(3)))
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["document"] for row in rows] == ["'=1+1"] * 3
    assert rows[1]["text"] == "3例"
    assert rows[2]["posts"] == "乙省丙市甲县, 999999; 指挥部"
