"""Millions of bulletins: JSONL or Parquet in, Parquet out, on Ray Data (extra 'ray'). See docs/scaling.md."""

try:
    from bulletin_ner.scale.job import Summary, predict_dataset
    from bulletin_ner.scale.plan import ScaleError
except ImportError as error:
    raise ImportError(f"bulletin_ner.scale needs Ray, pyarrow and fsspec ({error}): pip install 'bulletin-ner[ray]'") from error

__all__ = ["ScaleError", "Summary", "predict_dataset"]
