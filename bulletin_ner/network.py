"""The joint model: one encoder pass, from which every head reads linear features of single tokens.

Whatever pools tokens (a sentence's measures, a count's indicator) does so on these features, with the same formula here in
torch and in `bulletin_ner.decoding` in NumPy. That keeps the exported graph a plain function from ids and mask to features.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import nn
from torch.nn import functional

from bulletin_ner.features import FeatureLayout


class JointNetwork(nn.Module):
    """``forward``: ids and mask of shape (batch, tokens) to features of shape (batch, tokens, layout.width), float32."""

    encoder: Any

    def __init__(self, encoder: Any, layout: FeatureLayout, inner: int, dropout: float) -> None:
        super().__init__()
        hidden = encoder.config.hidden_size
        self.encoder = encoder
        self.layout = layout
        self.dropout = nn.Dropout(dropout)
        self.token_inner = nn.Linear(hidden, inner)
        self.span_inner = nn.Linear(hidden, inner)
        self.tags = nn.Linear(hidden, layout.tags)
        if layout.measures:
            self.sentence = nn.Linear(inner, 2 * layout.measures)
            # Most sentences lack most measures: begin there, not at one half.
            nn.init.constant_(self.sentence.bias[layout.measures :], -3.0)
        self.span = nn.Linear(inner, 2 * layout.span_classes)
        if layout.mentions:
            self.mentions = nn.Linear(2 * hidden, layout.mentions)

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        if not self.layout.mentions:
            hidden = self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state.float()
            return self._heads(hidden)
        layers = self.encoder(input_ids=input_ids, attention_mask=attention_mask, output_hidden_states=True).hidden_states
        both = torch.cat([layers[-1].float(), layers[middle_layer(len(layers) - 1)].float()], -1)
        return torch.cat([self._heads(layers[-1].float()), self.mentions(both)], -1)

    def _heads(self, hidden: torch.Tensor) -> torch.Tensor:
        hidden = self.dropout(hidden)
        parts = [self.tags(hidden)]
        if self.layout.measures:
            parts.append(self.sentence(functional.gelu(self.token_inner(hidden))))
        parts.append(self.span(functional.gelu(self.span_inner(hidden))))
        return torch.cat(parts, dim=-1)


def middle_layer(layers: int) -> int:
    """The layer, counted from 1, that a linker reads beside the last, which tells it more of tags than of what belongs together."""
    return max(1, 2 * layers // 3)


def pool_sentences(features: torch.Tensor, ranges: torch.Tensor, layout: FeatureLayout) -> torch.Tensor:
    """Measure logits of sentences: each label attends to the sentence's tokens by itself.

    features (tokens, width); ranges (sentences, 2) of half-open token indices. Returns (sentences, measures).
    """
    index = torch.arange(len(features), device=features.device)
    inside = (index[None] >= ranges[:, :1]) & (index[None] < ranges[:, 1:])
    attention = features[:, layout.attention]
    weights = torch.softmax(attention[None].masked_fill(~inside[..., None], -1e4), dim=1)
    return (weights * features[None][..., layout.evidence]).sum(1)


def span_logits(features: torch.Tensor, spans: torch.Tensor, layout: FeatureLayout) -> torch.Tensor:
    """Class logits of spans, shape (spans, span_classes): the first token's and the last token's features added up."""
    return features[spans[:, 0]][:, layout.first] + features[spans[:, 1] - 1][:, layout.last]
