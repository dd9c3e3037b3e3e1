"""Accuracy on the fixed list of test photographs: fetching them, and simulated clicks."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from outlines import CATEGORIES, IGNORE

from semcine_nb.semantics import Clicks
from semcine_nb.video import Video

ROOT = Path(__file__).parents[1]
SEEDS = range(5)
ERODED = 5  # px that simulated clicks keep from a region's edge


def fetched(images: Path | None) -> Path | None:
    """The folder of photographs, fetched if none is given; None, with a reason on stderr, if that fails."""
    if images is not None:
        return images
    target = Path(tempfile.gettempdir()) / "semcine-photographs"
    script = ROOT / "training" / "embedded" / "fetch.py"
    try:
        subprocess.run([sys.executable, script, target], check=True, stdout=sys.stderr)
    except (OSError, subprocess.CalledProcessError) as error:
        sys.stderr.write(f"NOT MEASURED: the photographs cannot be fetched: {error}\n")
        return None
    return target


def click_accuracy(examples: list[Any], counts: tuple[int, ...] = (1, 3, 5)) -> dict[str, Any]:
    """Pixel accuracy of simulated clicks: uniform in each category's region, eroded, five seeds.

    A category without a pixel that far from its edge is not clicked, and its pixels count as wrong.
    Photographs of one category are left out.
    """
    hits = {(n, seed): 0 for n in counts for seed in SEEDS}
    pixels, used, refits = 0, 0, []
    for _, image, labels in examples:
        inner = {}
        for c in np.unique(labels[labels != IGNORE]):
            region = np.pad((labels == c).astype(np.uint8), 1)
            # every pixel farther than 5 px from any other region, the picture's rim included
            places = np.argwhere(cv2.distanceTransform(region, cv2.DIST_L2, 5)[1:-1, 1:-1] > ERODED)
            if len(places):
                inner[int(c)] = places
        if len(inner) < 2:
            continue
        used += 1
        known = labels != IGNORE
        pixels += int(known.sum())
        clicks = Clicks(Video(image[None], 30.0))
        for n in counts:
            for seed in SEEDS:
                rng = np.random.default_rng((seed, n))
                clicks.clear()
                for c, places in inner.items():
                    for y, x in places[rng.integers(len(places), size=n)]:
                        clicks.add(CATEGORIES[c], float(x), float(y))
                began = time.process_time()
                scores = clicks.preview()
                refits.append(time.process_time() - began)
                whole = cv2.resize(scores, labels.shape[::-1], interpolation=cv2.INTER_LINEAR)
                values = np.array([CATEGORIES.index(name) for name in clicks.categories])
                guess = values[np.atleast_3d(whole).argmax(2)]
                hits[n, seed] += int((guess[known] == labels[known]).sum())
    accuracy = {n: [hits[n, seed] / max(pixels, 1) for seed in SEEDS] for n in counts}
    return {"accuracy": accuracy, "pictures": used, "refit": float(np.median(refits))}
