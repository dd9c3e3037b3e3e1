"""Write a clip by the suffix of its file name: whole or not at all, and below a size if asked."""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from ..errors import VideoError
from ..files import whole_file
from ..limits import current_limits, too_large
from ..progress import Progress, silent
from .encoders import encode_apng, encode_gif, encode_mp4, encode_webm, encode_webp
from .geometry import Size, resize, size_text

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
_QUALITY_STEPS = (0.75, 0.5)
_SCALE_STEPS = (0.8, 0.65, 0.5, 0.4, 0.3, 0.2)


class Clip(Protocol):
    """All that writing needs of a `Video`: frames (T, H, W, 3) uint8 RGB, and their rate a second."""

    @property
    def frames(self) -> NDArray[np.uint8]: ...

    @property
    def fps(self) -> float: ...


@dataclass(frozen=True)
class Written:
    """A file that was written.

    Attributes
    ----------
    path : Path
    size_bytes : int
    size : (int, int)
        Width and height of its picture, pixels.
    frames : int
        Number of frames handed to the encoder.
    notes : tuple of str
        One sentence for each way in which the file differs from the clip.
    """

    path: Path
    size_bytes: int
    size: Size
    frames: int
    notes: tuple[str, ...] = ()


def write_video(
    video: Clip,
    path: str | os.PathLike[str],
    repeat: int = 1,
    max_mb: float | None = None,
    quality: int | None = None,
    progress: Progress = silent,
) -> Written:
    """Write a clip as mp4 (H.264), webm (VP9), gif, webp or apng, named by the suffix of ``path``.

    The file appears under its name when it is complete; on an error or Ctrl-C nothing is left. gif, webp and
    apng repeat without end by themselves.

    Parameters
    ----------
    video : Video
    path : str or Path
        Its folder must exist. An existing file is replaced.
    repeat : int
        How many times the clip is written one after the other (some sites refuse loops of a second).
    max_mb : float, optional
        Largest file, in millions of bytes; quality, then size are reduced until it fits.
    quality : int, optional
        0 to 100; 80 (default) is hard to tell from the clip (H.264 at CRF 18). apng is lossless.
    progress : Progress

    Raises
    ------
    VideoError
        Unknown suffix, missing folder, a bound that cannot be met, or a failing encoder.
    """
    path = Path(path).expanduser()
    encode = _encoder(path)
    best = _QUALITY if quality is None else int(quality)
    _check(repeat, max_mb, quality, best)
    frames = _repeated(video.frames, int(repeat), path.name)
    bound = math.inf if max_mb is None else max_mb * 1e6
    attempts = _attempts(best, bound, lossless=encode is encode_apng)
    last, length = attempts[0], 0
    bar = progress(total=len(attempts), desc=f"writing {path.name}")
    try:
        with whole_file(path) as part:
            for attempt in attempts:
                if attempt == attempts[-1] or not _hopeless(attempt, last, length, bound):
                    said = _encode(encode, frames, video.fps, part, attempt, path.name)
                    last, length = attempt, part.stat().st_size
                bar.update(1)
                if length <= bound:
                    break
            else:
                raise VideoError(
                    f"{path.name} needs {length / 1e6:.2g} MB even at {size_text(_size(frames, last.scale))},"
                    f" more than the {max_mb:g} MB asked for: allow more, shorten the clip or choose mp4.",
                    topic="writing-a-file",
                )
    finally:
        bar.close()
    size = _size(frames, last.scale)
    notes = [f"Written {repeat} times in a row."] if repeat > 1 else []
    if last != attempts[0]:
        what = [f"quality {last.quality} instead of {best}"] if last.quality != best else []
        if last.scale != 1:
            what.append(f"{size_text(size)} instead of {size_text(_size(frames))} pixels")
        notes.append(f"To stay below {max_mb:g} MB: {' and '.join(what)} ({length / 1e6:.2f} MB).")
    return Written(path, length, size, len(frames), (*notes, *said))


def _encoder(path: Path) -> Encoder:
    """The encoder that the suffix of ``path`` names, if a file can be written there."""
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
    return encode


def _check(repeat: int, max_mb: float | None, quality: int | None, best: int) -> None:
    if not (isinstance(repeat, (int, np.integer)) and repeat >= 1):
        raise VideoError(f"repeat={repeat!r} must be a whole number, 1 or more.")
    if max_mb is not None and not max_mb > 0:
        raise VideoError(f"max_mb={max_mb!r} must be positive, or None for no bound.")
    if not 0 <= best <= 100:
        raise VideoError(f"quality={quality!r} must lie between 0 and 100.")


def _repeated(frames: NDArray[np.uint8], repeat: int, name: str) -> NDArray[np.uint8]:
    """The frames ``repeat`` times in a row, within the limits."""
    if repeat == 1:
        return frames
    most, whole = current_limits(), len(frames) * repeat
    if whole > most.frames or frames.nbytes * repeat > most.memory:
        has = f"repeated {repeat} times has {whole} frames of {size_text(_size(frames))} pixels"
        raise too_large(name, has, f"{most.frames} frames and {most.memory / 1e9:g} GB", VideoError)
    return np.concatenate([frames] * repeat)


class _Attempt(NamedTuple):
    """A quality of 0 to 100, and a size as a share of the clip's."""

    quality: int
    scale: float


def _attempts(best: int, bound: float, lossless: bool) -> list[_Attempt]:
    """Qualities and sizes to try in turn until the file has at most ``bound`` bytes."""
    if math.isinf(bound):
        return [_Attempt(best, 1.0)]
    levels = [best] if lossless else [best, *(round(best * step) for step in _QUALITY_STEPS)]
    scaled = [_Attempt(levels[-1], scale) for scale in _SCALE_STEPS]
    return [*(_Attempt(level, 1.0) for level in levels), *scaled]


def _hopeless(attempt: _Attempt, last: _Attempt, length: int, bound: float) -> bool:
    """Whether an attempt is bound to fail, by the ``length`` of the last one's file; guesses kindly."""
    kindly = 0.25 if attempt.quality < last.quality else 0.6
    return length * (attempt.scale / last.scale) ** 2 * kindly > bound


def _encode(
    encode: Encoder, frames: NDArray[np.uint8], fps: float, part: Path, attempt: _Attempt, name: str
) -> list[str]:
    size = _size(frames, attempt.scale)
    if attempt.scale != 1:
        frames = np.stack([resize(frame, size) for frame in frames])
    try:
        return encode(frames, fps, part, attempt.quality)
    except (OSError, ValueError, RuntimeError) as error:  # PyAV's errors are among these
        raise VideoError(
            f"{name} cannot be written ({error}): check the disk's space and rights.",
            topic="writing-a-file",
        ) from error


def _size(frames: NDArray[np.uint8], scale: float = 1) -> Size:
    """(width, height) of the frames once scaled: even, unless they keep their size."""
    height, width = frames.shape[1:3]
    if scale == 1:
        return width, height
    return max(2, 2 * round(width * scale / 2)), max(2, 2 * round(height * scale / 2))
