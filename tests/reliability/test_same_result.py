"""The same clip, seed and versions give the same labels, frames and predictions, whatever the threads."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from small_pool import pool, save_mask

from semcine_nb.pipeline import make_cinemagraphs
from semcine_nb.preference import JointModel
from semcine_nb.semantics import SemanticResponse
from semcine_nb.video import Video

CHILD = """
import sys
sys.path[:0] = sys.argv[1:3]
from test_same_result import fingerprint
print(fingerprint(int(sys.argv[3])))
"""


def fingerprint(threads: int) -> str:
    """Labels and frames of every candidate and predictions of a model, as hashes."""
    import torch

    torch.set_num_threads(threads)
    scores = np.zeros((50, 48, 64, 2), np.float32)
    scores[:, 24:, :, 0] = 1
    scores[:, :24, :, 1] = 1
    scene = SemanticResponse(scores, ("water", "sky & tree"))
    ranked = make_cinemagraphs(
        Video(pool(), 25), segmenter=scene, threads=threads, select={"pin": ["water", "sky & tree"]}
    )
    sums = {}
    for cinema in ranked:
        parts = (cinema.period, cinema.start, cinema.render(threads=threads))
        sums[cinema.candidate.label] = [hashlib.sha256(part.tobytes()).hexdigest()[:16] for part in parts]
    rng = np.random.default_rng(0)
    ratings = rng.integers(1, 6, (24, 8)).astype(float)
    ratings[rng.random((24, 8)) < 0.4] = np.nan
    model = JointModel(mapping="rbf", seed=0).fit(ratings, rng.random((24, 5)))
    sums["predictions"] = [hashlib.sha256(np.asarray(model.predict()).tobytes()).hexdigest()[:16]]
    return json.dumps(sums, sort_keys=True)


def test_one_thread_and_two_and_another_process() -> None:
    here = fingerprint(1)
    assert fingerprint(2) == here
    paths = [str(Path(__file__).parents[1]), str(Path(__file__).parent)]
    done = subprocess.run(
        [sys.executable, "-c", CHILD, *paths, "2"], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == here


def noisy_pan() -> np.ndarray:
    """(60, 240, 320, 3): a texture that moves under fresh noise, which asks everything of an encoder."""
    rng = np.random.default_rng(0)
    ground = cv2.GaussianBlur(rng.integers(0, 256, (320, 460, 3)).astype(np.float32), (0, 0), 2)
    ground = 128 + 6 * (ground - ground.mean())
    frames = [
        ground[t : t + 240, 2 * t : 2 * t + 320] + rng.integers(-8, 9, (240, 320, 1)) for t in range(60)
    ]
    return np.clip(frames, 0, 255).astype(np.uint8)


def saved(video: Video, path: Path) -> bytes:
    video.save(path)
    return path.read_bytes()


@pytest.mark.parametrize("suffix", ["mp4", "webm", "gif", "webp", "apng"])
def test_the_same_clip_is_written_as_the_same_bytes(suffix: str, tmp_path: Path) -> None:
    """Three times in a row: an encoder that reads memory which it never wrote gives three files."""
    few = suffix in ("gif", "webp", "apng")  # slow to write, and on one thread
    clip = Video(pool(20) if few else noisy_pan(), 25)
    first, *others = (saved(clip, tmp_path / f"{name}.{suffix}") for name in "abc")
    assert others == [first, first]


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="cores are given by Linux only")
@pytest.mark.parametrize("suffix", ["mp4", "webm"])
def test_a_file_does_not_depend_on_the_number_of_cores(suffix: str, tmp_path: Path) -> None:
    clip, cores = Video(noisy_pan()[:20], 25), os.sched_getaffinity(0)
    many = saved(clip, tmp_path / f"many.{suffix}")
    os.sched_setaffinity(0, {min(cores)})
    try:
        one = saved(clip, tmp_path / f"one.{suffix}")
    finally:
        os.sched_setaffinity(0, cores)
    assert one == many


@pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="about x86 processors")
def test_x264_is_kept_from_code_that_differs_between_runs_and_processors(tmp_path: Path) -> None:
    """Says so where the processor has nothing beyond SSE4.2, and the other tests cannot fail."""
    import av

    av.logging.set_level(av.logging.INFO)
    try:
        with av.logging.Capture() as said:
            Video(pool(4), 25).save(tmp_path / "a.mp4")
    finally:
        av.logging.set_level(None)
    (uses,) = [text for _, name, text in said if name == "libx264" and "capabilities" in text]
    assert "SSE4.2" in uses
    assert "AVX" not in uses


def test_a_mask_read_twice_is_the_same(tmp_path: Path) -> None:
    from semcine_nb.semantics import segment

    masks = save_mask(tmp_path / "masks", "water")
    clip = Video(pool(3), 25)
    first, second = (np.asarray(segment(clip, masks).scores) for _ in range(2))
    np.testing.assert_array_equal(first, second)
