"""Clips of every awkward kind that are made all the same, and what a person is told of each."""

from __future__ import annotations

import html
import json
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from broken_files import animation, half_of, hurt, noise
from numpy.typing import NDArray
from odd_clips import encode
from PIL import Image
from reliability_table import Case
from small_pool import Make, pool, save_mask

from semcine_nb.video import read_video


def made(folder: Path) -> tuple[dict[str, Any], str]:
    """The summary that ``semcine make`` left, and all notes in it, each of which its page shows."""
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    page = html.unescape((folder / "index.html").read_text(encoding="utf-8"))
    assert all(note in page for note in summary["notes"])
    of_files = [note for candidate in summary["candidates"] for note in candidate["file_notes"]]
    return summary, " ".join((*summary["notes"], *of_files))


def pan() -> NDArray[np.uint8]:
    """A camera that moves on by two pixels a frame."""
    wide = Image.fromarray(noise(1, (140, 100))[0]).resize((280, 200), Image.Resampling.BICUBIC)
    return np.stack([np.asarray(wide)[20:116, 2 * t : 2 * t + 128] for t in range(50)])


def uneven(folder: Path) -> Path:
    """Steps of 20 and 60 ms in turn, as phones write them in bad light."""
    times = np.cumsum([0, *([20, 60] * 30)])[:50]
    return encode(folder / "phone.mp4", pool(), fps=25, times_ms=times.tolist())


def see_through(folder: Path) -> Path:
    levels = np.full((50, 48, 64, 1), 128, np.uint8)
    frames = np.concatenate([pool(), levels], axis=3)
    return encode(folder / "alpha.mov", frames, codec="qtrle", pix_fmt="argb", source_format="rgba")


def bright(folder: Path) -> Path:
    hdr = {"matrix": 9, "primaries": 9, "transfer": 18, "source_format": "rgb48le"}
    return encode(folder / "hdr.mov", pool().astype(np.uint16) * 200, pix_fmt="yuv420p10le", **hdr)  # type: ignore[arg-type]


def two_streams(folder: Path) -> Path:
    """The small one first, as a preview."""
    with av.open(str(folder / "two.mkv"), "w") as container:
        streams = []
        for width, height in ((32, 24), (64, 48)):
            stream = container.add_stream("mjpeg", rate=25)
            stream.width, stream.height, stream.pix_fmt = width, height, "yuvj420p"
            streams.append(stream)
        for index, image in enumerate(pool()):
            for stream in streams:
                picture = np.ascontiguousarray(image[: stream.height, : stream.width])
                frame = av.VideoFrame.from_ndarray(picture, format="rgb24").reformat(format="yuvj420p")
                frame.pts = index
                container.mux(stream.encode(frame))
        for stream in streams:
            container.mux(stream.encode(None))
    return folder / "two.mkv"


def unended(folder: Path) -> Path:
    """A GIF that was cut between two frames: only the mark at the end is missing."""
    whole = animation(folder / "whole.gif", pool(), "GIF").read_bytes()
    (folder / "cut.gif").write_bytes(whole[:-1])
    return folder / "cut.gif"


def hurt_avi(folder: Path) -> Path:
    whole = encode(folder / "whole.avi", noise(50), codec="mjpeg", pix_fmt="yuvj420p")
    return hurt(folder / "hurt.avi", whole, 3000)


ODD: dict[str, Callable[[Path], Path]] = {
    "odd size": lambda folder: encode(folder / "odd.mkv", pool()[:, :47, :63], codec="ffv1", pix_fmt="bgr0"),
    "fast": lambda folder: encode(folder / "fast.mp4", pool(200), fps=120),
    "uneven": uneven,
    "turned": lambda folder: encode(folder / "turned.mov", pool(), rotation=90),
    "mirrored": lambda folder: encode(folder / "selfie.mov", pool(), mirror=True),
    "wide pixels": lambda folder: encode(folder / "wide.mov", pool(), aspect=Fraction(2)),
    "see-through": see_through,
    "grey": lambda folder: encode(folder / "grey.mkv", pool(), codec="ffv1", pix_fmt="gray"),
    "ten bits": lambda folder: encode(folder / "deep.mp4", pool(), pix_fmt="yuv420p10le"),
    "bright": bright,
    "interlaced": lambda folder: encode(folder / "tape.mp4", pool(), options={"x264-params": "tff=1"}),
    "two streams": two_streams,
    "wrong suffix": lambda folder: encode(folder / "clip.mp4", pool()).rename(folder / "clip.gif"),
    "no suffix": lambda folder: encode(folder / "clip.mp4", pool()).rename(folder / "clip"),
    "unended gif": unended,
    "cut mkv": lambda folder: half_of(folder / "half.mkv", encode(folder / "whole.mkv", noise(100))),
    "hurt ts": lambda folder: hurt(folder / "hurt.ts", encode(folder / "whole.ts", noise(50))),
    "hurt avi": hurt_avi,
    "wide pan": lambda folder: encode(folder / "pan.mp4", pan()),
}
SIZES = {"odd size": (63, 47), "turned": (48, 64), "wide pixels": (128, 48)}


@pytest.mark.parametrize("name", ODD)
def test_odd_clip(name: str, make: Make, case: Case, tmp_path: Path) -> None:
    size = SIZES.get(name, (64, 48))
    masks = save_mask(tmp_path / "masks", "water", size)
    code, said = make(ODD[name](tmp_path), "--segmenter", masks, "--no-features")
    assert code == 0, said
    summary, notes = made(tmp_path / "out")
    case.holds(code, f"{said} {notes}")
    assert summary["size"] == list(size if name != "wide pan" else (128, 96))
    assert summary["candidates"]


def test_nothing_moves(make: Make, case: Case, tmp_path: Path) -> None:
    case.holds(*make(encode(tmp_path / "still.mp4", np.zeros((50, 48, 64, 3), np.uint8))))
    assert {one["dynamic_share"] for one in made(tmp_path / "out")[0]["candidates"]} == {0}


def test_everything_moves(make: Make, case: Case, tmp_path: Path) -> None:
    masks = save_mask(tmp_path / "masks", "water", first_row=0)
    code, said = make(encode(tmp_path / "all.mp4", pool(rows=slice(0, 48))), "--segmenter", masks)
    case.holds(code, said)
    assert said == ""
    assert max(one["dynamic_share"] for one in made(tmp_path / "out")[0]["candidates"]) > 0.9


def test_one_pixel(make: Make, case: Case, tmp_path: Path) -> None:
    frames = np.zeros((50, 1, 1, 3), np.uint8)
    frames[:, 0, 0, 0] = np.arange(50) * 5
    file = animation(tmp_path / "pixel.gif", frames, "GIF")
    case.holds(*make(file, "--segmenter", save_mask(tmp_path / "masks", "water", (1, 1), 0)))


def test_a_camera_that_moves_too_far_to_be_held(make: Make, case: Case, tmp_path: Path) -> None:
    case.holds(*make(encode(tmp_path / "pan.mp4", pan()), "--stabilize"))


def test_8k_is_reduced_and_said(tmp_path: Path, case: Case) -> None:
    frames = np.full((1, 4320, 7680, 3), 99, np.uint8)
    video = read_video(encode(tmp_path / "8k.mp4", frames, options={"preset": "ultrafast"}))
    assert (video.width, video.height, len(video)) == (960, 540, 1)
    case.says(" ".join(video.notes))
