"""Scores that can be read as probabilities: what a model says it is sure of, scaled to how often it was right on its dev set."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

# A score of exactly 0 or 1 has no logit; scores are told to four digits, so this is half of the last one.
LEAST = 5e-5


@dataclass(frozen=True)
class Scaling:
    """Platt scaling: a probability p becomes sigmoid(logit(p) / temperature + bias). It keeps the order of scores (Platt 1999)."""

    temperature: float = 1.0
    bias: float = 0.0

    def __post_init__(self) -> None:
        if not self.temperature > 0:
            raise ValueError(f"a temperature must be above 0, not {self.temperature}")

    def __call__(self, probabilities: np.ndarray) -> np.ndarray:
        """Scaled probabilities, float64 of the same shape; as they are where there is nothing to scale."""
        if self == Scaling():
            return probabilities
        return np.asarray(1 / (1 + np.exp(-(logit(probabilities) / self.temperature + self.bias))))


def logit(probabilities: np.ndarray) -> np.ndarray:
    """log(p / (1 - p)), with p held away from 0 and 1."""
    inner = np.clip(np.asarray(probabilities, np.float64), LEAST, 1 - LEAST)
    return np.asarray(np.log(inner) - np.log1p(-inner))
