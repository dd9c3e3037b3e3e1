"""Pictures of an edit: the map before and after it, and what moved differently (Fig. 7)."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .colors import mask_overlay
from .panels import clip_panels, draw, draw_labels

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from ..looping import Cinemagraph, LoopSolver

GAINED, LOST, BOTH = (47, 158, 91), (201, 72, 60), (150, 150, 150)


def show_edit(before: Cinemagraph, after: Cinemagraph, frame: int | None = None) -> Figure:
    """Fig. 7: π over a frame, s before the edit, s after it; the painted map stands in the corner."""
    clip = before.video
    shown = clip.frames[len(clip) // 2 if frame is None else frame]
    figure, axes = clip_panels(clip, 3, 0.6)
    draw(axes[0], mask_overlay(shown, before.candidate.mask), "π as the segmenter drew it")
    draw_labels(figure, axes[1:], [before, after], "start")
    for axis, name, cinema in ((axes[1], "s before", before), (axes[2], "s after the edit", after)):
        axis.set_title(name)
        corner = axis.inset_axes((0.0, 0.0, 0.3, 0.3))
        corner.imshow(cinema.candidate.mask, cmap="gray", vmin=0, vmax=1)
        corner.set(xticks=[], yticks=[])
        corner.set_title("π", fontsize=8, pad=1, loc="left")
    return figure


def show_changes(before: Cinemagraph, after: Cinemagraph) -> Figure:
    """What the edit asked for, and what it changed: green came to it, red went, gray stayed."""
    figure, axes = clip_panels(before.video, 2, 0.5)
    frame = before.video.frames[len(before.video) // 2]
    for axis, name, old, new in (
        (axes[0], "the map π", before.candidate.mask, after.candidate.mask),
        (axes[1], "what moves, p > 1", before.dynamic, after.dynamic),
    ):
        picture = 0.5 * np.repeat(frame.mean(axis=2, keepdims=True), 3, axis=2) + 60
        for mask, color in ((old & new, BOTH), (new & ~old, GAINED), (old & ~new, LOST)):
            picture[mask] = 0.35 * picture[mask] + 0.65 * np.array(color)
        title = f"{name}: +{(new & ~old).mean():.1%}, −{(old & ~new).mean():.1%} of the picture"
        draw(axis, np.clip(picture, 0, 255).astype(np.uint8), title)
    return figure


def try_edit(solver: LoopSolver, before: Cinemagraph, mask: NDArray[np.bool_], grow: int = 0) -> Figure:
    """Edit with a map that is grown (or shrunk, below 0) by some pixels, drawn at once."""
    import cv2

    side = 2 * abs(grow) + 1
    change = cv2.dilate if grow > 0 else cv2.erode
    disk = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    changed = np.asarray(change(mask.astype(np.uint8), disk)).astype(bool)
    return show_changes(before, solver.edit(before, changed))


def compare_edit(before: Cinemagraph, after: Cinemagraph) -> pd.DataFrame:
    """Before and after in figures, a column each: areas as shares of the picture, then eq. (1) by term.

    ``follows`` is the share of π's pixels that move.
    """
    import pandas as pd

    def column(cinema: Cinemagraph) -> dict[str, float]:
        mask = cinema.candidate.mask
        return {
            "area of π": float(mask.mean()),
            "moves": float(cinema.dynamic.mean()),
            "follows": float(cinema.dynamic[mask].mean()) if mask.any() else float("nan"),
            "labels (p, s)": float(len({*zip(cinema.period.flat, cinema.start.flat, strict=True)})),
            "α_sta": cinema.parameters.alpha_static,
            **asdict(cinema.energy),
        }

    return pd.DataFrame({"before": column(before), "after": column(after)})
