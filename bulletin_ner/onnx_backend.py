"""The ONNX Runtime backend: the default, on the CPU."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnxruntime


class OnnxBackend:
    """A graph as a `Backend`: ids and mask (batch, tokens) in, float32 features (batch, tokens, width) out.

    Graphs of our own take no mask, so no padding; those that torch exported do.
    """

    name = "onnx"
    batch_tokens = 1024  # more is no faster, and what lies between the layers no longer fits the cache

    def __init__(self, path: Path, threads: int = 0) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        self._masked = any(given.name == "attention_mask" for given in self._session.get_inputs())
        self.multiple = 32 if self._masked else 1

    def __call__(self, ids: np.ndarray, mask: np.ndarray) -> np.ndarray:
        if not self._masked and not mask.all():
            raise ValueError("this graph takes no padding: give it texts of one length")
        given = {"input_ids": ids, "attention_mask": mask} if self._masked else {"input_ids": ids}
        return np.asarray(self._session.run(["features"], given)[0])
