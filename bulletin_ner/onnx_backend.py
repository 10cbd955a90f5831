"""The ONNX Runtime backend: the default, on the CPU."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnxruntime


class OnnxBackend:
    """A graph as a `Backend`: ids and mask (batch, tokens) in, float32 features (batch, tokens, width) out."""

    name = "onnx"

    def __init__(self, path: Path, threads: int = 0) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])

    def __call__(self, ids: np.ndarray, mask: np.ndarray) -> np.ndarray:
        return np.asarray(self._session.run(["features"], {"input_ids": ids, "attention_mask": mask})[0])
