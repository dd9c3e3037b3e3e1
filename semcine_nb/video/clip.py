"""A clip in memory: its frames, its frame rate, and what reading did to them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..counting import counted
from ..errors import VideoError
from .writing import Written, write_video


@dataclass(frozen=True, eq=False)
class Origin:
    """The source of a clip's frames and what reading did to them, in the order in which it was done.

    A stored frame is turned by ``rotation``, mirrored, stretched to square pixels and scaled to
    ``scaled_size``; then moved by ``warps`` and cut to ``crop``. With these numbers the same window can be
    read again at the source's own size and rate (`semcine_nb.video.read_source`).

    Attributes
    ----------
    path : Path, optional
        The file or folder; None when the frames came from memory.
    start, seconds : float
        Time of the first frame in seconds since the source's first one, and length of the window.
    times : tuple of float
        For each frame of the video the time of the source frame it shows, seconds.
    size : (int, int)
        Width and height of the stored frames, pixels.
    sample_aspect : Fraction
        Width of a stored pixel over its height.
    rotation : int
        Degrees counter-clockwise by which stored frames are turned: 0, 90, 180 or 270.
    mirrored : bool
        Whether frames are mirrored left to right after the turn.
    fps : float
        Mean frame rate of the source inside the window, frames per second.
    scaled_size : (int, int)
        Width and height after turning and scaling, before stabilization and crop.
    warps : (T, 3, 3) float64, optional
        ``warps[t]`` takes a point (x, y, 1) of the scaled frame t to its place in the steady frame, in pixels
        of ``scaled_size``.
    crop : (int, int, int, int), optional
        x, y, width and height in the steady frame.
    """

    path: Path | None = None
    start: float = 0.0
    seconds: float = 0.0
    times: tuple[float, ...] = ()
    size: tuple[int, int] = (0, 0)
    sample_aspect: Fraction = Fraction(1)
    rotation: int = 0
    mirrored: bool = False
    fps: float = 0.0
    scaled_size: tuple[int, int] = (0, 0)
    warps: NDArray[np.float64] | None = None
    crop: tuple[int, int, int, int] | None = None


@dataclass(frozen=True, eq=False)
class Video:
    """A clip with a constant frame rate.

    Attributes
    ----------
    frames : (T, H, W, 3) uint8
        RGB as a BT.709 display shows it, C-contiguous. Treat it as read-only: `digest` is computed once.
    fps : float
        Frames per second, positive.
    notes : tuple of str
        One plain sentence for each thing that reading changed.
    origin : Origin, optional
        Where the frames came from; None for a video built from an array.

    Raises
    ------
    VideoError
        A shape, dtype or rate other than the above.
    """

    frames: NDArray[np.uint8]
    fps: float
    notes: tuple[str, ...] = ()
    origin: Origin | None = None

    def __post_init__(self) -> None:
        frames = np.asarray(self.frames)
        if frames.ndim != 4 or frames.shape[-1] != 3:
            raise VideoError(
                f"a video needs frames of shape (T, H, W, 3), got {frames.shape}; read_video converts "
                "other arrays.",
                topic="frames-as-arrays",
            )
        if frames.dtype != np.uint8:
            raise VideoError(
                f"a video needs uint8 frames, got {frames.dtype}; read_video converts other arrays.",
                topic="frames-as-arrays",
            )
        if 0 in frames.shape:
            raise VideoError(f"a video needs at least one frame and one pixel, got shape {frames.shape}.")
        fps = float(self.fps)
        if not (np.isfinite(fps) and fps > 0):
            raise VideoError(f"a video needs a positive frame rate, got fps={self.fps!r}.")
        object.__setattr__(self, "frames", np.ascontiguousarray(frames))
        object.__setattr__(self, "fps", fps)
        object.__setattr__(self, "notes", tuple(self.notes))

    def __len__(self) -> int:
        return int(self.frames.shape[0])

    def __repr__(self) -> str:
        name = f" of {self.source.name}" if self.source else ""
        shape = f"{counted(len(self), 'frame')}{name}, {self.width}×{self.height}"
        return f"Video({shape}, {self.fps:g} fps, {self.duration:.2f} s)"

    @property
    def height(self) -> int:
        """Rows."""
        return int(self.frames.shape[1])

    @property
    def width(self) -> int:
        """Columns."""
        return int(self.frames.shape[2])

    @property
    def duration(self) -> float:
        """Length in seconds: T / fps."""
        return len(self) / self.fps

    @property
    def source(self) -> Path | None:
        """The file or folder that was read, if any."""
        return self.origin.path if self.origin else None

    @cached_property
    def digest(self) -> str:
        """Hexadecimal SHA-256 of frames, shape and rate: the same content always has the same digest."""
        sha = hashlib.sha256(f"{self.frames.shape} {self.fps!r} ".encode())
        for frame in self.frames:
            sha.update(frame.data)
        return sha.hexdigest()

    def save(
        self, path: str | Path, repeat: int = 1, max_mb: float | None = None, quality: int | None = None
    ) -> Written:
        """Write the clip in the format that the suffix of ``path`` names: see `write_video`."""
        return write_video(self, path, repeat=repeat, max_mb=max_mb, quality=quality)
