"""The study of Section 4.1: the order of showings, the time for them, and one person's session."""

from __future__ import annotations

import hashlib
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from ..errors import RatingError
from . import texts
from .events import Event
from .store import RatingStore

ENOUGH = 8  # cinemagraphs for each of the pilot's, from which on these are left out of the rest


@dataclass(frozen=True)
class Protocol:
    """The rules of a study; by default those of the paper (Section 4.1, supplement Section 1) where it says.

    ``minutes`` of looking, pauses and pilot left out (the paper: 20); ``pilot`` cinemagraphs to practice on
    first, whose ratings do not count (the paper: "short"), and which come later only where there are fewer
    than ``ENOUGH`` times as many cinemagraphs; after every ``repeat_every`` new ones the first
    of them is shown again, to measure how consistent a person is (0: never; not in the paper); ``seed`` of
    the random order, which differs from person to person.
    """

    minutes: float = 20.0
    pilot: int = 5
    repeat_every: int = 25
    seed: int = 0
    guideline: str = texts.GUIDELINE
    consent: str = texts.CONSENT

    def __post_init__(self) -> None:
        if not self.minutes > 0:
            raise RatingError(f"a study lasts more than 0 minutes, not {self.minutes!r}")
        if self.pilot < 0 or self.repeat_every < 0:
            raise RatingError(f"pilot ({self.pilot}) and repeat_every ({self.repeat_every}) are at least 0")

    def sequence(self, items: Sequence[str], person: str) -> list[Showing]:
        """Everything that ``person`` is to see, in order: the same whenever it is asked for.

        Each cinemagraph's place is drawn by itself, so one that is added later changes nobody's order of
        the others. The pilot shows the last of the order, which few people reach within the time; a second
        look at them is no first impression, so they are left out of what counts.
        """

        def draw(item: str) -> bytes:
            return hashlib.sha256(f"{self.seed}\0{person}\0{item}".encode()).digest()

        order = sorted(items, key=draw)
        split = len(order) - min(self.pilot, len(order))
        seen = [(item, "pilot") for item in order[split:]]
        for i, item in enumerate(order[:split] if self.pilot_apart(len(order)) else order, start=1):
            seen.append((item, "main"))
            if self.repeat_every and i % self.repeat_every == 0:
                seen.append((order[i - self.repeat_every], "repeat"))
        return [Showing(item, phase, place) for place, (item, phase) in enumerate(seen)]

    def pilot_apart(self, count: int) -> bool:
        """Whether what the pilot shows is left out of the rest, in a study of ``count`` cinemagraphs."""
        return count >= ENOUGH * self.pilot


@dataclass(frozen=True)
class Showing:
    """A cinemagraph as it comes up: in which phase ("pilot", "main", "repeat"), and its place from 0."""

    item: str
    phase: str
    order: int


@dataclass
class Session:
    """One person's way through a study. What it knows it reads from the store, so it survives any restart.

    ``clock`` gives seconds and is there for tests. Nothing is chosen beforehand, and each rating is in the
    store before :meth:`next` gives another cinemagraph.
    """

    store: RatingStore
    person: str
    protocol: Protocol = field(default_factory=Protocol)
    clock: Callable[[], float] = time.monotonic

    def __post_init__(self) -> None:
        self.id = uuid.uuid4().hex[:12]
        self.current: Showing | None = None
        items = self.store.items()
        self._sequence = self.protocol.sequence(items, self.person)
        self._apart = self.protocol.pilot_apart(len(items))
        self._shown_at = 0.0
        self._paused_at: float | None = None
        self._read_history()

    def _read_history(self) -> None:
        """Read how far this person is: the only state there is besides the cinemagraph on show."""
        events = self.store.history(self.person)
        undone = {event.undoes for event in events}
        counting = [event for event in events if event.kind != "undo" and event.uid not in undone]
        self._done = {(event.item, event.phase) for event in counting}
        self._rated = {event.item for event in counting if event.kind == "rate" and event.phase == "main"}
        # looking took its time even where the rating was taken back
        self._spent = sum(event.response_time or 0.0 for event in events if event.phase != "pilot")

    @property
    def needs_consent(self) -> bool:
        return self.store.consented(self.person) is None

    def consent(self) -> None:
        """The person has read the consent text and agreed."""
        self.store.consent(self.person)

    @property
    def consent_text(self) -> str:
        return self.protocol.consent.replace("{minutes}", f"{self.protocol.minutes:g}")

    def next(self) -> Showing | None:
        """The showing that is due, until it is rated or skipped; None when all is seen or time is up.

        Raises RatingError before the person agreed to take part.
        """
        self._check_consent()
        if self.current is None:
            self.current = self._upcoming()
            self._shown_at = self.clock()
            self._paused_at = None
        return self.current

    def _upcoming(self) -> Showing | None:
        begun = any(phase != "pilot" for _, phase in self._done)
        for showing in self._sequence:
            if (showing.item, showing.phase) in self._done or self._practiced(showing):
                continue
            if begun and showing.phase == "pilot":
                continue  # one that was added since: nobody practices in the middle
            if showing.phase != "pilot" and self.seconds_left <= 0:
                return None
            if showing.phase == "repeat" and showing.item not in self._rated:
                continue  # skipped: there is nothing to compare a second look with
            return showing
        return None

    def rate(self, value: int, loops_seen: float | None = None) -> Event:
        """Keep 1 to 5 stars for the current cinemagraph. Raises RatingError where none is shown."""
        item, context = self._on_show(loops_seen)
        return self._finish(self.store.rate(self.person, item, value, **context))

    def skip(self, loops_seen: float | None = None) -> Event:
        """Pass over the current cinemagraph for good. Raises RatingError where none is shown."""
        item, context = self._on_show(loops_seen)
        return self._finish(self.store.skip(self.person, item, **context))

    def undo(self) -> Event | None:
        """Take back the last rating or skip, whose cinemagraph comes up again; None where there is none."""
        taken = self.store.undo(self.person)
        if taken is not None:
            self._read_history()
            self.current = None
        return taken

    def pause(self) -> None:
        """Stop the clock of the current cinemagraph."""
        if self.current is not None and self._paused_at is None:
            self._paused_at = self.clock()

    def resume(self) -> None:
        """Let the clock run again."""
        if self._paused_at is not None:
            self._shown_at += self.clock() - self._paused_at
            self._paused_at = None

    @property
    def seconds_left(self) -> float:
        """Seconds left for looking; never below 0. The pilot costs nothing."""
        current = 0.0 if self.current is None or self.current.phase == "pilot" else self._looked()
        return max(0.0, 60 * self.protocol.minutes - self._spent - current)

    @property
    def progress(self) -> tuple[int, int]:
        """(done, total) cinemagraphs; the pilot and repeats do not count."""
        counted = [showing for showing in self._sequence if showing.phase == "main"]
        total = sum(not self._practiced(showing) for showing in counted)
        return sum(phase == "main" for _, phase in self._done), total

    def _practiced(self, showing: Showing) -> bool:
        """Whether it is left out because the person practiced on it: also where additions moved the pilot."""
        return self._apart and showing.phase != "pilot" and (showing.item, "pilot") in self._done

    def _check_consent(self) -> None:
        # asked each time: someone who was forgotten while a page stayed open must not come back by it
        if self.needs_consent:
            raise RatingError(f"{self.person!r} has not agreed to take part")

    def _on_show(self, loops_seen: float | None) -> tuple[str, dict[str, object]]:
        """The current cinemagraph, and the context in which it is judged."""
        shown = self.current
        if shown is None:
            raise RatingError("no cinemagraph is shown: call next() first")
        self._check_consent()
        seen = {"response_time": self._looked(), "order": shown.order, "loops_seen": loops_seen}
        return shown.item, {**seen, "session": self.id, "phase": shown.phase}

    def _looked(self) -> float:
        """Seconds for which the current cinemagraph has been on show, pauses left out."""
        until = self.clock() if self._paused_at is None else self._paused_at
        return max(0.0, until - self._shown_at)

    def _finish(self, event: Event) -> Event:
        self._done.add((event.item, event.phase))
        if event.kind == "rate" and event.phase == "main":
            self._rated.add(event.item)
        self._spent += 0.0 if event.phase == "pilot" else event.response_time or 0.0
        self.current = None
        return event


def participant_link(page: str, token: str) -> str:
    """The address at which a person rates: ``page`` with their token; show it to nobody else.

    Raises RatingError where ``page`` is no http address.
    """
    parts = urlsplit(page)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise RatingError(f"a page's address starts with http:// or https://, not {page!r}")
    query = [(name, value) for name, value in parse_qsl(parts.query) if name != "token"] + [("token", token)]
    return urlunsplit(parts._replace(query=urlencode(query)))
