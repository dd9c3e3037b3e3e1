"""Records of cinemagraphs: features, the meaning of their columns, the file and the hash of its content."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ..errors import RatingError
from .database import Database
from .events import now
from .tables import cinemagraphs, feature_layouts, ratings


@dataclass(frozen=True)
class CinemagraphRecord:
    """One cinemagraph as a study keeps it; None where nothing was said.

    ``features`` are bytes: float64, little-endian. ``layout`` is JSON: how many numbers they are, and the
    columns of each block.
    """

    item: str
    clip: str | None
    path: str | None
    content_hash: str | None
    features: bytes | None
    layout: str | None

    @classmethod
    def of(
        cls,
        item: str,
        features: Any = None,
        path: str | Path | None = None,
        blocks: Mapping[str, slice] | None = None,
        clip: str | None = None,
    ) -> CinemagraphRecord:
        """Check and pack. Raises RatingError for features that are no finite vector, or blocks outside it."""
        packed = layout = None
        if features is not None:
            needed = f"the features of {item!r} must be a vector of finite numbers"
            try:
                values = np.asarray(getattr(features, "values", features), dtype="<f8")
            except (TypeError, ValueError) as error:
                raise RatingError(f"{needed}: {error}") from error
            if values.ndim != 1 or not np.isfinite(values).all():
                raise RatingError(f"{needed}, not {values.shape}")
            blocks = getattr(features, "blocks", {}) if blocks is None else blocks
            packed, layout = values.tobytes(), _layout(item, values.size, blocks)
        return cls(item, clip, None if path is None else str(path), _content_hash(path), packed, layout)

    def save(self, database: Database, connection: Connection) -> None:
        """Add the cinemagraph or renew what is known of it.

        Raises RatingError where it was rated with another content: ratings belong to what people saw.
        """
        connection.execute(database.insert(cinemagraphs).values(item=self.item, added=now()))
        row = connection.execute(sa.select(cinemagraphs).where(cinemagraphs.c.item == self.item)).one()
        changed = None not in (row.content_hash, self.content_hash) and row.content_hash != self.content_hash
        rated = sa.select(sa.exists().where(ratings.c.cinemagraph_id == row.id))
        if changed and connection.execute(rated).scalar():
            raise RatingError(
                f"cinemagraph {self.item!r} was rated with another content than that of {self.path}: "
                "give the new one an id of its own"
            )
        fields = {name: getattr(self, name) for name in ("clip", "path", "content_hash", "features")}
        if self.layout is not None:
            connection.execute(database.insert(feature_layouts).values(layout=self.layout))
            same = feature_layouts.c.layout == self.layout
            fields["layout_id"] = connection.execute(sa.select(feature_layouts.c.id).where(same)).scalar_one()
        given = {name: value for name, value in fields.items() if value is not None}
        if given:
            connection.execute(cinemagraphs.update().where(cinemagraphs.c.id == row.id).values(given))


def _layout(item: str, size: int, blocks: Mapping[str, slice]) -> str:
    ends: dict[str, tuple[int, int]] = {}
    for name, columns in blocks.items():
        start, stop, step = columns.indices(size)
        if step != 1 or stop < start or (columns.stop is not None and columns.stop > size):
            raise RatingError(f"block {name!r} of {item!r} is {columns}, outside its {size} features")
        ends[str(name)] = (start, stop)
    return json.dumps({"size": size, "blocks": ends})


def _content_hash(path: str | Path | None) -> str | None:
    """SHA-256 of the file's content; None where there is no file (yet)."""
    if path is None or not Path(path).is_file():
        return None
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
