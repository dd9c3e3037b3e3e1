"""From a file through the working size back to the file's own size and rate."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from semcine_nb.looping.fullsize import _source, render_at_source
from semcine_nb.progress import silent
from semcine_nb.video import Video, read_source, read_video


def test_size_rate_and_place_are_the_source_s(tmp_path: Path):
    t, y, x = np.mgrid[:60, :96, :128]
    disc = (x - 64) ** 2 + (y - 48) ** 2 < 30**2
    clip = np.where(disc, 150 + 60 * np.sin(2 * np.pi * t / 20), 60).astype(np.uint8)
    Video(np.repeat(clip[..., None], 3, axis=3), 60.0).save(tmp_path / "clip.mp4")
    small = read_video(tmp_path / "clip.mp4", max_size=(32, 24), max_fps=30.0)
    assert small.frames.shape[1:3] == (24, 32)
    truth = disc[0].reshape(24, 4, 32, 4).mean(axis=(1, 3)) > 0.5
    result = render_at_source(small, np.where(truth, 10, 1), np.where(truth, 4, 8), timing="exact")
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
    period, start = np.ones((24, 32), int), np.full((24, 32), 7)
    for memory in (1, 100_000, 1 << 30):
        fps, size, times, pictures = _source(small, None, None, memory, silent)
        assert (fps, size, len(times)) == (25, (64, 48), len(whole))
        assert np.array_equal(np.stack(list(pictures(np.arange(len(times))))), whole.frames)
        assert np.array_equal(
            np.stack(list(pictures(np.array([0, 11, 12, 29])))), whole.frames[[0, 11, 12, 29]]
        )
        (still,) = render_at_source(small, period, start, memory=max(memory, 10)).frames
        assert np.array_equal(still, whole.frames[7])
