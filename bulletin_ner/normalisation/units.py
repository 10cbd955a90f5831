"""The unit of an English count: the head noun of what is counted, read after the span."""

from __future__ import annotations

import re

_REACH = 90
_WORD = re.compile(r"[A-Za-z][A-Za-z'’]*(?:-[A-Za-z]+)*|[^\sA-Za-z]|\n")
_ONE = re.compile(r"(?:^|[^\d.,])(?:1|one|an?)$", re.IGNORECASE)
_PERCENT = re.compile(r"\s?(?:%|per\s?cent\b)", re.IGNORECASE)
# The words that end a noun group: nothing after them is counted.
_BOUNDARY = frozenset(
    """in at on to for from by with without within into onto under over after before since until till during through across
    and or but nor as than that which who whom whose where when while if because so per each every
    have has had having will would shall should may might can could must do does did been being be not
    a an this these those it they he she we you there here
    came come comes went go goes took take takes made make makes got get gets gave give gives said says tested test
    found sent set put kept keep left live lives stay stayed remain remained died were-not""".split()
)
_COPULA = frozenset("were was are is".split())
_PARTITIVE = re.compile(r"\s+of (?:the|these|those|all|its|their|our|his|her)\b(?: \d+)?(?= )", re.IGNORECASE)
# Nouns without a plural s.
_PLURALS = frozenset(
    """people persons children men women staff personnel police yuan dong baht rmb yen won rand taka staffers medics
    kg tons tonnes cattle poultry fish sheep swine pigs livestock crew faculty youth elderly media data criteria mice lice geese feet teeth
    jin mu tuns sets herdsmen firemen policemen servicemen salesmen businessmen tradesmen fishermen grandchildren schoolchildren
    inpatients outpatients vaccine folk""".split()
)
_NO_PLURAL = frozenset(
    """was has is does its his this less plus across always perhaps besides various previous serious infectious asymptomatics
    towards afterwards sometimes yes thus as us overseas indoors outdoors news""".split()
)
_AFTER_NOUN = frozenset("positive negative new abnormal severe critical local missing dead more other additional".split())


def english_unit(text: str, end: int) -> str | None:
    """The head noun after the count that ends at ``end``, in lower case (cases, people), ``%`` for per cent, None where none is plain.

    A noun of one thing is read only after 1, one, a or an.
    """
    following = text[end : end + _REACH]
    if _PERCENT.match(following):
        return "%"
    if partitive := _PARTITIVE.match(following):
        following = following[partitive.end() :]
    group: list[str] = []
    for number, word in enumerate(_WORD.findall(following)):
        lowered = word.lower()
        if number == 0 and lowered in _COPULA:  # 123 were confirmed mild cases
            continue
        if not word[0].isalpha() or lowered.endswith(("n't", "n’t")) or lowered in _BOUNDARY or lowered in _COPULA or lowered == "of":
            break
        group.append(lowered)
    head = _plural(group)
    if head is not None:
        return head
    if group and _ONE.search(text[max(0, end - 4) : end]):
        while len(group) > 1 and group[-1] in _AFTER_NOUN:
            group.pop()
        return None if group[-1] in _AFTER_NOUN or group[-1].endswith("ed") else group[-1]
    return None


def _plural(group: list[str]) -> str | None:
    """The first noun in the plural, the last of several that follow each other: goods vehicles."""
    for index, word in enumerate(group):
        if not _is_plural(word):
            continue
        while index + 1 < len(group) and _is_plural(group[index + 1]):
            index += 1
        if group[index] == "times" and index and group[index - 1] in ("person", "people", "persons"):
            return "person-times"
        return group[index].rsplit("-", 1)[-1] if group[index] != "person-times" else "person-times"
    return None


def _is_plural(word: str) -> bool:
    if word in _PLURALS:
        return True
    return len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is", "'s", "’s")) and word not in _NO_PLURAL
