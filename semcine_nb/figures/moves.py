"""Pictures of one move: the answers by trying and by cut, and every energy there is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .panels import RED, charts, draw

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from ..lessons.enumeration import Move
    from ..video import Video


def show_move(clip: Video, move: Move) -> Figure:
    """A tiny picture, which pixels take the proposal by trying and by cut, and the energies of all states."""
    figure, (first, *states, axis) = charts(4, (13, 3.3), width_ratios=[1, 1, 1, 1.6])
    draw(first, clip.frames[len(clip) // 2], f"the clip, {clip.width}×{clip.height} pixels")
    answers = ("by trying", move.by_trying), ("by cut", move.by_cut)
    for panel, (name, state) in zip(states, answers, strict=True):
        draw(panel, state, f"{name}: E = {move.energy_of(state):.4f}", cmap="RdYlGn", vmin=0, vmax=1)
        for (y, x), taken in np.ndenumerate(state):
            word = "take" if taken else "keep"
            panel.text(x, y, word, ha="center", va="center", fontsize=9, color="white")
    for panel in (first, *states):
        panel.set(xticks=[], yticks=[])
    axis.hist(move.energies, bins=80, color="#8a9bb8")
    axis.axvline(move.before, color="black", linestyle=":", label=f"before: {move.before:.4f}")
    at = move.energy_of(move.by_cut)
    axis.axvline(at, color=RED, label=f"the cut: {at:.4f}")
    axis.set(xlabel="energy E", yticks=[], title=f"all {move.energies.size:,} states")
    axis.legend(frameon=False, fontsize=9)
    return figure
