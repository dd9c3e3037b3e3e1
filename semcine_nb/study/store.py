"""The store of a study: people, cinemagraphs and every event, on SQLite or PostgreSQL."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.engine import URL, Connection

from ..errors import RatingError
from . import exchange, queries
from .cinemagraph_records import CinemagraphRecord
from .database import Database
from .events import Event, check_name, now
from .queries import RatingMatrix
from .tables import cinemagraphs, people, ratings

CONTEXT = ("response_time", "order", "loops_seen", "session", "phase", "time")


@dataclass(frozen=True)
class Person:
    """A participant: an anonymous code, and the secret that a link carries (kept only as a hash)."""

    code: str
    token: str


class RatingStore:
    """The ratings of a study. Nothing in it is changed or removed except by :meth:`forget`.

    ``url``: ``"sqlite:///ratings.db"`` or ``"ratings.db"`` (made where it is missing),
    ``"postgresql://user:password@host/name"``, or a path. Each call is one transaction and is on the disk
    when it returns, whatever happens to the process after. Threads and processes may share a database.
    ``timeout``: seconds to wait for other writers or a restarting server.

    Raises StoreError where the database cannot be reached, read or written, or has another schema version.
    """

    def __init__(self, url: str | Path | URL = "sqlite:///ratings.db", timeout: float = 30.0) -> None:
        self._database = Database(url, timeout)

    def __repr__(self) -> str:
        return f"RatingStore({self._database.label})"

    def __enter__(self) -> RatingStore:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the database's connections."""
        self._database.close()

    def _column(self, column: sa.Column[Any]) -> list[Any]:
        """Every value of a column, in the order in which the rows were added."""
        query = sa.select(column).order_by(column.table.c.id)
        return self._database.read(lambda connection: list(connection.execute(query).scalars()))

    # --- cinemagraphs ------------------------------------------------------------------------------------

    def add_cinemagraph(
        self,
        id: str,
        features: Any = None,
        path: str | Path | None = None,
        *,
        blocks: Mapping[str, slice] | None = None,
        clip: str | None = None,
    ) -> None:
        """Add the cinemagraph ``id``, or renew what is known of it.

        ``features``: (d,) numbers, or an object with ``.values`` (d,) and ``.blocks`` (name → slice), or
        None. ``path``: the file that is shown; its content is remembered by hash. ``clip`` names the clip
        it was made from.

        Raises RatingError for features that are no finite vector, and where ``id`` was rated with another
        content.
        """
        record = CinemagraphRecord.of(check_name(id, "a cinemagraph"), features, path, blocks, clip)
        self._database.write(lambda connection: record.save(self._database, connection))

    def items(self) -> list[str]:
        """The cinemagraphs' ids, in the order in which they were added: the rows of every matrix."""
        return self._column(cinemagraphs.c.item)

    def paths(self) -> dict[str, str | None]:
        """Each cinemagraph's file, as it was given."""
        query = sa.select(cinemagraphs.c.item, cinemagraphs.c.path).order_by(cinemagraphs.c.id)
        return self._database.read(
            lambda connection: {row.item: row.path for row in connection.execute(query)}
        )

    def clips(self) -> list[str | None]:
        """The clip that each cinemagraph was made from, in the order of :meth:`items`: what to hold out."""
        return self._column(cinemagraphs.c.clip)

    def features(self) -> NDArray[np.float64]:
        """The raw context features, (m, d) float64 aligned with :meth:`items`; NaN where none were given.

        Raises RatingError where cinemagraphs have features of different kinds.
        """
        return self._database.read(queries.read_features)[0]

    def feature_blocks(self) -> dict[str, slice]:
        """Name → columns of :meth:`features`; empty where they were given as bare numbers."""
        return self._database.read(queries.read_features)[1]

    # --- people ------------------------------------------------------------------------------------------
    def add_person(self, code: str | None = None) -> Person:
        """A new participant, or a new token for one who has lost the link (the old one stops working).

        ``code``: an anonymous code, never a name; None draws one.
        """
        code = f"p-{secrets.token_hex(6)}" if code is None else check_name(code, "a person")
        token = secrets.token_urlsafe(24)
        kept = {"token_hash": queries.token_hash(token)}

        def work(connection: Connection) -> None:
            id_ = queries.person_id(self._database, connection, code)
            connection.execute(people.update().where(people.c.id == id_).values(kept))

        self._database.write(work)
        return Person(code, token)

    def person_of(self, token: str) -> str:
        """The code of the person whose link carries ``token``. Raises RatingError where it is nobody's."""
        query = sa.select(people.c.person).where(people.c.token_hash == queries.token_hash(token))
        code = self._database.read(lambda connection: connection.execute(query).scalar())
        if code is None:
            raise RatingError("this link is not valid (any more): ask for a new one")
        return str(code)

    def people(self) -> list[str]:
        """The people's codes in the order in which they came, those without ratings too: the columns."""
        return self._column(people.c.person)

    def consent(self, person: str, time: datetime | None = None) -> None:
        """Keep that ``person`` agreed to take part, and when; the first time stays."""
        check_name(person, "a person")

        def work(connection: Connection) -> None:
            id_ = queries.person_id(self._database, connection, person)
            first = (people.c.id == id_) & people.c.consented.is_(None)
            connection.execute(people.update().where(first).values(consented=time or now()))

        self._database.write(work)

    def consented(self, person: str) -> datetime | None:
        """The moment at which ``person`` agreed to take part, or None."""
        query = sa.select(people.c.consented).where(people.c.person == person)
        return self._database.read(lambda connection: connection.execute(query).scalar())

    def forget(self, person: str) -> int:
        """Erase ``person``: code, link, consent and every event of theirs. Returns how many events.

        The bytes are overwritten (SQLite) or vacuumed away (PostgreSQL); copies and backups are yours to
        clean. Raises RatingError for an unknown person, so that a misspelled code is not taken for an erased
        one.
        """

        def work(connection: Connection) -> int:
            id_ = connection.execute(sa.select(people.c.id).where(people.c.person == person)).scalar()
            if id_ is None:
                raise RatingError(f"there is no person {person!r} to forget")
            erased = connection.execute(ratings.delete().where(ratings.c.person_id == id_)).rowcount
            connection.execute(people.delete().where(people.c.id == id_))
            return int(erased)

        erased = self._database.write(work)
        self._database.scrub(people, ratings)
        return erased

    # --- ratings -----------------------------------------------------------------------------------------

    def rate(self, person: str, item: str, value: int, **context: Any) -> Event:
        """Keep that ``person`` gave ``item`` 1 to 5 stars; committed when this returns.

        ``context``: any of ``response_time``, ``order``, ``loops_seen``, ``session``, ``phase`` and ``time``,
        as in :class:`Event`. A person is made known by rating; a cinemagraph must have been added.

        Raises RatingError for a value, field or cinemagraph that is not usable.
        """
        return self.append(Event(person, item, value=value, kind="rate", **_checked(context)))

    def skip(self, person: str, item: str, **context: Any) -> Event:
        """Keep that ``person`` passed over ``item``; ``context`` as for :meth:`rate`."""
        return self.append(Event(person, item, kind="skip", **_checked(context)))

    def undo(self, person: str, session: str | None = None) -> Event | None:
        """Take back the last thing that ``person`` did (in ``session``); what it was stays on record.

        Returns the event that no longer counts, or None where there was nothing to take back.
        """
        taken: list[Event] = []

        def work(connection: Connection) -> None:
            taken.clear()
            query = queries.effective_events().where(people.c.person == person)
            if session is not None:
                query = query.where(ratings.c.session == session)
            row = connection.execute(query.order_by(ratings.c.id.desc()).limit(1)).first()
            if row is not None:
                last = queries.event_of(row)
                undo = Event(
                    person, last.item, kind="undo", phase=last.phase, session=session, undoes=last.uid
                )
                queries.insert_events(self._database, connection, [undo])
                taken.append(last)

        self._database.write(work)
        return taken[0] if taken else None

    def append(self, *events: Event) -> Event:
        """Keep events, all or none; one whose ``uid`` is there already is passed over. Returns the last.

        Raises RatingError for no event, and for a cinemagraph that nobody added.
        """
        if not events:
            raise RatingError("there is no event to keep: give one or more")
        self._database.write(lambda connection: queries.insert_events(self._database, connection, events))
        return events[-1]

    def history(self, person: str | None = None, effective: bool = False) -> list[Event]:
        """Every event in order (of one person); ``effective`` leaves out undos and what they took back."""
        query = queries.effective_events() if effective else queries.all_events()
        if person is not None:
            query = query.where(people.c.person == person)
        query = query.order_by(ratings.c.id)
        return self._database.read(lambda c: [queries.event_of(row) for row in c.execute(query)])

    def matrix(self) -> RatingMatrix:
        """Each person's last rating of each cinemagraph; repeats count, the pilot does not."""
        return self._database.read(queries.read_matrix)

    # --- exchange ----------------------------------------------------------------------------------------

    def to_frame(self) -> Any:
        """Every event as a pandas DataFrame, one a row, in order."""
        return exchange.to_frame(self.history())

    def export(self, path: str | Path) -> Path:
        """Write every event to a ``.csv`` or ``.parquet`` file, whole or not at all; returns its path."""
        return exchange.write(self.history(), path)

    def import_ratings(self, source: Any, add_items: bool = False) -> int:
        """Take events from a ``.csv`` or ``.parquet`` file or a DataFrame, all or none. Returns how many.

        Columns ``person``, ``item`` and ``value`` are enough; the others of :class:`Event` are kept where
        they are there. What was exported from here and is still here is not taken twice. ``add_items``
        makes unknown cinemagraphs known by their id alone.

        Raises RatingError naming the first row that is not usable, StoreError for a file that is not
        readable.
        """
        events = exchange.read(source)

        def work(connection: Connection) -> int:
            if add_items and events:
                items = dict.fromkeys(event.item for event in events)
                rows = [{"item": item, "added": now()} for item in items]
                connection.execute(self._database.insert(cinemagraphs), rows)
            return queries.insert_events(self._database, connection, events)

        return self._database.write(work)


def _checked(context: dict[str, Any]) -> dict[str, Any]:
    unknown = sorted(set(context) - set(CONTEXT))
    if unknown:
        raise RatingError(
            f"nothing is kept of {', '.join(unknown)}: a rating's context is {', '.join(CONTEXT)}"
        )
    return context
