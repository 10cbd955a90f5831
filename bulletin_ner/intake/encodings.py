"""Bytes to text: by what the caller says, a byte order mark, what the page declares, or detection. Nothing is ever replaced."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from bulletin_ner.intake.document import InputError

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark its own begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_BIG5 = ("cp950", "big5hkscs")
# As browsers do: a label stands for the largest encoding that people write under it.
_LABELS = {
    "gb2312": ("gb18030",),
    "gbk": ("gb18030",),
    "cp936": ("gb18030",),
    "big5": _BIG5,
    "iso8859-1": ("cp1252",),
    "ascii": ("cp1252",),
}
_WIDE = ("utf_16_le", "utf_16_be", "utf_32_le", "utf_32_be")
_NARROW = ("gb18030", "big5hkscs", "cp1252")
_HIGH_RUN = re.compile(rb"[\x80-\xff]+")
_GB_PAIRS = re.compile(rb"(?:[\xa1-\xfe]{2})+")
_PUNCTUATION = set("“”‘’，。、：；？！（）—…《》·\u3000")
_MAGIC = (
    (b"%PDF-", "a PDF, not text; extract its text first, for instance with pdftotext"),
    (b"PK\x03\x04", "a ZIP archive or Office file, not text; unpack it or save it as text first"),
    (b"\xd0\xcf\x11\xe0", "an Office file, not text; save it as text first"),
    (b"\x1f\x8b", "a gzip file, not text; unpack it first, for instance with gunzip"),
    (b"\x89PNG", "an image, not text"),
    (b"\xff\xd8\xff", "an image, not text"),
    (b"GIF8", "an image, not text"),
    (b"PAR1", "a Parquet file, not text; name it *.parquet or give --input-format parquet"),
    (b"SQLite format 3", "a SQLite database, not text; export its texts as CSV or JSONL first"),
)


@dataclass(frozen=True)
class Decoded:
    """Text, the codec it was decoded with, and whether only detection told it."""

    text: str
    encoding: str
    detected: bool


def decode(data: bytes, given: str | None = None, declared: str | None = None) -> Decoded:
    """Decode a whole text, its byte order mark taken off.

    ``given``, the caller's encoding, holds strictly; ``declared``, the page's own, where it fits. An InputError says what is wrong.
    """
    if given is not None:
        return Decoded(*_strictly(data, given), False)
    refuse_other_files(data)
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return Decoded(*_strictly(data, encoding), False)
    if b"\0" not in data:
        try:
            return Decoded(data.decode("utf-8"), "utf-8", False)
        except UnicodeDecodeError as error:
            _refuse_damaged_utf8(data, error)
    if declared is not None:
        try:
            return Decoded(*_strictly(data, declared), False)
        except InputError:
            pass  # pages lie about it: gb2312 in the head, Big5 in the body
    return Decoded(*_strictly(data, detect(data)), True)


def refuse_other_files(data: bytes) -> None:
    """An InputError where the bytes begin as a file of another kind does."""
    for magic, message in _MAGIC:
        if data.startswith(magic):
            raise InputError(message)


def detect(data: bytes) -> str:
    """The encoding of bytes without a mark: UTF-8, UTF-16, UTF-32, GB18030, Big5 or Windows-1252; an InputError where it is none."""
    from charset_normalizer import from_bytes

    if b"\0" not in data:
        try:
            data.decode("utf-8")
            return "utf-8"
        except UnicodeDecodeError as error:
            _refuse_damaged_utf8(data, error)
        for name in ("gb18030", "cp950"):
            if _is_punctuated(data, name):
                return name
    # Text in UTF-16 has digits, blanks or line breaks and so zero bytes; text in the others has none.
    best = from_bytes(data, cp_isolation=list(_WIDE if b"\0" in data else _NARROW), preemptive_behaviour=False).best()
    if best is not None and best.encoding == "cp1252" and all(_GB_PAIRS.fullmatch(run) for run in _HIGH_RUN.findall(data)):
        # English with a Chinese name or two: pairs of high bytes only, which Western text does not have.
        best = from_bytes(data, cp_isolation=["gb18030", "big5hkscs"], preemptive_behaviour=False).best() or best
    if best is None and b"\0" in data:
        raise InputError("binary, not text (it has zero bytes and is no UTF-16); if it is text, say its --encoding")
    if best is None:
        raise InputError("not text in UTF-8, UTF-16, GB18030, Big5 or Windows-1252; say its --encoding, or convert it with iconv")
    if best.encoding == "big5hkscs":
        return _strictly(data, "big5")[1]
    return best.encoding.replace("_", "-")


def codecs_of(encoding: str) -> tuple[str, ...]:
    """The codecs to try for an encoding's name, widest use first."""
    name = codecs.lookup(encoding).name
    return _LABELS.get(name, (name,))


def _strictly(data: bytes, encoding: str) -> tuple[str, str]:
    try:
        names = codecs_of(encoding)
    except LookupError as error:
        raise InputError(f"declares the unknown encoding {encoding!r}; say its --encoding") from error
    for name in names:
        try:
            text = data.decode(name)
            text.encode("utf-8")  # codecs such as utf-7 let through what is half a character, and no output could hold it
            return text.removeprefix("\ufeff"), name
        except UnicodeDecodeError as error:
            fault = error
        except (UnicodeError, LookupError) as error:
            raise InputError(f"not {encoding} ({error}); say another --encoding") from error
    if "unexpected end" in fault.reason or "truncated" in fault.reason or "incomplete" in fault.reason:
        raise InputError(f"ends in the middle of a character ({names[-1]}): half-written; fetch or copy it anew")
    raise InputError(f"not {names[-1]} at byte {fault.start}; say another --encoding, or leave it out to have it detected")


def _is_punctuated(data: bytes, name: str) -> bool:
    """Whether Chinese punctuation is all that is not ASCII: English from a Chinese editor, of which statistics can make nothing."""
    try:
        return {char for char in data.decode(name) if char > "\x7f"} <= _PUNCTUATION
    except UnicodeDecodeError:
        return False


def _refuse_damaged_utf8(data: bytes, error: UnicodeDecodeError) -> None:
    """UTF-8 with a few wrong bytes is damaged UTF-8: decoded as anything else, all of it would be garbled."""
    if "unexpected end" in error.reason:
        raise InputError("ends in the middle of a character (utf-8): half-written; fetch or copy it anew") from error
    text = data.decode("utf-8", "surrogateescape")
    wrong = sum("\udc80" <= char <= "\udcff" for char in text)
    right = sum(char > "\x7f" for char in text) - wrong
    if right >= 2 * wrong:
        place = f"{wrong} wrong bytes, the first at byte {error.start}"
        raise InputError(f"damaged UTF-8 ({place}); fetch it anew, or drop them with iconv -c -f UTF-8 -t UTF-8") from error
