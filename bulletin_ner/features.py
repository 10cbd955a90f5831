"""How the columns of the feature matrix divide among the heads."""

from __future__ import annotations

from dataclasses import dataclass

from bulletin_ner.labels import ASPECTS, INDICATORS, PLACE_KINDS, LabelInventory


@dataclass(frozen=True)
class FeatureLayout:
    """Column ranges of the (tokens, width) feature matrix, from the label inventory's sizes.

    Tag logits come first, then for each measure an attention logit and its evidence, then for each span class (indicators,
    aspects, place kinds) what the first and the last token of a span contribute, then, for a model with a learnt linker, what that
    reads of a mention or a sentence by the mean of its tokens.
    """

    types: int
    measures: int
    indicators: int
    aspects: int
    kinds: int
    mentions: int = 0

    @property
    def tags(self) -> int:
        """Number of BIO tags: O, then B and I of each type."""
        return 1 + 2 * self.types

    @property
    def span_classes(self) -> int:
        return self.indicators + self.aspects + self.kinds

    @property
    def attention(self) -> slice:
        return slice(self.tags, self.tags + self.measures)

    @property
    def evidence(self) -> slice:
        return slice(self.attention.stop, self.attention.stop + self.measures)

    @property
    def first(self) -> slice:
        return slice(self.evidence.stop, self.evidence.stop + self.span_classes)

    @property
    def last(self) -> slice:
        return slice(self.first.stop, self.first.stop + self.span_classes)

    @property
    def mention(self) -> slice:
        return slice(self.last.stop, self.last.stop + self.mentions)

    @property
    def width(self) -> int:
        return self.mention.stop

    @property
    def indicator(self) -> slice:
        """Columns of the indicators within the span classes; likewise aspect and kind."""
        return slice(0, self.indicators)

    @property
    def aspect(self) -> slice:
        return slice(self.indicators, self.indicators + self.aspects)

    @property
    def kind(self) -> slice:
        return slice(self.indicators + self.aspects, self.span_classes)


def layout_of(labels: LabelInventory, mentions: int = 0) -> FeatureLayout:
    """The layout of a model that tells these labels apart, with this many columns for a linker."""
    return FeatureLayout(len(labels.entity_types), len(labels.measures), len(INDICATORS), len(ASPECTS), len(PLACE_KINDS), mentions)
