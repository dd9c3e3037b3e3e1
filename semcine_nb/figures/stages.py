"""Pictures of Algorithm 1 on the way: one move, and p, s and the energy after each stage."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ..lessons.walkthrough import first_starts
from ..looping.solver import LoopSolver
from .panels import RED, charts, draw, draw_labels, grid

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from ..lessons.enumeration import Move
    from ..lessons.walkthrough import Step
    from ..semantics import Candidate, SemanticResponse
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


def show_first_starts(solver: LoopSolver, period: int) -> Figure:
    """Stage 1 for one period: s of each pixel alone, s*(x|p), and their energies."""
    steps = first_starts(solver, period)
    figure, axes = grid(1, 3, (13, 2.9), width_ratios=[1.2, 1.2, 1])
    draw_labels(figure, axes[0, :2], steps, "start")
    for axis, step in zip(axes[0], steps, strict=False):
        axis.set_title(f"s at p = {period}: {step.name}")
    _energy_bars(axes[0, 2], steps)
    return figure


def show_steps(steps: Sequence[Step]) -> Figure:
    """p and s after each stage, all on one scale, and a chart of the energies (logarithmic)."""
    figure, axes = grid(3, len(steps), (13, 7.2), height_ratios=[1, 1, 0.9])
    for row, name in enumerate(("period", "start")):
        draw_labels(figure, axes[row], steps, name)
        for axis, step in zip(axes[row], steps, strict=True):
            axis.set_title(f"{step.name}\n{name[0]}" if row == 0 else name[0], fontsize=10)
    for axis in axes[2]:
        axis.remove()
    _energy_bars(figure.add_subplot(axes[2, 0].get_gridspec()[2, :]), steps)
    return figure


def try_parameters(
    clip: Video, response: SemanticResponse, candidate: Candidate, **parameters: float
) -> Figure:
    """Solve with other constants and draw the labels at once: what a slider changes."""
    from ..looping.parameters import LoopParameters
    from .cinemagraphs import show_labels

    cinema = LoopSolver(clip, response, LoopParameters(**parameters)).solve(candidate)  # type: ignore[arg-type]
    figure = show_labels(cinema)
    energy = cinema.energy
    figure.suptitle(
        f"{cinema.dynamic.mean():.0%} of the picture moves; temporal {energy.temporal:.2f}, "
        f"label {energy.label:.2f}, spatial {energy.spatial:.2f}"
    )
    return figure


def _energy_bars(axis: Any, steps: Sequence[Step]) -> None:
    """Total energies on a logarithmic scale, each with its terms written out."""
    axis.set_axis_on()
    totals = [max(step.energy.total, 1e-3) for step in steps]
    axis.barh([step.name for step in steps], totals, color="#6f86ad", height=0.6)
    for i, (step, total) in enumerate(zip(steps, totals, strict=True)):
        e = step.energy
        words = f" {e.total:.4g} = {e.temporal:.3g} + {e.label:.3g} + {e.spatial:.4g}"
        axis.text(total, i, words, va="center", fontsize=9)
    axis.set(xscale="log", xlim=(min(totals) / 3, max(totals) * 60))
    axis.set_xlabel("energy of eq. (1) = temporal + label + spatial (logarithmic)")
    axis.invert_yaxis()
    axis.spines[["top", "right"]].set_visible(False)
