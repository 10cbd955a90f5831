"""What `bulletin-ner evaluate` measures: scores, intervals, calibration, errors, and a report of them. See docs/evaluation.md."""
