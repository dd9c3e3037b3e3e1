"""The page of a study: it shows the cinemagraphs that `semcine_nb.study.Session` chooses."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from semcine_nb.errors import RatingError, SemcineError
from semcine_nb.study import Event, Protocol, RatingStore, Session, Showing

from .shared import joined

_MIMES = {
    ".mp4": "video/mp4",
    ".webm": "video/webm",
    ".webp": "image/webp",
    ".gif": "image/gif",
    ".apng": "image/apng",
}


class _Part:
    """A store that lists only some of its cinemagraphs."""

    def __init__(self, store: RatingStore, items: Iterable[str]) -> None:
        self._store, self._items = store, list(items)
        unknown = sorted(set(self._items) - set(store.items()))
        if unknown:
            raise RatingError(f"the store knows no cinemagraph {', '.join(unknown)}")

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def items(self) -> list[str]:
        return self._items


class RatingSession(anywidget.AnyWidget):
    """One person's way through a study: one looping cinemagraph at a time, and five stars, none preset.

    Every answer is kept in the store. After a restart, a new widget for the same person goes on from there.

    Parameters
    ----------
    store : ratings, and the cinemagraphs with their files
    items : ids to show; all of the store's by default
    person : anonymous code, or
    token : the secret of a participant's link
    protocol : time, pilot, texts; the paper's by default

    Raises
    ------
    RatingError
        For an unknown token or cinemagraph, or unless exactly one of person and token is given.
    """

    _esm = joined("shared/elements.js", "rating_session.js")
    _css = joined("shared/base.css", "rating_session.css")

    screen = traitlets.Enum(("welcome", "rating", "paused", "done"), "welcome").tag(sync=True)
    needs_consent = traitlets.Bool(True).tag(sync=True)
    consent_text = traitlets.Unicode().tag(sync=True)
    guideline = traitlets.Unicode().tag(sync=True)
    clip = traitlets.CBytes().tag(sync=True)
    clip_type = traitlets.Unicode().tag(sync=True)
    serial = traitlets.Int(0).tag(sync=True)  # grows with each showing: an answer names the one it is about
    practice = traitlets.Bool(False).tag(sync=True)
    done = traitlets.Int(0).tag(sync=True)
    total = traitlets.Int(0).tag(sync=True)
    seconds_left = traitlets.Float(0.0).tag(sync=True)
    can_undo = traitlets.Bool(False).tag(sync=True)
    message = traitlets.Unicode("").tag(sync=True)
    answered = traitlets.Int(0).tag(sync=True)  # grows with each request that was dealt with

    def __init__(
        self,
        store: RatingStore,
        items: Iterable[str] | None = None,
        person: str | None = None,
        token: str | None = None,
        protocol: Protocol | None = None,
    ) -> None:
        if (person is None) == (token is None):
            raise RatingError("give either the person's code or the token of their link")
        code = store.person_of(token) if token is not None else person
        if code is None:
            raise RatingError("this link is not valid, or not any more")
        shown: Any = store if items is None else _Part(store, items)
        self.session = Session(shown, code, protocol or Protocol())
        self._paths = store.paths()
        self._unseen = ""  # why what is to be rated cannot be shown
        super().__init__(
            needs_consent=self.session.needs_consent,
            consent_text=self.session.consent_text,
            guideline=self.session.protocol.guideline,
        )
        self._tell()
        self.on_msg(lambda _widget, content, _buffers: self._asked(content))

    def __repr__(self) -> str:
        return f"RatingSession({self.screen})"

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Ignore changes of state from the page: it may only ask."""

    @property
    def showing(self) -> Showing | None:
        """The cinemagraph that is to be rated now, or None."""
        return self.session.current if self.screen in ("rating", "paused") else None

    def consent(self) -> None:
        """Note that the person has read the consent text and agrees."""
        self.session.consent()
        self.needs_consent = False

    def begin(self) -> None:
        """Show the first cinemagraph, or the one where the person left. Raises RatingError before consent."""
        self._next()

    def rate(self, value: int, loops_seen: float | None = None) -> Event:
        """Give the shown cinemagraph 1 to 5 stars; they are in the store before the next one shows.

        Raises RatingError if the cinemagraph could not be shown: it can only be skipped.
        """
        if self._unseen:
            raise RatingError(self._unseen)
        self.resume()
        event = self.session.rate(value, loops_seen)
        self._next()
        return event

    def skip(self, loops_seen: float | None = None) -> Event:
        """Pass over the shown cinemagraph."""
        self.resume()
        event = self.session.skip(loops_seen)
        self._next()
        return event

    def undo(self) -> Event | None:
        """Take the last rating or skip back; its cinemagraph shows again. Returns None if there is none."""
        event = self.session.undo()
        if event is not None:
            self._next()
        return event

    def pause(self) -> None:
        """Stop the clock and hide the cinemagraph."""
        if self.screen == "rating":
            self.session.pause()
            self.screen = "paused"
            self._tell()

    def resume(self) -> None:
        """Go on after a pause."""
        if self.screen == "paused":
            self.session.resume()
            self.screen = "rating"
            self._tell()

    def _next(self) -> None:
        was_practice = self.practice
        showing = self.session.next()
        with self.hold_sync():
            self.message = self._unseen = ""
            if showing is None:
                self.screen, self.clip, self.practice = "done", b"", False
            else:
                self._show_file(showing.item)
                self.practice = showing.phase == "pilot"
                if was_practice and not self.practice:
                    self.message = (
                        f"The practice is over. From here on your ratings count. {self._unseen}".strip()
                    )
                self.screen = "rating"
                self.serial += 1
            self._tell()

    def _show_file(self, item: str) -> None:
        """Send the file, or nothing if it is gone: the one before must not be rated in its place."""
        path = Path(self._paths.get(item) or "")
        self.clip_type = _MIMES.get(path.suffix.lower(), "video/mp4")
        try:
            self.clip = path.read_bytes()
        except OSError:
            self.clip = b""
            why = "cannot be read" if path.is_file() else "is gone, there is no file"
            self._unseen = (
                f"Cinemagraph {item!r} {why}: skip it, and tell whoever invited you. What you rated is kept."
            )
            self.message = self._unseen

    def _tell(self) -> None:
        self.done, self.total = self.session.progress
        self.seconds_left = self.session.seconds_left
        self.can_undo = bool(self.session.store.history(self.session.person, effective=True))

    def _asked(self, content: dict[str, Any]) -> None:
        """Do what the page asks for; show errors there. Nothing is lost: the cinemagraph stays on show."""
        if not isinstance(content, dict):
            return  # no page of ours sends that
        wanted, about = content.get("do"), content.get("serial")
        loops = content.get("loops")
        loops_seen = float(loops) if isinstance(loops, int | float) and 0 <= loops < 1e6 else None
        try:
            if wanted in ("rate", "skip") and about != self.serial:
                pass  # a second click on a cinemagraph that has been dealt with
            elif wanted in ("rate", "skip") and self.screen == "rating" and self.showing is None:
                self._next()  # the last one was kept, but then the store did not answer
            elif wanted == "begin":
                if content.get("agreed") is True:
                    self.consent()
                self.begin()
            elif wanted == "rate":
                self.rate(content["value"], loops_seen)
            elif wanted == "skip":
                self.skip(loops_seen)
            elif wanted in ("undo", "pause", "resume"):
                getattr(self, wanted)()
        except (SemcineError, KeyError, TypeError) as error:
            self.message = f"That did not work, please try again. ({error})"
        finally:
            self.answered += 1
