"""Pictures of one pixel and one pair: costs over (p, s), φ over time, which frames of two loops meet."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ..lessons.pixel import LabelCosts, case_of, forgiveness, loop_costs, pair_costs
from ..looping.labels import phi
from ..looping.parameters import LoopParameters
from .panels import grid

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from ..semantics import SemanticResponse
    from ..video import Video

Label = tuple[int, int]


def show_phi(labels: Sequence[Label], length: int = 120) -> Figure:
    """φ(x, t) of some labels (p, s): which frame of the clip each one shows at time t."""
    figure, axes = grid(1, 1, (9, 3.2), bare=False)
    time = np.arange(length)
    for period, start in labels:
        axes[0, 0].plot(
            time, phi(period, start, time), ".-", markersize=3, label=f"p = {period}, s = {start}"
        )
    axes[0, 0].set(xlabel="time t of the endless loop, frames", ylabel="frame φ(x, t) of the clip")
    axes[0, 0].legend(frameon=False, loc="upper right", fontsize=9)
    return figure


def show_loop_costs(clip: Video, response: SemanticResponse, x: int, y: int, w: float = 0.2) -> Figure:
    """One pixel: its colours over time, and E_temp (eq. 2) of every loop (p, s) with the best one marked."""
    parameters = LoopParameters(w=w)
    costs = loop_costs(clip, response, x, y, parameters)
    period, start = costs.best
    figure, axes = grid(1, 3, (13, 3.6), bare=False, width_ratios=[1.1, 1.3, 1.3])
    axes[0, 0].imshow(clip.frames[len(clip) // 2])
    axes[0, 0].plot(x, y, "+", color="white", markersize=16, markeredgewidth=3)
    axes[0, 0].plot(x, y, "+", color="black", markersize=14, markeredgewidth=1)
    axes[0, 0].set_axis_off()
    axes[0, 0].set_title(f"column {x}, row {y}")
    axis = axes[0, 1]
    for channel, color in enumerate(("#d03535", "#2f9e5b", "#2f6fd8")):
        axis.plot(clip.frames[:, y, x, channel] / 255, color=color)
    axis.axvspan(start, start + period, color="gold", alpha=0.3)
    axis.set(xlabel="frame", ylabel="V(x, t)", title=f"best loop: p = {period}, s = {start} (yellow)")
    _cost_picture(figure, axes[0, 2], costs, f"E_temp, least {np.nanmin(costs.cost):.2g}")
    return figure


def show_forgiveness(
    clip: Video, response: SemanticResponse, parameters: LoopParameters | None = None
) -> Figure:
    """A frame and γ_t of eq. (3): dark where the picture changes all the time and a jump is forgiven."""
    figure, axes = grid(1, 2, (13, 13 / 2 * clip.height / clip.width + 0.4))
    axes[0, 0].imshow(clip.frames[len(clip) // 2])
    axes[0, 0].set_title(f"frame {len(clip) // 2}")
    picture = axes[0, 1].imshow(forgiveness(clip, response, parameters), cmap="viridis", vmin=0, vmax=1)
    axes[0, 1].set_title("γ_t: weight of a jump")
    figure.colorbar(picture, ax=axes[0, 1], shrink=0.8)
    return figure


def show_meetings(first: Label, second: Label) -> Figure:
    """Which frames two loops show at the same time, over their least common multiple.

    A dot for each pair of frames that ever meet, coloured by their remainder modulo the greatest common
    divisor of the periods: two periods meet wherever the remainders agree, and nowhere else.
    """
    time = np.arange(math.lcm(first[0], second[0]))
    one, two = phi(*first, time), phi(*second, time)
    g = math.gcd(first[0], second[0])
    figure, axes = grid(1, 2, (12, 4.2), bare=False, width_ratios=[1.6, 1])
    shown = time[: min(len(time), 160)]
    axes[0, 0].plot(shown, one[shown], ".-", markersize=3, label=f"p = {first[0]}, s = {first[1]}")
    axes[0, 0].plot(shown, two[shown], ".-", markersize=3, label=f"p = {second[0]}, s = {second[1]}")
    axes[0, 0].set(xlabel="time t", ylabel="frame φ(t)", title=case_of(first, second))
    axes[0, 0].legend(frameon=False, fontsize=9)
    axes[0, 1].scatter(one, two, c=one % g, s=9, cmap="turbo")
    axes[0, 1].set(
        xlabel="frame of the first loop", ylabel="frame of the second",
        title=f"{len(set(zip(one.tolist(), two.tolist(), strict=True)))} of {first[0] * second[0]} pairs"
        f" meet in {len(time)} frames",
    )  # fmt: skip
    return figure


def show_pair_costs(
    clip: Video,
    response: SemanticResponse,
    at: tuple[int, int],
    beside: tuple[int, int],
    period: int,
    start: int,
) -> Figure:
    """E_spa (eq. 4) between label (p, s) at one pixel and every label at its neighbour: loops, and stills."""
    longest = len(clip) - 1 - period
    start = min(start, longest)  # a slider may ask for more than the period leaves
    first = (period, start)
    costs, stills = pair_costs(clip, response, at, beside, first)
    figure, axes = grid(1, 2, (12, 3.8), bare=False)
    top = float(np.nanmax([np.nanmax(costs.cost), stills.max()]))
    _cost_picture(figure, axes[0, 0], costs, f"E_spa of ({period}, {start}) beside (p, s)", top)
    axes[0, 1].plot(stills, ".-", color="#555555")
    axes[0, 1].set(ylim=(0, 1.05 * top), xlabel="still frame s′ of the neighbour", ylabel="E_spa")
    axes[0, 1].set_title(f"E_spa of ({period}, {start}) beside a still frame")
    return figure


def _cost_picture(figure: Figure, axis: Any, costs: LabelCosts, title: str, top: float | None = None) -> None:
    """A cost over (p, s): dark is cheap, the best label ringed, what does not fit hatched grey."""
    step_p = float(np.diff(costs.periods).min()) if len(costs.periods) > 1 else 4.0
    step_s = float(np.diff(costs.starts).min()) if len(costs.starts) > 1 else 4.0
    extent = (
        costs.starts[0] - step_s / 2, costs.starts[-1] + step_s / 2,
        costs.periods[0] - step_p / 2, costs.periods[-1] + step_p / 2,
    )  # fmt: skip
    shown = axis.imshow(
        costs.cost, origin="lower", extent=extent, aspect="auto", cmap="viridis", vmin=0, vmax=top
    )
    period, start = costs.best
    axis.plot(start, period, "o", color="none", markeredgecolor="red", markersize=13, markeredgewidth=2)
    axis.set(xlabel="start s, frames", ylabel="period p, frames", title=title, facecolor="#dddddd")
    figure.colorbar(shown, ax=axis)
