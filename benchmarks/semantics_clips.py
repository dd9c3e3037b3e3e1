"""What the embedded segmenter finds in real clips with hand outlines, and in procedural ones with truth."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from outlines import CATEGORIES, IGNORE, load_outlines, rasterize

from semcine_nb.lessons.flicker import flicker
from semcine_nb.looping import LoopSolver
from semcine_nb.samples import make_sample, sample_names
from semcine_nb.semantics import Selection, SemanticResponse, is_static, select_candidates
from semcine_nb.semantics.response import winners
from semcine_nb.semantics.segmenters.embedded import EmbeddedSegmenter
from semcine_nb.semantics.segmenters.motion import measure_motion
from semcine_nb.video import Video, read_video

ROOT = Path(__file__).parents[1]
STILL = ("two_cats", "baby_breathing")
"""Clips that hardly move; they are judged apart."""

_NEAR = 0.01  # of the diagonal: boundaries as near as this agree
_FOUND = 0.5  # share of the clip's motion that a candidate's map must hold

Row = dict[str, Any]


def real_clips() -> Iterator[tuple[str, Video, np.ndarray]]:
    """Name, clip, and the labels (H, W) of the middle frame of each outlined clip in SEMCINE_REAL_CLIPS."""
    folder = os.environ.get("SEMCINE_REAL_CLIPS")
    for outlines in sorted((ROOT / "training/embedded/clip_outlines").glob("*.json")) if folder else ():
        path = Path(str(folder)) / f"{outlines.stem}.mp4"
        if path.exists():
            video = read_video(path)
            yield outlines.stem, video, rasterize(load_outlines(outlines), video.frames.shape[1:3])


def excess_motion(video: Video) -> np.ndarray:
    """(H, W) float32: temporal deviation above the quiet of `measure_motion`, 0 where it is quiet."""
    height, width = video.frames.shape[1:3]
    measured = measure_motion(video.frames, (height // 4, width // 4))
    return cv2.resize(np.maximum(measured.std - measured.quiet, 0), (width, height))


def boundary_agreement(video: Video, scene: SemanticResponse) -> tuple[float, float]:
    """How well what may move by its name and what does move share their outlines.

    The first map is where a category that is not static wins in the middle frame, the second where the
    temporal deviation exceeds the quiet. Of the outline of each, the share that lies within 1 % of the
    diagonal of the other's (after Csurka et al. 2013, doi:10.5244/C.27.32); NaN without an outline.

    Returns
    -------
    float, float
        Share of the motion's outline that a name's outline is near to, and the reverse.
    """
    best = winners(np.asarray(scene.scores[len(video) // 2]))
    lively = np.array([not is_static(name) for name in scene.categories] + [False])[best]
    named, moving = _outline(lively), _outline(excess_motion(video) > 0)
    reach = _NEAR * float(np.hypot(*named.shape))

    def near(one: np.ndarray, other: np.ndarray) -> float:
        if not one.any():
            return float("nan")
        distance = cv2.distanceTransform((~other).astype(np.uint8), cv2.DIST_L2, 5)
        return float((distance[one] <= reach).mean()) if other.any() else 0.0

    return near(moving, named), near(named, moving)


def _outline(mask: np.ndarray) -> np.ndarray:
    kernel = np.ones((5, 5), np.uint8)
    clean = cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_OPEN, kernel)
    edge = clean != cv2.erode(clean, np.ones((3, 3), np.uint8))
    edge[[0, -1]], edge[:, [0, -1]] = False, False  # the picture's rim is nobody's outline
    return edge


def measure_real() -> list[Row]:
    """One row a real clip; pixels of an "object" count as wrong."""
    rows = []
    for name, video, truth in real_clips():
        began = time.process_time()
        scene = EmbeddedSegmenter()(video)
        seconds = time.process_time() - began
        best = winners(np.asarray(scene.scores[len(video) // 2]))
        values = np.array([CATEGORIES.index(c) if c in CATEGORIES else -1 for c in scene.categories] + [-1])
        known = truth != IGNORE
        right = values[best][known] == truth[known]
        selection = select_candidates(video, scene)
        label, share, precise = moving_candidate(video, selection)
        recall, precision = boundary_agreement(video, scene)
        rows.append({
            "clip": name, "pixels": int(right.size), "right": int(right.sum()),
            "pixel accuracy": float(right.mean()), "CPU s": seconds,
            "candidates": ", ".join(one.label for one in selection.candidates),
            "holds the motion": label, "share of the motion": share, "share of its map": precise,
            "has a note": selection.candidates[0].note is not None,
            "flicker": float(flicker(scene).mean()),
            "motion's outline": recall, "names' outline": precision,
        })  # fmt: skip
    return rows


def moving_candidate(video: Video, selection: Selection) -> tuple[str, float, float]:
    """The candidate whose map holds most motion: its label, that share, and how much of its map moves."""
    excess = excess_motion(video)
    shares = [float(excess[one.mask].sum() / max(excess.sum(), 1e-6)) for one in selection.candidates]
    best = int(np.argmax(shares))
    mask = selection.candidates[best].mask
    return selection.candidates[best].label, shares[best], float((excess[mask] > 0).mean())


def found(rows: list[Row]) -> tuple[int, int]:
    """In how many of the clips that move one candidate holds at least half of the motion, of how many."""
    moving = [row for row in rows if row["clip"] not in STILL]
    return sum(row["share of the motion"] >= _FOUND for row in moving), len(moving)


def measure_samples(size: tuple[int, int] = (320, 180), seconds: float = 3.0) -> list[Row]:
    """One row a true candidate of a procedural clip: what F's errors do to its loop.

    The clip is solved with the true masks and with the embedded response, for the candidate that overlaps
    most with the true one. Both labellings are judged by eq. (1) with the true response and candidate.
    """
    rows = []
    for name in sample_names():
        sample = make_sample(name, size=size, seconds=seconds)
        true = SemanticResponse(sample.scores(), sample.categories)
        scene = EmbeddedSegmenter()(sample.video)
        own, theirs = select_candidates(sample.video, true), select_candidates(sample.video, scene)
        judge, solver = LoopSolver(sample.video, own.response), LoopSolver(sample.video, theirs.response)
        common = {
            "clip": name, "pixel accuracy": _accuracy(true, scene),
            "flicker": float(flicker(scene).mean()), "true flicker": float(flicker(true).mean()),
            "outlines": boundary_agreement(sample.video, scene),
            "true outlines": boundary_agreement(sample.video, true),
        }  # fmt: skip
        for candidate in own.candidates:
            twin = max(theirs.candidates, key=lambda one, c=candidate: _iou(one.mask, c.mask))
            best, other = judge.solve(candidate), solver.solve(twin)
            problem = judge.problem(candidate)
            energies = [float(sum(problem.energy(one.period, one.start))) for one in (best, other)]
            rows.append({
                **common, "candidate": candidate.label, "twin": twin.label,
                "maps": _iou(twin.mask, candidate.mask), "moving": _iou(best.dynamic, other.dynamic),
                "energy": energies[0], "energy with embedded": energies[1],
            })  # fmt: skip
    return rows


def _accuracy(true: SemanticResponse, scene: SemanticResponse) -> float:
    t = len(true) // 2
    names = np.array([*scene.categories, ""], dtype=object)[winners(np.asarray(scene.scores[t]))]
    truth = np.array([*true.categories, ""], dtype=object)[winners(np.asarray(true.scores[t]))]
    return float((names == truth).mean())


def _iou(one: np.ndarray, other: np.ndarray) -> float:
    union = np.logical_or(one, other).sum()
    return float(np.logical_and(one, other).sum() / union) if union else 1.0
