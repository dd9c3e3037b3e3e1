"""Queries of the study's tables, as statements and as functions of one open transaction."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.engine import Connection

from ..errors import RatingError
from .database import Database
from .events import Event, now
from .tables import cinemagraphs, feature_layouts, people, ratings

_AT_ONCE = 500  # names in one IN (…)
_ROWS_AT_ONCE = 100_000


class RatingMatrix(NamedTuple):
    """``ratings`` (m, n) float64, NaN where unrated; ``items`` names its m rows, ``people`` its n columns."""

    ratings: NDArray[np.float64]
    items: list[str]
    people: list[str]


def token_hash(token: str) -> str:
    """The hash (SHA-256) by which a link's secret is kept."""
    return hashlib.sha256(str(token).encode("utf-8", "surrogatepass")).hexdigest()


def all_events() -> sa.Select[Any]:
    """Every event, with the names of its person and its cinemagraph."""
    columns = [column for column in ratings.c if column.name not in ("id", "person_id", "cinemagraph_id")]
    joined = ratings.join(people).join(cinemagraphs)
    return sa.select(people.c.person, cinemagraphs.c.item, *columns).select_from(joined)


def effective_events() -> sa.Select[Any]:
    """The events that count: no undos, and nothing that one of them took back."""
    return all_events().where(ratings.c.kind != "undo", ~_undone())


def _undone() -> sa.ColumnElement[bool]:
    undo = ratings.alias("undo")
    return sa.exists().where(undo.c.undoes == ratings.c.uid)


def event_of(row: Any) -> Event:
    """The event in a row of :func:`all_events`."""
    return Event(**row._mapping)


def insert_events(database: Database, connection: Connection, events: Sequence[Event]) -> int:
    """Insert events in order, passing over those that are there; returns how many are new.

    Raises RatingError for a cinemagraph that nobody added.
    """
    if not events:
        return 0
    items = _ids(connection, cinemagraphs.c.item, {event.item for event in events})
    for event in events:
        if event.item not in items:
            raise RatingError(f"there is no cinemagraph {event.item!r} in this store: add it first")
    codes = {event.person for event in events}
    if set(_ids(connection, people.c.person, codes)) != codes:
        arrivals = dict.fromkeys(event.person for event in events)
        connection.execute(database.insert(people), [{"person": code, "added": now()} for code in arrivals])
    persons = _ids(connection, people.c.person, codes)
    known = _ids(connection, ratings.c.uid, {event.uid for event in events})
    rows = [
        _row(event, persons[event.person], items[event.item]) for event in events if event.uid not in known
    ]
    if rows:
        connection.execute(database.insert(ratings), rows)
    return len(rows)


def _row(event: Event, person_id: int, cinemagraph_id: int) -> dict[str, Any]:
    row = {column.name: getattr(event, column.name, None) for column in ratings.c if column.name != "id"}
    return row | {"person_id": person_id, "cinemagraph_id": cinemagraph_id}


def _ids(connection: Connection, column: sa.Column[Any], names: Collection[str]) -> dict[str, int]:
    """Name → id for those ``names`` that are in ``column``."""
    found: dict[str, int] = {}
    wanted = sorted(names)
    for start in range(0, len(wanted), _AT_ONCE):
        some = column.in_(wanted[start : start + _AT_ONCE])
        rows = connection.execute(sa.select(column, column.table.c.id).where(some))
        found.update((name, id_) for name, id_ in rows)
    return found


def person_id(database: Database, connection: Connection, code: str) -> int:
    """The id of a person, who is made known where new."""
    connection.execute(database.insert(people).values(person=code, added=now()))
    return int(connection.execute(sa.select(people.c.id).where(people.c.person == code)).scalar_one())


def read_matrix(connection: Connection) -> RatingMatrix:
    """Each person's last rating of each cinemagraph, repeats included, the pilot left out."""
    counts = (ratings.c.kind == "rate") & (ratings.c.phase != "pilot") & ~_undone()
    columns = (ratings.c.cinemagraph_id, ratings.c.person_id, ratings.c.value)
    query = sa.select(*columns).where(counts).order_by(ratings.c.id)
    # ratings first, so that who comes between the reads is known too; in parts: there may be millions
    parts = connection.execute(query.execution_options(yield_per=_ROWS_AT_ONCE)).partitions()
    given = [np.array([tuple(row) for row in part], dtype=np.int64) for part in parts]
    items, codes = (
        connection.execute(sa.select(column.table.c.id, column).order_by(column.table.c.id)).all()
        for column in (cinemagraphs.c.item, people.c.person)
    )
    item_ids, person_ids = (np.array([row.id for row in rows], dtype=np.int64) for rows in (items, codes))
    matrix = np.full((len(items), len(codes)), np.nan)
    for cinemagraph, person, value in (part.T for part in given):
        known = np.isin(person, person_ids)  # unless forgotten between the reads
        row = np.searchsorted(item_ids, cinemagraph[known])
        column = np.searchsorted(person_ids, person[known])
        matrix[row, column] = value[known]  # of a repeated pair, NumPy keeps the last
    return RatingMatrix(matrix, [row.item for row in items], [row.person for row in codes])


def read_features(connection: Connection) -> tuple[NDArray[np.float64], dict[str, slice]]:
    """(m, d) float64, NaN rows where a cinemagraph has no features; and the columns of each block."""
    kept = connection.execute(sa.select(feature_layouts.c.id, feature_layouts.c.layout)).all()
    columns = (cinemagraphs.c.layout_id, cinemagraphs.c.features)
    rows = connection.execute(sa.select(*columns).order_by(cinemagraphs.c.id)).all()
    used = {row.layout_id for row in rows if row.layout_id is not None}
    kinds = {row.id: json.loads(row.layout) for row in kept if row.id in used}
    if len(kinds) > 1:
        sizes = ", ".join(str(kind["size"]) for kind in kinds.values())
        raise RatingError(
            f"the cinemagraphs have features of different kinds (sizes {sizes}): compute them anew"
        )
    layout: dict[str, Any] = next(iter(kinds.values()), {"size": 0, "blocks": {}})
    values = np.full((len(rows), layout["size"]), np.nan)
    for i, row in enumerate(rows):
        if row.features is not None:
            values[i] = np.frombuffer(row.features, dtype="<f8")
    return values, {name: slice(*ends) for name, ends in layout["blocks"].items()}
