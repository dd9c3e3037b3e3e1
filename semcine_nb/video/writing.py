"""Writes a clip by the suffix of its file name: whole or not at all, and below a size if asked."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..errors import VideoError
from ..files import whole_file
from ..limits import current_limits, too_large
from ..progress import Progress, silent
from .clip import Video
from .encoders import encode_apng, encode_gif, encode_mp4, encode_webm, encode_webp
from .geometry import Size, resize

Encoder = Callable[[NDArray[np.uint8], float, Path, int], list[str]]

_ENCODERS: dict[str, Encoder] = {
    ".mp4": encode_mp4,
    ".webm": encode_webm,
    ".gif": encode_gif,
    ".webp": encode_webp,
    ".apng": encode_apng,
    ".png": encode_apng,
}
SUFFIXES = ("mp4", "webm", "gif", "webp", "apng")

_QUALITY = 80
# tried in turn until the file fits: first a lower quality, then a smaller picture
_QUALITY_STEPS = (1.0, 0.75, 0.5)
_SCALE_STEPS = (0.8, 0.65, 0.5, 0.4, 0.3, 0.2)


@dataclass(frozen=True)
class Written:
    """What was written.

    Attributes:
        path: the file.
        size_bytes: its length.
        size: (width, height) of its picture, pixels.
        frames: number of frames handed to the encoder.
        notes: one sentence for each way in which the file differs from the clip.
    """

    path: Path
    size_bytes: int
    size: Size
    frames: int
    notes: tuple[str, ...] = ()


def write_video(
    video: Video,
    path: str | os.PathLike[str],
    repeat: int = 1,
    max_mb: float | None = None,
    quality: int | None = None,
    progress: Progress = silent,
) -> Written:
    """Write a clip as mp4 (H.264), webm (VP9), gif, webp or apng, named by the suffix of ``path``.

    The file appears under its name when it is complete; on an error or Ctrl-C nothing is left. gif, webp and
    apng repeat without end by themselves.

    Args:
        video: the clip.
        path: where to; its folder must exist. An existing file is replaced.
        repeat: how many times the clip is written one after the other (some sites refuse loops of a second).
        max_mb: largest file, in millions of bytes; quality, then size are reduced until it fits.
        quality: 0 to 100; 80 (default) is hard to tell from the clip (H.264 at CRF 18). apng is lossless.
        progress: see `semcine_nb.progress`.

    Raises:
        VideoError: unknown suffix, missing folder, a bound that cannot be met, or a failing encoder.
    """
    path = Path(path).expanduser()
    encode = _ENCODERS.get(path.suffix.lower())
    if encode is None:
        raise VideoError(
            f"{path.name} cannot be written: end its name in one of {', '.join('.' + s for s in SUFFIXES)}.",
            topic="writing-a-file",
        )
    if not path.parent.is_dir():
        raise VideoError(
            f"{path} cannot be written: the folder {path.parent} does not exist; make it first.",
            topic="writing-a-file",
        )
    if path.is_dir():
        raise VideoError(f"{path} is a folder: choose another name.")
    if not (isinstance(repeat, (int, np.integer)) and repeat >= 1):
        raise VideoError(f"repeat={repeat!r} must be a whole number, 1 or more.")
    if max_mb is not None and not max_mb > 0:
        raise VideoError(f"max_mb={max_mb!r} must be positive, or None for no bound.")
    best = _QUALITY if quality is None else int(quality)
    if not 0 <= best <= 100:
        raise VideoError(f"quality={quality!r} must lie between 0 and 100.")

    most, whole = current_limits(), len(video) * int(repeat)
    if repeat > 1 and (whole > most.frames or video.frames.nbytes * int(repeat) > most.memory):
        has = f"repeated {repeat} times has {whole} frames of {video.width}×{video.height} pixels"
        limit = f"{most.frames} frames and {most.memory / 1e9:g} GB"
        raise too_large(path.name, has, limit, VideoError)
    frames = video.frames if repeat == 1 else np.concatenate([video.frames] * int(repeat))
    notes: list[str] = []
    if repeat > 1:
        notes.append(f"Written {repeat} times in a row.")
    bound = math.inf if max_mb is None else max_mb * 1e6
    attempts = list(_attempts(best, bound, lossless=path.suffix.lower() in (".apng", ".png")))
    tried = (best, 1.0, 0)
    bar = progress(total=len(attempts) if max_mb else 1, desc=f"writing {path.name}")
    try:
        with whole_file(path) as part:
            for level, scale in attempts:
                if _hopeless(level, scale, tried, bound) and (level, scale) != attempts[-1]:
                    bar.update(1)
                    continue
                size = _scaled((video.width, video.height), scale)
                said = _encode(encode, frames, size, video.fps, part, level, path)
                length = part.stat().st_size
                tried = (level, scale, length)
                bar.update(1)
                if length <= bound:
                    break
            else:
                raise VideoError(
                    f"{path.name} needs {length / 1e6:.2g} MB even at {size[0]}×{size[1]}, more than the "
                    f"{max_mb:g} MB "
                    "asked for: allow more, shorten the clip or choose mp4.",
                    topic="writing-a-file",
                )
            if (level, scale) != attempts[0]:
                what = [f"quality {level} instead of {best}"] if level != best else []
                if scale != 1:
                    what.append(f"{size[0]}×{size[1]} instead of {video.width}×{video.height} pixels")
                notes.append(f"To stay below {max_mb:g} MB: {' and '.join(what)} ({length / 1e6:.2f} MB).")
    finally:
        bar.close()
    return Written(path, length, size, len(frames), tuple(notes + said))


def _attempts(best: int, bound: float, lossless: bool) -> Iterator[tuple[int, float]]:
    """(quality, scale) to try in turn."""
    levels = [best] if lossless else [round(best * step) for step in _QUALITY_STEPS]
    yield best, 1.0
    if math.isfinite(bound):
        yield from ((level, 1.0) for level in levels[1:])
        yield from ((levels[-1], scale) for scale in _SCALE_STEPS)


def _hopeless(level: int, scale: float, tried: tuple[int, float, int], bound: float) -> bool:
    """Whether an attempt is bound to fail, by the length that the last one came to; guesses kindly."""
    kindly = 0.25 if level < tried[0] else 0.6
    return tried[2] * (scale / tried[1]) ** 2 * kindly > bound


def _scaled(size: Size, scale: float) -> Size:
    return (
        size
        if scale == 1
        else (max(2, 2 * round(size[0] * scale / 2)), max(2, 2 * round(size[1] * scale / 2)))
    )


def _encode(
    encode: Encoder, frames: NDArray[np.uint8], size: Size, fps: float, part: Path, level: int, path: Path
) -> list[str]:
    if size != (frames.shape[2], frames.shape[1]):
        frames = np.stack([resize(frame, size) for frame in frames])
    try:
        return encode(frames, fps, part, level)
    except (OSError, ValueError, RuntimeError) as error:  # PyAV's errors are among these
        raise VideoError(
            f"{path.name} cannot be written ({error}): check the disk's space and rights.",
            topic="writing-a-file",
        ) from error
