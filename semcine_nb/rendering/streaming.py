"""A loop too large for memory: rendered in strips of rows through scratch files, then read frame by frame."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import LoopError
from ..progress import Progress, silent, track
from .blending import BlendParameters
from .labelling import Labelling
from .render import RenderOptions, render
from .timing import natural_length

_REACH = 3.0  # overlap of strips in units of 1/√ε, the distance in which a correction fades e-fold
_ALIGN = 32  # px; strips begin where the coarsest cells of the blend do


def render_stream(
    frames: Iterable[np.ndarray],
    labels: Labelling,
    length: int | None = None,
    *,
    progress: Progress = silent,
    memory: int = 1 << 30,
    **options: Any,
) -> Iterator[np.ndarray]:
    """Render as `render.render` does, but hold no more than about ``memory`` bytes.

    Parameters
    ----------
    frames : (H, W, 3) uint8 each, read once.
    labels, length, options : see `render.render`.
    memory : bytes for one strip; strips overlap by as much as blending reaches, so tiny values cost time.
        Scratch files (the size of the source and of the result) lie in the system's temporary folder, and
        are gone when the generator ends.

    Yields
    ------
    (H, W, 3) uint8, N of them. Equal to `render` but for strips' borders, where they differ by less than a
    gray level on ordinary seams.
    """
    chosen = RenderOptions(length, **options)
    height, width = labels.period.shape
    parameters = chosen.parameters or BlendParameters.for_width(width)
    with tempfile.TemporaryDirectory(prefix="semcine-") as scratch:
        source, loop = Path(scratch, "source"), Path(scratch, "loop")
        count = _spool(frames, (height, width, 3), source)
        if length is None:
            length = natural_length(labels.period, count, chosen.timing, chosen.ping_pong)
        reach = math.ceil(_REACH / math.sqrt(parameters.screening)) if chosen.blend else 0
        strips = _strips(labels.period.shape, count, length, reach, memory)
        shape = length, height, width, 3
        np.memmap(loop, np.uint8, "w+", shape=shape)
        for y0, y1 in track(strips, progress, "render", len(strips)):
            low, high = max((y0 - reach) // _ALIGN * _ALIGN, 0), min(y1 + reach, height)
            # files are mapped anew for each strip, so that the pages of earlier ones leave this process
            rows = np.array(np.memmap(source, np.uint8, "r", shape=(count, *shape[1:]))[:, low:high])
            part = render(rows, Labelling(*(each[low:high] for each in labels)), length, **options)
            np.memmap(loop, np.uint8, "r+", shape=shape)[:, y0:y1] = part[:, y0 - low : y1 - low]
        with loop.open("rb") as file:
            for _ in range(length):
                yield np.fromfile(file, np.uint8, height * width * 3).reshape(height, width, 3)


def _spool(frames: Iterable[np.ndarray], shape: tuple[int, ...], path: Path) -> int:
    """Write frames of one shape to a file as they come, and count them."""
    count = 0
    with path.open("wb") as file:
        for frame in frames:
            if frame.shape != shape or frame.dtype != np.uint8:
                raise LoopError(f"frame {count} is {frame.shape} {frame.dtype}, not {shape} uint8")
            file.write(np.ascontiguousarray(frame).data)
            count += 1
    if not count:
        raise LoopError("there are no frames to render")
    return count


def _strips(size: tuple[int, ...], n_in: int, n_out: int, reach: int, memory: int) -> list[tuple[int, int]]:
    """Rows of each strip, equal within one; with its overlap it fits into ``memory`` where possible."""
    height, width = size
    per_row = width * (3 * n_in + (3 + 6) * n_out)  # source, loop, and one float channel with its cycles
    rows = max(memory // per_row - 2 * reach, reach, 16)
    count = math.ceil(height / rows)
    cuts = [round(i * height / count) for i in range(count + 1)]
    return list(pairwise(cuts))
