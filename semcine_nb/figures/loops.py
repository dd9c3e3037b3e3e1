"""Pictures of one pixel and one pair: costs over (p, s), φ over time, which frames of two loops meet."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ..lessons.pixel import LabelCosts, case_of, forgiveness, loop_costs, pair_costs
from ..looping.parameters import LoopParameters
from ..rendering.labelling import phi
from .panels import GREEN, charts, clip_panels, draw, mark_pixel

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from ..semantics import SemanticResponse
    from ..video import Video

Label = tuple[int, int]


def show_phi(labels: Sequence[Label], length: int = 120) -> Figure:
    """φ(x, t) of some labels (p, s): which frame of the clip each one shows at time t."""
    figure, (axis,) = charts(1, (9, 3.2))
    time = np.arange(length)
    for period, start in labels:
        axis.plot(time, phi(period, start, time), ".-", markersize=3, label=f"p = {period}, s = {start}")
    axis.set(xlabel="time t of the endless loop, frames", ylabel="frame φ(x, t) of the clip")
    axis.legend(frameon=False, loc="upper right", fontsize=9)
    return figure


def show_loop_costs(clip: Video, response: SemanticResponse, x: int, y: int, w: float = 0.2) -> Figure:
    """One pixel: its colors over time, and E_temp (eq. 2) of every loop (p, s) with the best one marked."""
    parameters = LoopParameters(w=w)
    costs = loop_costs(clip, response, x, y, parameters)
    period, start = costs.best
    figure, (left, axis, right) = charts(3, (13, 3.6), width_ratios=[1.1, 1.3, 1.3])
    mark_pixel(left, clip.frames[len(clip) // 2], x, y, f"column {x}, row {y}")
    for channel, color in enumerate(("#d03535", GREEN, "#2f6fd8")):
        axis.plot(clip.frames[:, y, x, channel] / 255, color=color)
    axis.axvspan(start, start + period, color="gold", alpha=0.3)
    axis.set(xlabel="frame", ylabel="V(x, t)", title=f"best loop: p = {period}, s = {start} (yellow)")
    _cost_picture(figure, right, costs, f"E_temp, least {np.nanmin(costs.cost):.2g}")
    return figure


def show_forgiveness(
    clip: Video, response: SemanticResponse, parameters: LoopParameters | None = None
) -> Figure:
    """A frame and γ_t of eq. (3): dark where the picture changes all the time and a jump is forgiven."""
    figure, axes = clip_panels(clip, 2, 0.4)
    draw(axes[0], clip.frames[len(clip) // 2], f"frame {len(clip) // 2}")
    gamma = forgiveness(clip, response, parameters)
    picture = draw(axes[1], gamma, "γ_t: weight of a jump", cmap="viridis", vmin=0, vmax=1)
    figure.colorbar(picture, ax=axes[1], shrink=0.8)
    return figure


def show_meetings(first: Label, second: Label) -> Figure:
    """Which frames two loops show at the same time, over their least common multiple.

    A dot for each pair of frames that ever meet, colored by their remainder modulo the greatest common
    divisor of the periods: two periods meet wherever the remainders agree, and nowhere else.
    """
    time = np.arange(math.lcm(first[0], second[0]))
    one, two = phi(*first, time), phi(*second, time)
    g = math.gcd(first[0], second[0])
    figure, (left, right) = charts(2, (12, 4.2), width_ratios=[1.6, 1])
    shown = time[: min(len(time), 160)]
    for frames, (period, start) in ((one, first), (two, second)):
        left.plot(shown, frames[shown], ".-", markersize=3, label=f"p = {period}, s = {start}")
    left.set(xlabel="time t", ylabel="frame φ(t)", title=case_of(first, second))
    left.legend(frameon=False, fontsize=9)
    right.scatter(one, two, c=one % g, s=9, cmap="turbo")
    met = len(set(zip(one.tolist(), two.tolist(), strict=True)))
    right.set(
        xlabel="frame of the first loop", ylabel="frame of the second",
        title=f"{met} of {first[0] * second[0]} pairs meet in {len(time)} frames",
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
    """E_spa (eq. 4) between label (p, s) at one pixel and every label at its neighbor: loops, and stills."""
    longest = len(clip) - 1 - period
    start = min(start, longest)  # a slider may ask for more than the period leaves
    first = (period, start)
    costs, stills = pair_costs(clip, response, at, beside, first)
    figure, (left, right) = charts(2, (12, 3.8))
    top = float(np.nanmax([np.nanmax(costs.cost), stills.max()]))
    _cost_picture(figure, left, costs, f"E_spa of ({period}, {start}) beside (p, s)", top)
    right.plot(stills, ".-", color="#555555")
    right.set(ylim=(0, 1.05 * top), xlabel="still frame s′ of the neighbor", ylabel="E_spa")
    right.set_title(f"E_spa of ({period}, {start}) beside a still frame")
    return figure


def _cost_picture(figure: Figure, axis: Any, costs: LabelCosts, title: str, top: float | None = None) -> None:
    """A cost over (p, s): dark is cheap, the best label ringed, what does not fit plain gray."""
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
