"""Pictures of the semantic response F over time: scores, restlessness, and how often each category wins."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from ..lessons.flicker import Flickering, flicker, pixel_scores
from ..semantics.response import THRESHOLD, winners
from .colors import category_colors, mask_overlay
from .panels import charts, clip_grid, clip_panels, draw, mark_pixel

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from ..semantics import SemanticResponse
    from ..video import Video


def show_scores(video: Video, scene: SemanticResponse, frame: int | None = None) -> Figure:
    """F of one frame, a panel a category: 0 is the dimmed frame, 1 is full color."""
    t = len(video) // 2 if frame is None else frame
    scores = np.asarray(scene.scores[t], np.float32)
    figure, axes = clip_grid(video, len(scene.categories), columns=5)
    dim = 0.35 * cv2.cvtColor(video.frames[t], cv2.COLOR_RGB2GRAY) / 255
    for axis, name, score in zip(axes, scene.categories, np.moveaxis(scores, 2, 0), strict=False):
        axis.imshow(dim, cmap="gray", vmin=0, vmax=1)
        look = {"cmap": "magma", "vmin": 0, "vmax": 1, "alpha": 0.25 + 0.75 * score}
        picture = draw(axis, score, f"F of {name}, frame {t}", 9, **look)
    figure.colorbar(picture, ax=axes, shrink=0.7, aspect=12, ticks=[0, 0.5, 1])
    return figure


def show_pixel_scores(video: Video, scene: SemanticResponse, x: int, y: int) -> Figure:
    """F of one pixel over time, and below the curves which category wins in each frame."""
    scores = pixel_scores(scene, x, y)
    colors = category_colors(scene.categories)
    figure, (left, axis) = charts(2, (13, 3.4), width_ratios=[1, 1.6])
    mark_pixel(left, video.frames[len(video) // 2], x, y, f"the pixel at column {x}, row {y}")
    for c in np.argsort(-scores.max(axis=0), kind="stable"):
        if scores[:, c].max() > 0.02:
            axis.plot(scores[:, c], color=colors[scene.categories[c]], label=scene.categories[c])
    best = winners(scores[:, None])[:, 0]
    strip = np.array([*(colors[name] for name in scene.categories), (0.8, 0.8, 0.8)])[best]
    axis.imshow(strip[None], extent=(-0.5, len(best) - 0.5, -0.12, -0.04), aspect="auto")
    axis.set(xlim=(-0.5, len(best) - 0.5), ylim=(-0.15, 1.05), xlabel="frame t (strip: who wins)", ylabel="F")
    axis.legend(frameon=False, loc="best", fontsize=9)
    return figure


def show_scenes(video: Video, scenes: Mapping[str, SemanticResponse], frame: int | None = None) -> Figure:
    """What wins where in one frame by several segmenters, with the same colors for all of them."""
    from matplotlib.patches import Patch

    t = len(video) // 2 if frame is None else frame
    names = dict.fromkeys(name for scene in scenes.values() for name in scene.categories)
    colors = category_colors(tuple(names))
    figure, axes = clip_panels(video, len(scenes), 0.9)
    for axis, (title, scene) in zip(axes, scenes.items(), strict=True):
        draw(axis, _tinted(video, scene, t, colors), title)
    handles = [Patch(facecolor=color, label=name) for name, color in colors.items()]
    figure.legend(handles=handles, loc="outside lower center", ncols=min(len(colors), 8), frameon=False)
    return figure


def show_flicker(video: Video, scene: SemanticResponse, frame: int | None = None) -> Figure:
    """What wins in two frames in a row, and how often the winner changes over the clip."""
    t = len(video) // 2 if frame is None else min(frame, len(video) - 2)
    colors = category_colors(scene.categories)
    figure, axes = clip_panels(video, 3, 0.5)
    for axis, at in zip(axes, (t, t + 1), strict=False):
        draw(axis, _tinted(video, scene, at, colors), f"what wins, frame {at}")
    changes = flicker(scene)
    title = f"steps at which the winner changes: {changes.mean():.1%}"
    picture = draw(axes[2], changes, title, cmap="inferno", vmin=0, vmax=max(0.1, float(changes.max())))
    figure.colorbar(picture, ax=axes[2], shrink=0.8)
    return figure


def show_occurrence(
    video: Video, scene: SemanticResponse, category: str, threshold: float = THRESHOLD
) -> Figure:
    """h_t of a category as a share of the T frames, and π: where it is at least ``threshold``."""
    share = scene.occurrences()[..., scene.index(category)] / len(scene)
    pi = scene.candidate_map(category, threshold)
    figure, axes = clip_panels(video, 2, 0.4)
    title = f"share of the frames in which {category} wins, h_t / T"
    picture = draw(axes[0], share, title, cmap="magma", vmin=0, vmax=1)
    if pi.any() and not pi.all():
        axes[0].contour(pi, levels=[0.5], colors="cyan", linewidths=1.2)
    figure.colorbar(picture, ax=axes[0], shrink=0.8, ticks=[0, threshold, 0.5, 1])
    title = f"π at thr. = {threshold:.2f} T: {pi.mean():.1%} of the picture"
    draw(axes[1], mask_overlay(video.frames[len(video) // 2], pi), title)
    return figure


def try_noise(
    video: Video, scene: SemanticResponse, category: str, strength: float = 0.2, threshold: float = THRESHOLD
) -> Figure:
    """A response made restless, drawn at once: one frame of it, its flicker, and what π makes of it."""
    noisy = Flickering(scene, strength)(video)
    t = len(video) // 2
    steady, pi = (one.candidate_map(category, threshold) for one in (scene, noisy))
    figure, axes = clip_panels(video, 3, 0.5)
    draw(axes[0], _tinted(video, noisy, t, category_colors(scene.categories)), f"what wins, frame {t}")
    changes = flicker(noisy)
    title = f"the winner changes at {changes.mean():.0%} of the steps"
    draw(axes[1], changes, title, cmap="inferno", vmin=0, vmax=1)
    shared = (steady & pi).sum() / max((steady | pi).sum(), 1)
    title = f"π of {category}: {shared:.0%} shared with π without noise"
    draw(axes[2], mask_overlay(video.frames[t], pi), title, 10)
    return figure


def _tinted(
    video: Video, scene: SemanticResponse, t: int, colors: Mapping[str, tuple[float, ...]]
) -> NDArray[np.uint8]:
    """Frame ``t`` in the colors of the categories that win; gray where none does."""
    tints = 255 * np.array([*(colors[name] for name in scene.categories), (0.8, 0.8, 0.8)])
    return np.asarray(0.4 * video.frames[t] + 0.6 * tints[winners(np.asarray(scene.scores[t]))], np.uint8)
