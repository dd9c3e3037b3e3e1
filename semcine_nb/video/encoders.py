"""One encoder a format: H.264 and VP9 through PyAV, GIF, WebP and APNG through Pillow."""

from __future__ import annotations

import math
import platform
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from .palette import global_palette, to_palette

_BT709, _LIMITED, _FULL = 1, 1, 2
# fixed, and not one a core: files then depend on neither the machine's cores nor on what else it does
_THREADS = 4
# x264's AVX-512 code gives other files at every run (macroblock tree over B frames, core 165); AVX2 rounds
# otherwise than SSE. With SSE4.2, which NumPy asks for too, files are the same at every run and on every x86.
_X264 = {"x264-params": "asm=MMX2,SSE,SSE2,SSE3,SSSE3,SSE4.1,SSE4.2"}
_X86 = platform.machine().lower() in ("x86_64", "amd64")
_GIF_MAX_FPS = 50.0  # browsers slow delays below 20 ms down to 100 ms


def encode_mp4(frames: NDArray[np.uint8], fps: float, path: Path, quality: int) -> list[str]:
    """H.264, yuv420p in BT.709, index first; quality 80 is CRF 18. Returns sentences on what it changed."""
    options = {"crf": str(round(38 - quality / 4)), "preset": "medium"} | (_X264 if _X86 else {})
    return _encode(frames, fps, path, "mp4", "libx264", options, {"movflags": "+faststart"})


def encode_webm(frames: NDArray[np.uint8], fps: float, path: Path, quality: int) -> list[str]:
    """VP9, yuv420p in BT.709; quality 80 is CRF 24. Returns sentences on what it changed."""
    crf = str(round(54 - 3 * quality / 8))
    options = {"crf": crf, "b": "0", "deadline": "good", "cpu-used": "4", "row-mt": "1"}
    return _encode(frames, fps, path, "webm", "libvpx-vp9", options, {"fflags": "+bitexact"})


def encode_gif(frames: NDArray[np.uint8], fps: float, path: Path, quality: int) -> list[str]:
    """GIF with one palette for all frames and ordered dither; quality 80 and above is 255 colors.

    What stands still in the clip stands still in the file, because the dither depends on place and color
    alone, and a pixel keeps its color until it is off by more than (100 - quality) / 5 levels: noise costs
    no space. Delays are multiples of 10 ms, uneven by one such step where the rate asks for it, so that the
    mean is right.
    """
    notes = []
    if fps > _GIF_MAX_FPS:
        every = math.ceil(fps / _GIF_MAX_FPS)
        frames, fps = frames[::every], fps / every
        notes.append(f"A GIF shows at most 50 frames a second: written at {fps:g}.")
    palette = global_palette(frames, colors=255 if quality >= 80 else max(32, round(255 * quality / 80)))
    colors = _distinct(palette)
    images = []
    for indices in to_palette(frames, palette, tolerance=(100 - quality) / 5):
        image = Image.fromarray(indices)
        image.putpalette(colors)
        images.append(image)
    # a palette given to Pillow stays the only one; the last entry, which no pixel has, marks unchanged pixels
    options = {"palette": colors, "transparency": 255, "optimize": True, "disposal": 1}
    _save_images(images, path, "GIF", _delays(len(frames), fps, 10), **options)
    return notes


def _distinct(palette: NDArray[np.uint8]) -> bytes:
    """The palette filled up to 256 colors, no two alike: Pillow looks entries up by their color."""
    used = {tuple(int(v) for v in entry) for entry in palette}
    spare = ((r, g, 255) for r in range(2) for g in range(256))
    extra = [color for color in spare if color not in used][: 256 - len(palette)]
    return bytes([*palette.ravel().tolist(), *(value for color in extra for value in color)])


def encode_webp(frames: NDArray[np.uint8], fps: float, path: Path, quality: int) -> list[str]:
    """Animated WebP, lossy."""
    images = [Image.fromarray(frame) for frame in frames]
    _save_images(images, path, "WEBP", _delays(len(frames), fps, 1), quality=quality, method=3)
    return []


def encode_apng(frames: NDArray[np.uint8], fps: float, path: Path, quality: int) -> list[str]:
    """Animated PNG, lossless whatever the quality."""
    images = [Image.fromarray(frame) for frame in frames]
    _save_images(images, path, "PNG", _delays(len(frames), fps, 1), compress_level=6)
    return []


def _encode(
    frames: NDArray[np.uint8],
    fps: float,
    path: Path,
    container_format: str,
    codec: str,
    options: dict[str, str],
    container_options: dict[str, str],
) -> list[str]:
    height, width = frames.shape[1:3]
    pad = ((0, height % 2), (0, width % 2), (0, 0))
    notes = []
    if height % 2 or width % 2:
        notes.append(
            f"One row or column was repeated, because video files have even sizes ({width}×{height})."
        )
    rate = _fraction(fps)
    with av.open(str(path), "w", format=container_format, options=container_options) as container:
        stream: Any = container.add_stream(codec, rate=rate, options=options)
        stream.width, stream.height = width + width % 2, height + height % 2
        stream.pix_fmt = "yuv420p"
        context = stream.codec_context
        context.colorspace = context.color_primaries = context.color_trc = _BT709
        context.color_range = _LIMITED
        context.time_base = 1 / rate
        context.thread_type, context.thread_count = "FRAME", _THREADS
        for index, frame in enumerate(frames):
            picture = av.VideoFrame.from_ndarray(np.pad(frame, pad, mode="edge"), format="rgb24").reformat(
                format="yuv420p",
                src_colorspace=_BT709,
                dst_colorspace=_BT709,
                src_color_range=_FULL,
                dst_color_range=_LIMITED,
                interpolation=_EXACT,
            )
            picture.pts, picture.time_base = index, 1 / rate
            container.mux(stream.encode(picture))
        container.mux(stream.encode())
    return notes


_EXACT = int(
    av.video.reformatter.Interpolation.BICUBIC
    | av.video.reformatter.Interpolation.FULL_CHR_H_INP
    | av.video.reformatter.Interpolation.ACCURATE_RND
)


def _fraction(fps: float) -> Fraction:
    """``fps`` as a fraction: n·1000/1001 for television's rates, else the nearest of denominator ≤ 1001."""
    ntsc = Fraction(round(fps * 1.001) * 1000, 1001)
    return ntsc if ntsc and abs(float(ntsc) - fps) < 1e-5 * fps else Fraction(fps).limit_denominator(1001)


def _delays(count: int, fps: float, step: int) -> list[int]:
    """``count`` delays in ms, multiples of ``step``, whose running sum is right to half a step."""
    ends = np.rint(np.arange(count + 1) * 1000 / fps / step).astype(int) * step
    return [int(delay) for delay in np.diff(ends)]


def _save_images(
    images: list[Image.Image], path: Path, kind: str, delays: list[int], **options: object
) -> None:
    first, *rest = images
    first.save(path, format=kind, save_all=True, append_images=rest, duration=delays, loop=0, **options)
