"""The study's tables; what is append-only among them is never updated, only forgotten."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

SCHEMA_VERSION = 1


class _UtcTime(sa.types.TypeDecorator[datetime]):
    """A moment kept as UTC without zone, to the microsecond, alike in both databases."""

    impl = sa.DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        return None if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)


metadata = sa.MetaData()

schema_version = sa.Table("schema_version", metadata, sa.Column("version", sa.Integer, nullable=False))

feature_layouts = sa.Table(  # which number of a feature vector is what: the same for many cinemagraphs
    "feature_layouts",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("layout", sa.Text, nullable=False, unique=True),  # JSON: size, blocks, names
)

cinemagraphs = sa.Table(
    "cinemagraphs",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("item", sa.Text, nullable=False, unique=True),
    sa.Column("clip", sa.Text),
    sa.Column("path", sa.Text),
    sa.Column("content_hash", sa.Text),
    sa.Column("layout_id", sa.ForeignKey("feature_layouts.id")),
    sa.Column("features", sa.LargeBinary),  # float64, little-endian
    sa.Column("added", _UtcTime, nullable=False),
    sqlite_autoincrement=True,
)

people = sa.Table(
    "people",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("person", sa.Text, nullable=False, unique=True),  # an anonymous code
    sa.Column("token_hash", sa.Text, unique=True),  # SHA-256: who reads the database cannot rate as somebody
    sa.Column("consented", _UtcTime),
    sa.Column("added", _UtcTime, nullable=False),
    sqlite_autoincrement=True,
)

ratings = sa.Table(
    "ratings",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),  # grows: the last one of a pair counts
    sa.Column("uid", sa.String(32), nullable=False, unique=True),
    sa.Column("person_id", sa.ForeignKey("people.id"), nullable=False, index=True),
    sa.Column("cinemagraph_id", sa.ForeignKey("cinemagraphs.id"), nullable=False),
    sa.Column("kind", sa.String(8), nullable=False),
    sa.Column("phase", sa.String(8), nullable=False),
    sa.Column("value", sa.SmallInteger),
    sa.Column("response_time", sa.Double),
    sa.Column("order", sa.Integer),
    sa.Column("loops_seen", sa.Double),
    sa.Column("session", sa.Text),
    sa.Column("time", _UtcTime, nullable=False),
    sa.Column("undoes", sa.String(32), index=True),
    sa.CheckConstraint("value BETWEEN 1 AND 5", name="value_in_range"),
    sqlite_autoincrement=True,
)
