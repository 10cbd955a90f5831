"""What the text around a date tells of it: a timetable or an event, past or to come."""

from __future__ import annotations

import re

from bulletin_ner.normalisation.lines import Lines

_ONWARD = re.compile(r"\b(?:from|until|till|through|starting|beginning|starts|before|next)\s+(?:[a-z0-9.:]+\s+)?$", re.I)
_FORWARD = re.compile(
    r"\b(?:will|shall|is to|are to|to be|reopens?|opens|open doors|resumes?|scheduled|goes|go|due|expected|arrives?"
    r"|rehearse|practise|can leave|begins|takes? place|closes?|this weekend)\b",
    re.I,
)
_BACKWARD = re.compile(
    r"\b(?:said|was|were|had|has|announced|reported|told|recorded|confirmed|died|took|came|went|found|as of|since)\b", re.I
)
_TIMETABLE = re.compile(
    r"每|天天|日报告|营业|營業|时段|时间[为】至：:]|時間[為：:]|开放|開放|服务|服務|热线|熱線|門診|宵禁|逢|有人接|延至|延时|播|限"
    r"|\b(?:every|daily|each|a day|hours|opens?|closed?|closes|curfew|hotline|shut|till|until|twice|service|call|clinics?|walk-ins?)\b",
    re.I,
)
_AS_OF = re.compile(r"(?:截至|截止|\b(?:as of|up to|hours to|reported to|ended at|in the \w+ to))\s*$", re.I)
_NIGHT = re.compile(r"[晚夜](?:上|里|裡|间|間)?\s*$")
_SPACE = re.compile(r"\s*")
_BULLET = re.compile(r"[ \u3000·•]*")
_NOTHING = re.compile(r"[ \u3000\n:：]*")
_REACH = 90
_LINE = 200


class ContextRules:
    """Answers for the dates of one text, given where each begins; without that it assumes nothing."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._lines = Lines(text)
        self._named_at: int | None = None
        self._heading = False
        self._running: bool | None = None  # whether the clock times since the day named last were those of that day

    def named(self, start: int | None, surface: str) -> None:
        """A day was named here, with a clock time where ``surface`` has one."""
        self._named_at = None if start is None else start + len(surface)
        self._running = None
        if start is not None:
            own = _SPACE.fullmatch(self._text, self._lines.start(start), start) is not None and self._text[
                start + len(surface) : start + len(surface) + 1
            ] in (
                "\n",
                ":",
                "：",
                "",
            )
            self._heading = own

    def looks_forward(self, start: int | None) -> bool:
        """Whether the words before a weekday in its sentence speak of what is to come."""
        if start is None:
            return False
        before = re.split(r"[.!?;]\s|\n", self._text[max(0, start - _REACH) : start])[-1]
        if _ONWARD.search(before):
            return True
        forward = [match.end() for match in _FORWARD.finditer(before)]
        backward = [match.end() for match in _BACKWARD.finditer(before)]
        return bool(forward) and max(forward) > max(backward, default=-1)

    def near(self, start: int | None) -> bool:
        """Whether a day was named before in the same line."""
        return start is not None and self._named_at is not None and self._lines.same(self._named_at, start)

    def at_night(self, start: int | None) -> bool:
        """Whether 晚 or 夜 stands right before, as in 每晚【八点】."""
        return start is not None and _NIGHT.search(self._text[max(0, start - 3) : start]) is not None

    def as_of(self, start: int | None) -> bool:
        """Whether 截至 or as of stands right before."""
        return start is not None and _AS_OF.search(self._text[max(0, start - 20) : start]) is not None

    def takes_day(self, start: int | None, surface: str) -> bool:
        """Whether a clock time belongs to the day named before it: its line names it or begins with the time; not in a timetable."""
        if start is None or self._named_at is None:
            return False
        line = self._lines.start(start)
        before = re.split(r"[。！？]|[.!?]\s", self._text[max(line, start - _REACH) : start])[-1]
        after = self._text[start + len(surface) : start + len(surface) + 12]
        if _TIMETABLE.search(before) or _TIMETABLE.search(after):
            self._running = False
        elif self._running is None:
            begins = _BULLET.fullmatch(self._text, line, start) is not None
            close = self._lines.same(self._named_at, start) and start - self._named_at < _LINE
            # 7月15日 alone on its line, and under it a line for each time
            under = self._heading or _NOTHING.fullmatch(self._text, min(self._named_at, start), start) is not None
            self._running = close or (begins and under)
        return self._running
