"""Hand labels as outlines: polygons a category, painted in order; pictures to draw and check them by.

An outline file ``outlines/ID.json`` is a list of ``{"category": name, "points": [[x, y], …]}`` with x and y
in fractions of width and height. Later polygons cover earlier ones; what no polygon covers, and what an
``"ignore"`` polygon covers, is unlabelled.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

import cv2
import numpy as np

CATEGORIES = (
    "background",
    "sky & tree",
    "grass",
    "water",
    "person",
    "animal",
    "car",
    "boat",
    "rock",
    "fire",
    "flag",
    "bike",
    "mountain",
    "smoke",
)
"""What the decoder tells apart; names of ``semcine_nb.semantics.categories``."""

IGNORE = 255
"""The label of pixels that nobody labelled."""

COLORS = np.array(
    [
        [128, 128, 128], [120, 190, 255], [80, 200, 60], [0, 60, 220], [230, 30, 60], [255, 200, 0],
        [150, 0, 200], [150, 80, 30], [90, 70, 60], [255, 110, 0], [255, 100, 200], [0, 220, 200],
        [190, 170, 120], [235, 235, 235],
    ],
    np.uint8,
)  # fmt: skip
"""One RGB color a category."""

Outline = dict[str, object]


def load_outlines(path: str | Path) -> list[Outline]:
    """Read and check one outline file; raises ``ValueError`` naming the file and the polygon at fault."""
    outlines = json.loads(Path(path).read_text(encoding="utf-8"))
    for number, outline in enumerate(outlines):
        name, points = outline["category"], np.asarray(outline["points"], float)
        if name not in CATEGORIES and name != "ignore":
            raise ValueError(f"{path}: polygon {number} has the unknown category {name!r}")
        if points.ndim != 2 or points.shape[1] != 2 or len(points) < 3:
            raise ValueError(f"{path}: polygon {number} needs three or more points [x, y]")
        if points.min() < -0.01 or points.max() > 1.01:
            raise ValueError(f"{path}: polygon {number} leaves the picture; x and y are fractions")
    return list(outlines)


def save_outlines(path: str | Path, outlines: Iterable[Outline]) -> None:
    """Write one polygon a line, four decimals, so that changes can be read."""
    lines = []
    for outline in outlines:
        points = [[round(float(x), 4), round(float(y), 4)] for x, y in outline["points"]]  # type: ignore[attr-defined]
        lines.append(json.dumps({"category": outline["category"], "points": points}))
    Path(path).write_text("[\n" + ",\n".join(lines) + "\n]\n", encoding="utf-8")


def rasterize(outlines: Sequence[Outline], shape: tuple[int, int]) -> np.ndarray:
    """Paint polygons in order.

    Returns
    -------
    (H, W) uint8
        Index into ``CATEGORIES``, ``IGNORE`` where nothing is labelled.
    """
    height, width = shape
    labels = np.full(shape, IGNORE, np.uint8)
    for outline in outlines:
        name = str(outline["category"])
        value = IGNORE if name == "ignore" else CATEGORIES.index(name)
        points = np.asarray(outline["points"], float) * [width, height]
        # OpenCV counts from the center of the first pixel, fractions from its edge: half a pixel apart.
        fixed = np.round((points - 0.5) * 16).astype(np.int32)
        cv2.fillPoly(labels, [fixed], int(value), shift=4)
    return labels


def trace(labels: np.ndarray, tolerance: float = 1.5, smallest: float = 0.0005) -> list[Outline]:
    """Outlines whose painting gives ``labels`` back, but for ``tolerance`` pixels.

    Connected parts are painted from large to small, so a part inside a hole comes after its surroundings.

    Parameters
    ----------
    labels : (H, W) uint8
        Index into ``CATEGORIES`` or ``IGNORE``.
    smallest : float
        Parts below this fraction of the picture are left out.
    """
    height, width = labels.shape
    parts: list[tuple[float, Outline]] = []
    for value in np.unique(labels):
        name = "ignore" if value == IGNORE else CATEGORIES[value]
        mask = (labels == value).astype(np.uint8)
        contours, tree = cv2.findContours(mask, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
        for contour, node in zip(contours, tree[0], strict=True):
            if node[3] >= 0:
                continue  # the rim of a hole
            area = cv2.contourArea(contour) + len(contour) / 2
            if area < smallest * height * width:
                continue
            points = cv2.approxPolyDP(contour, tolerance, True)[:, 0].astype(float)
            if len(points) >= 3:
                fractions = (points + 0.5) / [width, height]
                parts.append((area, {"category": name, "points": fractions.tolist()}))
    parts.sort(key=lambda part: -part[0])
    if parts and parts[0][1]["category"] == "ignore" and parts[0][0] > 0.98 * height * width:
        parts = parts[1:]
    return [outline for _, outline in parts]


def overlay(image: np.ndarray, labels: np.ndarray, grid: bool = True) -> np.ndarray:
    """Labels tinted over the picture, their names written in, with a grid of tenths to read coordinates from.

    Parameters
    ----------
    image : (H, W, 3) uint8
    labels : (H, W) uint8
    """
    seen = labels != IGNORE
    out = image.copy()
    out[seen] = (0.5 * image[seen] + 0.5 * COLORS[labels[seen]]).astype(np.uint8)
    height, width = labels.shape
    if grid:
        for tenth in range(1, 10):
            x, y = width * tenth // 10, height * tenth // 10
            out[:, x] = out[:, x] // 2 + 127
            out[y] = out[y] // 2 + 127
            for at, text in (((x + 2, 10), f".{tenth}"), ((2, y - 2), f".{tenth}")):
                cv2.putText(out, text, at, cv2.FONT_HERSHEY_SIMPLEX, 0.35, (255, 255, 0), 1, cv2.LINE_AA)
    for value in np.unique(labels[seen]):
        count, parts, stats, _ = cv2.connectedComponentsWithStats((labels == value).astype(np.uint8))
        for part in range(1, count):
            if stats[part, cv2.CC_STAT_AREA] > 0.01 * labels.size:
                x, y = innermost(parts == part)
                write(out, CATEGORIES[value], (x - 20, y))
    return out


def innermost(mask: np.ndarray) -> tuple[int, int]:
    """(x, y) of the pixel deepest inside a mask, where a name has most room."""
    distance = cv2.distanceTransform(np.pad(mask.astype(np.uint8), 1), cv2.DIST_L2, 3)[1:-1, 1:-1]
    y, x = np.unravel_index(int(distance.argmax()), distance.shape)
    return int(x), int(y)


def write(out: np.ndarray, text: str, at: tuple[int, int], scale: float = 0.5) -> None:
    """White text with a black rim."""
    cv2.putText(out, text, at, cv2.FONT_HERSHEY_SIMPLEX, scale, (0, 0, 0), 3, cv2.LINE_AA)
    cv2.putText(out, text, at, cv2.FONT_HERSHEY_SIMPLEX, scale, (255, 255, 255), 1, cv2.LINE_AA)
