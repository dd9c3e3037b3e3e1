"""What the pictures share: rows of panels, label maps on a common scale, and words below a picture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .colors import LABEL_COLORS, label_map

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from ..video import Video

RED, BLUE, GREEN = "#c4161c", "#2138c4", "#2f9e5b"


def grid(
    rows: int, columns: int, size: tuple[float, float], bare: bool = True, **options: Any
) -> tuple[Figure, Any]:
    """Axes (rows, columns) in a figure of ``size`` inches; ``bare`` ones show pictures without a frame.

    ``options`` go to ``subplots``.
    """
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(rows, columns, figsize=size, layout="constrained", squeeze=False, **options)
    plt.close(figure)  # a notebook draws the figure that a cell returns; an open one it would draw again
    if bare:
        for axis in axes.flat:
            axis.set_axis_off()
    return figure, axes


def charts(count: int, size: tuple[float, float], **options: Any) -> tuple[Figure, Any]:
    """A row of ``count`` axes for charts; ``options`` go to ``subplots``."""
    figure, axes = grid(1, count, size, bare=False, **options)
    return figure, axes[0]


def panels(count: int, height: float) -> tuple[Figure, Any]:
    """A row of ``count`` bare panels, ``height`` inches high."""
    figure, axes = grid(1, count, (13, height))
    return figure, axes[0]


def clip_panels(clip: Video, count: int, margin: float) -> tuple[Figure, Any]:
    """A row of bare panels in the shape of a clip's frames, with ``margin`` inches for their titles."""
    return panels(count, 13 / count * clip.height / clip.width + margin)


def clip_grid(clip: Video, count: int, columns: int, highest: float = np.inf) -> tuple[Figure, Any]:
    """At least ``count`` bare panels in the shape of a clip's frames, in rows of at most ``columns``.

    The figure is at most ``highest`` inches high. The axes come as one flat array.
    """
    columns = min(columns, count)
    rows = -(-count // columns)
    height = rows * (13 / columns * clip.height / clip.width + 0.4)
    figure, axes = grid(rows, columns, (13, min(height, highest)))
    return figure, axes.ravel()


def draw(axis: Any, picture: Any, title: str, fontsize: float | str = "large", **options: Any) -> Any:
    """Show a picture under its title; ``options`` go to ``imshow``. Returns the image, for a color bar."""
    axis.set_title(title, fontsize=fontsize)
    return axis.imshow(picture, **options)


def mark_pixel(axis: Any, frame: NDArray[np.uint8], x: int, y: int, title: str) -> None:
    """Show a frame with a cross at column ``x``, row ``y``."""
    draw(axis, frame, title)
    axis.plot(x, y, "+", color="white", markersize=16, markeredgewidth=3)
    axis.plot(x, y, "+", color="black", markersize=14, markeredgewidth=1)
    axis.set_axis_off()


def draw_labels(
    figure: Figure, axes: Sequence[Any], labellings: Sequence[Any], name: str, every: bool = False
) -> None:
    """Draw the ``name`` ("period" or "start") of labellings, one an axis, on one scale, gray where static.

    A labelling has ``period``, ``start`` and ``dynamic``, (H, W) each. The scale stands beside the last axis,
    or beside ``every`` one, in frames.
    """
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import Normalize

    moving = np.concatenate([getattr(one, name)[one.dynamic] for one in labellings])
    low, high = (int(moving.min()), int(moving.max())) if moving.size else (0, 1)
    top = max(high, low + 1)
    for axis, one in zip(axes, labellings, strict=True):
        axis.imshow(label_map(getattr(one, name), one.dynamic, low, top))
    for axis in (axes if every else axes[-1:]) if moving.size else ():
        scale = ScalarMappable(Normalize(low, top), LABEL_COLORS)
        figure.colorbar(scale, ax=axis, shrink=0.8, ticks=sorted({low, high}))


def draw_frame(axis: Any, box: tuple[float, float, float, float], color: str, width: float) -> None:
    """Frame a box (x, y, width, height) of a picture with a line of ``width`` points."""
    from matplotlib.patches import Rectangle

    axis.add_patch(Rectangle(box[:2], *box[2:], fill=False, color=color, linewidth=width))


def say(figure: Figure, note: str, legend: str) -> None:
    """Write below the picture what the ratings are, and how to read it."""
    figure.supxlabel(". ".join(part for part in (note, legend) if part), fontsize=9)
