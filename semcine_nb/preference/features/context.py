"""All context features of a cinemagraph in named blocks: hand-designed, motion and semantic."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ...errors import LoopError, RatingError
from .embedded_motion import SIZE as MOTION_SIZE
from .embedded_motion import embedded_motion, motion_names
from .hand_designed import QUANTITIES, hand_designed_features, hand_designed_names
from .semantic import semantic_features, semantic_names
from .statistics import STATISTICS

if TYPE_CHECKING:
    import pandas as pd

    from ...looping import Cinemagraph
    from ...semantics import SemanticResponse

_NO_RESPONSE = (
    "The semantic block is zero: the cinemagraph carries no response, as after loading its labels from"
    " a file; give it as response=."
)

Motion = Callable[[NDArray[np.uint8]], NDArray[np.floating]]
"""A rendered loop (N, H, W, 3) uint8 → 4096 numbers."""


@dataclass(frozen=True, eq=False)
class ContextFeatures:
    """Raw features of one cinemagraph, for the models of Section 4; a model scales them by its training set.

    Attributes
    ----------
    values : (d,) float64, finite; d is the same for every clip (4,215 unless extended)
    blocks : name → its part of ``values``, in order: faces, sharpness, flow, tracks, loopability, face_ratio
        (the 55 of the supplement's Fig. 7), embedded_motion or c3d (4096), semantic (64), extended (10, on
        request)
    names : what each number is, d strings
    notes : what a person should know, one sentence each
    """

    values: NDArray[np.float64]
    blocks: dict[str, slice]
    names: tuple[str, ...]
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.values.ndim != 1 or not len(self.values) == len(self.names):
            raise RatingError(f"features of shape {self.values.shape}, but {len(self.names)} names for them")
        if not np.isfinite(self.values).all():
            raise RatingError(f"{self.names[int(np.argmin(np.isfinite(self.values)))]!r} is not finite")

    def __getitem__(self, block: str) -> NDArray[np.float64]:
        """The numbers of one block, by its name."""
        return self.values[self.blocks[block]]

    def table(self) -> pd.DataFrame:
        """The hand-designed numbers to look at: a row a quantity, its five statistics, unit and meaning."""
        import pandas as pd

        count = len(QUANTITIES) * len(STATISTICS)
        rows = pd.DataFrame(
            self.values[:count].reshape(len(QUANTITIES), len(STATISTICS)),
            columns=list(STATISTICS),
            index=pd.Index([quantity.name for quantity in QUANTITIES], name="quantity"),
        )
        for field in ("unit", "samples", "meaning"):
            rows[field] = [getattr(quantity, field) for quantity in QUANTITIES]
        return rows


def context_features(
    cinema: Cinemagraph,
    rendered: NDArray[np.uint8] | None = None,
    motion: str | Motion = "embedded",
    response: SemanticResponse | None = None,
    extended: bool = False,
) -> ContextFeatures:
    """Measure a cinemagraph (Section 4.2 of the paper, Sections 2 and 4 of its supplement).

    Parameters
    ----------
    cinema : the cinemagraph; features are those of its rendered loop
    rendered : (N, H, W, 3) uint8, ``cinema.render()`` if it is at hand
    motion : "embedded", the stand-in that needs no download; "c3d:PATH", C3D with weights from a file; or a
        function of the rendered loop that gives 4096 numbers, such as
        ``lambda frames: c3d_motion(frames, network)`` with a network that was loaded once
    response : what the semantic block counts; None takes the cinemagraph's own K kept channels
    extended : add a block for the categories that the paper does not have

    Returns
    -------
    The same features for the same input, 4,215 of them (4,225 extended). Blocks that find nothing to measure
    are zero: no face, nothing that moves, no category.

    Raises
    ------
    LoopError : ``rendered`` is no loop of this cinemagraph.
    RatingError : another ``motion``, unreadable weights, or a response of another size.
    """
    rendered = cinema.render() if rendered is None else np.asarray(rendered)
    _check(cinema, rendered, response)
    source, measured = _motion(cinema, rendered, motion)
    parts = hand_designed_features(cinema, rendered)
    parts[source] = measured
    response = cinema.response if response is None else response
    notes = (_NO_RESPONSE,) if response is None else ()
    parts["semantic"] = semantic_features(response, cinema.dynamic)
    names = (*hand_designed_names(), *_motion_names(source), *semantic_names())
    if extended:
        parts["extended"] = semantic_features(response, cinema.dynamic, extended=True)
        names += semantic_names(extended=True)
    blocks = _slices({name: len(part) for name, part in parts.items()})
    return ContextFeatures(np.concatenate(list(parts.values())), blocks, names, notes)


def default_blocks() -> dict[str, slice]:
    """``blocks`` as `context_features` measures them by default, without measuring anything."""
    sizes: dict[str, int] = {}
    for quantity in QUANTITIES:
        sizes[quantity.block] = sizes.get(quantity.block, 0) + len(STATISTICS)
    return _slices({**sizes, "embedded_motion": MOTION_SIZE, "semantic": len(semantic_names())})


def _slices(sizes: dict[str, int]) -> dict[str, slice]:
    ends = accumulate(sizes.values())
    return {name: slice(end - size, end) for (name, size), end in zip(sizes.items(), ends, strict=True)}


def _check(cinema: Cinemagraph, rendered: NDArray, response: SemanticResponse | None) -> None:
    size = cinema.period.shape
    if rendered.dtype != np.uint8 or rendered.shape[1:] != (*size, 3) or not len(rendered):
        raise LoopError(
            f"rendered is {rendered.shape} {rendered.dtype}; this cinemagraph's loop is (N, {size[0]},"
            f" {size[1]}, 3) uint8, as its render() gives"
        )
    if response is not None and response.shape[1:3] != size:
        raise RatingError(f"the response is {response.shape[1:3]} px and the cinemagraph {size} px")


def _motion(
    cinema: Cinemagraph, rendered: NDArray[np.uint8], motion: str | Motion
) -> tuple[str, NDArray[np.float64]]:
    """The motion block's name and its 4096 numbers."""
    if callable(motion):
        name, values = "motion", np.asarray(motion(rendered), np.float64)
    elif motion == "embedded":
        name, values = "embedded_motion", embedded_motion(rendered, cinema.dynamic, cinema.video.fps)
    elif isinstance(motion, str) and motion.startswith("c3d:"):
        from .c3d import c3d_motion, load_c3d

        name, values = "c3d", c3d_motion(rendered, load_c3d(motion.removeprefix("c3d:")))
    else:
        raise RatingError(f"motion is {motion!r}; use 'embedded', 'c3d:PATH' or a function of the loop")
    if values.shape != (MOTION_SIZE,):
        raise RatingError(f"the motion block has shape {values.shape}; it must be ({MOTION_SIZE},)")
    return name, values


def _motion_names(source: str) -> tuple[str, ...]:
    if source == "embedded_motion":
        return motion_names()
    return tuple(f"{'fc6' if source == 'c3d' else source} {i}" for i in range(MOTION_SIZE))
