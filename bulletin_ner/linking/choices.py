"""What each figure of a document could be linked to: its candidates as rows of numbers."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from bulletin_ner.linking.nodes import LEAD, Nodes
from bulletin_ner.normalisation.layout import Layout
from bulletin_ner.normalisation.place_links import PlaceLinker
from bulletin_ner.normalisation.wholes import WHOLE, last_whole
from bulletin_ner.schema import Entity

MOST = 25  # mentions of a type on either side of a figure that are candidates
_NEAR = 12  # characters
_INSIDE_REACH = 40
_INSIDE = re.compile(r"\s*[（(]|(?:均|都)?(?:在|位于|分布在|发生在)$|.*\b(?:in|at|within|on|during)\s+(?:the\s+)?$", re.I | re.S)
_EACH = re.compile(r"各|\beach\b|\bboth\b", re.I)
_TOTALS = ("cumulative", "current")
_DISTANCES = (
    "same sentence", "same line", "same clause", "next clause", "sentences", "lines", "clauses", "characters", "mentions between",
    "figures between", "nearest", "near", "total, same sentence",
)  # fmt: skip
FEATURES = (
    *(f"before, {name}" for name in _DISTANCES), *(f"after, {name}" for name in _DISTANCES), "none", "before", "after",
    "last in sentence", "last free", "inside", "listed, each", "listed, kept apart", "whole means", "whole between", "alone",
    "mentions before", "share", "ruled", "none ruled", "ruled before", "ruled of line", "ruled of kind", "ruled of all", "ruled last",
    "ruled next",
)  # fmt: skip
_COLUMN = {name: index for index, name in enumerate(FEATURES)}
RULED = _COLUMN["ruled"]  # what the rules answer begins here


@dataclass(frozen=True)
class Choices:
    """Candidates of all figures, those of a figure together, "none told" as the last: ``features``, float32 (candidates, features);
    ``figure``, ``figure_node`` and ``node``, int64 (candidates,): the figure's index and node, and the candidate's node, -1 for none."""

    features: np.ndarray
    figure: np.ndarray
    figure_node: np.ndarray
    node: np.ndarray

    def __post_init__(self) -> None:
        if not len(self.features) == len(self.figure) == len(self.node):
            raise ValueError("features, figure and node must have a row for each candidate")


def build_choices(
    target: int, layout: Layout, figures: Sequence[Entity], mentions: Sequence[Entity], nodes: Nodes, places: PlaceLinker
) -> Choices:
    """``target``: 0 for places, 1 for dates; ``mentions``: all of that type that can be linked to, in order."""
    if not figures:
        return Choices(np.zeros((0, len(FEATURES)), np.float32), *(np.zeros(0, np.int64) for _ in range(3)))
    table = _Table(target, figures, mentions, nodes)
    features = np.zeros((len(table.figure), len(FEATURES)), np.float32)
    _distances(features, table)
    _rulings(features[:, RULED:], table)
    _words(features, table, layout, places)
    node = np.where(table.is_none, -1, table.mention_nodes[table.candidate])
    return Choices(features, table.figure, table.figure_nodes[table.figure], node)


class _Table:
    """Which candidate of which figure a row is for. By row: ``figure``, ``candidate`` (of the mentions; 0 where ``is_none``), ``keys``.
    By figure: ``first`` mention that is a candidate, ``counts`` of rows, ``before``, how many mentions stand before it."""

    def __init__(self, target: int, figures: Sequence[Entity], mentions: Sequence[Entity], nodes: Nodes) -> None:
        self.target, self.figures, self.mentions, self.nodes = target, figures, mentions, nodes
        starts = [mention.start for mention in mentions]
        self.before = np.array([bisect_right(starts, figure.start) for figure in figures], np.int64)
        self.first = np.maximum(0, self.before - MOST)
        self.counts = np.minimum(len(mentions), self.before + MOST) - self.first + 1
        self.figure = np.repeat(np.arange(len(figures)), self.counts)
        offset = np.arange(len(self.figure)) - np.repeat(np.cumsum(self.counts) - self.counts, self.counts)
        self.is_none = offset == self.counts[self.figure] - 1
        self.candidate = np.where(self.is_none, 0, self.first[self.figure] + offset)
        self.mention_nodes = np.array([nodes.of[mention.id] for mention in mentions] or [0], np.int64)
        self.figure_nodes = np.array([nodes.of[one.id] for one in figures], np.int64)
        self.keys = np.where(self.is_none, -1, nodes.keys[self.mention_nodes[self.candidate]])
        self.tally = int(nodes.keys.max(initial=-1)) + 2  # counts by key, the last for -1

    def rows(self) -> Iterator[tuple[int, Entity, slice]]:
        """Each figure, its number and its rows."""
        first = 0
        for index, (figure, count) in enumerate(zip(self.figures, self.counts.tolist(), strict=True)):
            yield index, figure, slice(first, first + count)
            first += count


def _distances(features: np.ndarray, table: _Table) -> None:
    figure, candidate, is_none, places = table.figure, table.candidate, table.is_none, table.nodes.places
    starts, ends = (np.array([getattr(one, edge) for one in table.mentions] or [0], np.int64)[candidate] for edge in ("start", "end"))
    figure_starts, figure_ends = (np.array([getattr(one, edge) for one in table.figures], np.int64) for edge in ("start", "end"))
    precedes = starts < figure_starts[figure]
    gap = np.where(precedes, figure_starts[figure] - ends, starts - figure_ends[figure])
    sentences, lines, clauses = np.abs(places[table.figure_nodes[figure]] - places[table.mention_nodes[candidate]]).T
    before = table.before[figure]
    mentions_between = np.where(precedes, before - 1 - candidate, candidate - before)
    figure_rank = np.searchsorted(figure_starts, starts)
    figures_between = np.where(precedes, figure - figure_rank, figure_rank - figure - 1)
    total = np.array([one.aspect in _TOTALS for one in table.figures])[figure]
    columns = (
        sentences == 0, lines == 0, clauses == 0, clauses == 1, np.minimum(sentences, 5) / 5, np.minimum(lines, 3) / 3,
        np.minimum(clauses, 8) / 8, np.log1p(np.maximum(gap, 0)) / 5, np.minimum(mentions_between, 10) / 10,
        np.minimum(figures_between, 10) / 10, mentions_between == 0, gap <= _NEAR, total & (sentences == 0),
    )  # fmt: skip
    width = len(_DISTANCES)
    for side, holds in ((0, precedes & ~is_none), (width, ~precedes & ~is_none)):
        features[:, side : side + width] = np.stack(columns, 1) * holds[:, None]
    features[:, _COLUMN["none"]] = is_none
    features[:, _COLUMN["before"]] = precedes & ~is_none
    features[:, _COLUMN["after"]] = ~precedes & ~is_none


def _rulings(features: np.ndarray, table: _Table) -> None:
    """Whether the rules give a figure this candidate, and to what share of the other figures: those before it, of its line, of its kind
    (totals, or what a day brought), all, the last one and the next."""
    nodes, figures = table.nodes, table.figures
    found = nodes.ruled[table.figure_nodes, table.target]
    answers = np.where(found < 0, -1, nodes.keys[found])
    everywhere = np.bincount(answers % table.tally, minlength=table.tally)
    earlier, line = np.zeros(table.tally, np.int64), np.zeros(table.tally, np.int64)
    kinds = np.zeros((2, table.tally), np.int64)
    of_kind = [0, 0]
    line_start = 0
    lines = nodes.places[table.figure_nodes, 1]
    for index, figure, rows in table.rows():
        own, answer, kind = table.keys[rows], int(answers[index]), int(figure.aspect in _TOTALS)
        if index and lines[index] != lines[index - 1]:
            line[answers[line_start:index]] = 0
            line_start = index
        ruled = own == answer
        features[rows, 0] = ruled
        features[rows, 1] = ruled & (own < 0)
        features[rows, 2] = earlier[own] / max(1, index)
        features[rows, 3] = line[own] / max(1, index - line_start)
        features[rows, 4] = kinds[kind][own] / max(1, of_kind[kind])
        features[rows, 5] = (everywhere[own] - ruled) / max(1, len(figures) - 1)
        if index:
            features[rows, 6] = own == answers[index - 1]
        if index + 1 < len(figures):
            features[rows, 7] = own == answers[index + 1]
        earlier[answer] += 1
        line[answer] += 1
        kinds[kind][answer] += 1
        of_kind[kind] += 1


def _words(features: np.ndarray, table: _Table, layout: Layout, places: PlaceLinker) -> None:
    """What the words between a figure and the mentions beside it say."""
    text, roles, mentions = layout.text, places.roles, table.mentions
    often = np.bincount(table.nodes.keys[table.mention_nodes] % table.tally, minlength=table.tally)
    for index, figure, rows in table.rows():
        first = int(table.first[index])
        own = mentions[first : first + int(table.counts[index]) - 1]
        keys = table.keys[rows]
        features[rows, _COLUMN["share"]] = often[keys] / max(1, len(mentions)) * (keys >= 0)
        begin = layout.sentences[max(0, layout.number(figure.start))][0]
        inner = [place for place, mention in enumerate(own) if begin <= mention.start and mention.end <= figure.start]
        features[rows, _COLUMN["mentions before"]] = min(len(inner), 5) / 5
        if inner:
            features[rows.start + inner[-1], _COLUMN["last in sentence"]] = 1
        else:
            features[rows.stop - 1, _COLUMN["alone"]] = 1
        free = [n for n in inner if own[n].id not in roles.origin and own[n].id not in roles.listed and own[n].kind != "site"]
        if free:
            features[rows.start + free[-1], _COLUMN["last free"]] = 1
        for place in inner:
            if own[place].id in roles.listed:
                gap = text[own[place].end : figure.start]
                features[rows.start + place, _COLUMN["listed, each"]] = bool(_EACH.search(gap))
                features[rows.start + place, _COLUMN["listed, kept apart"]] = bool(gap.strip())
        after = next((place for place, mention in enumerate(own) if mention.start >= figure.end), None)
        if after is not None:
            gap = text[figure.end : own[after].start]
            if len(gap) < _INSIDE_REACH and _INSIDE.match(gap):
                features[rows.start + after, _COLUMN["inside"]] = 1
        _whole(features[rows.start : rows.stop - 1], table, figure, own, text[max(begin, figure.start - LEAD) : figure.start], places)


def _whole(features: np.ndarray, table: _Table, figure: Entity, own: Sequence[Entity], lead: str, places: PlaceLinker) -> None:
    """What a word such as 全市 before a figure says of its candidates."""
    unit = last_whole(lead)
    if unit is None:
        return
    told = figure.start - len(lead) + [match.start() for match in WHOLE.finditer(lead)][-1]
    features[:, _COLUMN["whole between"]] = [mention.end <= told for mention in own]
    meant = places.wholes.mention(unit, figure.start) if table.target == 0 else None
    if meant is not None:
        keys, of = table.nodes.keys, table.nodes.of
        features[:, _COLUMN["whole means"]] = [keys[of[mention.id]] == keys[of[meant.id]] for mention in own]
