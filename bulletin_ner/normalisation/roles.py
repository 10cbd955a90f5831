"""Join each official to the roles beside the name."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from bulletin_ner.schema import Entity, Post

# What may stand between a name and its title, and between the names or titles of an enumeration.
_BESIDE = re.compile(r"[\s,，(（:：]*(?:(?:the|and|an?|is|was|as|任|为|為|是|担任|擔任)\s*)?[\s(（]*")
_LIST = re.compile(r"[\s,，、/]*(?:and|和|及|以及|与|與|、)?\s*")
_COURTESY = re.compile(r"^(?:先生|女士|同志|小姐|醫生|医生)")
_HONORIFIC = re.compile(
    r"(?:(?:Drs?|Mr|Mrs|Ms|Miss|Prof(?:essor)?|Sir|Dame|Rev|Hon|Engr|Ir|Datuk|Dato['’]?|Datin|Tan Sri|Tuan|Puan|Haji)\b\.?\s*)+$"
)


def join_roles(text: str, entities: Sequence[Entity], posts: Mapping[int, Post] | None = None) -> tuple[Entity, ...]:
    """The entities, each OFFICIAL with the texts of its ROLE spans: before or after the name, and shared along an enumeration.

    ``posts``: what each ROLE says, by its id.
    """
    result = list(entities)
    for index, entity in enumerate(entities):
        if entity.type == "OFFICIAL":
            roles = _before(text, entities, index) + _after(text, entities, index)
            told = tuple(posts[role.id] for role in roles) if posts else ()
            result[index] = replace(entity, roles=tuple(role.text for role in roles), posts=told)
    head = 0  # the first official of an enumeration
    for index in range(len(result) - 1):  # `leaders A, B and C`: one title for all that follow it
        entity, following = result[index], result[index + 1]
        if not entity.type == following.type == "OFFICIAL":
            continue
        if not (index and entities[index - 1].type == "OFFICIAL" and _between(text, entities[index - 1], entity, _LIST)):
            head = index
        if entity.roles and not following.roles and _between(text, entity, following, _LIST) and _before(text, entities, head):
            result[index + 1] = replace(following, roles=entity.roles, posts=entity.posts)
    return tuple(result)


def _before(text: str, entities: Sequence[Entity], index: int) -> list[Entity]:
    roles: list[Entity] = []
    own = index
    while index and entities[index - 1].type == "ROLE":
        pattern = _LIST if roles else _BESIDE
        if not _between(text, entities[index - 1], entities[index], pattern):
            break
        roles.insert(0, entities[index - 1])
        index -= 1
    # A title after another name is that name's (`Li Wen, mayor, Zhang Hua, ...`), unless it touches this one.
    elsewhere = (
        bool(roles)
        and index > 0
        and entities[index - 1].type == "OFFICIAL"
        and _between(text, entities[index - 1], entities[index], _BESIDE)
    )
    if elsewhere and not _touches(text, entities[own - 1], entities[own]):
        return []
    return roles


def _after(text: str, entities: Sequence[Entity], index: int) -> list[Entity]:
    roles: list[Entity] = []
    last = index
    while last + 1 < len(entities) and entities[last + 1].type == "ROLE":
        pattern = _LIST if roles else _BESIDE
        if not _between(text, entities[last], entities[last + 1], pattern):
            break
        roles.append(entities[last + 1])
        last += 1
    # `mayor A, deputy mayor B`: titles that run straight on to the next name are that name's, unless they touch this one.
    following = entities[last + 1] if last + 1 < len(entities) else None
    glued = following is not None and following.type == "OFFICIAL" and _touches(text, entities[last], following)
    if roles and glued and entities[index + 1].start > entities[index].end:
        return []
    return roles


def _between(text: str, first: Entity, second: Entity, pattern: re.Pattern[str]) -> bool:
    gap = _COURTESY.sub("", text[first.end : second.start])
    return bool(pattern.fullmatch(gap) or (second.type == "OFFICIAL" and pattern.fullmatch(_HONORIFIC.sub("", gap))))


def _touches(text: str, role: Entity, official: Entity) -> bool:
    """Nothing but space and forms of address between a title and the name behind it."""
    return not _HONORIFIC.sub("", text[role.end : official.start]).strip()
