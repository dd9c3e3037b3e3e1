"""The order without ratings: each part of the score by hand, and what must never win."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from semcine_nb.looping.quality import Consistency, LoopQuality, Tearing
from semcine_nb.preference.unrated import UnratedScore, unrated_score

ZERO = Consistency(0, 0, 0, 0, 0, 0)


def quality(coverage: float, jump: float, dynamism: float) -> LoopQuality:
    return LoopQuality(ZERO, jump, 1.0, Tearing(1, 1, 0, 0.0, coverage), 1.0, dynamism)


def test_a_seamless_lively_whole_and_large_target() -> None:
    # half of it moves by 2 gray levels a frame on average, so what moves, moves by 4: 4 / (4 + 2)
    score = unrated_score(quality(coverage=0.25, jump=0.9, dynamism=1.0), area=0.5)
    assert score == UnratedScore(1.0, covered=0.5, lively=pytest.approx(4 / 6), present=1.0, kept=1.0)
    assert score.value == pytest.approx(1 / 3)


def test_a_jump_above_the_clips_own_counts_against_it() -> None:
    assert unrated_score(quality(1, 3.0, 2), 0.5).seamless == pytest.approx(1 / 3)


def test_a_small_target_counts_less() -> None:
    assert unrated_score(quality(1, 1, 2), 0.02 / 16).present == pytest.approx(0.5)


def test_noise_where_somebody_was_is_worth_less_than_little_movement_that_is_shown() -> None:
    """An empty street: by noise livelier than water, and nothing of its movement is shown."""
    empty = unrated_score(quality(1, 1, 3.0), 0.5, kept=0.05)
    water = unrated_score(quality(1, 1, 1.0), 0.5, kept=0.8)
    assert empty.lively > water.lively
    assert empty.value < water.value
    assert "less true to its movement" in empty.sentence()


@pytest.mark.parametrize(("kept", "part"), [(0.25, 0.25), (1.3, 1.0), (-1e-9, 0.0)])
def test_more_movement_than_the_clips_own_is_no_advantage(kept: float, part: float) -> None:
    assert unrated_score(quality(1, 1, 2), 0.5, kept).kept == part


def test_a_target_that_never_changes_comes_last() -> None:
    assert unrated_score(quality(1, 1, 0), 0.5, math.nan).value == 0


@pytest.mark.parametrize("coverage", [0.0, math.nan])
def test_what_does_not_move_comes_last(coverage: float) -> None:
    score = unrated_score(quality(coverage, math.nan, 0.0), 0.5)
    assert score.value == 0
    assert score.sentence() == "Nothing in it moves."


def test_a_loop_that_never_starts_again_has_no_jump() -> None:
    assert unrated_score(quality(1, math.nan, 2), 0.5).seamless == 1


def test_the_sentence_names_what_is_good_and_what_is_not() -> None:
    sentence = UnratedScore(seamless=0.9, covered=0.3, lively=0.5, present=1.0, kept=0.6).sentence()
    assert sentence == "Loop quality and dynamism: seamless, well visible; but less moving as a whole."


def test_a_middling_one_is_said_to_be_so() -> None:
    assert "nothing stands out" in UnratedScore(0.5, 0.5, 0.5, 0.5, 0.5).sentence()


@given(
    coverage=st.floats(0, 1), jump=st.floats(0, 1e3), dynamism=st.floats(0, 255), area=st.floats(0, 1),
    kept=st.floats(0, 9),
)  # fmt: skip
def test_every_part_lies_between_nought_and_one(
    coverage: float, jump: float, dynamism: float, area: float, kept: float
) -> None:
    score = unrated_score(quality(coverage, jump, dynamism), area, kept)
    for part in (score.seamless, score.covered, score.lively, score.present, score.kept, score.value):
        assert 0 <= part <= 1
