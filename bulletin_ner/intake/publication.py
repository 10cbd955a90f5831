"""The day of publication, where a page says it: a byline, the page's metadata, or its address."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from dataclasses import dataclass

from bulletin_ner.normalisation.dates import DateContext

_LINE = 200  # characters; a longer line is no byline
_WEEKDAY = r"(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day,? )?"
_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)[a-z]{0,6}\.?"
_YEAR = r"(?:19|20)\d\d"
_DAY = (
    rf"({_YEAR} ?[-/.年] ?\d{{1,2}} ?[-/.月] ?\d{{1,2}}(?!\d)(?: ?日)?"
    rf"|{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?, ?{_YEAR}(?!\d)|\d{{1,2}} {_MONTH},? {_YEAR}(?!\d))"
)
_LABEL = (
    r"(?:(?:[发發][布佈表](?:[时時][间間]|日期|于|於)|刊[登发發]日期|[发發]文日期) ?[:：]?"
    r"|(?i:(?:published|posted|released)(?: on| at)?|date published|(?:publication|publishing|release|posting) (?:date|time)) ?[:：]?)"
)
_CREDIT = (
    r"(?:[来來]源|作者|[记記]者|[编編][辑輯]|[时時][间間]|日期|字[体體号號]|(?:[浏瀏][览覽]|[点點][击擊]|更新)[^:：。]{0,4}) ?[:：]"
    r"|(?i:\b(?:source|author|editor|font|time|date|updated|last updated|views|share to) ?[:：])"
)
# A day that is labelled as the publication's, or one in a line of credits.
_LABELLED = re.compile(rf"(?:^|(?<=[\s\[【(（|｜/·>])){_LABEL}\s{{0,3}}{_WEEKDAY}{_DAY}")
_DATED = re.compile(rf"(?<!\d){_DAY}")
_CREDITED = re.compile(_CREDIT)
_ADDRESS = re.compile(r"(?<!\d)((?:19|20)\d\d)[-/_]?(0[1-9]|1[0-2])[-/_]?(0[1-9]|[12]\d|3[01])(?!\d)")
_NUMERIC = re.compile(r"((?:19|20)\d\d) ?[-/.年]? ?(\d{1,2}) ?[-/.月]? ?(\d{1,2})(?: ?日)?(?:[T ].*)?", re.DOTALL)


@dataclass(frozen=True)
class Publication:
    """An ISO 8601 day and where it was said: byline, metadata or url."""

    day: str
    source: str


def find_publication(text: str, metadata: str | None = None, url: str | None = None) -> Publication | None:
    """The day of publication, or None where nothing says it.

    ``text`` is all that the page shows, in lines; ``metadata`` a day that its head gives, ``url`` its address. A byline is what a reader
    sees, so it comes first; an address may tell only when a page was moved.
    """
    if day := next(_bylines(text), None):
        return Publication(day, "byline")
    if metadata is not None and (day := parse_day(metadata)):
        return Publication(day, "metadata")
    for match in _ADDRESS.finditer(url or ""):
        if day := parse_day("-".join(match.groups())):
            return Publication(day, "url")
    return None


def parse_day(value: str) -> str | None:
    """``value`` as an ISO 8601 day: 2022-11-10, 2022/11/10, 20221110, 2022年11月10日, with or without a time; None for anything else."""
    match = _NUMERIC.fullmatch(value.strip())
    if match is None:
        return None
    try:
        return datetime.date(int(match[1]), int(match[2]), int(match[3])).isoformat()
    except ValueError:
        return None


def _bylines(text: str) -> Iterator[str]:
    lines = [line.strip() for line in text.splitlines()]
    lines = [line for line in lines if len(line) <= _LINE and "。" not in line]
    found = (match[1] for line in lines for match in _LABELLED.finditer(line))
    credited = (match[1] for line in lines if _CREDITED.search(line) for match in _DATED.finditer(line))
    for surface in (*found, *credited):
        day = parse_day(surface) or DateContext(surface, None).resolve(surface)
        if day and parse_day(day):
            yield day
