"""Reading files: which frames come, how they look, and what is said about it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from odd_clips import corners, encode, number_of, numbered

from semcine_nb.errors import VideoError
from semcine_nb.video import Video, read_source, read_video

ClipFile = Callable[..., Path]
RED, GREEN, BLUE, WHITE = (200, 30, 30), (30, 200, 30), (30, 30, 200), (220, 220, 220)


@pytest.fixture
def clip_file(tmp_path: Path) -> ClipFile:
    """``clip_file("name.mp4", frames, …)`` writes a clip and gives its path."""
    return lambda name, frames, **how: encode(tmp_path / name, frames, **how)


def numbers(video: Video) -> list[int]:
    return [number_of(frame) for frame in video.frames]


def quarters(video: Video) -> np.ndarray:
    """(4, 3) colors of the quarters' middles: top left, top right, bottom left, bottom right."""
    frame = video.frames[0].astype(int)
    y, x = frame.shape[0] // 4, frame.shape[1] // 4
    return np.array([frame[y, x], frame[y, 3 * x], frame[3 * y, x], frame[3 * y, 3 * x]])


def test_a_plain_clip_comes_as_it_is(clip_file: ClipFile) -> None:
    video = read_video(clip_file("plain.mp4", numbered(50)))
    assert numbers(video) == list(range(50))
    assert (video.fps, video.notes) == (25, ())
    assert video.source is not None
    assert video.origin is not None
    assert video.origin.times == pytest.approx(np.arange(50) / 25)


def test_sixty_frames_a_second_become_exactly_thirty(clip_file: ClipFile) -> None:
    video = read_video(clip_file("fast.mp4", numbered(50), fps=60))
    assert numbers(video) == list(range(0, 50, 2))
    assert video.fps == 30
    assert "every second frame" in " ".join(video.notes)
    assert len(read_video(video.source, max_fps=None)) == 50  # type: ignore[arg-type]


def test_a_varying_rate_is_resampled_to_the_nearest_frames(clip_file: ClipFile) -> None:
    times = [0, 100, 200, 500, 600, 700]
    video = read_video(clip_file("vfr.mp4", numbered(6), fps=10, times_ms=times))
    assert video.fps == 10
    assert numbers(video)[:7] == [0, 1, 2, 2, 3, 3, 4]
    assert "varies (steps of 100 to 300 ms)" in video.notes[0]


@pytest.mark.parametrize("name", ["long.mp4", "long.mkv", "long.ts", "long.avi"])
@pytest.mark.parametrize("start", [0.0, 1.2, 3.2])
def test_a_window_holds_its_own_frames_wherever_the_key_frames_are(
    clip_file: ClipFile, name: str, start: float
) -> None:
    path = clip_file(name, numbered(55), fps=10, options={"g": "12", "bf": "2"})
    video = read_video(path, start=start, max_seconds=1.5)
    assert numbers(video) == list(range(round(start * 10), round(start * 10) + 15))
    assert video.notes == ()


def test_a_stream_without_any_clock_is_counted(clip_file: ClipFile) -> None:
    assert numbers(read_video(clip_file("bare.h264", numbered(55), fps=25), start=0.4)) == list(range(10, 55))


@pytest.mark.parametrize(
    ("rotation", "expected"),
    [
        (90, [GREEN, WHITE, RED, BLUE]),
        (180, [WHITE, BLUE, GREEN, RED]),
        (270, [BLUE, RED, WHITE, GREEN]),
    ],
)
@pytest.mark.parametrize("suffix", ["mp4", "mov"])
def test_a_turn_is_applied(clip_file: ClipFile, rotation: int, expected: list, suffix: str) -> None:
    video = read_video(clip_file(f"turned.{suffix}", corners(), rotation=rotation))
    np.testing.assert_allclose(quarters(video), expected, atol=3)
    assert (video.width, video.height) == ((64, 48) if rotation == 180 else (48, 64))
    assert video.notes == (f"Turned by {rotation}° counter-clockwise, as the file asks.",)


def test_a_mirror_is_applied(clip_file: ClipFile) -> None:
    video = read_video(clip_file("selfie.mov", corners(), mirror=True))
    np.testing.assert_allclose(quarters(video), [GREEN, RED, WHITE, BLUE], atol=3)
    assert video.notes == ("Mirrored, as the file asks.",)


def test_pixels_become_square_before_the_turn(clip_file: ClipFile) -> None:
    video = read_video(clip_file("wide.mov", corners(), rotation=90, aspect=Fraction(2)))
    assert (video.width, video.height) == (48, 128)
    assert "Pixels 2:1 wide were made square." in video.notes


@pytest.mark.parametrize("matrix", [1, 5, 9])
@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize("pix_fmt", ["yuv420p", "yuv444p", "yuv420p10le"])
def test_matrix_range_and_depth_do_not_change_colors(
    clip_file: ClipFile, matrix: int, full: bool, pix_fmt: str
) -> None:
    video = read_video(clip_file("colors.mp4", corners(), matrix=matrix, full=full, pix_fmt=pix_fmt))
    np.testing.assert_allclose(quarters(video), [RED, GREEN, BLUE, WHITE], atol=3)


def test_an_untagged_small_clip_is_bt601(clip_file: ClipFile) -> None:
    video = read_video(clip_file("old.mp4", corners(), matrix=5, tagged=False))
    np.testing.assert_allclose(quarters(video), [RED, GREEN, BLUE, WHITE], atol=3)


def test_gray_and_transparent_frames(clip_file: ClipFile) -> None:
    gray = read_video(clip_file("gray.mkv", numbered(3), codec="ffv1", pix_fmt="gray"))
    assert numbers(gray) == [0, 1, 2]
    assert gray.notes == ("Gray frames became RGB.",)
    half = np.concatenate([corners(), np.full((1, 48, 64, 1), 128, np.uint8)], axis=3)
    video = read_video(clip_file("alpha.mov", half, codec="qtrle", pix_fmt="argb", source_format="rgba"))
    expected = (np.array([RED, GREEN, BLUE, WHITE]) * 128 + 255 * 127) / 255
    np.testing.assert_allclose(quarters(video), expected, atol=2)
    assert video.notes == ("Transparent pixels were put on white.",)


def test_interlaced_clips_are_noticed(clip_file: ClipFile) -> None:
    video = read_video(clip_file("tape.mp4", numbered(4), options={"x264-params": "tff=1"}))
    assert "interlaced" in video.notes[0]


@pytest.mark.parametrize(("transfer", "kind", "white"), [(18, "HLG", 0.75), (16, "PQ", 0.58)])
def test_high_dynamic_range_is_mapped_with_a_notice(
    clip_file: ClipFile, transfer: int, kind: str, white: float
) -> None:
    frames = np.zeros((2, 64, 128, 3), np.uint16)
    frames[:, :, 64:] = round(white * 65535)
    path = clip_file(
        "phone.mov",
        frames,
        pix_fmt="yuv420p10le",
        matrix=9,
        primaries=9,
        transfer=transfer,
        source_format="rgb48le",
    )
    video = read_video(path)
    assert f"High dynamic range ({kind})" in video.notes[0]
    assert video.frames[0, 32, 20].max() <= 2
    assert 210 <= video.frames[0, 32, 110].min() <= video.frames[0, 32, 110].max() <= 243


def test_a_large_clip_is_reduced_by_area_means(clip_file: ClipFile) -> None:
    frames = np.zeros((2, 320, 480, 3), np.uint8)
    frames[:, ::2] = 200  # stripes of one row: plain sampling would give 0 or 200
    video = read_video(clip_file("stripes.mp4", frames, pix_fmt="yuv444p"), max_size=(240, 160))
    assert (video.width, video.height) == (240, 160)
    assert video.notes == ("Reduced from 480×320 to 240×160 pixels.",)
    inside = video.frames[:, 8:-8, 8:-8].astype(float)
    assert abs(inside.mean() - 100) < 4
    assert inside.std() < 6


def test_an_array_keeps_its_values() -> None:
    frames = numbered(20)
    video = read_video(frames, fps=10)
    np.testing.assert_array_equal(video.frames, frames)
    assert (video.fps, video.notes) == (10, ())
    part = read_video(video, start=0.5, max_seconds=1)
    np.testing.assert_array_equal(part.frames, frames[5:15])


@pytest.mark.parametrize(
    ("array", "level", "note"),
    [
        (np.full((2, 4, 6), 100, np.uint8), 100, "Gray frames"),
        (np.full((2, 4, 6, 3), 100 * 257, np.uint16), 100, "16-bit"),
        (np.full((2, 4, 6, 3), 0.4), 102, "Levels in"),
        (
            np.concatenate([np.zeros((2, 4, 6, 3), np.uint8), np.full((2, 4, 6, 1), 155, np.uint8)], 3),
            100,
            "white",
        ),
    ],
)
def test_other_arrays_are_converted_and_it_is_said(array: np.ndarray, level: int, note: str) -> None:
    video = read_video(array, fps=10)
    assert (video.frames == level).all()
    assert note in " ".join(video.notes)


@pytest.mark.parametrize(
    ("array", "says"),
    [
        (np.zeros((2, 4, 6, 3)) + 7, "from 7 to 7"),
        (np.zeros((2, 4, 6, 3), np.int32), "int32"),
        (np.zeros((2, 4, 6, 5), np.uint8), r"\(2, 4, 6, 5\)"),
        (np.zeros((0, 4, 6, 3), np.uint8), "no frame"),
    ],
)
def test_arrays_that_are_no_clip_are_refused(array: np.ndarray, says: str) -> None:
    with pytest.raises(VideoError, match=says):
        read_video(array, fps=10)


def test_missing_and_empty_files_and_other_kinds(tmp_path: Path) -> None:
    with pytest.raises(VideoError, match=r"nowhere\.mp4 does not exist"):
        read_video(tmp_path / "nowhere.mp4")
    (tmp_path / "empty.mp4").touch()
    with pytest.raises(VideoError, match=r"empty\.mp4 is empty"):
        read_video(tmp_path / "empty.mp4")
    (tmp_path / "letter.mp4").write_text("Dear reader, this is no video. " * 50)
    with pytest.raises(VideoError, match=r"letter\.mp4 cannot be read as a video"):
        read_video(tmp_path / "letter.mp4")
    with pytest.raises(VideoError, match="from a float"):
        read_video(3.0)  # type: ignore[arg-type]


def test_sound_alone_is_no_clip(tmp_path: Path) -> None:
    with av.open(str(tmp_path / "song.wav"), "w") as container:
        stream = container.add_stream("pcm_s16le", rate=8000)
        sound = av.AudioFrame.from_ndarray(np.zeros((1, 800), np.int16), format="s16", layout="mono")
        sound.sample_rate = 8000
        container.mux(stream.encode(sound))
    with pytest.raises(VideoError, match=r"song\.wav has no video stream"):
        read_video(tmp_path / "song.wav")


def test_a_start_past_the_end_names_the_length(clip_file: ClipFile) -> None:
    path = clip_file("short.mp4", numbered(50))
    for start in (2.0, 30.0):
        with pytest.raises(VideoError, match=r"short\.mp4 is 2\.00 s long"):
            read_video(path, start=start)
    with pytest.raises(VideoError, match=r"2\.00 s long"):
        read_video(numbered(20), fps=10, start=2)


def test_a_truncated_file_without_its_index_is_refused(clip_file: ClipFile, tmp_path: Path) -> None:
    whole = clip_file("whole.mp4", numbered(50)).read_bytes()
    (tmp_path / "half.mp4").write_bytes(whole[: len(whole) // 2])  # the index stands at the end
    with pytest.raises(VideoError, match=r"half\.mp4 cannot be read as a video .* incomplete"):
        read_video(tmp_path / "half.mp4")


def test_a_truncated_file_gives_what_it_holds_and_says_so(clip_file: ClipFile, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    noise = rng.integers(0, 256, (40, 48, 64, 3), np.uint8)
    whole = clip_file("whole.mkv", noise).read_bytes()
    (tmp_path / "half.mkv").write_bytes(whole[: len(whole) // 2])
    video = read_video(tmp_path / "half.mkv")
    assert 10 <= len(video) < 30
    assert "The file states 1.6 s but its pictures end at" in " ".join(video.notes)


def test_damage_in_the_middle_is_skipped_and_said(clip_file: ClipFile, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    noise = rng.integers(0, 256, (30, 48, 64, 3), np.uint8)
    data = bytearray(clip_file("jpegs.avi", noise, codec="mjpeg", pix_fmt="yuvj420p").read_bytes())
    middle = len(data) // 2
    data[middle : middle + 3000] = bytes(3000)
    (tmp_path / "hurt.avi").write_bytes(data)
    video = read_video(tmp_path / "hurt.avi")
    assert 25 <= len(video) <= 30
    assert any("damaged near" in note for note in video.notes)


@pytest.mark.parametrize(
    "wrong",
    [
        {"start": -1.0},
        {"start": float("nan")},
        {"max_seconds": 0.0},
        {"max_fps": 0.0},
        {"max_size": (0, 540)},
        {"stabilize": "magic"},
    ],
)
def test_parameters_are_checked_by_name(wrong: dict) -> None:
    with pytest.raises(VideoError, match=next(iter(wrong))):
        read_video(numbered(3), fps=10, **wrong)


def test_the_source_can_be_read_again_at_its_own_size_and_rate(clip_file: ClipFile) -> None:
    path = clip_file("large.mp4", numbered(50, (320, 240)), fps=60)
    video = read_video(path, start=0.2, max_seconds=0.5, max_size=(160, 120))
    again = read_source(video)
    assert (again.width, again.height, again.fps, len(again)) == (320, 240, 60, 30)
    assert numbers(again)[::2] == numbers(video)
    with pytest.raises(VideoError, match="not read from a file"):
        read_source(Video(numbered(3), 10))


def test_reading_imports_neither_torch_nor_numba() -> None:
    code = (
        "import sys, semcine_nb as sc; sc.read_video; print('torch' in sys.modules, 'numba' in sys.modules)"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.split() == ["False", "False"]


@pytest.mark.real
def test_real_clips_keep_their_frames(real_clips: Path) -> None:
    expected = {
        "waterfall": (150, 960, 540),
        "flag": (125, 384, 288),  # pixels 12:11 wide
        "newtons_cradle": (36, 960, 540),
        "two_cats": (150, 646, 540),
    }
    for name, (count, width, height) in expected.items():
        video = read_video(real_clips / f"{name}.mp4")
        assert (len(video), video.width, video.height) == (count, width, height)
