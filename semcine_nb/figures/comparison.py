"""The paper's comparisons: γ_s (Fig. 2), labels (3), close-ups (5), what moves (6), and time lines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..lessons.measures import Box, connectivity_maps, loop_frame, loop_motion
from ..looping.evaluation import evaluate
from ..looping.quality import alignment, tearing
from ..rendering.labelling import phi
from .colors import mask_overlay
from .panels import GREEN, charts, clip_panels, draw, draw_frame, draw_labels, grid

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from ..looping import Cinemagraph, LoopSolver
    from ..semantics import Candidate, SemanticResponse
    from ..video import Video


def show_connectivity(clip: Video, response: SemanticResponse) -> Figure:
    """γ_s by colors (Liao et al.) and by semantics (eq. 5): dark where a seam is cheap (Fig. 2)."""
    maps = connectivity_maps(clip, response)
    figure, axes = clip_panels(clip, 3, 0.5)
    draw(axes[0], clip.frames[len(clip) // 2], "(a) selected frame")
    draw(axes[1], maps.color, "(b) γ_s of Liao et al.: colors", cmap="gray", vmin=0, vmax=1)
    shown = draw(axes[2], maps.semantic, "(c) ours, eq. (5): semantics", cmap="gray", vmin=0, vmax=1)
    figure.colorbar(shown, ax=axes, shrink=0.8, ticks=[0, 1])
    return figure


def show_methods(cinemagraphs: Mapping[str, Cinemagraph], box: Box | None = None) -> Figure:
    """p and s of several methods, a row each, on common scales with gray for static (Fig. 3)."""
    figure, axes = grid(len(cinemagraphs), 3, (13, 2.55 * len(cinemagraphs) + 0.2))
    for column, name in ((1, "period"), (2, "start")):
        draw_labels(figure, axes[:, column], list(cinemagraphs.values()), name, every=True)
        for axis in axes[:, column]:
            axis.set_title(f"{name[0]} (frames)", fontsize=10)
    for row, (name, cinema) in zip(axes, cinemagraphs.items(), strict=True):
        frame = cinema.video.frames[len(cinema.video) // 2]
        draw(row[0], frame, f"{name}: {cinema.dynamic.mean():.0%} moves", 10)
        if box:
            for axis in row:
                draw_frame(axis, box, "red", 1.5)
    return figure


def show_closeups(cinemagraphs: Mapping[str, Cinemagraph], box: Box, times: tuple[int, ...]) -> Figure:
    """Rendered frames of several methods, enlarged around ``box``, at the same times (Fig. 5).

    The frames are φ itself without blending, so that what the labels do is not hidden.
    """
    x, y, width, height = box
    high = 13 / len(times) * height / width + 0.35
    figure, axes = grid(len(cinemagraphs), len(times), (13, len(cinemagraphs) * high))
    for row, (name, cinema) in enumerate(cinemagraphs.items()):
        for axis, t in zip(axes[row], times, strict=True):
            picture = loop_frame(cinema, t)[y : y + height, x : x + width]
            draw(axis, picture, f"{name}, t = {t}", 9, interpolation="nearest")
    return figure


def show_alignment(
    cinemagraphs: Mapping[str, Cinemagraph], mask: NDArray[np.bool_], frames: int = 48
) -> Figure:
    """What moves in each method's result, dark where it moves more, with an object's outline (Fig. 6).

    Parameters
    ----------
    cinemagraphs : of one clip, by the name of their method
    mask : (H, W) bool, the object; each title has the share (IoU) of dynamic pixels and object in common
    frames : of the loop over which the size of optical flow is averaged
    """
    clip = next(iter(cinemagraphs.values())).video
    figure, axes = clip_panels(clip, 1 + len(cinemagraphs), 0.6)
    draw(axes[0], mask_overlay(clip.frames[len(clip) // 2], mask), "the object")
    motion = {name: loop_motion(cinema, frames) for name, cinema in cinemagraphs.items()}
    most = max(float(np.quantile(size, 0.995)) for size in motion.values())
    for axis, (name, cinema) in zip(axes[1:], cinemagraphs.items(), strict=True):
        title = f"{name}: IoU {alignment(cinema.period, mask):.2f}"
        picture = draw(axis, motion[name], title, 10, cmap="gray_r", vmin=0, vmax=max(most, 1e-6))
        axis.contour(mask, levels=[0.5], colors=GREEN, linewidths=1)
    figure.colorbar(picture, ax=axes, shrink=0.8, label="pixels a frame")
    return figure


def show_timelines(cinemagraphs: Mapping[str, Cinemagraph], row: int, length: int = 150) -> Figure:
    """One row of pixels over time, downwards: the clip, and each loop with its seams in time."""
    clip = next(iter(cinemagraphs.values())).video
    time = np.arange(length)
    figure, axes = charts(len(cinemagraphs) + 1, (13, 4.2))
    axes[0].imshow(clip.frames[:, row], aspect="auto")
    axes[0].set(title=f"the clip, row {row}", xlabel="column", ylabel="frame")
    for axis, (name, cinema) in zip(axes[1:], cinemagraphs.items(), strict=True):
        shown = phi(cinema.period[row], cinema.start[row], time[:, None])
        axis.imshow(clip.frames[shown, np.full_like(shown, row), np.arange(clip.width)], aspect="auto")
        axis.set(title=name, xlabel="column", ylabel="time t of the endless loop")
    return figure


def compare_methods(
    cinemagraphs: Mapping[str, Cinemagraph], solver: LoopSolver, target: Candidate
) -> pd.DataFrame:
    """A row a method: what it does inside a target, and eq. (1) of its labels by term, for that target.

    ``labels`` and ``pieces`` are different (p, s) and connected pieces of one label inside the target;
    ``cut`` counts the pairs of neighbors inside it that are shown out of step.
    """
    import pandas as pd

    rows, costs = {}, solver.costs(target)
    for name, cinema in cinemagraphs.items():
        torn = tearing(cinema.labels, target.mask)
        energy = evaluate(costs, solver.clip, solver.response, cinema.labels, solver.parameters)
        rows[name] = {
            "moves": float(cinema.dynamic.mean()),
            "labels": torn.labels,
            "pieces": torn.pieces,
            "cut": torn.cut,
            **asdict(energy),
            "total": energy.total,
        }
    return pd.DataFrame.from_dict(rows, orient="index")
