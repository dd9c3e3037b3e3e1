"""Video files through PyAV: timestamps of the window first, then only its frames, one at a time."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from ..errors import VideoError
from . import color
from .footage import Footage, Load, check_window
from .geometry import Size, resize, turn

_SEEK_FROM = 2.0  # seconds: before that, decoding from the start is as fast as a seek and cannot go wrong


@dataclass(frozen=True)
class _Look:
    """How decoded frames must be shown; see `clip.Origin` and `color`."""

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
        # PyAV 14 takes the codes of the scaler, which are those of H.273 for every matrix that matrix_of returns
        rgb = frame.reformat(
            format=name,
            src_colorspace=self.matrix,
            dst_colorspace=self.matrix,
            src_color_range=2 if self.full_range else 1,
            dst_color_range=2,
            interpolation=_EXACT,
        ).to_ndarray()
        if self.alpha and not deep:
            weight = rgb[..., 3:].astype(np.uint16)
            rgb = ((rgb[..., :3] * weight + 255 * (255 - weight) + 127) // 255).astype(np.uint8)
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


def file_footage(path: Path, start: float, seconds: float | None) -> Footage:
    """Footage of a video file.

    Raises:
        VideoError: not a video, no video stream, no frame that decodes, damaged, or ``start`` past the end.
    """
    notes: list[str] = []
    with _open(path) as container:
        stream = _stream(container, path)
        first = _first_frame(container, stream, path)
        look, rotation_note = _look(first, stream)
        size = (first.width, first.height)
        aspect = stream.sample_aspect_ratio or Fraction(1)
        origin = _time(first, stream, 0.0)
        _describe(first, look, aspect, rotation_note, notes)
        declared = float(stream.average_rate) if stream.average_rate else None
    times, tick, length = _times(path, origin, start, seconds, declared)
    check_window(path.name, start, length)
    step = float(np.median(np.diff(times))) if len(times) > 1 else 1 / (declared or 25.0)

    def frames() -> Iterator[tuple[float, Load]]:
        for time, frame in _decode(path, origin, start, step, notes):
            yield time, lambda size, f=frame: look.show(f, size)  # type: ignore[misc]

    return Footage(
        path.name,
        times,
        min(length, float(times[-1]) + step),
        tick,
        size,
        frames,
        fps=declared,
        notes=notes,
        path=path,
        sample_aspect=Fraction(aspect),
        rotation=look.rotation,
        mirrored=look.mirrored,
    )


def _open(path: Path) -> Any:
    try:
        return av.open(str(path))
    except (av.error.FFmpegError, OSError, ValueError) as error:
        raise VideoError(
            f"{path.name} cannot be read as a video ({_reason(error)}): it may be incomplete or of another kind; "
            "copy or export it again."
        ) from error


def _stream(container: Any, path: Path) -> Any:
    # a cover picture of a music file is a video stream to FFmpeg, but no clip
    streams = [s for s in container.streams.video if not _is_cover(s)]
    if not streams:
        raise VideoError(f"{path.name} has no video stream: choose a file with pictures.")
    stream = max(streams, key=lambda s: (s.width or 0) * (s.height or 0))
    stream.thread_type = "AUTO"
    return stream


def _is_cover(stream: Any) -> bool:
    return bool(int(getattr(stream, "disposition", 0)) & 0x400)


def _first_frame(container: Any, stream: Any, path: Path) -> Any:
    try:
        for frame in container.decode(stream):
            return frame
    except (av.error.FFmpegError, OSError) as error:
        raise VideoError(
            f"{path.name} is damaged: its first frame does not decode ({_reason(error)}); copy or export it again."
        ) from error
    raise VideoError(f"{path.name} holds no frame that decodes: record or export it again.")


def _look(frame: Any, stream: Any) -> tuple[_Look, str]:
    context = stream.codec_context
    name = frame.format.name
    rotation, mirrored, note = _orientation(frame)
    look = _Look(
        matrix=color.matrix_of(int(frame.colorspace), frame.width, frame.height),
        full_range=int(frame.color_range) == 2 or name.startswith("yuvj") or frame.format.is_rgb,
        transfer=int(getattr(frame, "color_trc", context.color_trc)),
        primaries=int(getattr(frame, "color_primaries", context.color_primaries)),
        rotation=rotation,
        mirrored=mirrored,
        alpha=any(c.is_alpha for c in frame.format.components),
    )
    return look, note


def _orientation(frame: Any) -> tuple[int, bool, str]:
    """Counter-clockwise degrees (0, 90, 180, 270), whether to mirror after the turn, and the sentence about it."""
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
    note = ""
    if turned:
        note = f"Turned by {turned}° counter-clockwise, as the file asks."
    if abs((degrees - turned + 180) % 360 - 180) > 1:
        note = f"The file asks for a turn by {degrees:g}°, which is no right angle: turned by {turned}°."
    if mirrored:
        note = (note + " Mirrored, as the file asks.").strip()
    return turned, mirrored, note


def _describe(frame: Any, look: _Look, aspect: Fraction, rotation_note: str, notes: list[str]) -> None:
    if rotation_note:
        notes.append(rotation_note)
    if aspect != 1:
        notes.append(f"Pixels {aspect.numerator}:{aspect.denominator} wide were made square.")
    if color.is_hdr(look.transfer):
        kind = "HLG" if look.transfer == color.HLG else "PQ"
        notes.append(
            f"High dynamic range ({kind}) was mapped to that of a normal display; bright parts are rolled off."
        )
    elif color.is_wide(look.primaries):
        notes.append("Colours of a wide gamut were converted to BT.709.")
    elif max(c.bits for c in frame.format.components) > 8:
        notes.append(f"{max(c.bits for c in frame.format.components)}-bit levels became 8-bit.")
    if frame.format.name.startswith(("gray", "ya", "mono")):
        notes.append("Grey frames became RGB.")
    if look.alpha:
        notes.append("Transparent pixels were put on white.")
    if frame.interlaced_frame:
        notes.append("The clip is interlaced and its fields were left woven: moving edges may show combs.")


def _time(item: Any, stream: Any, fallback: float) -> float:
    stamp = item.pts if item.pts is not None else item.dts
    return fallback if stamp is None else float(stamp * (item.time_base or stream.time_base))


def _times(
    path: Path, origin: float, start: float, seconds: float | None, declared: float | None
) -> tuple[NDArray[np.float64], float, float]:
    """Times of frames around the window without decoding them, their resolution, and the length of the clip.

    All are seconds; times count from ``origin``, the first frame's timestamp.
    """
    stop = np.inf if seconds is None else start + seconds
    times: list[float] = []
    step = 1 / (declared or 25.0)
    with _open(path) as container:
        stream = _stream(container, path)
        length = _length(container, stream, origin)
        if start > _SEEK_FROM:
            _seek(container, stream, origin + start)
        count = 0
        ended = True
        for packet in _packets(container, stream, path):
            if packet.is_discard:
                continue
            time = _time(packet, stream, origin + count * step) - origin
            count += 1
            times.append(time)
            # frames may be stored a little out of order
            if time > stop + 1.0:
                ended = False
                break
        tick = float(stream.time_base)
    known = np.unique(np.array([t for t in times if t > -step / 2]))
    if len(known) and ended:
        length = float(known[-1]) + (float(np.median(np.diff(known))) if len(known) > 1 else step)
    keep = known[(known > start - 1.0) & (known < stop + 1.0)]
    if not len(keep) or keep[-1] < start - step:
        check_window(path.name, start, min(length, start))
    inside = keep[(keep >= start - step) & (keep < stop)]
    return (inside if len(inside) else keep[-1:]), tick, max(length, float(keep[-1]) + 1e-3)


def _packets(container: Any, stream: Any, path: Path) -> Iterator[Any]:
    try:
        for packet in container.demux(stream):
            if packet.size:
                yield packet
    except (av.error.FFmpegError, OSError):
        return  # what could be read until here is used; decoding says so


def _length(container: Any, stream: Any, origin: float) -> float:
    if stream.duration:
        return float(stream.duration * stream.time_base)
    return container.duration / 1e6 if container.duration else np.inf


def _seek(container: Any, stream: Any, time: float) -> None:
    try:
        container.seek(int(time / stream.time_base), stream=stream, backward=True)
    except (av.error.FFmpegError, OSError):
        container.seek(0)


def _decode(
    path: Path, origin: float, start: float, step: float, notes: list[str]
) -> Iterator[tuple[float, Any]]:
    """(time, frame) from the last frame at or before ``start`` on, by time."""
    seek = start > _SEEK_FROM
    while True:
        with _open(path) as container:
            stream = _stream(container, path)
            if seek:
                _seek(container, stream, origin + start)
            count, last = 0, -np.inf
            try:
                for frame in container.decode(stream):
                    time = _time(frame, stream, origin + count * step) - origin
                    if seek and not count and time > start + step / 2:
                        break  # the index led past the start: read from the beginning instead
                    count += 1
                    if time > last and time > start - 1.5 * step:
                        last = time
                        yield time, frame
                else:
                    return
            except (av.error.FFmpegError, OSError) as error:
                notes.append(
                    f"The file is damaged after {max(last, 0.0):.2f} s ({_reason(error)}): what follows is missing."
                )
                return
        seek = False


def _reason(error: BaseException) -> str:
    text = getattr(error, "strerror", None) or str(error)
    return str(text).split("; last error log")[0].strip() or type(error).__name__
