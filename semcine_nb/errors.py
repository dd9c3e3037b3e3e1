"""What can go wrong, as one small family: every message names the thing, the value and the way out."""

from __future__ import annotations


class SemcineError(Exception):
    """Base of every error that this package raises on purpose; its text is one sentence for a person."""


class VideoError(SemcineError):
    """A clip cannot be read, is too short, or cannot be written."""


class SegmentationError(SemcineError):
    """Semantic scores, categories or masks are not usable, or a segmenter cannot be loaded."""


class LoopError(SemcineError, ValueError):
    """A label, a mask or a parameter lies outside what the energy is defined for."""


class RatingError(SemcineError, ValueError):
    """A rating, a rater or a feature matrix is not usable."""


class StoreError(SemcineError):
    """A database, cache or output folder cannot be reached, read or written."""
