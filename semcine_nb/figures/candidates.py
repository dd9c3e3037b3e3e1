"""Pictures of the choice of candidates: areas, filters, pieces of a map, and sets of categories."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ..semantics.candidates import select_candidates
from ..semantics.categories import is_static
from ..semantics.filters import blobs, temporal_std
from .colors import mask_overlay
from .panels import charts, clip_grid, clip_panels, draw
from .selection import show_selection

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from ..semantics import Candidate, Selection, SemanticResponse
    from ..video import Video

KEPT, DROPPED = "#2f9e5b", "#c9483c"


def show_areas(selection: Selection) -> Figure:
    """h_g of each category as a share of all pixels of all frames; green is kept, red dropped."""
    figure, (axis,) = charts(1, (9, 0.4 * len(selection.reasons) + 0.9))
    reasons = tuple(selection.reasons)[::-1]
    colors = [KEPT if r.kept else DROPPED for r in reasons]
    bars = axis.barh([r.category for r in reasons], [r.share for r in reasons], color=colors)
    axis.bar_label(bars, [f"{r.share:.1%}" for r in reasons], padding=4)
    axis.set_xlabel("h_g as a share of T·H·W")
    axis.margins(x=0.12)
    axis.spines[["top", "right"]].set_visible(False)
    return figure


def show_filters(selection: Selection, min_std: float = 0.05, min_blob: float = 400) -> Figure:
    """The three filters as one chart: a category must lie above and to the right of both lines.

    Filter (a) is a list, so static categories are hollow wherever they lie. Thresholds only draw the lines.
    """
    figure, (axis,) = charts(1, (9, 4.2))
    for reason in selection.reasons:
        if not reason.mean_blob:
            continue
        color = KEPT if reason.kept else DROPPED
        hollow = is_static(reason.category)
        axis.scatter(
            reason.mean_blob, reason.std, s=60 + 2500 * reason.share,
            color="none" if hollow else color, edgecolor=color, alpha=0.75, linewidth=1.5,
        )  # fmt: skip
        name = reason.category + (" (static)" if hollow else "")
        axis.annotate(name, (reason.mean_blob, reason.std), ha="center", va="center", fontsize=9)
    axis.axhline(min_std, color="black", linestyle=":", label=f"(b) std = {min_std:g}")
    axis.axvline(min_blob, color="black", linestyle="--", label=f"(c) mean blob = {min_blob:g} px")
    highest = max([min_std, *(r.std for r in selection.reasons if r.mean_blob)])
    axis.set(xscale="log", ylim=(0, 1.35 * highest), xlabel="mean area of a connected piece of π, pixels")
    axis.set_ylabel("temporal std of gray, mean over π")
    axis.margins(x=0.2)
    axis.legend(frameon=False, loc="upper left")
    return figure


def show_std(video: Video) -> Figure:
    """A frame, and what filter (b) looks at: the standard deviation of gray over time, 0.05 outlined."""
    figure, axes = clip_panels(video, 2, 0.4)
    std = temporal_std(video.frames)
    draw(axes[0], video.frames[len(video) // 2], f"frame {len(video) // 2}")
    title = "standard deviation over time; cyan: 0.05"
    picture = draw(axes[1], std, title, cmap="magma", vmin=0, vmax=0.2)
    axes[1].contour(std, levels=[0.05], colors="cyan", linewidths=0.7)
    figure.colorbar(picture, ax=axes[1], shrink=0.8, extend="max")
    return figure


def show_blobs(video: Video, selection: Selection) -> Figure:
    """What filter (c) looks at: the connected pieces of every π, each in a color of its own."""
    from matplotlib import colormaps

    frame = video.frames[len(video) // 2]
    names = [reason.category for reason in selection.reasons]
    figure, axes = clip_panels(video, len(names), 0.6)
    for axis, name in zip(axes, names, strict=True):
        picture = np.repeat(frame.mean(axis=2, keepdims=True), 3, axis=2) * 0.5
        parts = blobs(selection.maps[name])
        for i, part in enumerate(parts):
            picture[part] = 255 * np.array(colormaps["tab20"](i % 20)[:3])
        mean = selection.reasons[name].mean_blob
        draw(axis, picture.astype(np.uint8), f"{name}\n{len(parts)} pieces, mean {mean:.0f} px", 9)
    return figure


def show_masks(video: Video, candidates: Sequence[Candidate], columns: int = 4) -> Figure:
    """π of each candidate over the middle frame."""
    frame = video.frames[len(video) // 2]
    figure, axes = clip_grid(video, len(candidates), columns, highest=8.0)
    for axis, candidate in zip(axes, candidates, strict=False):
        title = f"{candidate.label}: {candidate.mask.mean():.1%}"
        draw(axis, mask_overlay(frame, candidate.mask), title, 10)
    return figure


def try_selection(video: Video, scene: SemanticResponse, **options: Any) -> Figure:
    """``select_candidates`` with other thresholds, drawn at once: what a slider changes."""
    selection = select_candidates(video, scene, **options)
    return show_selection(video, selection, columns=min(len(selection.reasons), 3))
