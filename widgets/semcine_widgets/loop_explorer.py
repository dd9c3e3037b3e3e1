"""The explorer: p, s, γ_s and the energy by term of each pixel, linked to the playing result."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

import numpy as np
import traitlets

from semcine_nb.errors import SemcineError
from semcine_nb.figures import LABEL_COLORS
from semcine_nb.looping import Cinemagraph
from semcine_nb.looping.cost_maps import CostMaps, cost_maps_of

from .explorer.maps import TERMS, kept_categories, measured, pack_costs, pack_maps
from .shared import PLAYER_PARTS, joined
from .shared.clip_playback import ClipWidget, clip_of, place_of
from .shared.clip_transport import nearest, pack_labels, reduced


class LoopExplorer(ClipWidget):
    """The labels and costs of one or two labellings of a clip, pixel by pixel.

    A method stands for each action of the pointer: `pixel`, `statistics`, `pin`, `select`, `show`.

    Parameters
    ----------
    cinema : the labelling to look into. Without its semantic response (as loaded from a file) it has no
        categories, γ_s and costs.
    other : a second labelling of the same clip to compare with (an edit, or another method, as
        ``baselines.liao_2013``); without a response of its own it is measured by the first one's energy
    names : of the two; by default the labels of their candidates where these differ, else "A" and "B"
    width : of the clip that plays and of the time lines, pixels at most; the maps have the clip's own size
    transport : see `CinemagraphPlayer`

    Attributes
    ----------
    shown : 0 or 1, which of the two the maps show
    pinned : [row, column], or empty
    rectangle : [row0, column0, row1, column1], the ends not included, or empty
    frame : of the clip, which stands beside the playing result
    playing, drawn, decoded, error : see `ClipWidget`

    Raises
    ------
    SemcineError
        If the two are of different clips.
    """

    _esm = joined(
        *PLAYER_PARTS,
        "explorer/maps.js",
        "explorer/playback.js",
        "explorer/panels.js",
        "explorer/facts.js",
        "loop_explorer.js",
    )
    _css = joined("shared/base.css", "loop_explorer.css")

    maps = traitlets.CBytes(b"").tag(sync=True)
    maps_info = traitlets.Dict().tag(sync=True)
    cost_planes = traitlets.CBytes(b"").tag(sync=True)  # empty until a view or a call wants them
    cost_scales: Any = traitlets.List().tag(sync=True)
    colors = traitlets.CBytes(b"").tag(sync=True)
    shown = traitlets.Int(0).tag(sync=True)
    pinned = traitlets.List(traitlets.Int()).tag(sync=True)
    rectangle = traitlets.List(traitlets.Int()).tag(sync=True)
    frame = traitlets.Int(0).tag(sync=True)

    def __init__(
        self,
        cinema: Cinemagraph,
        other: Cinemagraph | None = None,
        names: tuple[str, str] | None = None,
        width: int = 480,
        transport: str = "vp9",
    ) -> None:
        both = (cinema,) if other is None else (cinema, other)
        small = reduced(clip_of(both, "an explorer"), width)
        self.cinemagraphs = both
        self.names = tuple(names or _names([c.candidate.label for c in both]))
        self._measured = measured(both)
        self._costs: tuple[CostMaps, ...] | None = None
        self._cost_lock = threading.Lock()
        self.categories, self.category = kept_categories(both)
        shape = small.frames.shape[1:3]
        height, wide = self.category.shape
        super().__init__(
            small,
            transport,
            labels=pack_labels([(nearest(c.period, shape), nearest(c.start, shape), 0) for c in both]),
            maps=pack_maps(both, self.category),
            maps_info={
                "height": height,
                "width": wide,
                "names": list(self.names[: len(both)]),
                "categories": self.categories,
                "costs": bool(self._measured),
                "energies": [self._energy(i) for i in range(len(both))],
            },
            colors=np.rint(255 * LABEL_COLORS(np.linspace(0, 1, 256))[:, :3]).astype(np.uint8).tobytes(),
            frame=len(cinema.video) // 2,
        )
        self.on_msg(lambda _widget, content, _buffers: self._asked(content))

    def __repr__(self) -> str:
        return f"LoopExplorer({', '.join(c.candidate.label for c in self.cinemagraphs)})"

    @property
    def costs(self) -> tuple[CostMaps, ...]:
        """The costs of each labelling by pixel; empty without a response. The first call takes seconds."""
        if not self._measured:
            return ()
        with self._cost_lock:
            if self._costs is None:
                self._costs = cost_maps_of(self._measured)
                packed, scales = pack_costs(self._costs)
                with self.hold_sync():
                    self.cost_scales, self.cost_planes = scales, packed
            return self._costs

    def pixel(self, row: int, column: int) -> list[dict[str, Any]]:
        """The facts of one pixel, one dict a labelling: category, p and s in frames, costs, γ_s."""
        self._check(row, column)
        return [
            {"name": name, "category": self._category_of(self.category[row, column])}
            | {"period": int(cinema.period[row, column]), "start": int(cinema.start[row, column])}
            | self._costs_of(i, np.s_[row, column])
            for i, (name, cinema) in enumerate(zip(self.names, self.cinemagraphs, strict=False))
        ]

    def statistics(self, rectangle: Sequence[int] | None = None) -> list[dict[str, Any]]:
        """The facts of a rectangle (by default the selected one, or the whole picture), one dict a labelling.

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
        self.shown = place_of(which, self.names[: len(self.cinemagraphs)], "labelling")

    def pin(self, row: int | None = None, column: int | None = None) -> None:
        """Pin a pixel as a click does; without arguments, let the pinned one go."""
        if row is None or column is None:
            self.pinned = []
            return
        self._check(row, column)
        self.pinned = [int(row), int(column)]

    def select(self, *rectangle: int) -> None:
        """Select a rectangle (row0, column0, row1, column1), ends not included; without arguments, none."""
        if rectangle:
            self.statistics(rectangle)
        self.rectangle = [int(value) for value in rectangle]

    def _asked(self, content: Any) -> None:
        # in a thread: what a page shows at once does not wait for the costs
        if content == {"do": "costs"}:
            threading.Thread(target=self._find_costs, daemon=True).start()

    def _find_costs(self) -> None:
        try:
            self.costs  # noqa: B018 - sends them
        except Exception as error:  # the thread has nobody else to tell
            self.error = str(error)

    def _energy(self, which: int) -> list[float] | None:
        """The terms of eq. (1) and their sum; None if the labelling is measured by another's energy."""
        cinema = self.cinemagraphs[which]
        if self._measured and self._measured[which] is not cinema:
            return None
        energy = cinema.energy
        return [energy.temporal, energy.label, energy.spatial, energy.total]

    def _category_of(self, index: Any) -> str | None:
        return self.categories[int(index)] if self.categories else None

    def _costs_of(self, which: int, box: Any) -> dict[str, float]:
        if not self._measured:
            return {}
        costs = self.costs[which]
        terms = {term: float(getattr(costs, term)[box].sum(dtype=np.float64)) for term in TERMS}
        return terms | {"connectivity": float(np.mean(costs.connectivity[box]))}

    def _check(self, row: int, column: int) -> None:
        h, w = self.category.shape
        if not (0 <= row < h and 0 <= column < w):
            raise SemcineError(f"Row {row}, column {column} is outside the clip's {h} × {w} pixels.")


def _names(labels: Sequence[str]) -> Sequence[str]:
    return labels if len(set(labels)) == len(labels) else ("A", "B")
