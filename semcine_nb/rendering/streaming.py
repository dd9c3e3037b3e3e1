"""Render a loop too large for memory: strips of rows through scratch files, then frame by frame."""

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
    frames: np.ndarray | Iterable[np.ndarray],
    labels: Labelling,
    length: int | None = None,
    *,
    threads: int | None = None,
    progress: Progress = silent,
    memory: int = 1 << 30,
    **options: Any,
) -> Iterator[np.ndarray]:
    """Render as `render.render` does, but hold no more than about ``memory`` bytes.

    Parameters
    ----------
    frames : (T, H, W, 3) uint8, which may be a memory map, or an iterable of (H, W, 3) frames, read once.
    labels, length, threads, options : see `render.render`.
    memory : bytes for one strip; strips overlap by as much as blending reaches, so tiny values cost time.
        Scratch files (the size of the source, if it is an iterable, and of the result) lie in the system's
        temporary folder, and are gone when the generator ends.

    Yields
    ------
    (H, W, 3) uint8, N of them. Equal to `render` but for strips' borders, where they differ by less than a
    gray level on ordinary seams.
    """
    chosen = RenderOptions(length, **options)
    size = labels.period.shape
    parameters = chosen.parameters or BlendParameters.for_width(size[1])
    with tempfile.TemporaryDirectory(prefix="semcine-") as scratch:
        path = Path(scratch, "loop")
        source = frames if isinstance(frames, np.ndarray) else _Spool(frames, size, Path(scratch, "source"))
        if length is None:
            length = natural_length(labels.period, len(source), chosen.timing, chosen.ping_pong)
        reach = math.ceil(_REACH / math.sqrt(parameters.screening)) if chosen.blend else 0
        strips = _strips(size[0], size[1], len(source), length, reach, memory)
        np.memmap(path, np.uint8, "w+", shape=(length, *size, 3))
        for y0, y1 in track(strips, progress, "render", len(strips)):
            low, high = max((y0 - reach) // _ALIGN * _ALIGN, 0), min(y1 + reach, size[0])
            part_labels = Labelling(*(each[low:high] for each in labels))
            part = render(np.array(source[:, low:high]), part_labels, length, threads=threads, **options)
            # mapped anew for each strip, so that the pages of earlier ones leave this process
            np.memmap(path, np.uint8, "r+", shape=(length, *size, 3))[:, y0:y1] = part[:, y0 - low : y1 - low]
        with path.open("rb") as file:
            for _ in range(length):
                yield np.fromfile(file, np.uint8, size[0] * size[1] * 3).reshape(*size, 3)


def _strips(height: int, width: int, n_in: int, n_out: int, reach: int, memory: int) -> list[tuple[int, int]]:
    """Rows of each strip, equal within one; with its overlap it fits into ``memory`` where possible."""
    per_row = width * (3 * n_in + (3 + 6) * n_out)  # source, loop, and one float channel with its cycles
    rows = max(memory // per_row - 2 * reach, reach, 16)
    count = math.ceil(height / rows)
    cuts = [round(i * height / count) for i in range(count + 1)]
    return list(pairwise(cuts))


class _Spool:
    """Frames written to a file as they come; a slice maps the file anew and lets go of it."""

    def __init__(self, frames: Iterable[np.ndarray], size: tuple[int, ...], path: Path) -> None:
        self.path, self.shape, count = path, (*size, 3), 0
        with path.open("wb") as file:
            for frame in frames:
                if frame.shape != self.shape or frame.dtype != np.uint8:
                    raise LoopError(f"frame {count} is {frame.shape} {frame.dtype}, not {self.shape} uint8")
                file.write(np.ascontiguousarray(frame).data)
                count += 1
        if not count:
            raise LoopError("there are no frames to render")
        self.count = count

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, key: tuple[slice, slice]) -> np.ndarray:
        return np.array(np.memmap(self.path, np.uint8, "r", shape=(self.count, *self.shape))[key])
