"""Clips and label maps as the bytes that the browser plays: VP9 packets or single pictures, and zlib."""

from __future__ import annotations

import io
import zlib
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from semcine_nb.errors import SemcineError
from semcine_nb.video import Video

TRANSPORTS = ("vp9", "webp", "jpeg", "png", "vp9-lossless")
_PICTURES: dict[str, tuple[str, dict[str, Any]]] = {
    "webp": ("WEBP", {"quality": 82, "method": 2}),
    "jpeg": ("JPEG", {"quality": 90}),
    "png": ("PNG", {"compress_level": 3}),
}
_CODECS = {
    # profile, level, depth, sampling, then BT.709 three times; full range and no matrix where it is RGB
    "vp9": "vp09.00.41.08.01.01.01.01.00",
    "vp9-lossless": "vp09.01.41.08.03.01.01.00.01",
}
_VP9 = {"deadline": "realtime", "cpu-used": "7", "auto-alt-ref": "0", "lag-in-frames": "0", "row-mt": "1"}
_KEPT = 6  # packed clips in memory: a few MB each
_packed: OrderedDict[tuple[str, str], PackedClip] = OrderedDict()


@dataclass(frozen=True, eq=False)
class PackedClip:
    """A clip on its way to the browser.

    Attributes
    ----------
    data : all frames' bytes in a row
    info : transport, width, height, frames, fps, sizes (bytes of each frame); codec, coded and keys (VP9),
        or mime (pictures)
    """

    data: bytes
    info: dict[str, Any]


def pack_clip(video: Video, transport: str = "vp9") -> PackedClip:
    """Encode a clip; the last few are kept in memory.

    Parameters
    ----------
    video : the clip
    transport : "vp9" (needs a secure context in the browser), "webp" or "jpeg" (play anywhere), or without
        loss "png" (anywhere) and "vp9-lossless"

    Raises
    ------
    SemcineError
        If there is no such transport.
    """
    if transport not in TRANSPORTS:
        raise SemcineError(f"There is no transport {transport!r}; choose from {', '.join(TRANSPORTS)}.")
    key = (video.digest, transport)
    if key not in _packed:
        _packed[key] = _packets(video, transport) if transport in _CODECS else _pictures(video, transport)
        while len(_packed) > _KEPT:
            _packed.popitem(last=False)
    _packed.move_to_end(key)
    return _packed[key]


def _info(video: Video, transport: str, parts: Sequence[bytes]) -> dict[str, Any]:
    return {
        "transport": transport,
        "width": video.width,
        "height": video.height,
        "frames": len(video),
        "fps": video.fps,
        "sizes": [len(part) for part in parts],
    }


def _pictures(video: Video, transport: str) -> PackedClip:
    kind, options = _PICTURES[transport]
    parts = []
    for frame in video.frames:
        buffer = io.BytesIO()
        Image.fromarray(frame).save(buffer, kind, **options)
        parts.append(buffer.getvalue())
    return PackedClip(b"".join(parts), _info(video, transport, parts) | {"mime": f"image/{transport}"})


def _packets(video: Video, transport: str) -> PackedClip:
    import av

    # even sizes: chroma is halved, and some decoders refuse others
    frames = np.pad(video.frames, ((0, 0), (0, video.height % 2), (0, video.width % 2), (0, 0)), mode="edge")
    context: Any = av.CodecContext.create("libvpx-vp9", "w")
    context.width, context.height = frames.shape[2], frames.shape[1]
    context.time_base, context.framerate = Fraction(1, 1000), Fraction(1000)
    if transport == "vp9-lossless":
        context.pix_fmt, context.options = "gbrp", _VP9 | {"lossless": "1"}
        colors: dict[str, Any] = {}
    else:
        context.pix_fmt, context.options = "yuv420p", _VP9 | {"crf": "26", "b": "0"}
        context.colorspace = context.color_primaries = context.color_trc = 1  # BT.709
        context.color_range = 1
        colors = {"src_colorspace": 1, "dst_colorspace": 1, "src_color_range": 2, "dst_color_range": 1}
    packets: list[Any] = []
    for index, frame in enumerate(frames):
        picture = av.VideoFrame.from_ndarray(frame, format="rgb24").reformat(format=context.pix_fmt, **colors)
        picture.pts, picture.time_base = index, context.time_base
        packets += context.encode(picture)
    packets += context.encode(None)
    parts = [bytes(packet) for packet in packets]
    info = _info(video, transport, parts) | {
        "codec": _CODECS[transport],
        "coded": {"width": frames.shape[2], "height": frames.shape[1]},
        "keys": [i for i, packet in enumerate(packets) if packet.is_keyframe],
    }
    return PackedClip(b"".join(parts), info)


def pack_labels(maps: Sequence[tuple[NDArray, NDArray, NDArray | int]]) -> bytes:
    """Label maps of one clip as zlib: one table of (p, s, object) and, for each map, indices into it.

    Parameters
    ----------
    maps : (period, start, object), each (H, W) integers; object < 256 is who controls the pixel

    Returns
    -------
    bytes
        Deflated: 4 int32 (maps, H, W, entries), entries · 3 int32, maps · H · W uint16.

    Raises
    ------
    SemcineError
        If there are more than 65536 different triples.
    """
    codes = np.stack(
        [(np.asarray(p, np.int64) << 32) | (np.asarray(s, np.int64) << 8) | np.asarray(o) for p, s, o in maps]
    )
    entries, index = np.unique(codes, return_inverse=True)
    if len(entries) > 2**16:
        raise SemcineError(f"{len(entries)} different loops are more than the 65536 that a player can show.")
    table = np.stack([entries >> 32, (entries >> 8) & 0xFFFFFF, entries & 0xFF], axis=1)
    head = np.array([*codes.shape, len(entries)], "<i4")
    return zlib.compress(
        head.tobytes() + table.astype("<i4").tobytes() + index.reshape(codes.shape).astype("<u2").tobytes(), 6
    )


def reduced(video: Video, width: int | None) -> Video:
    """The clip at most ``width`` pixels wide, by area averaging; the clip itself if it is no wider."""
    if width is None or video.width <= width:
        return video
    size = (width, max(2, round(video.height * width / video.width)))
    frames = np.stack([cv2.resize(frame, size, interpolation=cv2.INTER_AREA) for frame in video.frames])
    return Video(frames, video.fps)


def nearest(values: NDArray, shape: tuple[int, int]) -> NDArray:
    """A map (H, W) at the size of a reduced clip: the value at the middle of each new pixel."""
    rows, columns = (
        np.minimum(((np.arange(new) + 0.5) * old / new).astype(int), old - 1)
        for new, old in zip(shape, values.shape, strict=True)
    )
    return values[rows[:, None], columns]
