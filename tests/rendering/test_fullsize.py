"""From a file through the working size back to the file's own size and rate."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from semcine_nb.errors import LoopError
from semcine_nb.looping import Cinemagraph, LoopEnergy, LoopParameters
from semcine_nb.progress import silent
from semcine_nb.rendering.fullsize import _source, render_at_source
from semcine_nb.rendering.labelling import Labelling
from semcine_nb.semantics import Candidate
from semcine_nb.video import Video, read_source, read_video


def test_size_rate_and_place_are_the_source_s(tmp_path: Path):
    t, y, x = np.mgrid[:60, :96, :128]
    disc = (x - 64) ** 2 + (y - 48) ** 2 < 30**2
    clip = np.where(disc, 150 + 60 * np.sin(2 * np.pi * t / 20), 60).astype(np.uint8)
    Video(np.repeat(clip[..., None], 3, axis=3), 60.0).save(tmp_path / "clip.mp4")
    small = read_video(tmp_path / "clip.mp4", max_size=(32, 24), max_fps=30.0)
    assert small.frames.shape[1:3] == (24, 32)
    truth = disc[0].reshape(24, 4, 32, 4).mean(axis=(1, 3)) > 0.5
    result = render_at_source(small, Labelling(np.where(truth, 10, 1), np.where(truth, 4, 8)), timing="exact")
    frames = np.stack(list(result.frames))
    assert result.fps == 60
    assert frames.shape == (20, 96, 128, 3)
    moving = frames[..., 1].std(axis=0) > 10
    assert (moving & disc[0]).sum() > 0.97 * disc[0].sum()
    assert (moving & ~disc[0]).sum() < 0.02 * disc[0].sum()


def test_frames_read_in_batches_are_the_source_s(tmp_path: Path):
    """However little memory there is, every frame of the window comes once, in order."""
    rng = np.random.default_rng(0)
    clip = rng.integers(0, 255, (40, 12, 16, 1)).astype(np.uint8).repeat(4, 1).repeat(4, 2).repeat(3, 3)
    Video(clip, 25.0).save(tmp_path / "clip.mp4")
    small = read_video(tmp_path / "clip.mp4", start=0.2, max_seconds=1.2, max_size=(32, 24))
    whole = read_source(small)
    labels = Labelling(np.ones((24, 32), int), np.full((24, 32), 7))
    for memory in (1, 100_000, 1 << 30):
        fps, size, times, pictures = _source(small, None, None, memory, silent)
        assert (fps, size, len(times)) == (25, (64, 48), len(whole))
        assert np.array_equal(np.stack(list(pictures(np.arange(len(times))))), whole.frames)
        assert np.array_equal(
            np.stack(list(pictures(np.array([0, 11, 12, 29])))), whole.frames[[0, 11, 12, 29]]
        )
        (still,) = render_at_source(small, labels, memory=max(memory, 10)).frames
        assert np.array_equal(still, whole.frames[7])


@pytest.fixture(scope="module")
def blinking(tmp_path_factory: pytest.TempPathFactory) -> Cinemagraph:
    """A square that blinks, at 50 frames a second; labels at a quarter of its size and 25 a second."""
    folder = tmp_path_factory.mktemp("blinking")
    t, y, x = np.mgrid[:60, :96, :128]
    square = (abs(x - 64) < 32) & (abs(y - 48) < 24)
    clip = np.where(square, 150 + 60 * np.sin(2 * np.pi * t / 20), 60).astype(np.uint8)
    Video(np.repeat(clip[..., None], 3, axis=3), 50.0).save(folder / "clip.mp4")
    small = read_video(folder / "clip.mp4", max_size=(32, 24), max_fps=25.0)
    mask = square[0, 2::4, 2::4]
    labels = np.where(mask, 10, 1).astype(np.int32), np.where(mask, 4, 8).astype(np.int32)
    return Cinemagraph(small, Candidate(("flag",), mask), *labels, LoopEnergy(0, 0, 0), LoopParameters())


@pytest.mark.parametrize("suffix", ["mp4", "webm", "gif", "webp", "apng"])
def test_each_kind_of_file_at_the_source_s_size(blinking: Cinemagraph, tmp_path: Path, suffix: str):
    blinking.save(tmp_path / f"loop.{suffix}", size="source", timing="exact")
    back = read_video(tmp_path / f"loop.{suffix}", max_size=(4096, 4096), max_fps=100.0)
    assert back.frames.shape[1:] == (96, 128, 3)
    assert abs(len(back) / back.fps - 0.4) < 0.03  # ten frames at 25 a second
    assert back.frames[:, 48, 64].std(axis=0).min() > 25
    assert back.frames[:, 8, 8].std(axis=0).max() < 6


def test_source_and_size_differ_in_rate_only(blinking: Cinemagraph):
    own = blinking.render(size="source", timing="exact", blend=False)
    fitted = blinking.render(size=(128, 96), timing="exact", blend=False)
    assert (len(own), len(fitted)) == (20, 10)
    assert own.shape[1:] == fitted.shape[1:] == (96, 128, 3)
    with pytest.raises(LoopError, match="'large'"):
        blinking.render(size="large")


def test_options_reach_the_source_s_size(blinking: Cinemagraph):
    there_and_back = blinking.render(size="source", ping_pong=True, blend=False)
    assert len(there_and_back) == 38
    turned = np.roll(there_and_back, -8, axis=0)  # from the loop's first frame on
    assert np.array_equal(turned[1:], turned[:0:-1])
    dark, median = (blinking.render(size="source", still=s)[0] for s in (15, "median"))
    assert abs(int(dark[8, 8, 0]) - 60) < 4
    assert abs(int(median[8, 8, 0]) - 60) < 4
    with pytest.raises(TypeError, match="pingpong"):
        blinking.render(pingpong=True)
