"""ECR-COVID-19, Chinese case reports: with all labels of its own (`load_reports`), or as partial documents of this project (`load_ecr`).

How `load_ecr` maps its dates and places to this project's rules:

| ECR label | here | why |
|---|---|---|
| Date, EndDate | DATE | where the date reader can read it (else unknown, vague 现在 none); with its time of day, ranges as one |
| Location, Spot, ResidencePlace | PLACE | adjacent ones are one; generic (家, 定点医院) and one character none, doubtful unknown |
| Onset | dropped | it is the verb (出现, 发病), its day is a Date |
| InfectionOriginContact, SuspectedPatientContact | unknown | places and dates inside (无武汉旅居史) have no label of their own |
| all others | dropped | unknown where longer than four characters, for the same reason |

Unknown too: what looks like a date, a gazetteer name, or a name tagged elsewhere in the text, where ECR has no label.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from bulletin_ner.normalisation.dates import DateContext
from bulletin_ner.normalisation.gazetteer import Gazetteer, load
from bulletin_ner.segmentation import sentences
from training.coronanet import PartialDocument
from training.documents import AnnotatedDocument, GoldEntity, GoldSentence

log = logging.getLogger(__name__)

Made = TypeVar("Made")

SPLITS = ("train", "valid", "test")
SOURCE = "IBM/Dataset-Epidemiologic-Investigation-COVID19 at 16297cb (GitHub, Apache-2.0)"
_DATES = ("Date", "EndDate")
_PLACES = ("Location", "Spot", "ResidencePlace")
_CONTACTS = ("InfectionOriginContact", "SuspectedPatientContact")
_VAGUE = re.compile(r"现在?|目前|近日|近期|日前|当前|当时|随后|此后|之后|期间|其间")
_PART = r"(?:凌晨|清晨|早上|早晨|上午|中午|下午|傍晚|晚上|晚间|晚(?![饭餐])|深夜|夜间)"
_CLOCK = r"(?:\d{1,2}[时点](?!间)(?:\d{1,2}分|半)?|\d{1,2}[:：]\d\d)"
_AFTER = re.compile(rf"{_PART}?{_CLOCK}?(?:许|左右)?")
_DATE_LIKE = re.compile(
    r"(?:\d{4}年)?\d{1,2}月(?:\d{1,2}[日号]?)?|\d{1,2}[日号](?!楼|线|院|车)|当[日天晚]|次日|翌日|昨[日天晚]|今[日天晚]|除夕|春节"
)
_JOINT = re.compile(r"[至到~～—–-]+")
_ADMIN = re.compile(r".+(?:[省县旗州盟乡镇村屯]|(?<!超)(?<!夜)市|街道|社区|新城区|开发区|自治区|行政区)")
_SITE = (
    r"(?:[小院景园校]区|医院|院|门诊部?|[染吸急]\w{0,2}科|诊所|卫生[室所站院]|服务[站点区]|中心|火?车站|高铁站|"
    r"[东西南北]站|站|机场|市场|超市|广场|花园|家园|苑|公寓|酒店|宾馆|饭店|酒楼|药[店房]|大学|[中小]学|学校|学院|商[场城]|百货|大[楼厦]|公园|口岸|码头|大道|[路街巷弄]|"
    r"[\d一二三四五]+号?楼|单元|定点(?:医院|医疗机构))"
)
_SITE_END = re.compile(rf".*{_SITE}")
_GENERIC = re.compile(
    rf"(?:[省市县区镇村]级|县城|[省市县区镇村]?(?=定点|指定|集中|隔离)|当地|本地|附近|所在|该|某|一家|定点|指定|集中|隔离|医学|观察|救治|收治|治疗|医疗|机构|发热|"
    rf"农贸|菜|社区|[乡镇村]|家中?|家里|住[处所]|出租屋|宿舍|单位|室|点|{_SITE})+|\w{{0,3}}(?:家|家中|家里)|居家|报告单位|[本我全该][省市县区]"
)
_DOUBTFUL = re.compile(r"某|[^\w·“”]|(?<!定点)医疗机构|附近|公司|及|喜宴")
_LEAD = re.compile(r"[\s，。、：；]+|从(?![化江])|在|到|往|进入|报告单位")
_TAIL = re.compile(r"(?:[\s，。、：；]+|户籍|籍?人|籍)$")


def load_ecr(folder: Path, split: str) -> list[PartialDocument]:
    """Documents of ``folder/{train,valid,test}.txt``, with DATE and PLACE; a ValueError names the file and line of a faulty row."""
    return _load(folder, split, _document)


def load_reports(folder: Path, split: str) -> list[AnnotatedDocument]:
    """Complete documents with ECR's own entity types, no sentence labels. Errors as in `load_ecr`.

    Documents here are flat: where spans overlap the longest stays (of equal ones the first by label). What begins inside a number (a slip)
    goes too. A warning tells how many are left out, for a score on the rest cannot count them.
    """
    reports = _load(folder, split, _report)
    left, total = (sum(counts) for counts in zip(*((left, len(report.entities) + left) for report, left in reports), strict=True))
    if left:
        log.warning("%s/%s.txt: %d of %d spans overlap a longer one or begin inside a number, and are left out", folder, split, left, total)
    return [report for report, _ in reports]


def _load(folder: Path, split: str, make: Callable[[dict[str, Any]], Made]) -> list[Made]:
    if split not in SPLITS:
        raise ValueError(f"split {split!r} is none of {', '.join(SPLITS)}")
    path = folder / f"{split}.txt"
    if not path.is_file():
        raise FileNotFoundError(
            f"{path}: no such file. The texts are not part of this project; get train.txt, valid.txt, test.txt from {SOURCE}"
        )
    documents = []
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            try:
                documents.append(make(json.loads(line)))
            except (ValueError, KeyError, TypeError) as error:
                raise ValueError(f"{path}:{number}: not a row of ECR-COVID-19 ({error!r})") from error
    return documents


def _report(row: dict[str, Any]) -> tuple[AnnotatedDocument, int]:
    """A report with its own labels, and how many spans it lost."""
    spans = _spans(row)
    kept: list[tuple[int, int, str]] = []
    for start, end, label in sorted(spans, key=lambda span: (span[0] - span[1], span)):
        inside = row["text"][start - 1 : start + 1].isdigit() if start else False
        if not inside and not any(start < last and first < end for first, last, _ in kept):
            kept.append((start, end, label))
    entities = tuple(GoldEntity(label, start, end) for start, end, label in sorted(kept))
    return _bare(row, entities), len(spans) - len(kept)


def _spans(row: dict[str, Any]) -> list[tuple[int, int, str]]:
    spans = sorted({(start, end, label) for start, end, label in row["entities"]})
    for start, end, label in spans:
        if not 0 <= start < end <= len(row["text"]):
            raise ValueError(f"{label} [{start}, {end}] is outside the text")
    return spans


def _bare(row: dict[str, Any], entities: tuple[GoldEntity, ...]) -> AnnotatedDocument:
    """The row's text with these entities, its sentences without labels."""
    text, identity = row["text"], f"ecr-{row['doc_id']}"
    bare = tuple(GoldSentence(start, end, ()) for start, end in sentences(text))
    return AnnotatedDocument(identity, text, "zh-Hans", "case_report", "covid-19", "", identity, "none", None, entities, bare)


def _document(row: dict[str, Any]) -> PartialDocument:
    text: str = row["text"]
    spans = _spans(row)
    entities, settled, unknown = _dates(text, [span for span in spans if span[2] in _DATES])
    for start, end in _unions([(start, end) for start, end, label in spans if label in _PLACES]):
        if any(start < entity.end and entity.start < end for entity in entities):
            unknown.append((start, end))
            continue
        for first, last in _pieces(text, start, end):
            kind = _kind(text[first:last], load())
            if kind in ("admin", "site"):
                entities.append(GoldEntity("PLACE", first, last, kind=kind))
            elif kind is None:
                unknown.append((first, last))
            settled.append((first, last))
    entities.sort(key=lambda entity: entity.start)
    taken = [(entity.start, entity.end) for entity in entities]
    other = [(a, b) for a, b, label in spans if label not in (*_DATES, *_PLACES) and (label in _CONTACTS or b - a > 4)]
    unknown += [span for span in (*other, *_unlabelled(text, entities)) if not any(a <= span[0] and span[1] <= b for a, b in settled)]
    return PartialDocument(_bare(row, tuple(entities)), ("DATE", "PLACE"), False, tuple(_outside(_unions(unknown), taken)))


def _dates(text: str, spans: Iterable[tuple[int, int, str]]) -> tuple[list[GoldEntity], list[tuple[int, int]], list[tuple[int, int]]]:
    """DATEs, the stretches that are decided, and the unknown ones."""
    joined: list[tuple[int, int]] = []
    vague: list[tuple[int, int]] = []
    for start, end, _ in spans:
        end = start + len(text[start:end].rstrip("，。、；：,. "))
        if start == end or _VAGUE.fullmatch(text, start, end):
            vague.append((start, end))
            continue
        while text[start] == "月" and text[start - 1 : start].isdigit():
            start -= 1
        if text[end - 1].isdigit() and text[end : end + 1] in ("日", "号", "时", "点"):
            end += 1
        if (match := _AFTER.match(text, end)) and not text[start:end].isdigit():
            end = match.end()
        if joined and (start <= joined[-1][1] or _joint(text, joined[-1], (start, end))):
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    context = DateContext(text, None)
    read = [(a, b) for a, b in joined if not re.fullmatch(r"\d+|连续.*", text[a:b]) and context.resolve(text[a:b], a) is not None]
    return [GoldEntity("DATE", *span) for span in read], [*read, *vague], [span for span in joined if span not in read]


def _joint(text: str, left: tuple[int, int], right: tuple[int, int]) -> bool:
    between = text[left[1] : right[0]]
    if between == "、":  # days that follow each other
        days = re.search(r"(\d+)[日号]?$", text[slice(*left)]), re.match(r"(\d+)[日号]", text[slice(*right)])
        return days[0] is not None and days[1] is not None and int(days[0][1]) + 1 == int(days[1][1])
    return _JOINT.fullmatch(between) is not None


def _unions(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Overlapping and adjacent spans as one."""
    found: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        elif start < end:
            found.append((start, end))
    return found


def _outside(spans: Iterable[tuple[int, int]], taken: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Spans without what is taken."""
    ordered = sorted(taken)
    for start, end in spans:
        for first, last in ordered:
            if first < end and start < last:
                if start < first:
                    yield start, first
                start = max(start, last)
        if start < end:
            yield start, end


def _pieces(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """A place and a place in brackets behind it, without prepositions, punctuation and 人."""
    for match in re.finditer(r"[^（）()]+", text[start:end]):
        first, last = start + match.start(), start + match.end()
        if lead := _LEAD.match(text, first, last):
            first = lead.end()
        last = first + len(_TAIL.sub("", text[first:last]))
        if text[last : last + 1] in ("省", "市", "县") and text[last + 1 : last + 2] != "民" and text[first : last + 1] in load().chinese:
            last += 1
        if first < last:
            yield first, last


def _kind(name: str, gazetteer: Gazetteer) -> str | None:
    """``admin`` or ``site``; ``none`` for what is no named place; None where it cannot be told."""
    if len(name) == 1 or _VAGUE.fullmatch(name) or _GENERIC.fullmatch(name):
        return "none"
    if _DOUBTFUL.search(name):
        return None
    if name in gazetteer.chinese or _ADMIN.fullmatch(name):
        return "admin"
    return "site" if _SITE_END.fullmatch(name) else "admin" if _chain(name, gazetteer) else None


def _chain(name: str, gazetteer: Gazetteer) -> bool:
    return any(name[:end] in gazetteer.chinese and (end == len(name) or _chain(name[end:], gazetteer)) for end in range(len(name), 1, -1))


def _unlabelled(text: str, entities: Iterable[GoldEntity]) -> Iterator[tuple[int, int]]:
    """What looks like a date or a place; the caller takes the decided ones out."""
    yield from (match.span() for match in _DATE_LIKE.finditer(text))
    for name in {text[entity.start : entity.end] for entity in entities if entity.type == "PLACE"}:
        yield from (match.span() for match in re.finditer(re.escape(name), text))
    names = load().chinese
    for size in range(2, 7):
        yield from ((start, start + size) for start in range(len(text) - size + 1) if text[start : start + size] in names)
