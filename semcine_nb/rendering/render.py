"""Frames of a cinemagraph: gather each pixel's source frames, then blend the seams."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit

from ..errors import LoopError
from ..limits import current_limits, too_large
from ..progress import Progress, silent
from ..threads import parts, run_parts
from .blending import BlendParameters
from .blending import blend as blend_seams
from .labelling import Labelling
from .source import Source, median_still, shown
from .timelines import Timeline, make_timeline

_CHUNK = 8  # rows a task


@dataclass(frozen=True)
class RenderOptions:
    """How a loop is shown: what `render`, `streaming.render_stream` and ``Cinemagraph.render`` take by name.

    length, timing, interpolate, crossfade, ping_pong : see `timelines.make_timeline`.
    blend : gradient-domain blending of seams (see `blending`); without it every output pixel is a source
        pixel at its place.
    still : what static pixels show: None, the frame of each one's own label; a frame index, that frame;
        "median", the temporal median around their own frame (see `source.median_still`).
    parameters : constants of the blend; None: those for the picture's width.
    """

    length: int | None = None
    timing: str = "scaled"
    blend: bool = True
    still: int | str | None = None
    crossfade: int = 0
    interpolate: bool = False
    ping_pong: bool = False
    parameters: BlendParameters | None = None


def render(
    frames: np.ndarray,
    labels: Labelling,
    length: int | None = None,
    *,
    threads: int | None = None,
    progress: Progress = silent,
    **options: Any,
) -> np.ndarray:
    """Render the loop that a labelling describes.

    Parameters
    ----------
    frames : (T, H, W, 3) uint8.
    labels : of the same pixels; a loop needs s ≥ 0 and s + p ≤ T.
    length, options : see `RenderOptions`.
    threads : None for all cores; the result does not depend on it.

    Returns
    -------
    (N, H, W, 3) uint8. Shown again and again it has no jump at its end: frame N would be frame 0 (with
    timing="exact", only when N is a multiple of every period, as the default is).

    Raises
    ------
    LoopError : see `timelines.make_timeline`; a still frame outside the clip.
    TypeError : an option that there is not.
    """
    chosen = RenderOptions(length, **options)
    still = chosen.still
    _check(frames, labels, still)
    frames = np.ascontiguousarray(frames)  # other layouts would be compiled anew
    if isinstance(still, int | np.integer):
        labels = labels._replace(start=np.where(labels.dynamic, labels.start, still))
    timeline = make_timeline(
        labels, len(frames), length, chosen.timing, chosen.interpolate, chosen.crossfade, chosen.ping_pong
    )
    check_length(timeline.length, frames.shape[1:])
    source = Source(frames, frames[0])
    if still == "median":
        source = Source(frames, median_still(frames, labels, threads=threads))
        timeline = timeline._replace(first=np.where(timeline.period[:, None] == 1, -1, timeline.first))
    out = gather(source, timeline, threads)
    if chosen.blend:
        parameters = chosen.parameters or BlendParameters.for_width(frames.shape[2])
        blend_seams(out, source, timeline, parameters, threads, progress)
    return out


def _check(frames: np.ndarray, labels: Labelling, still: int | str | None) -> None:
    """Raise LoopError unless frames, labels and still frame fit together."""
    if frames.ndim != 4 or frames.shape[-1] != 3 or frames.dtype != np.uint8:
        raise LoopError(f"frames are {frames.shape} {frames.dtype}; rendering needs (T, H, W, 3) uint8")
    if frames.shape[1:3] != labels.period.shape:
        raise LoopError(
            f"frames are {frames.shape[1:3]} px and labels {labels.period.shape}; they must be the same"
        )
    if isinstance(still, int | np.integer):
        if not 0 <= still < len(frames):
            raise LoopError(f"still frame {still} is outside the clip's 0 … {len(frames) - 1}")
    elif still not in (None, "median"):
        raise LoopError(f"still is {still!r}; use None, a frame index or 'median'")


def check_length(length: int, shape: tuple[int, ...]) -> None:
    """Raise LoopError if ``length`` frames of ``shape`` (H, W, 3) would take more memory than is allowed."""
    most = current_limits().memory
    need = length * int(np.prod(shape))
    if need > most:
        said = f"of {length} frames takes {need / 1e9:.1f} GB of memory"
        raise too_large("a loop", said, f"{most / 1e9:g} GB", LoopError)


def gather(source: Source, timeline: Timeline, threads: int | None = None) -> np.ndarray:
    """Fill every output pixel from its source frames, without blending: (N, H, W, 3) uint8."""
    out = np.empty((timeline.length, *source.still.shape), np.uint8)
    run_parts(lambda rows: _gather(source, timeline, rows, out), parts(out.shape[1], _CHUNK), threads)
    return out


@njit(cache=True, nogil=True)
def _gather(source, timeline, rows, out):
    """Row by row, which the caches hold for all frames, and each run of one label at once."""
    label, first, second, weight = timeline.label, timeline.first, timeline.second, timeline.weight
    width = label.shape[1]
    for y in range(rows.start, rows.stop):
        last = np.append(np.flatnonzero(label[y, 1:] != label[y, :-1]) + 1, width)
        for t in range(len(out)):
            x = 0
            for end in last:
                k = label[y, x]
                sample = first[k, t], second[k, t], weight[k, t]
                if weight[k, t] > 0 or first[k, t] < 0:
                    for i in range(x, end):
                        for c in range(3):
                            out[t, y, i, c] = np.uint8(shown(source, sample, y, i, c) + np.float32(0.5))
                else:  # as one line of bytes: measured three times as fast as pixels of three
                    line, into = source.frames[first[k, t], y].reshape(-1), out[t, y].reshape(-1)
                    line, into = line[3 * x : 3 * end], into[3 * x : 3 * end]
                    for i in range(into.size):
                        into[i] = line[i]
                x = end
