"""The same clip, seed and versions give the same labels, frames and predictions, whatever the threads."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path

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
        parts = (cinema.period, cinema.start, cinema.render(workers=threads))
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


@pytest.mark.parametrize("suffix", ["mp4", "gif"])
def test_the_same_clip_is_written_as_the_same_bytes(suffix: str, tmp_path: Path) -> None:
    for name in ("a", "b"):
        Video(pool(20), 25).save(tmp_path / f"{name}.{suffix}")
    assert (tmp_path / f"a.{suffix}").read_bytes() == (tmp_path / f"b.{suffix}").read_bytes()


def test_a_mask_read_twice_is_the_same(tmp_path: Path) -> None:
    from semcine_nb.semantics import segment

    masks = save_mask(tmp_path / "masks", "water")
    clip = Video(pool(3), 25)
    first, second = (np.asarray(segment(clip, masks).scores) for _ in range(2))
    np.testing.assert_array_equal(first, second)
