"""Look into a labelling: p, s, γ_s and the energy by term, linked to the playing result, pixel by pixel."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import Any

import anywidget
import numpy as np
import traitlets
from numpy.typing import NDArray

from semcine_nb.errors import SemcineError
from semcine_nb.figures import LABEL_COLORS
from semcine_nb.looping import Cinemagraph
from semcine_nb.looping.cost_maps import CostMaps, cost_maps

from .assets import PLAYER_PARTS, joined
from .transport import nearest, pack_clip, pack_labels, reduced

TERMS = ("temporal", "label", "spatial")


class LoopExplorer(anywidget.AnyWidget):
    """Whatever can be pointed at can be asked for: `pixel`, `statistics`, `pin`, `select`, `show`.

    Parameters
    ----------
    cinema : the labelling to look into. Without its semantic response (as loaded from a file) it has no
        categories, γ_s and costs.
    other : a second labelling of the same clip to compare with (an edit, or another method)
    names : what to call the two
    width : of the clip that plays and of the time lines, pixels at most; the maps have the clip's own size
    transport : see `CinemagraphPlayer`

    Attributes
    ----------
    shown : 0 or 1, which of the two the maps show
    pinned : [row, column], or empty
    rectangle : [row0, column0, row1, column1], the ends not included, or empty
    playing, frame : of the playing result, and which frame of the clip stands beside it

    Raises
    ------
    SemcineError
        If the two are of different clips.
    """

    _esm = joined(*PLAYER_PARTS, "shared/explorer_maps.js", "shared/explorer_playback.js", "loop_explorer.js")
    _css = joined("shared/base.css", "loop_explorer.css")

    clip = traitlets.CBytes(b"").tag(sync=True)
    clip_info = traitlets.Dict().tag(sync=True)
    labels = traitlets.CBytes(b"").tag(sync=True)
    maps = traitlets.CBytes(b"").tag(sync=True)
    maps_info = traitlets.Dict().tag(sync=True)
    colors = traitlets.CBytes(b"").tag(sync=True)
    shown = traitlets.Int(0).tag(sync=True)
    pinned = traitlets.List(traitlets.Int()).tag(sync=True)
    rectangle = traitlets.List(traitlets.Int()).tag(sync=True)
    frame = traitlets.Int(0).tag(sync=True)
    playing = traitlets.Bool(True).tag(sync=True)
    drawn = traitlets.Unicode("").tag(sync=True)
    needs = traitlets.Unicode("").tag(sync=True)
    error = traitlets.Unicode("").tag(sync=True)

    def __init__(
        self,
        cinema: Cinemagraph,
        other: Cinemagraph | None = None,
        names: tuple[str, str] = ("A", "B"),
        width: int = 480,
        transport: str = "vp9",
    ) -> None:
        both = (cinema,) if other is None else (cinema, other)
        if any(c.video is not cinema.video and c.video.digest != cinema.video.digest for c in both):
            raise SemcineError("These two labellings are of different clips; compare two of one clip.")
        self.cinemagraphs, self.names = both, tuple(names)
        self.costs = None
        if all(c.response is not None for c in both):
            self.costs = tuple(cost_maps(c) for c in both)
        self.categories, self.category = _categories(cinema)
        self._small = reduced(cinema.video, width)
        shape = self._small.frames.shape[1:3]
        packed = pack_clip(self._small, transport)
        data, info = _pack_maps(both, self.costs, self.category)
        super().__init__(
            clip=packed.data,
            clip_info=packed.info,
            labels=pack_labels([(nearest(c.period, shape), nearest(c.start, shape), 0) for c in both]),
            maps=data,
            maps_info=info | {"names": list(self.names[: len(both)]), "categories": self.categories},
            colors=np.rint(255 * LABEL_COLORS(np.linspace(0, 1, 256))[:, :3]).astype(np.uint8).tobytes(),
            frame=len(cinema.video) // 2,
        )

    def __repr__(self) -> str:
        return f"LoopExplorer({', '.join(c.candidate.label for c in self.cinemagraphs)})"

    def pixel(self, row: int, column: int) -> list[dict[str, Any]]:
        """What hovering shows, one dict a labelling: category, p and s in frames, costs, γ_s."""
        self._check(row, column)
        return [
            {"name": name, "category": self._category_of(self.category[row, column])}
            | {"period": int(cinema.period[row, column]), "start": int(cinema.start[row, column])}
            | self._costs_of(i, np.s_[row, column])
            for i, (name, cinema) in enumerate(zip(self.names, self.cinemagraphs, strict=False))
        ]

    def statistics(self, rectangle: Sequence[int] | None = None) -> list[dict[str, Any]]:
        """Of a rectangle (the selected one, or the whole picture), one dict a labelling.

        ``pixels``, ``moving`` (share), ``period`` and ``start`` (medians of what moves, None if nothing
        does), ``category`` (the commonest), and the sums of the costs.
        """
        h, w = self.category.shape
        y0, x0, y1, x1 = list(rectangle or self.rectangle) or [0, 0, h, w]
        self._check(y0, x0)
        self._check(y1 - 1, x1 - 1)
        box = np.s_[y0:y1, x0:x1]
        found = []
        for i, (name, cinema) in enumerate(zip(self.names, self.cinemagraphs, strict=False)):
            period, start = cinema.period[box], cinema.start[box]
            moving = period > 1
            found.append(
                {
                    "name": name,
                    "pixels": period.size,
                    "moving": float(moving.mean()),
                    "period": float(np.median(period[moving])) if moving.any() else None,
                    "start": float(np.median(start[moving])) if moving.any() else None,
                    "category": self._category_of(np.bincount(self.category[box].ravel()).argmax()),
                }
                | self._costs_of(i, box)
            )
        return found

    def show(self, which: int | str) -> None:
        """Show one of the two labellings, by place or name."""
        place = self.names.index(which) if which in self.names else which
        if place not in range(len(self.cinemagraphs)):
            raise SemcineError(f"There is no labelling {which!r} to show.")
        self.shown = int(place)

    def pin(self, row: int | None = None, column: int | None = None) -> None:
        """Hold a pixel as a click does; without arguments, let it go."""
        if row is None or column is None:
            self.pinned = []
            return
        self._check(row, column)
        self.pinned = [int(row), int(column)]

    def select(self, *rectangle: int) -> None:
        """Draw a rectangle (row0, column0, row1, column1), ends not included; without arguments, none."""
        if rectangle:
            self.statistics(rectangle)
        self.rectangle = [int(value) for value in rectangle]

    def use_transport(self, transport: str) -> None:
        """Send the clip in another way; the view goes on by itself."""
        packed = pack_clip(self._small, transport)
        with self.hold_sync():
            self.clip_info, self.clip = packed.info, packed.data
            self.needs = ""

    @traitlets.observe("needs")
    def _asked(self, change: Any) -> None:
        if change["new"]:
            self.use_transport(change["new"])

    def _category_of(self, index: Any) -> str | None:
        return self.categories[int(index)] if self.categories else None

    def _costs_of(self, which: int, box: Any) -> dict[str, float]:
        if self.costs is None:
            return {}
        costs = self.costs[which]
        terms = {term: float(getattr(costs, term)[box].sum(dtype=np.float64)) for term in TERMS}
        return terms | {"connectivity": float(np.mean(costs.connectivity[box]))}

    def _check(self, row: int, column: int) -> None:
        h, w = self.category.shape
        if not (0 <= row < h and 0 <= column < w):
            raise SemcineError(f"Row {row}, column {column} is outside the clip's {h} × {w} pixels.")


def _categories(cinema: Cinemagraph) -> tuple[list[str], NDArray[np.uint8]]:
    """The kept categories, and which of them each pixel has most often."""
    if cinema.response is None:
        return [], np.zeros(cinema.period.shape, np.uint8)
    names = list(cinema.response.categories)
    return names, cinema.response.occurrences().argmax(axis=-1).astype(np.uint8)


def _pack_maps(
    cinemas: Sequence[Cinemagraph], costs: Sequence[CostMaps] | None, category: NDArray[np.uint8]
) -> tuple[bytes, dict[str, Any]]:
    """All maps as zlib, (H, W) planes: p and s (uint16), each term (uint16), then category and γ_s (uint8).

    A cost is stored as 65535·√(cost / largest): fine where costs are small, as most are.
    """
    planes: list[NDArray] = []
    scales = []
    for i, cinema in enumerate(cinemas):
        planes += [cinema.period.astype("<u2"), cinema.start.astype("<u2")]
        if costs is not None:
            terms = [getattr(costs[i], term) for term in TERMS]
            scales.append([float(max(term.max(), 1e-12)) for term in terms])
            planes += [
                np.rint(65535 * np.sqrt(term / scale)).astype("<u2")
                for term, scale in zip(terms, scales[-1], strict=True)
            ]
    planes.append(category)
    if costs is not None:
        planes.append(np.rint(255 * costs[0].connectivity).astype(np.uint8))
    info = {
        "height": category.shape[0],
        "width": category.shape[1],
        "scales": scales,
        "energies": [[c.energy.temporal, c.energy.label, c.energy.spatial, c.energy.total] for c in cinemas],
    }
    return zlib.compress(b"".join(plane.tobytes() for plane in planes), 3), info
