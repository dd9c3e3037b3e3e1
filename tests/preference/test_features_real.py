"""Features of whole scenes: the procedural samples, whose truth is known, and clips from a real camera."""

from __future__ import annotations

import numpy as np
import pytest

import semcine_nb as sc
from semcine_nb.looping import LoopEnergy
from semcine_nb.samples import Sample


def small(name: str) -> Sample:
    """A quarter of 960 wide, so that a pixel is four nominal ones."""
    return sc.make_sample(name, size=(240, 136), seconds=2.5)


def looped(sample: Sample, name: str, period: int = 60) -> sc.Cinemagraph:
    """One object of a sample brought to life."""
    mask = sample.objects[name]
    return sc.Cinemagraph(
        sample.video,
        sc.Candidate((sample.object_categories[name],), mask),
        np.where(mask, period, 1).astype(np.int32),
        np.where(mask, 8, 0).astype(np.int32),
        LoopEnergy(temporal=0.0, label=0.0, spatial=0.0),
        sc.LoopParameters(),
        sc.SemanticResponse(sample.scores(), sample.categories),
    )


def nothing(frames: np.ndarray) -> np.ndarray:
    return np.zeros(4096)


def measure(sample: Sample, name: str) -> dict[str, float]:
    features = sc.context_features(looped(sample, name), motion=nothing)
    return dict(zip(features.names, features.values.tolist(), strict=True))


def center(mask: np.ndarray) -> np.ndarray:
    """(x, y), nominal pixels."""
    return 4 * np.argwhere(mask).mean(axis=0)[::-1]


@pytest.fixture(scope="module")
def portrait() -> Sample:
    return small("portrait")


def test_the_portrait_has_its_face_between_and_below_the_eyes(portrait):
    values = measure(portrait, "person")
    left, right = (center(portrait.parts[side]) for side in ("left eye", "right eye"))
    apart = abs(left[0] - right[0])
    assert values["facexsMean"] == pytest.approx((left[0] + right[0]) / 2, abs=15)
    assert 0 < values["faceysMean"] - (left[1] + right[1]) / 2 < apart
    assert (
        2 * apart < values["facesizeMean"] < 4 * apart
    )  # a face is about five eyes wide, eyes are one apart
    assert values["facesizeMin"] == values["facesizeMax"]


def test_the_part_that_moves_is_the_part_that_counts(portrait):
    person, tree = measure(portrait, "person"), measure(portrait, "tree")
    for name in ("facesizeMean", "sharpnessMedian"):  # what is seen is nearly the same
        assert person[name] == pytest.approx(tree[name], rel=0.1)
    assert person["globalLoopCostsMean"] == tree["globalLoopCostsMean"]  # of the clip
    assert person["dynamic person"] > 0.9 * (person["dynamic person"] + person["static person"])
    assert tree["dynamic person"] < 0.01 * tree["static person"]


def test_a_boat_gets_further_than_reeds():
    boat = measure(small("harbour"), "boat")
    reeds = measure(small("pond"), "reeds")
    assert boat["trackBoundingBoxMax"] > 200 > 4 * reeds["trackBoundingBoxMedian"]
    assert boat["facesizeMax"] == reeds["facesizeMax"] == 0


@pytest.mark.real
@pytest.mark.parametrize(
    ("name", "still"), [("person_standing", True), ("flag", False), ("fire_pot", False), ("tree", True)]
)
def test_real_clips(real_clips, name, still):
    """Whole frames looped: a breath and leaves are slow, a flag and fire are not; none shows a face."""
    clip = sc.read_video(real_clips / f"{name}.mp4")
    shape, period = clip.frames.shape[1:3], len(clip.frames) - 2
    cinema = sc.Cinemagraph(
        clip,
        sc.Candidate(("water",), np.ones(shape, bool)),
        np.full(shape, period, np.int32),
        np.ones(shape, np.int32),
        LoopEnergy(temporal=0.0, label=0.0, spatial=0.0),
        sc.LoopParameters(),
    )
    features = sc.context_features(cinema, rendered=clip.frames[1 : 1 + period])
    values = dict(zip(features.names, features.values.tolist(), strict=True))
    assert values["facesizeMax"] == 0
    assert values["sharpnessMedian"] > 1
    assert values["globalLoopCostsMin"] > 0.5  # no clip from a camera repeats exactly
    assert (values["motionMedian"] < 0.3) == still
    assert values["tracklengthMax"] <= (period - 1) * 30 / clip.fps + 1e-6
    assert np.abs(features["embedded_motion"]).max() < 20
