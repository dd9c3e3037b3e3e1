"""Filters, order, maps and reasons of candidates on a scene of four painted regions."""

import numpy as np
import pytest

from semcine_nb.errors import SegmentationError
from semcine_nb.semantics import Candidate, SemanticResponse, select_candidates
from semcine_nb.video import Video

NAMES = ("background", "water", "person", "boat", "sky & tree")
T, H, W = 20, 60, 80


@pytest.fixture
def scene():
    """Water (30×80) and a person (20×20) that move, two boats of 10×15 that move, a still sky, background."""
    label = np.zeros((H, W), int)
    label[30:] = 1
    label[5:25, 5:25] = 2
    label[35:45, 10:25] = label[35:45, 50:65] = 3
    label[:4] = 4
    amplitude = np.array([0.0, 60.0, 90.0, 80.0, 4.0])[label]
    wave = np.sin(np.arange(T) * 2.0)[:, None, None]
    gray = (120 + amplitude * wave).astype(np.uint8)
    video = Video(np.repeat(gray[..., None], 3, axis=3), 30.0)
    scores = np.repeat(np.eye(5, dtype=np.float32)[label][None], T, axis=0)
    return video, SemanticResponse(scores, NAMES), label


def test_order_filters_and_channels(scene):
    video, response, label = scene
    selection = select_candidates(video, response, min_blob=100)
    assert [candidate.label for candidate in selection.candidates] == ["water", "person", "boat"]
    assert selection.response.categories == ("water", "person", "boat")
    assert selection.response.shape == (T, H, W, 3)
    for candidate, index in zip(selection.candidates, (1, 2, 3), strict=True):
        np.testing.assert_array_equal(candidate.mask, label == index)
        assert candidate.note is None
    np.testing.assert_array_equal(selection.response.occurrence[..., 0], T * (label == 1))
    # background: nothing kept shows there
    np.testing.assert_allclose(selection.response.scores[0][20, 40], [1 / 3] * 3, rtol=1e-6)


def test_reasons_carry_the_figures(scene):
    video, response, label = scene
    reasons = select_candidates(video, response).reasons
    table = reasons.table()
    assert list(table.index) == ["water", "background", "person", "sky & tree", "boat"]
    assert table.loc["water", "pixels"] == T * (label == 1).sum()
    assert table["share"].sum() == pytest.approx(1)
    assert table.loc["boat", "mean_blob"] == 150
    assert table.loc["water", "std"] == pytest.approx(60 / 255 / np.sqrt(2), rel=0.05)
    assert list(table["kept"]) == [True, False, False, False, False]
    assert "filter a" in reasons["background"].reason
    assert "filter b" in reasons["sky & tree"].reason
    assert "mean blob 400 px ≤ 400 px (filter c)" in reasons["person"].reason
    assert "filter c" in reasons["boat"].reason
    with pytest.raises(KeyError):
        reasons["cat"]


def test_k_keeps_those_with_most_pixels(scene):
    video, response, _ = scene
    selection = select_candidates(video, response, k=1, min_blob=100)
    assert selection.response.categories == ("water",)
    assert "passes, but 1 with more pixels" in selection.reasons["person"].reason


def test_pin_and_drop(scene):
    video, response, _ = scene
    selection = select_candidates(video, response, k=2, pin=["boat"], drop=["water"])
    assert selection.response.categories == ("boat",)
    assert selection.reasons["boat"].reason.startswith("pinned, although in small pieces")
    assert selection.reasons["water"].reason == "dropped by hand"
    pinned = select_candidates(video, response, k=1, pin=["background"], min_blob=100)
    assert pinned.response.categories == ("background",)


def test_pinned_category_that_shows_rarely_keeps_every_pixel_it_had(scene):
    video, response, _ = scene
    scores = np.array(response.scores)
    scores[:, 50, 40] = [0, 1, 0, 0, 0]
    scores[0, 50, 40] = [0, 0, 1, 0, 0]
    scores[:, 5:25, 5:25] = [1, 0, 0, 0, 0]  # the person is seen in one frame at one pixel
    rare = SemanticResponse(scores, NAMES)
    assert "π is empty" in select_candidates(video, rare).reasons["person"].reason
    (candidate,) = [
        c for c in select_candidates(video, rare, pin=["person"]).candidates if c.label == "person"
    ]
    assert np.argwhere(candidate.mask).tolist() == [[50, 40]]


def test_when_nothing_passes_the_one_that_moves_most_is_offered_and_flagged(scene):
    video, response, _ = scene
    selection = select_candidates(video, response, min_std=0.9)
    assert [candidate.label for candidate in selection.candidates] == ["water"]
    note = selection.candidates[0].note
    assert "hardly changes" in note
    assert "≤ 0.9" in note
    assert note == selection.reasons["water"].reason
    assert selection.reasons["water"].kept


def with_proposal(video, response, box, amplitude):
    """The same scene with "object 1" in a box that flickers."""
    frames = video.frames.copy()
    wave = np.where(np.arange(T) % 2, amplitude, -amplitude)[:, None, None, None]
    frames[:, box[0], box[1]] = 120 + wave
    scores = np.concatenate([np.array(response.scores), np.zeros((T, H, W, 1), np.float32)], axis=3)
    scores[:, box[0], box[1]] = [0, 0, 0, 0, 0, 1]
    return Video(frames, 30.0), SemanticResponse(scores, (*NAMES, "object 1"))


def test_a_nameless_proposal_does_not_stand_in_the_way(scene):
    video, response, _ = scene
    box = slice(5, 25), slice(40, 64)
    drop = ["person", "boat"]
    # the proposal passes, water does not, but moves more in sum
    both = select_candidates(*with_proposal(video, response, box, 70), drop=drop, min_std=0.25)
    assert [candidate.label for candidate in both.candidates] == ["water", "object 1"]
    assert "hardly changes" in both.candidates[0].note
    assert both.candidates[1].note == "something that moves and has no name"
    # no room for it
    one = select_candidates(*with_proposal(video, response, box, 70), k=1, drop=drop, min_std=0.25)
    assert [candidate.label for candidate in one.candidates] == ["object 1"]
    # a proposal that moves far more than anything with a name
    large = select_candidates(
        *with_proposal(video, response, (slice(0, 45), slice(0, 80)), 120), drop=drop, min_std=0.25
    )
    assert [candidate.label for candidate in large.candidates] == ["object 1"]


def test_when_all_is_static_the_one_that_moves_is_offered(scene):
    video, response, _ = scene
    selection = select_candidates(video, response, static=NAMES)
    assert selection.candidates[0].label == "water"
    assert "static as declared" in selection.candidates[0].note


def test_combinations_by_joint_area(scene):
    video, response, label = scene
    selection = select_candidates(video, response, min_blob=100, combinations=2)
    assert [c.categories for c in selection.candidates[3:]] == [
        ("water", "person", "boat"),
        ("water", "person"),
    ]
    np.testing.assert_array_equal(selection.candidates[4].mask, (label == 1) | (label == 2))
    assert selection.candidates[4].label == "water + person"
    assert len(select_candidates(video, response, min_blob=100, combinations=99).candidates) == 3 + 4


def test_split_gives_each_boat(scene):
    video, response, label = scene
    selection = select_candidates(video, response, min_blob=100, split=True)
    assert [candidate.label for candidate in selection.candidates] == ["water", "person", "boat 1", "boat 2"]
    one, two = selection.candidates[2:]
    assert one.categories == two.categories == ("boat",)
    np.testing.assert_array_equal(one.mask | two.mask, label == 3)
    assert not (one.mask & two.mask).any()


def test_maps_are_kept_for_every_category_that_shows(scene):
    video, response, label = scene
    maps = select_candidates(video, response).maps
    assert set(maps) == set(NAMES)
    np.testing.assert_array_equal(maps["sky & tree"], label == 4)


@pytest.mark.parametrize(
    ("keywords", "message"),
    [
        ({"k": 0}, "k must be 1"),
        ({"combinations": -1}, "combinations"),
        ({"pin": ["cat"]}, "no 'cat'"),
        ({"pin": ["boat"], "drop": ["boat"]}, "both pinned and dropped"),
        ({"k": 1, "pin": ["boat", "water"]}, "2 categories are pinned"),
        ({"drop": NAMES}, "nothing|none is left"),
        ({"threshold": 0}, "threshold"),
    ],
)
def test_refuses(scene, keywords, message):
    video, response, _ = scene
    with pytest.raises(SegmentationError, match=message):
        select_candidates(video, response, **keywords)


def test_refuses_a_response_of_another_size(scene):
    video, response, _ = scene
    with pytest.raises(SegmentationError, match="the clip"):
        select_candidates(Video(video.frames[:10], 30.0), response)


def test_refuses_what_shows_nothing(scene):
    video, response, _ = scene
    nothing = SemanticResponse(np.zeros(response.shape, np.float32), NAMES)
    with pytest.raises(SegmentationError, match="nothing to select"):
        select_candidates(video, nothing)
    scores = np.array(response.scores)
    scores[..., 3] = 0
    with pytest.raises(SegmentationError, match="wins at no pixel"):
        select_candidates(video, SemanticResponse(scores, NAMES), pin=["boat"])


def test_candidates_are_checked():
    with pytest.raises(SegmentationError, match="unknown category"):
        Candidate(("watr",), np.zeros((2, 2), bool))
    with pytest.raises(SegmentationError, match="mask must be"):
        Candidate(("water",), np.full((2, 2), 3))
    assert Candidate(("water",), np.ones((2, 2), np.uint8)).mask.dtype == bool


def test_what_the_segmenter_only_guesses_is_offered_as_a_guess(scene):
    video, response, _ = scene
    response = SemanticResponse(response.scores, NAMES, guesses={"person": "person"})
    selection = select_candidates(video, response, min_blob=100, combinations=1)
    _, person, _, both = selection.candidates
    assert [one.label for one in selection.candidates[:3]] == ["water", "person (guess)", "boat"]
    assert person.categories == ("person",)
    assert [one.guessed for one in selection.candidates] == [False, True, False, True]
    assert "look before you trust that this is 'person'" in person.note
    assert both.label == "water + person (guess) + boat"
    assert both.note == person.note
    assert selection.response.guesses == {"person": "person"}
    reasons = selection.reasons
    assert reasons["person"].label == "person (guess)"
    assert reasons["person"].reason.startswith("kept: passes all filters (not natural); first guess")
    assert list(reasons.table()["guess"]) == ["", "", "person", "", ""]
    assert "guess" not in reasons["water"].reason


def test_a_proposal_says_what_it_may_be(scene):
    video, response, _ = scene
    names = ("background", "object 1", "object 2", "boat", "sky & tree")
    response = SemanticResponse(response.scores, names, guesses={"object 1": "water"})
    one, two, boat = select_candidates(video, response, min_blob=100).candidates
    assert one.label == "object 1 (maybe water)"
    assert one.note == "something that moves and has no name, perhaps 'water'"
    assert (two.label, two.note) == ("object 2", "something that moves and has no name")
    assert two.guessed
    assert boat.note is None


def test_parts_of_a_guess_are_guesses(scene):
    video, response, _ = scene
    response = SemanticResponse(response.scores, NAMES, guesses={"boat": "boat"})
    parts = select_candidates(video, response, min_blob=100, split=True).candidates[-2:]
    assert [part.label for part in parts] == ["boat 1 (guess)", "boat 2 (guess)"]


def test_guesses_must_fit_the_categories():
    with pytest.raises(SegmentationError, match="'fire'"):
        SemanticResponse(np.zeros((1, 2, 2, 1)), ("water",), guesses={"fire": "fire"})
    with pytest.raises(SegmentationError, match="1 guesses were given for 2"):
        Candidate(("water", "boat"), np.ones((2, 2)), guesses=("water",))
