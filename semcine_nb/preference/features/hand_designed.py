"""The 55 hand-designed numbers in the order of the supplement's Fig. 7, each with its unit and meaning."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .faces import face_features, face_ratios, find_faces
from .flow import flow_features
from .loopability import loopability_features
from .sharpness import sharpness_features
from .small_loop import reduce_loop
from .statistics import STATISTICS
from .tracks import track_features

if TYPE_CHECKING:
    from ...looping import Cinemagraph


@dataclass(frozen=True)
class Quantity:
    """One measured quantity; five numbers (`STATISTICS`) of it are features.

    ``block`` it belongs to, ``name`` as in Fig. 7, ``unit``, ``samples``: what the five numbers are taken
    over, ``meaning``. Nominal pixels and frames are those at 960 × 540 and 30 fps: see `SmallLoop`.
    """

    block: str
    name: str
    unit: str
    samples: str
    meaning: str


QUANTITIES = (
    Quantity("faces", "facesize", "nominal px", "faces", "side of the square around the face"),
    Quantity("faces", "facexs", "nominal px", "faces", "center of the face, from the left edge"),
    Quantity("faces", "faceys", "nominal px", "faces", "center of the face, from the upper edge"),
    Quantity("sharpness", "sharpness", "gray levels", "8 × 8 parts", "deviation of the Laplacian"),
    Quantity("flow", "motion", "nominal px a frame", "pairs of frames", "mean speed of the dynamic pixels"),
    Quantity(
        "flow", "motionSurround", "nominal px a frame", "pairs of frames",
        "mean speed along the outline of the dynamic region",
    ),
    Quantity("tracks", "tracklength", "nominal frames", "tracks", "how long a point can be followed"),
    Quantity("tracks", "trackBoundingBox", "nominal px", "tracks", "diagonal of the box around its path"),
    Quantity("tracks", "trackTravels", "nominal px", "tracks", "length of its path"),
    Quantity(
        "loopability", "globalLoopCosts", "gray levels", "loops (p, s) of the whole clip",
        "root mean square jump where the whole frame would start again",
    ),
    Quantity("face_ratio", "faceRatios", "share", "faces", "the face's square in the picture's area"),
)  # fmt: skip


def hand_designed_names() -> tuple[str, ...]:
    """``facesizeMin`` … ``faceRatiosStd``: 55 names as in Fig. 7."""
    return tuple(quantity.name + statistic for quantity in QUANTITIES for statistic in STATISTICS)


def hand_designed_features(
    cinema: Cinemagraph, rendered: NDArray[np.uint8]
) -> dict[str, NDArray[np.float64]]:
    """All blocks of hand-designed features in order: name → (5,), (10,) or (15,) float64, 55 in all.

    ``rendered`` (N, H, W, 3) uint8 is the loop; ``cinema`` says what is dynamic, the frame rate, and the clip
    whose loop costs are taken.
    """
    loop = reduce_loop(rendered, cinema.dynamic, cinema.video.fps)
    faces = find_faces(loop)
    return {
        "faces": face_features(faces),
        "sharpness": sharpness_features(loop),
        "flow": flow_features(loop),
        "tracks": track_features(loop),
        "loopability": loopability_features(cinema.video.frames, cinema.video.fps, cinema.parameters),
        "face_ratio": face_ratios(faces, loop),
    }
