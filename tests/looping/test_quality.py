"""Measures of a loop, each from an example that can be counted by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from semcine_nb.errors import LoopError
from semcine_nb.looping.quality import alignment, consistency, dynamism, measure, tearing
from semcine_nb.rendering.labelling import Labelling
from semcine_nb.rendering.render import render
from semcine_nb.rendering.timelines import make_timeline


def circle(t: int, h: int, w: int, period: int) -> np.ndarray:
    """A clip that repeats itself every ``period`` frames exactly."""
    y, x = np.mgrid[:h, :w]
    phase = 2 * np.pi * (np.arange(t)[:, None, None] / period + x / 9 + y / 11)
    return np.repeat((128 + 60 * np.sin(phase)).round().astype(np.uint8)[..., None], 3, axis=3)


def test_a_perfect_loop_has_nothing_to_complain_about():
    frames = circle(24, 10, 12, 8)
    period, start = np.full((10, 12), 8), np.full((10, 12), 4)
    out = render(frames, Labelling(period, start), timing="exact", blend=False)
    result = measure(frames, Labelling(period, start), out)
    assert result.consistency.temporal_seams == 0
    assert result.consistency.total == 0
    assert math.isnan(result.consistency.spatial_seams)
    assert result.wrap_jump == pytest.approx(1, abs=0.05)
    assert result.largest_step == pytest.approx(1, abs=0.05)
    assert result.tearing.labels == result.tearing.pieces == 1
    assert result.tearing.cut == 0
    assert result.alignment == result.tearing.coverage == 1


def test_consistency_by_hand():
    # two static pixels from frames 0 (value 10) and 1 (value 30): the wanted step is 0, the shown one 20
    frames = np.repeat(np.array([10, 30], np.uint8), 6).reshape(2, 1, 2, 3)
    line = make_timeline(Labelling(np.ones((1, 2), int), np.array([[0, 1]])), 2)
    shown = np.array([[[[10] * 3, [30] * 3]]], np.uint8)
    result = consistency(frames, shown, line)
    assert result.spatial_seams == result.spatial == 20
    assert result.temporal == 0
    assert result.total == pytest.approx(math.sqrt(400 / 3))  # one spatial pair, two temporal ones
    blended = np.array([[[[20] * 3, [20] * 3]]], np.uint8)
    assert consistency(frames, blended, line).total == 0


def test_blending_lowers_the_total_at_seams():
    rng = np.random.default_rng(0)
    frames = circle(30, 24, 30, 13)
    period, start = rng.choice([1, 8, 12], (3, 3)), rng.integers(1, 17, (3, 3))
    period, start = (np.kron(a, np.ones((8, 10), int)) for a in (period, start))
    raw, blended = (render(frames, Labelling(period, start), length=24, blend=b) for b in (False, True))
    line = make_timeline(Labelling(period, start), 30, 24)
    before, after = consistency(frames, raw, line), consistency(frames, blended, line)
    assert after.total_seams < 0.5 * before.total_seams
    assert after.total < 0.7 * before.total
    assert before.spatial == pytest.approx(
        plain_spatial(frames, raw, line), rel=1e-5
    )  # and of the blend, against plain NumPy
    assert after.spatial == pytest.approx(plain_spatial(frames, blended, line), rel=1e-5)


def plain_spatial(frames: np.ndarray, rendered: np.ndarray, line) -> float:  # type: ignore[no-untyped-def]
    """The definition in NumPy: the wanted step is the mean of what either pixel's frame shows of both."""
    errors = []
    y, x = np.mgrid[: rendered.shape[1], : rendered.shape[2]]
    for t, shown in enumerate(rendered.astype(float)):
        phi = line.first[line.label, t]
        for a, b in ((np.s_[:-1], np.s_[1:]), (np.s_[:, :-1], np.s_[:, 1:])):
            wanted = 0.0
            for f in (phi[a], phi[b]):
                wanted = wanted + (frames[f, y[b], x[b]].astype(float) - frames[f, y[a], x[a]]) / 2
            errors.append((shown[b] - shown[a] - wanted).ravel())
    return float(np.sqrt(np.mean(np.concatenate(errors) ** 2)))


def test_a_loop_that_jumps_is_seen():
    frames = np.repeat(np.arange(0, 120, 4, dtype=np.uint8), 12).reshape(30, 2, 2, 3)
    period, start = np.full((2, 2), 10), np.full((2, 2), 5)
    out = render(frames, Labelling(period, start), timing="exact", blend=False)
    result = measure(frames, Labelling(period, start), out)
    assert result.wrap_jump == pytest.approx(9)  # back by 36, where the clip goes on by 4
    assert result.largest_step == pytest.approx(9)


def test_tearing_by_hand():
    period = np.array([[4, 4, 1, 4, 8], [4, 4, 1, 4, 1]])
    start = np.array([[2, 2, 0, 2, 2], [2, 2, 0, 2, 0]])
    mask = np.array([[1, 1, 1, 1, 1], [1, 1, 1, 1, 0]], bool)
    result = tearing(Labelling(period, start), mask)
    assert result.labels == 2
    assert result.pieces == 3
    assert result.cut == 5  # two pairs on each side of the static column, one between periods 4 and 8
    assert result.cut_share == pytest.approx(5 / 2)
    assert result.coverage == pytest.approx(7 / 9)


def test_alignment_by_hand():
    assert alignment(np.array([[4, 4, 1, 1]]), np.array([[False, True, True, False]])) == pytest.approx(1 / 3)
    assert math.isnan(alignment(np.ones((2, 2)), np.zeros((2, 2), bool)))


def test_dynamism_by_hand():
    rendered = np.zeros((4, 1, 2, 3), np.uint8)
    rendered[1::2, 0, 0] = 10
    assert dynamism(rendered, np.array([[True, False]])) == 10
    assert dynamism(rendered, np.array([[True, True]])) == 5
    assert dynamism(rendered[:1], np.array([[True, True]])) == 0


def test_nothing_moves():
    frames = circle(12, 6, 6, 8)
    period, start = np.ones((6, 6), int), np.full((6, 6), 3)
    result = measure(
        frames, Labelling(period, start), render(frames, Labelling(period, start)), np.zeros((6, 6), bool)
    )
    assert math.isnan(result.wrap_jump)
    assert result.dynamism == 0
    assert result.tearing.labels == 0


def test_shapes_are_checked():
    frames = circle(12, 6, 6, 8)
    with pytest.raises(LoopError, match="differ"):
        measure(frames, Labelling(np.ones((6, 6), int), np.ones((6, 6), int)), frames[:, :5])
