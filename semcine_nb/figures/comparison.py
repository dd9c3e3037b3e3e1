"""The paper's comparisons: γ_s (Fig. 2), labels (3), close-ups (5), what moves (6), and time lines."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..looping.connectivity_maps import connectivity_maps
from ..looping.evaluation import evaluate
from ..looping.quality import alignment, tearing
from ..rendering.labelling import phi
from .colors import label_map, mask_overlay
from .panels import grid, label_scale

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from ..looping import Cinemagraph, LoopSolver
    from ..semantics import Candidate, SemanticResponse
    from ..video import Video

Box = tuple[int, int, int, int]  # x, y, width, height in pixels


def show_connectivity(clip: Video, response: SemanticResponse) -> Figure:
    """γ_s by colours (Liao et al.) and by semantics (eq. 5): dark where a seam is cheap (Fig. 2)."""
    maps = connectivity_maps(clip, response)
    figure, axes = grid(1, 3, (13, 13 / 3 * clip.height / clip.width + 0.5))
    axes[0, 0].imshow(clip.frames[len(clip) // 2])
    axes[0, 0].set_title("(a) selected frame")
    for axis, name, gamma in (
        (axes[0, 1], "(b) γ_s of Liao et al.: colours", maps.colour),
        (axes[0, 2], "(c) ours, eq. (5): semantics", maps.semantic),
    ):
        picture = axis.imshow(gamma, cmap="gray", vmin=0, vmax=1)
        axis.set_title(name)
    figure.colorbar(picture, ax=axes[0], shrink=0.8, ticks=[0, 1])
    return figure


def show_methods(cinemagraphs: Mapping[str, Cinemagraph], box: Box | None = None) -> Figure:
    """p and s of several methods, a row each, on common scales with grey for static (Fig. 3)."""
    figure, axes = grid(len(cinemagraphs), 3, (13, 2.55 * len(cinemagraphs) + 0.2))
    for column, name in ((1, "period"), (2, "start")):
        every = np.concatenate([getattr(c, name)[c.dynamic] for c in cinemagraphs.values()])
        low, high = (int(every.min()), int(every.max())) if every.size else (0, 1)
        for row, cinema in enumerate(cinemagraphs.values()):
            picture = label_map(getattr(cinema, name), cinema.dynamic, low, max(high, low + 1))
            axes[row, column].imshow(picture)
            axes[row, column].set_title(f"{name[0]} (frames)", fontsize=10)
            if every.size:
                label_scale(figure, axes[row, column], every)
    for row, (name, cinema) in enumerate(cinemagraphs.items()):
        axes[row, 0].imshow(cinema.video.frames[len(cinema.video) // 2])
        axes[row, 0].set_title(f"{name}: {cinema.dynamic.mean():.0%} moves", fontsize=10)
        for axis in axes[row] if box else ():
            _frame(axis, box)
    return figure


def show_closeups(cinemagraphs: Mapping[str, Cinemagraph], box: Box, times: tuple[int, ...]) -> Figure:
    """Rendered frames of several methods, enlarged around ``box``, at the same times (Fig. 5).

    The frames are φ itself without blending, so that what the labels do is not hidden.
    """
    x, y, width, height = box
    figure, axes = grid(
        len(cinemagraphs), len(times), (13, len(cinemagraphs) * (13 / len(times) * height / width + 0.35))
    )
    for row, (name, cinema) in enumerate(cinemagraphs.items()):
        for axis, t in zip(axes[row], times, strict=True):
            axis.imshow(loop_frame(cinema, t)[y : y + height, x : x + width], interpolation="nearest")
            axis.set_title(f"{name}, t = {t}", fontsize=9)
    return figure


def loop_motion(cinemagraph: Cinemagraph, frames: int = 48) -> NDArray[np.float32]:
    """Mean size of optical flow over some frames of the endless loop, (H, W) float32 in pixels a frame."""
    from ..looping.baselines import cumulative_motion
    from ..video import Video

    shown = np.stack([loop_frame(cinemagraph, t) for t in range(frames)])
    return cumulative_motion(Video(shown, cinemagraph.video.fps)) / np.float32(max(frames - 1, 1))


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
    count = 1 + len(cinemagraphs)
    figure, axes = grid(1, count, (13, 13 / count * clip.height / clip.width + 0.6))
    axes[0, 0].imshow(mask_overlay(clip.frames[len(clip) // 2], mask))
    axes[0, 0].set_title("the object")
    motion = {name: loop_motion(cinema, frames) for name, cinema in cinemagraphs.items()}
    most = max(float(np.quantile(size, 0.995)) for size in motion.values())
    for axis, (name, cinema) in zip(axes[0, 1:], cinemagraphs.items(), strict=True):
        picture = axis.imshow(motion[name], cmap="gray_r", vmin=0, vmax=max(most, 1e-6))
        axis.contour(mask, levels=[0.5], colors="#2f9e5b", linewidths=1)
        axis.set_title(f"{name}: IoU {alignment(cinema.period, mask):.2f}", fontsize=10)
    figure.colorbar(picture, ax=axes[0], shrink=0.8, label="pixels a frame")
    return figure


def show_timelines(cinemagraphs: Mapping[str, Cinemagraph], row: int, length: int = 150) -> Figure:
    """One row of pixels over time, downwards: the clip, and each loop with its seams in time."""
    clip = next(iter(cinemagraphs.values())).video
    time = np.arange(length)
    figure, axes = grid(1, len(cinemagraphs) + 1, (13, 4.2), bare=False)
    axes[0, 0].imshow(clip.frames[:, row], aspect="auto")
    axes[0, 0].set(title=f"the clip, row {row}", xlabel="column", ylabel="frame")
    for axis, (name, cinema) in zip(axes[0, 1:], cinemagraphs.items(), strict=True):
        shown = phi(cinema.period[row], cinema.start[row], time[:, None])
        axis.imshow(clip.frames[shown, np.full_like(shown, row), np.arange(clip.width)], aspect="auto")
        axis.set(title=name, xlabel="column", ylabel="time t of the endless loop")
    return figure


def compare_methods(
    cinemagraphs: Mapping[str, Cinemagraph], solver: LoopSolver, target: Candidate
) -> pd.DataFrame:
    """A row a method: what it does inside a target, and eq. (1) of its labels by term, for that target.

    ``labels`` and ``pieces`` are different (p, s) and connected pieces of one label inside the target;
    ``cut`` counts the pairs of neighbours inside it that are shown out of step.
    """
    import pandas as pd

    rows, problem = {}, solver.problem(target)
    for name, cinema in cinemagraphs.items():
        torn = tearing(cinema.labels, target.mask)
        energy = evaluate(
            problem,
            solver.clip.frames,
            solver.response.scores,
            cinema.period,
            cinema.start,
            solver.parameters,
        )
        rows[name] = {
            "moves": float(cinema.dynamic.mean()),
            "labels": torn.labels,
            "pieces": torn.pieces,
            "cut": torn.cut,
            "temporal": energy.temporal,
            "label": energy.label,
            "spatial": energy.spatial,
            "total": energy.total,
        }
    return pd.DataFrame.from_dict(rows, orient="index")


def loop_frame(cinemagraph: Cinemagraph, t: int) -> NDArray[np.uint8]:
    """L(x, t) = V(x, φ(x, t)) of Section 3.2, (H, W, 3): one frame of the endless loop, not blended."""
    rows, columns = np.indices(cinemagraph.period.shape)
    return cinemagraph.video.frames[phi(cinemagraph.period, cinemagraph.start, t), rows, columns]


def worst_place(cinemagraph: Cinemagraph, mask: NDArray[np.bool_], width: int = 72, height: int = 48) -> Box:
    """The box whose seams inside ``mask`` cost most: where a thing tears.

    The cost of a seam is the mean squared difference of colours that both sides show there over the loop
    (Ψ_V at 16 moments or a few more), whatever the method that made it believes.
    """
    import cv2

    clip = cinemagraph.video
    cost = np.zeros(mask.shape, np.float32)
    period, start = cinemagraph.period, cinemagraph.start
    frames = clip.frames
    places: Any = np.indices(mask.shape)
    rows, columns = places
    for t in range(0, 4 * len(clip), len(clip) // 4 or 1):
        shown = phi(period, start, t)
        own = frames[shown, rows, columns].astype(np.float32)
        for near, far in ((np.s_[:, :-1], np.s_[:, 1:]), (np.s_[:-1], np.s_[1:])):
            other = frames[shown[far], rows[near], columns[near]].astype(np.float32)
            inside = mask[near] & mask[far]
            cost[near] += ((own[near] - other) ** 2).sum(axis=-1) * inside
    height, width = min(height, mask.shape[0]), min(width, mask.shape[1])
    total = cv2.boxFilter(cost, -1, (width, height), normalize=False, borderType=cv2.BORDER_CONSTANT)
    y, x = (int(i) for i in np.unravel_index(int(total.argmax()), total.shape))
    left = int(np.clip(x - width // 2, 0, mask.shape[1] - width))
    top = int(np.clip(y - height // 2, 0, mask.shape[0] - height))
    return left, top, width, height


def _frame(axis: Any, box: Box | None) -> None:
    from matplotlib.patches import Rectangle

    if box is not None:
        axis.add_patch(Rectangle(box[:2], *box[2:], fill=False, color="red", linewidth=1.5))
