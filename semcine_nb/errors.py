"""The errors of this package, one small family: each message names the thing, the value and the way out.

Each error also knows its section of the page on troubleshooting. A traceback shows it below the message, and
the command line after it.
"""

from __future__ import annotations

PAGE = "docs/troubleshooting.md"


class SemcineError(Exception):
    """Base of every error that this package raises on purpose; its text is one sentence for a person.

    Parameters
    ----------
    message : str
    topic : str, optional
        The section of docs/troubleshooting.md that helps, as in its address after "#", where it is another
        one than the kind of error has in general.
    """

    topic = "widgets-and-notebooks"

    def __init__(self, *message: object, topic: str | None = None) -> None:
        super().__init__(*message)
        if topic is not None:
            self.topic = topic
        # a note and not a part of the text, which stays one sentence
        self.add_note(f"Help: {self.help}")

    @property
    def help(self) -> str:
        """The page of this project's documentation, and its section, to read on."""
        return f"{PAGE}#{self.topic}"


class VideoError(SemcineError):
    """A clip cannot be read, is too short, or cannot be written."""

    topic = "clips"


class SegmentationError(SemcineError):
    """Semantic scores, categories or masks are not usable, or a segmenter cannot be loaded."""

    topic = "what-is-in-the-scene"


class LoopError(SemcineError, ValueError):
    """A label, a mask or a parameter lies outside what the energy is defined for."""

    topic = "loops"


class RatingError(SemcineError, ValueError):
    """A rating, a rater or a feature matrix is not usable."""

    topic = "ratings"


class StoreError(SemcineError):
    """A database, cache or output folder cannot be reached, read or written."""

    topic = "files-and-databases"
