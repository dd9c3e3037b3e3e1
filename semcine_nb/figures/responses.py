"""Pictures of the semantic response F over time: scores, restlessness, and how often each category wins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ..lessons.flicker import Flickering, flicker, pixel_scores
from ..semantics.response import THRESHOLD, winners
from .colors import mask_overlay
from .panels import grid

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from ..semantics import SemanticResponse
    from ..video import Video


def show_scores(video: Video, scene: SemanticResponse, frame: int | None = None) -> Figure:
    """F of one frame, a panel a category: 0 is the dimmed frame, 1 is full colour."""
    t = len(video) // 2 if frame is None else frame
    scores = np.asarray(scene.scores[t], np.float32)
    columns = min(len(scene.categories), 5)
    rows = -(-len(scene.categories) // columns)
    figure, axes = grid(rows, columns, (13, rows * (13 / columns * video.height / video.width + 0.4)))
    dim = 0.35 * _grey(video.frames[t]) / 255
    for axis, name, score in zip(axes.flat, scene.categories, np.moveaxis(scores, 2, 0), strict=False):
        picture = axis.imshow(dim, cmap="gray", vmin=0, vmax=1)
        picture = axis.imshow(score, cmap="magma", vmin=0, vmax=1, alpha=0.25 + 0.75 * score)
        axis.set_title(f"F of {name}, frame {t}", fontsize=9)
    figure.colorbar(picture, ax=axes, shrink=0.7, aspect=12, ticks=[0, 0.5, 1])
    return figure


def show_pixel_scores(video: Video, scene: SemanticResponse, x: int, y: int) -> Figure:
    """F of one pixel over time, and below the curves which category wins in each frame."""
    scores = pixel_scores(scene, x, y)
    colors = category_colors(scene.categories)
    figure, axes = grid(1, 2, (13, 3.4), bare=False, width_ratios=[1, 1.6])
    axes[0, 0].imshow(video.frames[len(video) // 2])
    axes[0, 0].plot(x, y, "+", color="white", markersize=16, markeredgewidth=3)
    axes[0, 0].plot(x, y, "+", color="black", markersize=14, markeredgewidth=1)
    axes[0, 0].set_axis_off()
    axes[0, 0].set_title(f"the pixel at column {x}, row {y}")
    axis = axes[0, 1]
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
    """What wins where in one frame by several segmenters, with the same colours for all of them."""
    from matplotlib.patches import Patch

    patch: Any = Patch
    t = len(video) // 2 if frame is None else frame
    names = dict.fromkeys(name for scene in scenes.values() for name in scene.categories)
    colors = category_colors(tuple(names))
    figure, axes = grid(1, len(scenes), (13, 13 / len(scenes) * video.height / video.width + 0.9))
    for axis, (title, scene) in zip(axes.flat, scenes.items(), strict=True):
        axis.imshow(_tinted(video.frames[t], scene, t, colors))
        axis.set_title(title)
    figure.legend(
        handles=[patch(facecolor=color, label=name) for name, color in colors.items()],
        loc="outside lower center",
        ncols=min(len(colors), 8),
        frameon=False,
    )
    return figure


def show_flicker(video: Video, scene: SemanticResponse, frame: int | None = None) -> Figure:
    """What wins in two frames in a row, and how often the winner changes over the clip."""
    t = len(video) // 2 if frame is None else min(frame, len(video) - 2)
    colors = category_colors(scene.categories)
    figure, axes = grid(1, 3, (13, 13 / 3 * video.height / video.width + 0.5))
    for axis, at in zip(axes[0], (t, t + 1), strict=False):
        axis.imshow(_tinted(video.frames[at], scene, at, colors))
        axis.set_title(f"what wins, frame {at}")
    changes = flicker(scene)
    picture = axes[0, 2].imshow(changes, cmap="inferno", vmin=0, vmax=max(0.1, float(changes.max())))
    axes[0, 2].set_title(f"steps at which the winner changes: {changes.mean():.1%}")
    figure.colorbar(picture, ax=axes[0, 2], shrink=0.8)
    return figure


def show_occurrence(
    video: Video, scene: SemanticResponse, category: str, threshold: float = THRESHOLD
) -> Figure:
    """h_t of a category as a share of the T frames, and π: where it is at least ``threshold``."""
    share = scene.occurrences()[..., scene.index(category)] / len(scene)
    pi = scene.candidate_map(category, threshold)
    figure, axes = grid(1, 2, (13, 13 / 2 * video.height / video.width + 0.4))
    picture = axes[0, 0].imshow(share, cmap="magma", vmin=0, vmax=1)
    if pi.any() and not pi.all():
        axes[0, 0].contour(pi, levels=[0.5], colors="cyan", linewidths=1.2)
    axes[0, 0].set_title(f"share of the frames in which {category} wins, h_t / T")
    figure.colorbar(picture, ax=axes[0, 0], shrink=0.8, ticks=[0, threshold, 0.5, 1])
    axes[0, 1].imshow(mask_overlay(video.frames[len(video) // 2], pi))
    axes[0, 1].set_title(f"π at thr. = {threshold:.2f} T: {pi.mean():.1%} of the picture")
    return figure


def try_noise(
    video: Video,
    scene: SemanticResponse,
    category: str,
    strength: float = 0.2,
    threshold: float = THRESHOLD,
) -> Figure:
    """A response made restless, drawn at once: one frame of it, its flicker, and what π makes of it."""
    noisy = Flickering(scene, strength)(video)
    t = len(video) // 2
    steady, pi = (one.candidate_map(category, threshold) for one in (scene, noisy))
    figure, axes = grid(1, 3, (13, 13 / 3 * video.height / video.width + 0.5))
    axes[0, 0].imshow(_tinted(video.frames[t], noisy, t, category_colors(scene.categories)))
    axes[0, 0].set_title(f"what wins, frame {t}")
    changes = flicker(noisy)
    axes[0, 1].imshow(changes, cmap="inferno", vmin=0, vmax=1)
    axes[0, 1].set_title(f"the winner changes at {changes.mean():.0%} of the steps")
    axes[0, 2].imshow(mask_overlay(video.frames[t], pi))
    shared = (steady & pi).sum() / max((steady | pi).sum(), 1)
    axes[0, 2].set_title(f"π of {category}: {shared:.0%} shared with π without noise", fontsize=10)
    return figure


def category_colors(categories: Sequence[str]) -> dict[str, tuple[float, ...]]:
    """One colour a category, in their order."""
    from matplotlib import colormaps

    table = colormaps["tab10" if len(categories) <= 10 else "tab20"]
    return {name: tuple(table(i % table.N)[:3]) for i, name in enumerate(categories)}


def _tinted(
    frame: NDArray[np.uint8],
    scene: SemanticResponse,
    t: int,
    colors: Mapping[str, tuple[float, ...]],
) -> NDArray[np.uint8]:
    tints = 255 * np.array([*(colors[name] for name in scene.categories), (0.8, 0.8, 0.8)])
    return np.asarray(0.4 * frame + 0.6 * tints[winners(np.asarray(scene.scores[t]))], np.uint8)


def _grey(frame: NDArray[np.uint8]) -> NDArray[Any]:
    return cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY)
