"""Writing: what the files hold, that they are whole, and that they fit."""

from __future__ import annotations

import itertools
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image

from semcine_nb.errors import VideoError
from semcine_nb.video import Video, read_video, writing
from semcine_nb.video.palette import global_palette, to_palette

SUFFIXES = ["mp4", "webm", "gif", "webp", "apng"]


def scene(count: int = 24, size: tuple[int, int] = (96, 64), fps: float = 24, noise: float = 0) -> Video:
    """A smooth, colorful still background with a disc that goes round once: a loop without a jump."""
    width, height = size
    y, x = np.mgrid[:height, :width].astype(float)
    ground = np.stack([40 + 150 * x / width, 60 + 120 * y / height, 200 - 100 * x / width], axis=-1)
    frames = np.repeat(ground[None], count, axis=0)
    for t, frame in enumerate(frames):
        turn = 2 * np.pi * t / count
        inside = (
            np.hypot(x - width * (0.5 + 0.3 * np.cos(turn)), y - height * (0.5 + 0.3 * np.sin(turn)))
            < height / 8
        )
        frame[inside] = (230, 60, 40)
    frames += np.random.default_rng(0).normal(0, noise, frames.shape)
    return Video(np.clip(frames, 0, 255).astype(np.uint8), fps)


def pictures(path: Path) -> tuple[np.ndarray, list[int]]:
    """Frames and delays in ms, as Pillow shows them."""
    with Image.open(path) as image:
        shown, delays = [], []
        for index in range(image.n_frames):
            image.seek(index)
            shown.append(np.asarray(image.convert("RGB")))
            delays.append(round(image.info["duration"]))
        return np.stack(shown), delays


def gif_blocks(data: bytes) -> Iterator[tuple[str, bytes]]:
    """The blocks of a GIF: ("palette", …), ("extension", …), ("image", descriptor)."""
    at = 13
    if data[10] & 0x80:
        length = 3 << ((data[10] & 7) + 1)
        yield "palette", data[at : at + length]
        at += length
    while data[at] != 0x3B:
        if data[at] == 0x21:
            yield "extension", data[at : at + 19]
            at += 2
        else:
            yield "image", data[at : at + 10]
            at += 11 + (3 << ((data[at + 9] & 7) + 1) if data[at + 9] & 0x80 else 0)
        while data[at]:
            at += data[at] + 1
        at += 1


@pytest.mark.parametrize(("suffix", "error"), [("mp4", 3), ("webm", 3), ("gif", 5), ("webp", 3), ("apng", 0)])
def test_what_is_written_is_read_back(tmp_path: Path, suffix: str, error: float) -> None:
    video = scene()
    written = video.save(tmp_path / f"clip.{suffix}")
    assert (written.frames, written.size, written.notes) == (24, (96, 64), ())
    assert written.size_bytes == written.path.stat().st_size
    back = read_video(written.path)
    assert (len(back), back.fps, back.notes) == (24, 24, ())
    off = back.frames.astype(float) - video.frames
    assert np.abs(off).mean() <= error
    assert np.abs(off.mean(axis=(0, 1, 2))).max() <= 1  # no color cast
    assert [f.name for f in tmp_path.iterdir()] == [f"clip.{suffix}"]


@pytest.mark.parametrize("suffix", ["mp4", "webm"])
def test_video_files_say_bt709_and_start_at_once(tmp_path: Path, suffix: str) -> None:
    path = scene(fps=30000 / 1001).save(tmp_path / f"clip.{suffix}").path
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        assert stream.codec_context.pix_fmt == "yuv420p"
        frame = next(container.decode(stream))
        assert (frame.colorspace, frame.color_range) == (1, 1)
        assert (stream.codec_context.color_primaries, stream.codec_context.color_trc) == (1, 1)
        if suffix == "mp4":
            assert stream.codec_context.name == "h264"
            assert stream.average_rate.as_integer_ratio() == (30000, 1001)
    if suffix == "mp4":
        data = path.read_bytes()
        assert data.find(b"moov") < data.find(b"mdat")


def test_odd_sizes_are_filled_up_and_it_is_said(tmp_path: Path) -> None:
    video = scene(4, (33, 21))
    written = video.save(tmp_path / "odd.mp4")
    back = read_video(written.path)
    assert (back.width, back.height) == (34, 22)
    assert "even sizes" in written.notes[0]
    # clips no larger than a macroblock are coarse, but the last column must be the one before, not black
    assert np.abs(back.frames[:, :20, 33].astype(int) - video.frames[:, :20, 32]).mean() < 6


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_repeat_writes_the_clip_in_a_row(tmp_path: Path, suffix: str) -> None:
    written = scene(12).save(tmp_path / f"thrice.{suffix}", repeat=3)
    back = read_video(written.path)
    assert (written.frames, len(back)) == (36, 36)
    assert "3 times" in written.notes[0]
    assert np.abs(back.frames[:12].astype(int) - back.frames[24:]).mean() < 3


# --- GIF, WebP, APNG -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("fps", "total"), [(30, 1000), (24, 1250), (29.97, 1000), (12.5, 2400)])
def test_gif_delays_keep_the_mean_rate(tmp_path: Path, fps: float, total: int) -> None:
    _, delays = pictures(scene(30, fps=fps).save(tmp_path / "clip.gif").path)
    assert len(delays) == 30
    assert all(delay % 10 == 0 for delay in delays)
    assert sum(delays) == total
    drift = np.cumsum(delays) - 1000 / fps * np.arange(1, 31)
    assert np.abs(drift).max() <= 5.001


def test_a_gif_has_one_palette_and_loops_for_ever(tmp_path: Path) -> None:
    blocks = list(gif_blocks(scene().save(tmp_path / "clip.gif").path.read_bytes()))
    assert [kind for kind, _ in blocks].count("palette") == 1
    images = [data for kind, data in blocks if kind == "image"]
    assert len(images) == 24
    assert not any(data[9] & 0x80 for data in images)  # no palette of its own
    loop = next(data for kind, data in blocks if data[3:14] == b"NETSCAPE2.0")
    assert struct.unpack("<H", loop[16:18]) == (0,)


def test_what_stands_still_stands_still_in_a_gif(tmp_path: Path) -> None:
    shown, _ = pictures(scene(noise=1).save(tmp_path / "clip.gif").path)
    still = np.ptp(scene().frames.astype(int), axis=0).max(axis=-1) == 0
    assert still.mean() > 0.5
    assert (np.ptp(shown.astype(int), axis=0).max(axis=-1)[still] == 0).mean() > 0.9


def test_a_gif_above_fifty_frames_a_second_drops_frames_and_says_so(tmp_path: Path) -> None:
    written = scene(60, fps=60).save(tmp_path / "fast.gif")
    _, delays = pictures(written.path)
    assert (len(delays), sum(delays)) == (30, 1000)
    assert "written at 30" in written.notes[0]


def test_the_palette_sees_colors_of_every_frame() -> None:
    frames = np.zeros((4, 16, 16, 3), np.uint8)
    frames[0] = (255, 0, 0)
    frames[3] = (0, 0, 255)
    palette = global_palette(frames, 255)
    assert {tuple(map(int, entry)) for entry in palette} == {(0, 0, 0), (255, 0, 0), (0, 0, 255)}
    drawn = np.stack([palette[indices] for indices in to_palette(frames, palette)])
    np.testing.assert_array_equal(drawn, frames)


# --- whole or not at all ---------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("failure", [KeyboardInterrupt, OSError("disk full")])
def test_a_failure_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str, failure: Any
) -> None:
    path = tmp_path / f"clip.{suffix}"
    path.write_bytes(b"the old file")
    encode = writing._ENCODERS[f".{suffix}"]

    def fails(frames: np.ndarray, fps: float, part: Path, quality: int) -> list[str]:
        encode(frames, fps, part, quality)
        assert part.parent == tmp_path
        assert part.stat().st_size > 0
        raise failure

    monkeypatch.setitem(writing._ENCODERS, f".{suffix}", fails)
    expected = KeyboardInterrupt if failure is KeyboardInterrupt else VideoError
    with pytest.raises(expected):
        scene(3).save(path)
    assert path.read_bytes() == b"the old file"
    assert [f.name for f in tmp_path.iterdir()] == [path.name]


def test_an_interrupt_in_the_middle_of_encoding_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = itertools.count()
    original = av.VideoFrame.from_ndarray

    def interrupted(*args: Any, **kwargs: Any) -> Any:
        if next(calls) == 5:
            raise KeyboardInterrupt
        return original(*args, **kwargs)

    class Frames:
        from_ndarray = staticmethod(interrupted)

    monkeypatch.setattr("semcine_nb.video.encoders.av.VideoFrame", Frames)
    with pytest.raises(KeyboardInterrupt):
        scene(12).save(tmp_path / "clip.mp4")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "how", "says"),
    [
        ("clip.wmv", {}, r"clip\.wmv .* \.mp4, \.webm, \.gif, \.webp, \.apng"),
        ("clip", {}, r"\.mp4"),
        ("nowhere/clip.mp4", {}, "nowhere does not exist"),
        ("clip.mp4", {"repeat": 0}, "repeat=0"),
        ("clip.mp4", {"repeat": 1.5}, r"repeat=1\.5"),
        ("clip.mp4", {"max_mb": 0}, "max_mb=0"),
        ("clip.mp4", {"quality": 101}, "quality=101"),
    ],
)
def test_wrong_names_and_numbers_are_refused_before_any_work(
    tmp_path: Path, name: str, how: dict, says: str
) -> None:
    with pytest.raises(VideoError, match=says):
        scene(2).save(tmp_path / name, **how)
    assert list(tmp_path.iterdir()) == []


# --- size ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_max_mb_holds_and_says_what_it_cost(tmp_path: Path, suffix: str) -> None:
    video = scene(16, noise=12)
    free = video.save(tmp_path / f"free.{suffix}")
    bound = free.size_bytes / 1e6 * 0.4
    tight = video.save(tmp_path / f"tight.{suffix}", max_mb=bound)
    assert tight.size_bytes <= bound * 1e6
    assert "To stay below" in tight.notes[-1]
    assert tight.frames == 16
    back = read_video(tight.path)
    assert (back.width, back.height) == tight.size
    assert video.save(tmp_path / f"loose.{suffix}", max_mb=10).notes == ()


def test_quality_is_lowered_before_size(tmp_path: Path) -> None:
    video = scene(16, noise=12)
    free = video.save(tmp_path / "free.mp4").size_bytes / 1e6
    tight = video.save(tmp_path / "tight.mp4", max_mb=free * 0.8)
    assert tight.size == (96, 64)
    assert "quality" in tight.notes[0]


def test_a_bound_that_cannot_be_met_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(VideoError, match=r"clip\.mp4 needs .* MB even at"):
        scene(4).save(tmp_path / "clip.mp4", max_mb=1e-5)
    assert list(tmp_path.iterdir()) == []
