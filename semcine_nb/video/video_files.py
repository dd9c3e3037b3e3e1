"""Video files as sources: the colors, pixel shape and orientation that the file states are carried out."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from ..limits import Limits
from . import color
from .decoding import Stream
from .geometry import Size, on_white, resize, turn
from .source import Load, Source


@dataclass(frozen=True)
class _Look:
    """Colors and orientation of decoded frames as the file states them; see `clip.Origin` and `color`."""

    matrix: int
    full_range: bool
    transfer: int
    primaries: int
    rotation: int
    mirrored: bool
    alpha: bool

    def show(self, frame: av.VideoFrame, size: Size) -> NDArray[np.uint8]:
        """``frame`` as (H, W, 3) uint8 RGB, upright and at (width, height) ``size``."""
        deep = color.is_hdr(self.transfer) or color.is_wide(self.primaries)
        name = "rgb48le" if deep else "rgba" if self.alpha else "rgb24"
        # the scaler numbers matrices as H.273 does, for every one that matrix_of returns
        rgb: Any = frame.reformat(
            format=name,
            src_colorspace=self.matrix,
            dst_colorspace=self.matrix,
            src_color_range=2 if self.full_range else 1,
            dst_color_range=2,
            interpolation=_EXACT,
        ).to_ndarray()
        if self.alpha and not deep:
            rgb = on_white(rgb)
        stored = (size[1], size[0]) if self.rotation % 180 else size
        rgb = resize(rgb, stored)
        if color.is_hdr(self.transfer):
            rgb = color.tone_map(rgb, self.transfer, self.primaries)
        elif deep:
            rgb = color.narrow(rgb, self.primaries)
        return np.ascontiguousarray(turn(rgb, self.rotation, self.mirrored))


_EXACT = int(
    av.video.reformatter.Interpolation.BICUBIC
    | av.video.reformatter.Interpolation.FULL_CHR_H_INT
    | av.video.reformatter.Interpolation.ACCURATE_RND
)


def file_source(path: Path, start: float, seconds: float | None, limits: Limits) -> Source:
    """Frames of a video file.

    A file without a video stream or a frame that decodes, one that is damaged or too large, and a ``start``
    past its end are a VideoError.
    """
    notes: list[str] = []
    stream = Stream(path, notes, limits)
    look = _look(stream)
    _describe(stream.first, look, stream.sample_aspect, notes)
    times, length = stream.times(start, seconds)
    step = float(np.median(np.diff(times))) if len(times) > 1 else stream.step

    def frames() -> Iterator[tuple[float, Load]]:
        for time, frame in stream.frames(start):
            yield time, partial(look.show, frame)

    return Source(
        path.name,
        times,
        min(length, float(times[-1]) + step),
        stream.tick,
        (stream.first.width, stream.first.height),
        frames,
        fps=stream.declared_fps,
        notes=notes,
        path=path,
        sample_aspect=stream.sample_aspect,
        rotation=look.rotation,
        mirrored=look.mirrored,
    )


def _look(stream: Stream) -> _Look:
    frame = stream.first
    rotation, mirrored = _orientation(frame, stream.notes)
    return _Look(
        matrix=color.matrix_of(int(frame.colorspace), frame.width, frame.height),
        full_range=int(frame.color_range) == 2 or frame.format.name.startswith("yuvj") or frame.format.is_rgb,
        transfer=int(getattr(frame, "color_trc", stream.transfer)),
        primaries=int(getattr(frame, "color_primaries", stream.primaries)),
        rotation=rotation,
        mirrored=mirrored,
        alpha=any(c.is_alpha for c in frame.format.components),
    )


def _orientation(frame: Any, notes: list[str]) -> tuple[int, bool]:
    """Counter-clockwise degrees (0, 90, 180, 270), whether to mirror after the turn; told in ``notes``."""
    matrix = frame.side_data.get("DISPLAYMATRIX")
    mirrored = False
    degrees = float(frame.rotation)
    if matrix is not None:
        a, b, _, c, d = struct.unpack("<5i", bytes(matrix)[:20])
        mirrored = a * d - b * c < 0
        if mirrored:
            # undo the mirror (negated first column) before the angle is taken
            degrees = -float(np.degrees(np.arctan2(b, -a)))
    turned = round(degrees / 90) * 90 % 360
    note = f"Turned by {turned}° counter-clockwise, as the file asks." if turned else ""
    if abs((degrees - turned + 180) % 360 - 180) > 1:
        note = f"The file asks for a turn by {degrees:g}°, which is no right angle: turned by {turned}°."
    if mirrored:
        note = (note + " Mirrored, as the file asks.").strip()
    if note:
        notes.append(note)
    return turned, mirrored


def _describe(frame: Any, look: _Look, aspect: Fraction, notes: list[str]) -> None:
    if aspect != 1:
        notes.append(f"Pixels {aspect.numerator}:{aspect.denominator} wide were made square.")
    if color.is_hdr(look.transfer):
        kind = "HLG" if look.transfer == color.HLG else "PQ"
        notes.append(
            f"High dynamic range ({kind}) was mapped to that of a normal display; bright parts are rolled "
            "off."
        )
    elif color.is_wide(look.primaries):
        notes.append("Colors of a wide gamut were converted to BT.709.")
    elif max(c.bits for c in frame.format.components) > 8:
        notes.append(f"{max(c.bits for c in frame.format.components)}-bit levels became 8-bit.")
    if frame.format.name.startswith(("gray", "ya", "mono")):
        notes.append("Gray frames became RGB.")
    if look.alpha:
        notes.append("Transparent pixels were put on white.")
    if frame.interlaced_frame:
        notes.append("The clip is interlaced and its fields were left woven: moving edges may show combs.")
