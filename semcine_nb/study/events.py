"""Events of a study: a person rates, skips or takes the last one back. Each is checked before it is kept."""

from __future__ import annotations

import math
import numbers
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from ..errors import RatingError

LOWEST, HIGHEST = 1, 5  # stars
KINDS = ("rate", "skip", "undo")
PHASES = ("pilot", "main", "repeat")
LONGEST_NAME = 200  # characters


def now() -> datetime:
    """The present moment, in UTC and to the microsecond, as the database keeps it."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Event:
    """One thing that a person did with one cinemagraph; never changed once kept.

    ``value`` is 1 to 5 where ``kind`` is "rate", else None. ``response_time`` is in seconds since the
    cinemagraph came up, pauses left out; ``order`` counts showings from 0; ``loops_seen`` is how often it had
    played through; ``session`` names one sitting; ``time`` has a time zone. ``undoes`` is the ``uid`` of
    what an "undo" takes back. ``uid`` makes an event the same one wherever it is copied, so that importing
    a file twice adds nothing.

    Raises RatingError where a field is not usable.
    """

    person: str
    item: str
    value: int | None = None
    kind: str = "rate"
    phase: str = "main"
    response_time: float | None = None
    order: int | None = None
    loops_seen: float | None = None
    session: str | None = None
    time: datetime = field(default_factory=now)
    undoes: str | None = None
    uid: str = field(default_factory=lambda: uuid.uuid4().hex)

    def __post_init__(self) -> None:
        check_name(self.person, "a person")
        check_name(self.item, "a cinemagraph")
        for name, options in (("kind", KINDS), ("phase", PHASES)):
            if getattr(self, name) not in options:
                raise RatingError(f"{name} is one of {', '.join(options)}, not {getattr(self, name)!r}")
        object.__setattr__(self, "value", check_value(self.value) if self.kind == "rate" else None)
        for name in ("response_time", "loops_seen"):
            object.__setattr__(self, name, _number_or_none(getattr(self, name), name))
        order = _number_or_none(self.order, "order")
        object.__setattr__(self, "order", None if order is None else int(order))
        if self.session is not None:
            check_name(self.session, "a session")
        if not isinstance(self.time, datetime) or self.time.tzinfo is None:
            raise RatingError(f"time must be a datetime with a time zone, not {self.time!r}")
        if (self.kind == "undo") != (self.undoes is not None):
            raise RatingError("an undo, and only an undo, says in `undoes` which event it takes back")


def check_name(name: Any, what: str) -> str:
    """``name`` if every database can keep it: 1 to 200 characters, none of them a control character."""
    if not isinstance(name, str):
        raise RatingError(f"{what} is named by a string, not by {name!r}")
    if not name or len(name) > LONGEST_NAME or name != name.strip():
        raise RatingError(f"{what} needs a name of 1 to {LONGEST_NAME} characters, not {name[:60]!r}")
    if any(ord(c) < 32 or 0xD800 <= ord(c) < 0xE000 for c in name):
        raise RatingError(f"{what} cannot be named {name[:60]!r}: it holds a control character")
    return name


def check_value(value: Any) -> int:
    """``value`` as int if it is a whole number of stars from 1 to 5 (NumPy's numbers and 4.0 are fine)."""
    usable = isinstance(value, numbers.Real) and not isinstance(value, bool) and math.isfinite(value)
    if not usable or value != int(value) or not LOWEST <= value <= HIGHEST:
        raise RatingError(f"a rating is a whole number from {LOWEST} to {HIGHEST}, not {value!r}")
    return int(value)


def _number_or_none(value: Any, name: str) -> float | None:
    if value is None:
        return None
    usable = isinstance(value, numbers.Real) and not isinstance(value, bool) and math.isfinite(value)
    if not usable or value < 0:
        raise RatingError(f"{name} is a number of at least 0, not {value!r}")
    return float(value)
