"""Measure the whole embedded segmenter, motion included, on the real clips of SEMCINE_REAL_CLIPS.

    SEMCINE_REAL_CLIPS=FOLDER PYTHONPATH=. python training/embedded/measure_clips.py [PICTURES]

For each clip: pixel accuracy of the middle frame against ``clip_outlines`` (pixels of an "object" count as
wrong), and which channel's map π covers the motion. PICTURES is a folder for overlays to look at.
"""

from __future__ import annotations

import json
import logging
import os
import sys
from pathlib import Path

import cv2
import numpy as np
from outlines import CATEGORIES, COLORS, IGNORE, load_outlines, rasterize, write
from PIL import Image

from semcine_nb.semantics import SemanticResponse, is_static
from semcine_nb.semantics.segmenters.embedded import EmbeddedSegmenter
from semcine_nb.semantics.segmenters.motion import measure_motion
from semcine_nb.video import Video, read_video

HERE = Path(__file__).parent
log = logging.getLogger("measure")


def covered_motion(video: Video, response: SemanticResponse) -> dict[str, float]:
    """Share of the motion above the quiet that lies in each category's map π, if more than 3 %."""
    height, width = response.shape[1:3]
    measured = measure_motion(video.frames, (height // 4, width // 4))
    excess = cv2.resize(np.maximum(measured.std - measured.quiet, 0), (width, height))
    shares = {
        name: round(float(excess[response.candidate_map(name)].sum() / max(excess.sum(), 1e-6)), 2)
        for name in response.categories
    }
    return {name: share for name, share in sorted(shares.items(), key=lambda item: -item[1]) if share > 0.03}


def picture(frame: np.ndarray, response: SemanticResponse, winners: np.ndarray) -> np.ndarray:
    """The frame tinted by the winning category, with a legend; what may move is tinted more strongly."""
    bright = np.array([[255, 0, 255], [0, 255, 255], [180, 255, 0]], np.uint8)
    out = frame.copy()
    for c, name in enumerate(response.categories):
        color = COLORS[CATEGORIES.index(name)] if name in CATEGORIES else bright[(int(name[-1]) - 1) % 3]
        share = 0.3 if is_static(name) else 0.55
        inside = winners == c
        out[inside] = (out[inside] * (1 - share) + color * share).astype(np.uint8)
        if inside.mean() > 0.002:
            ys, xs = np.nonzero(inside)
            write(out, name, (int(np.median(xs)) - 20, int(np.median(ys))), frame.shape[1] / 1200)
    return out


def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    folder = os.environ.get("SEMCINE_REAL_CLIPS")
    if not folder:
        raise SystemExit("SEMCINE_REAL_CLIPS is not set: it names the folder of real clips")
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    results: dict[str, dict[str, object]] = {}
    hits = counted = 0
    means = []
    for outlines in sorted((HERE / "clip_outlines").glob("*.json")):
        clip = Path(folder) / f"{outlines.stem}.mp4"
        if not clip.exists():
            continue
        video = read_video(clip)
        response = EmbeddedSegmenter()(video)
        t = len(video.frames) // 2
        winners = response.scores[t].argmax(2)
        values = [CATEGORIES.index(n) if n in CATEGORIES else len(CATEGORIES) for n in response.categories]
        truth = rasterize(load_outlines(outlines), video.frames.shape[1:3])
        known = truth != IGNORE
        right = np.array(values)[winners][known] == truth[known]
        hits, counted = hits + int(right.sum()), counted + right.size
        means.append(float(right.mean()))
        results[outlines.stem] = {
            "pixel accuracy": round(means[-1], 3),
            "motion covered": covered_motion(video, response),
            "guesses": dict(response.guesses),
        }
        log.info("%s: %s", outlines.stem, results[outlines.stem])
        if target:
            target.mkdir(parents=True, exist_ok=True)
            shown = picture(video.frames[t], response, winners)
            Image.fromarray(shown).save(target / f"{outlines.stem}.png")
    summary = {
        "pixel accuracy": round(hits / max(counted, 1), 3),
        "mean of the clips": round(float(np.mean(means)), 3),
        "clips": results,
    }
    (HERE / "measured_clips.json").write_text(json.dumps(summary, indent=1) + "\n", encoding="utf-8")
    log.info(
        "pixel accuracy %s, mean of the clips %s", summary["pixel accuracy"], summary["mean of the clips"]
    )


if __name__ == "__main__":
    main()
