"""What the pictures share: rows of panels, and the scale of a label map."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .colors import LABEL_COLORS

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def panels(count: int, height: float) -> tuple[Figure, Any]:
    """A row of panels without axes."""
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, count, figsize=(13, height), layout="constrained")
    plt.close(figure)  # a notebook draws the figure that a cell returns; an open one it would draw again
    for axis in axes:
        axis.set_axis_off()
    return figure, axes


def grid(
    rows: int, columns: int, size: tuple[float, float], bare: bool = True, **options: Any
) -> tuple[Figure, Any]:
    """Panels (rows, columns) in a figure of ``size`` inches; ``bare`` ones show pictures and have no axes.

    ``options`` go to ``subplots``.
    """
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(rows, columns, figsize=size, layout="constrained", squeeze=False, **options)
    plt.close(figure)
    if bare:
        for axis in axes.flat:
            axis.set_axis_off()
    return figure, axes


def label_scale(figure: Figure, axis: Any, values: NDArray[np.integer]) -> None:
    """The colour bar of ``label_map(values)`` beside ``axis``, in frames."""
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import Normalize

    low, high = int(values.min()), int(values.max())
    norm = Normalize(low, max(high, low + 1))
    figure.colorbar(ScalarMappable(norm, LABEL_COLORS), ax=axis, shrink=0.8, ticks=sorted({low, high}))
