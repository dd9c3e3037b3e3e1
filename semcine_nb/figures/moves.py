"""Pictures of one move: the answers by trying and by cut, and every energy there is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .panels import grid

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from ..lessons.enumeration import Move
    from ..video import Video


def show_move(clip: Video, move: Move) -> Figure:
    """A tiny picture, which pixels take the proposal by trying and by cut, and the energies of all states."""
    figure, axes = grid(1, 4, (13, 3.3), bare=False, width_ratios=[1, 1, 1, 1.6])
    axes[0, 0].imshow(clip.frames[len(clip) // 2])
    axes[0, 0].set_title(f"the clip, {clip.width}×{clip.height} pixels")
    for axis, name, state in ((axes[0, 1], "by trying", move.by_trying), (axes[0, 2], "by cut", move.by_cut)):
        axis.imshow(state, cmap="RdYlGn", vmin=0, vmax=1)
        for (y, x), taken in np.ndenumerate(state):
            axis.text(x, y, "take" if taken else "keep", ha="center", va="center", fontsize=9, color="white")
        axis.set_title(f"{name}: E = {move.energy_of(state):.4f}")
    for axis in axes[0, :3]:
        axis.set(xticks=[], yticks=[])
    axis = axes[0, 3]
    axis.hist(move.energies, bins=80, color="#8a9bb8")
    axis.axvline(move.before, color="black", linestyle=":", label=f"before: {move.before:.4f}")
    at = move.energy_of(move.by_cut)
    axis.axvline(at, color="#c4161c", label=f"the cut: {at:.4f}")
    axis.set(xlabel="energy E", yticks=[], title=f"all {move.energies.size:,} states")
    axis.legend(frameon=False, fontsize=9)
    return figure
