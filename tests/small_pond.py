"""The procedural pond, small and short, with its true masks: what tests of the whole way work on."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image

from semcine_nb.pipeline import make_cinemagraphs
from semcine_nb.samples import Sample, make_sample
from semcine_nb.semantics import SemanticResponse
from semcine_nb.steps import RankedCinemagraphs


@cache
def pond() -> Sample:
    """240×136 pixels, 60 frames at 30 a second; water and a duck move enough to be candidates."""
    return make_sample("pond", size=(240, 136), seconds=2)


def truth() -> SemanticResponse:
    """The true masks as scores."""
    return SemanticResponse(pond().scores(), pond().categories)


@cache
def ranked_pond() -> RankedCinemagraphs:
    """The pond's two cinemagraphs."""
    return make_cinemagraphs(pond().video, segmenter=truth())


def save_pond(folder: Path) -> tuple[Path, Path]:
    """The clip as a file, and a folder of its true masks for ``--segmenter masks:FOLDER``."""
    clip, masks = folder / "pond.mp4", folder / "masks"
    pond().video.save(clip, quality=95)
    for category, mask in pond().masks.items():
        (masks / category).mkdir(parents=True)
        for t, frame in enumerate(mask):
            Image.fromarray(frame.astype(np.uint8) * 255).save(masks / category / f"{t:04}.png")
    return clip, masks
