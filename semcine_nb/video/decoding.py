"""Timestamps and frames of one stream of a video file: opened, sought and decoded, damage included."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from ..errors import VideoError
from ..limits import Limits, check_pixels, too_large
from .source import check_window

_SEEK_FROM = 2.0  # seconds: before that, decoding from the start is as fast as a seek and cannot go wrong
# containers of moving pictures and of sound: no playlists and scripts, which name other files and addresses
_CONTAINERS = (
    "aac,ac3,aiff,apng,asf,av1,avi,caf,dirac,dv,flac,flv,gif,gxf,h261,h263,h264,hevc,ivf,jpeg_pipe,jpegxl_pipe,"
    "m4v,matroska,mjpeg,mov,mp3,mpeg,mpegts,mpegvideo,mxf,nut,obu,ogg,png_pipe,rm,swf,vc1,vvc,wav,webm,"
    "webp_pipe,wtv,yuv4mpegpipe"
)
_COVER_PICTURE = 0x400  # FFmpeg's disposition of a music file's cover, which is a video stream but no clip


class Stream:
    """The video stream of a file; all times are seconds since its first frame.

    AVI stores frames in coding order and gives them no display time of their own, so there the decoder's
    input clock is read; files without any clock (bare H.264) are counted at their stated rate.

    Attributes
    ----------
    path : Path
    notes : list of str
        Receives a sentence for each damage met while decoding.
    limits : Limits
        How large frames may be, and how many there may be in a window.
    first : av.VideoFrame
        Its first frame, decoded.
    sample_aspect : Fraction
        Width of a stored pixel over its height.
    transfer, primaries : int
        Transfer characteristic and color primaries, codes of ITU-T H.273.
    declared_fps : float, optional
        The rate that the file states.
    tick : float
        Resolution of its times, seconds.
    """

    def __init__(self, path: Path, notes: list[str], limits: Limits) -> None:
        self.path, self.notes, self.limits = path, notes, limits
        with _open(self.path, self.limits) as container:
            stream = _choose(container, self.path, self.limits)
            # plain values only: a stream's fields cannot be asked once its file is closed
            self.sample_aspect = Fraction(stream.sample_aspect_ratio or 1)
            self.transfer = int(stream.codec_context.color_trc)
            self.primaries = int(stream.codec_context.color_primaries)
            self._time_base = stream.time_base
            self.declared_fps = float(stream.average_rate) if stream.average_rate else None
            self.tick = float(stream.time_base)
            self._by_dts = container.format.name == "avi"
            self.first, first_packet = _first_frame(container, stream, self.path)
            self._frame_origin = self._stamp(self.first)
            # the clock of decoder input runs ahead of its output
            self._packet_origin = self._stamp(first_packet) if self._by_dts else self._frame_origin
            self._stated_length = _stated_length(container, stream)
            pictures = [s for s in container.streams.video if not _is_no_clip(s)]
            if len(pictures) > 1:
                self.notes.append(
                    f"Of the file's {len(pictures)} video streams the largest was taken, {stream.width}×"
                    f"{stream.height} pixels."
                )

    @property
    def step(self) -> float:
        """Seconds from frame to frame as the file states it."""
        return 1 / (self.declared_fps or 25.0)

    def times(self, start: float, seconds: float | None) -> tuple[NDArray[np.float64], float]:
        """Times of the frames in the window without decoding them, ascending, and the length of the clip.

        A ``start`` past the end is a VideoError.
        """
        stop = np.inf if seconds is None else start + seconds
        found, ended = self._scan(start, stop, seek=start > _SEEK_FROM and self._frame_origin is not None)
        known = np.unique(np.asarray(found))
        known = known[known > -self.step / 2]
        usual = float(np.median(np.diff(known))) if len(known) > 1 else self.step
        length = float(known[-1]) + usual if len(known) and ended else self._stated_length
        check_window(self.path.name, start, length)
        if ended and stop > length and length + 0.5 < 0.95 * self._stated_length < np.inf:
            self.notes.append(
                f"The file states {self._stated_length:.1f} s but its pictures end at {length:.1f} s."
            )
        inside = known[(known >= start - self.step) & (known < stop - 1e-9)]
        if not len(inside):
            # a gap longer than the window: the frame before it is on show
            inside = known[known < stop][-1:] if len(known) else np.array([0.0])
        return inside, max(length, float(inside[-1]) + 1e-3)

    def _scan(self, start: float, stop: float, seek: bool) -> tuple[list[float], bool]:
        """Times of packets around the window, unsorted, and whether they reach to the end of the file."""
        found: list[float] = []
        inside = 0
        with _open(self.path, self.limits) as container:
            stream = _choose(container, self.path, self.limits)
            if seek:
                _seek(container, stream, (self._packet_origin or 0.0) + start)
            try:
                for packet in container.demux(stream):
                    if not packet.size or packet.is_discard:
                        continue
                    stamp = self._stamp(packet)
                    time = len(found) * self.step if stamp is None else stamp - (self._packet_origin or 0.0)
                    if seek and not found and (time > start or not packet.is_keyframe):
                        break  # the index is not exact: read from the beginning instead
                    found.append(time)
                    if time >= start:
                        inside += 1
                    if inside > self.limits.frames:
                        said = "has too many frames in this window"
                        raise too_large(self.path.name, said, f"{self.limits.frames}", VideoError)
                    # packets come a little out of order
                    if time > stop + 1.0:
                        return found, False
                else:
                    return found, True
            except (av.error.FFmpegError, OSError):
                return found, True  # what could be read until here is used; decoding says so
        return self._scan(start, stop, seek=False)

    def frames(self, start: float, seek: bool = True) -> Iterator[tuple[float, Any]]:
        """(time, frame), ascending: the last frame before ``start``, then all that follow."""
        seek = seek and start > _SEEK_FROM and self._frame_origin is not None
        count, last, before = 0, -np.inf, None
        with _open(self.path, self.limits) as container:
            stream = _choose(container, self.path, self.limits)
            if seek:
                _seek(container, stream, (self._frame_origin or 0.0) + start)
            for frame in _tolerant(container, stream):
                if frame is None or frame.is_corrupt:
                    self._note_damage(max(last, 0.0))
                if frame is None:
                    continue
                time = last + self.step if count else 0.0
                if (stamp := self._stamp(frame)) is not None:
                    time = stamp - (self._frame_origin or 0.0)
                if seek and not count and time > start:
                    break  # the index led past the start: read from the beginning instead
                count += 1
                if time <= last:
                    continue
                last = time
                if time < start:
                    before = (time, frame)
                    continue
                if before is not None:
                    yield before
                    before = None
                yield time, frame
            else:
                if before is not None:
                    yield before
                return
        yield from self.frames(start, seek=False)

    def _note_damage(self, time: float) -> None:
        if not any(note.startswith("The file is damaged") for note in self.notes):
            self.notes.append(
                f"The file is damaged near {time:.2f} s: frames may be missing or spoilt from there on."
            )

    def _stamp(self, item: Any) -> float | None:
        stamp = item.dts if self._by_dts or item.pts is None else item.pts
        return None if stamp is None else float(stamp * (item.time_base or self._time_base))


def _open(path: Path, limits: Limits) -> Any:
    # an absolute path is no address of another protocol, whatever the file is called
    allowed = {"protocol_whitelist": "file", "format_whitelist": _CONTAINERS}
    try:
        return av.open(
            str(path.absolute()),
            options={**allowed, "max_pixels": str(limits.pixels)},
            metadata_errors="replace",
        )
    except (av.error.FFmpegError, OSError, ValueError) as error:
        raise VideoError(
            f"{path.name} cannot be read as a video ({_reason(error)}): it may be incomplete or of another "
            "kind; copy or export it again.",
            topic="unreadable-clip",
        ) from error


def _choose(container: Any, path: Path, limits: Limits) -> Any:
    streams = [s for s in container.streams.video if not _is_no_clip(s)]
    if not streams:
        raise VideoError(
            f"{path.name} has no video stream: choose a file with pictures.", topic="unreadable-clip"
        )
    stream = max(streams, key=lambda s: (s.width or 0) * (s.height or 0))
    check_pixels((stream.width or 0, stream.height or 0), path.name, VideoError, limits)
    stream.codec_context.options = {"max_pixels": str(limits.pixels)}  # the size may change on the way
    stream.thread_type = "AUTO"
    return stream


def _is_no_clip(stream: Any) -> bool:
    """A cover, or a stream of a codec that nobody here knows, which has no size."""
    known = getattr(stream, "codec_context", None) is not None
    return not known or bool(int(getattr(stream, "disposition", 0)) & _COVER_PICTURE)


def _tolerant(container: Any, stream: Any) -> Iterator[Any]:
    """Decoded frames, and None for each packet that does not decode."""
    packets = container.demux(stream)
    while True:
        try:
            frames = next(packets).decode()
        except (StopIteration, av.error.EOFError):
            return
        except (av.error.FFmpegError, OSError):
            frames = [None]  # after an error of the file itself there is no further packet
        yield from frames


def _first_frame(container: Any, stream: Any, path: Path) -> tuple[Any, Any]:
    """The first frame that decodes and the first packet."""
    first_packet = None
    try:
        for packet in container.demux(stream):
            first_packet = packet if first_packet is None else first_packet
            for frame in packet.decode():
                return frame, first_packet
    except (av.error.FFmpegError, OSError) as error:
        raise VideoError(
            f"{path.name} is damaged: its first frame does not decode ({_reason(error)}); copy or export it "
            "again.",
            topic="unreadable-clip",
        ) from error
    raise VideoError(
        f"{path.name} holds no frame that decodes: record or export it again.", topic="unreadable-clip"
    )


def _stated_length(container: Any, stream: Any) -> float:
    if stream.duration:
        return float(stream.duration * stream.time_base)
    return float(container.duration / 1e6) if container.duration else float("inf")


def _seek(container: Any, stream: Any, time: float) -> None:
    try:
        container.seek(int(time / stream.time_base), stream=stream, backward=True)
    except (av.error.FFmpegError, OSError):
        container.seek(0)


def _reason(error: BaseException) -> str:
    """FFmpeg's words about an error, without its log."""
    text = getattr(error, "strerror", None) or str(error)
    return str(text).split("; last error log")[0].strip() or type(error).__name__
