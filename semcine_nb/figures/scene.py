"""Pictures of Section 3.1: what is where in a clip."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..semantics.selection import guess_label
from .colors import category_colors
from .panels import draw, panels

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from ..semantics import SemanticResponse
    from ..video import Video


def show_scene(video: Video, scene: SemanticResponse, frame: int | None = None) -> Figure:
    """A frame, the middle one by default, and over it the category that wins at each pixel (Fig. 2).

    ``scene`` is what ``segment`` says is in the clip. The largest category is named first.
    """
    from matplotlib.patches import Patch

    t = len(video) // 2 if frame is None else frame
    winner = np.asarray(scene.scores[t]).argmax(axis=-1)
    share = np.bincount(winner.ravel(), minlength=len(scene.categories)) / winner.size
    order = [int(c) for c in np.argsort(-share, kind="stable") if share[c] > 0]
    colors = category_colors([scene.categories[c] for c in order])
    tints = np.zeros((len(scene.categories), 3), np.float32)
    for c, color in zip(order, colors.values(), strict=True):
        tints[c] = 255 * np.asarray(color)
    figure, axes = panels(2, 3.6)
    draw(axes[0], video.frames[t], f"frame {t}")
    draw(axes[1], (0.45 * video.frames[t] + 0.55 * tints[winner]).astype(np.uint8), "what wins where")
    called = [guess_label(name, scene.guesses.get(name, "")) for name in scene.categories]
    names = [
        Patch(color=color, label=f"{called[c]} ({share[c]:.1%})")
        for c, color in zip(order, colors.values(), strict=True)
    ]
    figure.legend(handles=names, loc="outside right center", frameon=False)
    return figure
