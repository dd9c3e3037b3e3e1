"""Frame rates: find that of a clip, and lay an even grid of times over uneven ones."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor

import numpy as np
from numpy.typing import NDArray

# rates that cameras mean when they write nearly them; the others are kept as measured
_USUAL_RATES = (
    10, 12, 12.5, 15, 20, 24000 / 1001, 24, 25, 30000 / 1001, 30, 48, 50, 60000 / 1001, 60, 120, 240,
)  # fmt: skip


@dataclass(frozen=True)
class Grid:
    """Even times at which a clip is sampled.

    Attributes
    ----------
    first : float
        Time of the first sample, seconds since the source's first frame.
    fps : float
        Samples a second.
    count : int
        Number of samples.
    hold : bool
        Take the frame on show at a time (GIF: a frame stays until its delay is over) instead of the frame
        nearest to it (camera: a frame is a moment).
    notes : tuple of str
        One sentence for each change.
    """

    first: float
    fps: float
    count: int
    hold: bool = False
    notes: tuple[str, ...] = ()

    def due(self, time: float, following: float, emitted: int) -> int:
        """Number of samples, after the ``emitted`` first, that a frame at ``time`` stands for.

        ``following`` is the time of the next frame; infinite for a last frame that fills the rest.
        """
        until = following if self.hold else (time + following) / 2
        # a sample on the boundary belongs to the later frame; the slack absorbs rounded timestamps
        reached = min((until - self.first) * self.fps - 1e-3, self.count)
        return max(0, ceil(reached) - emitted)


def usual_rate(fps: float, tolerance: float = 1e-3) -> float:
    """The usual frame rate within a relative ``tolerance`` of ``fps``, or ``fps`` itself."""
    nearest = min(_USUAL_RATES, key=lambda rate: abs(rate - fps))
    return float(nearest) if abs(nearest - fps) <= tolerance * fps else float(fps)


def constant_rate(times: NDArray[np.float64], tick: float) -> float | None:
    """Frames a second if ``times`` are even but for the rounding to ``tick`` seconds, else None.

    Each time may lie off an even grid by a tenth of a frame plus one tick, but not by half a frame: so frames
    and grid points pair one to one.
    """
    if len(times) < 2:
        return None
    index = np.arange(len(times))
    step, first = np.polyfit(index, times, 1) if len(times) > 2 else (times[1] - times[0], times[0])
    if step <= 0:
        return None
    off = np.abs(times - (first + step * index)).max()
    return float(1 / step) if off <= min(0.1 * step + tick, 0.45 * step) else None


def plan_grid(
    times: NDArray[np.float64],
    end: float,
    tick: float,
    start: float,
    seconds: float | None,
    max_fps: float | None,
    declared_fps: float | None = None,
    hold: bool = False,
) -> Grid:
    """Choose at which even times a clip is sampled.

    An even clip keeps its own frames; above ``max_fps`` every second, third… of them where that leaves at
    least three quarters of ``max_fps`` (60 → 30 and 50 → 25 are exact). Everything else is resampled.

    Parameters
    ----------
    times : (N,) float64
        Seconds of the source's frames in the window, ascending, N ≥ 1.
    end : float
        Seconds at which the last of them ends.
    tick : float
        Resolution of ``times``, seconds.
    start, seconds : float
        The window asked for; ``seconds`` None means to the end.
    max_fps : float, optional
        Highest rate wanted, None for any.
    declared_fps : float, optional
        Rate that the file states, used when a single frame shows none.
    hold : bool
        See `Grid`.
    """
    limit = np.inf if max_fps is None else float(max_fps)
    stop = end if seconds is None else min(end, start + seconds)
    rate = constant_rate(times, tick)
    if hold and rate is not None and np.ptp(np.diff(np.append(times, end))) > tick * 1.01:
        rate = None  # rounding alone makes delays differ by one tick, no more
    if hold and rate is not None:
        # the sum of rounded delays is right where a fit through them is not; frames then pair one to one
        lasts = end - float(times[0])
        rate, hold = usual_rate(len(times) / lasts, max(1e-3, tick / lasts / 2)), False
    if len(times) == 1:
        rate = declared_fps or 1.0 / max(end - times[0], 1e-3)
    if rate is not None:
        if declared_fps and abs(declared_fps - rate) <= max(2e-3 * rate, tick * rate * rate / len(times)):
            rate = declared_fps
        rate = usual_rate(rate)
        every = max(1, ceil(rate / limit - 1e-3))
        if every == 1 or rate / every >= 0.75 * limit:
            first = float(times[np.argmin(np.abs(times - start))])
            # frames are counted from the one nearest to `start`, so that the window holds whole frames
            count = max(1, ceil((stop - max(first, start)) * rate / every - 1e-2))
            nth = {2: "second", 3: "third", 4: "fourth", 5: "fifth"}.get(every, f"{every}th")
            text = f"Kept every {nth} frame: {rate:g} frames a second became {rate / every:g}."
            notes = (text,) if every > 1 else ()
            return Grid(first, rate / every, count, hold, notes)
        text = (
            f"Resampled from {rate:g} to {limit:g} frames a second by the nearest frame in time: "
            "steps are uneven."
        )
        return Grid(start, limit, _samples(start, stop, limit), hold, (text,))
    steps = np.diff(np.append(times, end) if hold else times)
    fps = min(limit, _typical_rate(steps, hold, limit))
    how = "the frame on show" if hold else "the nearest frame in time"
    text = (
        f"The frame rate varies (steps of {steps.min() * 1000:.0f} to {steps.max() * 1000:.0f} ms): "
        f"resampled to a constant {fps:g} frames a second by {how}."
    )
    return Grid(start, fps, _samples(start, stop, fps), hold, (text,))


def _samples(start: float, stop: float, fps: float) -> int:
    return max(1, floor((stop - start) * fps + 1e-2))


def _typical_rate(steps: NDArray[np.float64], hold: bool, limit: float) -> float:
    """Rate of an uneven clip: for delays one that meets each if it can, else that of the median step."""
    if not hold:
        return usual_rate(float(1 / np.median(steps)), tolerance=0.03)
    common = int(np.gcd.reduce(np.maximum(1, np.rint(steps * 100)).astype(int)))
    return 100 / common if 100 / common <= limit else float(1 / steps.min())
