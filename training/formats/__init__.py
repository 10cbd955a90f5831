"""Annotation formats: annotated documents to and from what other tools read and write. See docs/formats.md."""
