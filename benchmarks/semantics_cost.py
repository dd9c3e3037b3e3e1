"""Time and memory of segmenting 3 s at 960×540 with 32 channels, each segmenter in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from semcine_nb.semantics import Clicks, StoredScores, segment, select_candidates
from semcine_nb.semantics.categories import PAPER_CATEGORIES
from semcine_nb.semantics.response import SemanticResponse
from semcine_nb.video import Video

ROOT = Path(__file__).parents[1]

KINDS = {
    "embedded": "the default",
    "clicks": "three clicks",
    "huggingface": "SegFormer-B0's size, random weights",
    "fcn8s": "FCN-8s as published, random weights, a look a second",
}

CHILD = """
import json, sys
import torch; torch.set_num_threads(int(sys.argv[2]))
from benchmarks.semantics_cost import peak_memory, run_for_cost
spent, shape = run_for_cost(sys.argv[1])
print(json.dumps([*spent, peak_memory(), shape]))
"""


def peak_memory() -> float:
    """GB at most resident in this process so far.

    Not by ``getrusage``: on Linux that of a child begins at what its parent had.
    """
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024 / 1e9
    raise OSError("/proc/self/status names no VmHWM; this measurement needs Linux")


def run_for_cost(kind: str, seconds: float = 3.0) -> tuple[tuple[float, float], list[int]]:
    """Segment 3 s at 960×540 and read every frame's scores, then do what 32 channels cost; for a child.

    Returns processor and wall seconds of the first two, and the shape of the scores with 32 channels.
    """
    from semcine_nb.samples import make_sample

    small = make_sample("pond", size=(480, 270), seconds=seconds).video
    video = Video(small.frames.repeat(2, axis=1).repeat(2, axis=2), small.fps)
    del small
    began = time.process_time(), time.monotonic()
    if kind == "clicks":
        clicks = Clicks(video)
        for i, name in enumerate(("background", "water", "sky & tree")):
            clicks.add(name, 480, 90 + 180 * i)
        scene = segment(video, clicks)
    else:
        with tempfile.TemporaryDirectory() as folder:
            scene = segment(video, kind if kind == "embedded" else _random_weights(kind, Path(folder)))
    for t in range(len(video)):
        scene.scores[t]
    spent = time.process_time() - began[0], time.monotonic() - began[1]
    stored = scene.scores
    assert isinstance(stored, StoredScores)
    more = [name for name in PAPER_CATEGORIES if name not in scene.categories][: 32 - len(scene.categories)]
    # the channels up to 32 are read, interpolated and counted like any other
    values = np.pad(stored.values, ((0, 0), (0, 0), (0, 0), (0, len(more))))
    guide = video.frames if stored.guided else None
    scores = StoredScores(values, scene.shape[:3], stored.times, guide)
    selection = select_candidates(video, SemanticResponse(scores, (*scene.categories, *more)))
    for t in range(len(video)):
        selection.response.scores[t]
    return spent, [*scores.shape]


def _random_weights(kind: str, folder: Path) -> Any:
    """A segmenter of the published size with random weights: they cost what trained ones do."""
    from semcine_nb.semantics.class_tables import class_table

    if kind == "fcn8s":
        from safetensors.torch import save_file

        from semcine_nb.semantics.segmenters.fcn8s import FCN8s, Fcn8sSegmenter

        save_file(FCN8s().state_dict(), folder / "fcn8s.safetensors")
        return Fcn8sSegmenter(folder / "fcn8s.safetensors", every=30)
    import transformers

    labels = dict(enumerate(class_table("ade20k").classes))
    model = transformers.SegformerForSemanticSegmentation(transformers.SegformerConfig(id2label=labels))
    model.save_pretrained(folder)
    from semcine_nb.semantics.segmenters.huggingface import HuggingFaceSegmenter

    return HuggingFaceSegmenter(str(folder), "ade20k")


def cost(kind: str, threads: int) -> tuple[float, float, float, list[int]] | str:
    """CPU seconds, wall seconds, GB of peak memory and the shape; or why not."""
    ran = subprocess.run(
        [sys.executable, "-c", CHILD, kind, str(threads)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env={**os.environ, "OMP_NUM_THREADS": str(threads)},
    )
    if ran.returncode:
        return (ran.stderr.strip().splitlines() or ["failed"])[-1]
    return tuple(json.loads(ran.stdout.splitlines()[-1]))
