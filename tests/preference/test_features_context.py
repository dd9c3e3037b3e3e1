"""All blocks together: a fixed layout, degenerate clips, arguments, and what an import loads."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from feature_clips import cinemagraph, colors, texture

import semcine_nb as sc
from semcine_nb.errors import LoopError, RatingError
from semcine_nb.preference.features.context import default_blocks
from semcine_nb.semantics import SemanticResponse

BLOCKS = {
    "faces": 15, "sharpness": 5, "flow": 10, "tracks": 15, "loopability": 5, "face_ratio": 5,
    "embedded_motion": 4096, "semantic": 64,
}  # fmt: skip


def motion(frames: np.ndarray) -> np.ndarray:
    """In place of a network."""
    return np.full(4096, len(frames))


def moving(frames: int = 40, height: int = 60, width: int = 96) -> np.ndarray:
    picture = texture(height, width)
    return colors(np.stack([np.roll(picture, 2 * t, axis=1) for t in range(frames)]))


def scene(frames: int, height: int, width: int, name: str = "water") -> SemanticResponse:
    return SemanticResponse(np.ones((frames, height, width, 1), np.float32), (name,))


@pytest.fixture(scope="module")
def features() -> sc.ContextFeatures:
    """Of a picture of water whose upper half moves; measured once, with the embedded backbone."""
    frames = moving()
    mask = np.zeros((60, 96), bool)
    mask[:30] = True
    return sc.context_features(cinemagraph(frames, mask, response=scene(*frames.shape[:3])))


def test_the_layout(features):
    assert features.values.shape == (4215,)
    assert features.values.dtype == np.float64
    assert {name: part.stop - part.start for name, part in features.blocks.items()} == BLOCKS
    assert next(iter(features.blocks.values())).start == 0
    ends = [part.stop for part in features.blocks.values()]
    assert [part.start for part in features.blocks.values()][1:] == ends[:-1]
    assert len(set(features.names)) == len(features.names) == 4215
    assert default_blocks() == features.blocks
    assert list(default_blocks()) == list(features.blocks)
    assert features["semantic"][features["semantic"] > 0].tolist() == [0.5, 0.5]  # half of the water moves


def test_the_order_of_the_supplement(features):
    groups = ["facesize", "facexs", "faceys", "sharpness", "motion", "motionSurround", "tracklength"]
    groups += ["trackBoundingBox", "trackTravels", "globalLoopCosts", "faceRatios"]
    assert list(features.names[:55]) == [
        g + s for g in groups for s in ("Min", "Max", "Mean", "Median", "Std")
    ]


@pytest.mark.parametrize(
    ("frames", "height", "width", "part", "content"),
    [
        (16, 32, 32, "none", "noise"),
        (16, 32, 32, "all", "noise"),
        (16, 32, 32, "one pixel", "noise"),
        (16, 32, 32, "all", "black"),
        (6, 8, 8, "all", "noise"),
        (8, 16, 400, "all", "noise"),
        (8, 400, 16, "one pixel", "black"),
    ],
)
def test_degenerate_clips_have_finite_features(frames, height, width, part, content):
    rng = np.random.default_rng(0)
    clip = rng.integers(0, 256, (frames, height, width, 3), dtype=np.uint8) * np.uint8(content == "noise")
    mask = np.full((height, width), part == "all")
    if part == "one pixel":
        mask[3, 3] = True
    features = sc.context_features(cinemagraph(clip, mask), motion=motion, extended=True)
    assert features.values.shape == (4225,)
    assert np.isfinite(features.values).all()
    if part == "none":
        assert not features["flow"].any()
        assert not features["tracks"].any()


def test_the_backbone_takes_a_tiny_clip():
    clip = np.random.default_rng(0).integers(0, 256, (16, 32, 32, 3), dtype=np.uint8)
    values = sc.context_features(cinemagraph(clip, np.ones((32, 32), bool))).values
    assert np.isfinite(values).all()


def test_same_input_same_features_rendered_or_not():
    cinema = cinemagraph(moving(), np.ones((60, 96), bool))
    once, again = (sc.context_features(cinema, frames, motion) for frames in (None, cinema.render()))
    assert np.array_equal(once.values, again.values)


def test_the_whole_scene_can_be_counted_instead():
    frames = moving(20)
    cinema = cinemagraph(frames, np.ones((60, 96), bool), response=scene(20, 60, 96))
    features = sc.context_features(cinema, motion=motion, response=scene(20, 60, 96, "grass"))
    names = features.names[features.blocks["semantic"]]
    assert [n for n, v in zip(names, features["semantic"], strict=True) if v] == ["dynamic grass"]


def test_a_cinemagraph_without_response_says_so():
    frames = moving(20)
    features = sc.context_features(cinemagraph(frames, np.ones((60, 96), bool)), motion=motion)
    assert not features["semantic"].any()
    assert "carries no response" in features.notes[0]


def test_a_function_or_c3d_fills_the_motion_block(tmp_path):
    frames = moving(20)
    cinema = cinemagraph(frames, np.ones((60, 96), bool))
    features = sc.context_features(cinema, motion=motion)
    assert set(features["motion"]) == {len(cinema.render())}
    with pytest.raises(RatingError, match="C3D weights cannot be read"):
        sc.context_features(cinema, motion=f"c3d:{tmp_path / 'none.pt'}")


def test_the_table_reads_like_the_features(features):
    table = features.table()
    assert len(table) == 11
    assert table.loc["motion", "Median"] == features.values[features.names.index("motionMedian")] > 0
    assert table.loc["tracklength", "unit"] == "nominal frames"


@pytest.mark.parametrize(
    "rendered",
    [
        np.zeros((5, 60, 97, 3), np.uint8),
        np.zeros((5, 60, 96, 3)),
        np.zeros((60, 96, 3), np.uint8),
        np.zeros((0, 60, 96, 3), np.uint8),
    ],
)
def test_frames_of_something_else_are_refused(rendered):
    cinema = cinemagraph(moving(20), np.ones((60, 96), bool))
    with pytest.raises(LoopError, match=r"loop is \(N, 60, 96, 3\) uint8"):
        sc.context_features(cinema, rendered=rendered)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"motion": "resnet"}, "motion is 'resnet'"),
        ({"motion": lambda frames: np.zeros(512)}, r"shape \(512,\); it must be \(4096,\)"),
        ({"motion": lambda frames: np.full(4096, np.nan)}, "'motion 0' is not finite"),
        ({"motion": motion, "response": scene(20, 60, 90)}, r"response is \(60, 90\) px"),
    ],
)
def test_arguments_that_do_not_fit_are_refused(arguments, message):
    cinema = cinemagraph(moving(20), np.ones((60, 96), bool))
    with pytest.raises(RatingError, match=message):
        sc.context_features(cinema, **arguments)


def test_an_import_loads_no_torch():
    code = "import sys, semcine_nb.preference.features; print('torch' in sys.modules, 'numba' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["False", "False"]
