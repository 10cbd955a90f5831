"""Dropout with cheap random bits: on a CPU, torch's own generator takes longer than the layers around it."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn
from torch.nn import functional


class QuickDropout(nn.Module):
    """Drops each element with probability ``rate``, on the CPU rounded to a 256th; seeded by torch's generator, so that runs repeat."""

    def __init__(self, rate: float) -> None:
        super().__init__()
        self.rate = rate

    def forward(self, values: torch.Tensor) -> torch.Tensor:
        """Any shape; unchanged outside training."""
        if values.device.type != "cpu":
            return functional.dropout(values, self.rate, self.training)
        cut = round(256 * self.rate)
        if not self.training or cut == 0:
            return values
        generator = np.random.Generator(np.random.SFC64(int(torch.randint(0, 2**62, (1,)))))
        drawn = torch.from_numpy(generator.integers(0, 256, values.numel(), dtype=np.uint8)).view(values.shape)
        return values * (drawn >= cut).to(values.dtype).mul_(256 / (256 - cut))


def set_dropout(encoder: nn.Module, rate: float, attention_rate: float) -> None:
    """Give every dropout of an encoder its rate, and all but the attention's the quick form (attention reads the module's ``p``)."""
    for name, module in list(encoder.named_modules()):
        for own, child in list(module.named_children()):
            if not isinstance(child, nn.Dropout):
                continue
            if name.rpartition(".")[2] in ("self", "attention"):
                child.p = attention_rate
            else:
                setattr(module, own, QuickDropout(rate))
