"""Folders of images and animations."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from odd_clips import number_of, numbered
from PIL import Image

from semcine_nb.errors import VideoError
from semcine_nb.video import read_video


def save_animation(path: Path, frames: np.ndarray, delays: list[int], **how: object) -> Path:
    first, *rest = (Image.fromarray(frame) for frame in frames)
    first.save(path, save_all=True, append_images=rest, duration=delays, loop=0, **how)
    return path


def numbers(path: Path, **how: float) -> list[int]:
    return [number_of(frame) for frame in read_video(path, **how).frames]  # type: ignore[arg-type]


def test_a_folder_is_read_in_natural_order(tmp_path: Path) -> None:
    for index, frame in enumerate(numbered(12)):
        Image.fromarray(frame).save(tmp_path / f"frame{index}.png")
    (tmp_path / "notes.txt").write_text("not a frame")
    assert numbers(tmp_path, fps=10) == list(range(12))  # frame2 before frame10
    assert numbers(tmp_path, fps=10, start=0.5, max_seconds=0.4) == [5, 6, 7, 8]
    video = read_video(tmp_path)
    assert video.fps == 30
    assert video.notes == ("12 images were taken as 30 frames a second.",)


def test_a_folder_of_photographs_is_turned_as_they_ask(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # to be shown turned by 90° clockwise
    for index in range(2):
        frame = np.zeros((48, 64, 3), np.uint8)
        frame[:, :32] = 255
        Image.fromarray(frame).save(tmp_path / f"{index}.jpg", exif=exif, quality=95)
    video = read_video(tmp_path)
    assert (video.width, video.height) == (48, 64)
    assert video.frames[0, :28].min() > 240  # left became top
    assert video.frames[0, 36:].max() < 15


def test_folders_that_are_no_clip(tmp_path: Path) -> None:
    with pytest.raises(VideoError, match="holds no image"):
        read_video(tmp_path)
    Image.fromarray(numbered(1)[0]).save(tmp_path / "a.png")
    Image.fromarray(numbered(1, (32, 48))[0]).save(tmp_path / "b.png")
    with pytest.raises(VideoError, match=r"b\.png is 32×48 but a\.png is 64×48"):
        read_video(tmp_path)
    (tmp_path / "b.png").write_bytes(b"no picture")
    with pytest.raises(VideoError, match=r"b\.png cannot be read as a picture"):
        read_video(tmp_path)
    with pytest.raises(VideoError, match=r"a\.png is a single picture"):
        read_video(tmp_path / "a.png")


def test_an_even_gif_keeps_its_frames(tmp_path: Path) -> None:
    path = save_animation(tmp_path / "even.gif", numbered(20), [40] * 20)
    video = read_video(path)
    assert video.fps == 25
    assert numbers(path) == list(range(20))
    assert video.notes == ()


def test_delays_that_round_a_rate_are_that_rate(tmp_path: Path) -> None:
    path = save_animation(tmp_path / "thirty.gif", numbered(30), [30, 30, 40] * 10)
    assert read_video(path).fps == 30
    assert numbers(path) == list(range(30))


@pytest.mark.parametrize("name", ["uneven.gif", "uneven.webp", "uneven.apng"])
def test_uneven_delays_hold_each_frame_as_long_as_it_is_shown(tmp_path: Path, name: str) -> None:
    how: dict[str, object] = {"lossless": True} if name.endswith("webp") else {}
    path = save_animation(tmp_path / name, numbered(5), [100, 50, 200, 50, 100], **how)
    video = read_video(path)
    assert video.fps == 20
    assert numbers(path) == [0, 0, 1, 2, 2, 2, 2, 3, 4, 4]
    assert "varies (steps of 50 to 200 ms)" in video.notes[0]
    assert numbers(path, start=0.15, max_seconds=0.25) == [2, 2, 2, 2, 3]


def test_no_delay_means_what_browsers_make_of_it(tmp_path: Path) -> None:
    path = save_animation(tmp_path / "hasty.gif", numbered(4), [0] * 4)
    video = read_video(path)
    assert (video.fps, len(video)) == (10, 4)
    assert "100 ms" in video.notes[0]


def test_transparent_animations_stand_on_white(tmp_path: Path) -> None:
    frames = np.zeros((3, 8, 8, 4), np.uint8)
    frames[:, :4, :, 3] = 255
    frames[1, 0] = frames[2, 1] = 255
    path = save_animation(tmp_path / "holes.apng", frames, [100] * 3)
    video = read_video(path)
    assert video.frames[0, 4:].min() == 255
    assert video.frames[0, :4].max() == 0
    assert video.notes == ("Transparent pixels were put on white.",)


def test_a_start_past_the_end_of_an_animation(tmp_path: Path) -> None:
    path = save_animation(tmp_path / "short.gif", numbered(4), [100] * 4)
    with pytest.raises(VideoError, match=r"short\.gif is 0\.40 s long"):
        read_video(path, start=0.4)
