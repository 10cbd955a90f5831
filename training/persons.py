"""Made-up persons' names for augmentation, out of Faker's lists, so that a name is known by its shape and place, not by heart."""

from __future__ import annotations

from collections.abc import Iterator

from faker import Faker
from pypinyin import lazy_pinyin

_LOCALES = {"zh-Hans": "zh_CN", "zh-Hant": "zh_TW"}
_NUMBER = 1500


def chinese_names(language: str) -> Iterator[tuple[str, str]]:
    """Surnames and given names, the same ones in every run."""
    maker = _maker(_LOCALES[language])
    for _ in range(_NUMBER):
        yield maker.last_name(), maker.first_name()


def romanised_names() -> Iterator[tuple[str, str]]:
    """Two-word names as English bulletins have them: Chinese ones in pinyin, surname first, then those of English speakers."""
    for surname, given in chinese_names("zh-Hans"):
        yield "".join(lazy_pinyin(surname)).capitalize(), "".join(lazy_pinyin(given)).capitalize()
    for locale in ("en_GB", "en_IN", "en_NZ"):
        maker = _maker(locale)
        for _ in range(_NUMBER // 3):
            yield maker.first_name(), maker.last_name()


def _maker(locale: str) -> Faker:
    maker = Faker(locale)
    maker.seed_instance(1)
    return maker
