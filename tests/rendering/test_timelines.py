"""Output frames against source frames, for every label."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from semcine_nb.errors import LoopError
from semcine_nb.rendering.labelling import Labelling, phi
from semcine_nb.rendering.timelines import make_timeline

labels = st.tuples(st.integers(1, 9), st.integers(0, 12))


def one(p: int, s: int) -> Labelling:
    return Labelling(np.array([[p]]), np.array([[s]]))


@given(labels, st.integers(1, 40))
def test_exact_timeline_is_the_time_map(label: tuple[int, int], n: int):
    line = make_timeline(one(*label), n_frames=21, length=n, timing="exact")
    assert line.first[0].tolist() == phi(*label, np.arange(n)).tolist()
    assert not line.weight.any()


@given(labels, st.integers(1, 40), st.booleans(), st.booleans())
def test_scaled_time_stays_in_the_loop_and_closes(
    label: tuple[int, int], n: int, interpolate: bool, ping_pong: bool
):
    p, s = label
    line = make_timeline(one(p, s), n_frames=21, length=n, interpolate=interpolate, ping_pong=ping_pong)
    for frames in (line.first[0], line.second[0]):
        assert s <= frames.min()
        assert frames.max() <= s + p - 1
    # the step from the last frame to the first is as long as every other one, around the loop
    where = (line.first[0] - s + line.weight[0].astype(float)) % p
    if interpolate and not ping_pong and p > 1:
        steps = (np.roll(where, -1) - where) % p
        assert np.allclose(np.minimum(abs(steps - steps[0]), p - abs(steps - steps[0])), 0, atol=1e-4)


def test_scaled_time_is_the_time_map_when_loops_just_fit():
    line = make_timeline(one(4, 2), n_frames=8, length=8)
    assert line.first[0].tolist() == [4, 5, 2, 3, 4, 5, 2, 3]


def test_scaled_time_shares_one_warp_among_equal_periods():
    """Two pixels of one period keep the phase between them that φ gives them, at every output frame."""
    period, start = np.array([[8, 8]]), np.array([[1, 4]])
    line = make_timeline(Labelling(period, start), n_frames=20, length=13, interpolate=True)
    a, b = (line.first[k] + line.weight[k].astype(float) for k in line.label[0])
    lag = np.mod(a - b + 4, 8) - 4  # φ(x, t) is t modulo p, whatever s is
    assert np.allclose(lag, 0, atol=1e-5)


def test_interpolation_wraps_inside_the_loop():
    line = make_timeline(one(4, 2), n_frames=8, length=5, interpolate=True)
    late = line.first[0] == 5
    assert late.any()
    assert (line.second[0][late] == 2).all()


def test_ping_pong_shows_each_end_once():
    line = make_timeline(one(4, 2), n_frames=8, timing="exact", ping_pong=True)
    assert line.length == 6
    assert np.roll(line.first[0], -2).tolist() == [2, 3, 4, 5, 4, 3]
    assert len(line.jumps.time) == 0


def test_crossfade_by_hand():
    # the last two frames (6, 7) of the loop 4 … 7 turn into 2, 3, which come before its start
    line = make_timeline(one(4, 4), n_frames=8, timing="exact", crossfade=2)
    assert line.first[0].tolist() == [4, 5, 6, 7]
    assert line.second[0].tolist() == [4, 5, 2, 3]
    assert np.allclose(line.weight[0], [0, 0, 1 / 3, 2 / 3])
    # no frames before the start: fade from those after the end instead
    line = make_timeline(one(4, 0), n_frames=8, timing="exact", crossfade=2)
    assert line.second[0].tolist() == [4, 5, 2, 3]
    assert np.allclose(line.weight[0], [2 / 3, 1 / 3, 0, 0])


def test_seam_of_an_exact_loop_by_hand():
    # r = ½ (V[s+p] + V[s+p−1] − V[s] − V[s−1]) between the last frame and the first
    line = make_timeline(one(4, 2), n_frames=8, timing="exact")
    assert line.jumps.time.tolist() == [1]  # φ is 5 at t = 1 and 2 at t = 2
    taps = dict(zip(line.jumps.frames[0].tolist(), line.jumps.weights[0].tolist(), strict=True))
    assert taps == {6: 0.5, 5: 0.5, 2: -0.5, 1: -0.5}


@given(labels, st.integers(2, 40), st.booleans())
def test_a_clip_that_never_changes_has_no_seam(label: tuple[int, int], n: int, interpolate: bool):
    line = make_timeline(one(*label), n_frames=21, length=n, interpolate=interpolate)
    assert np.allclose(line.jumps.weights.sum(axis=1), 0, atol=1e-5)
    assert label[0] == 1 or len(line.jumps.time) >= 1


def test_scaled_steps_are_wanted_to_be_as_steady_as_time():
    """On V[f] = f the wanted step is the loop's speed, wherever the seam falls between frames."""
    line = make_timeline(one(7, 4), n_frames=20, length=10, interpolate=True)
    value = line.first[0] + line.weight[0] * (line.second[0] - line.first[0]).astype(float)
    step = np.roll(value, -1) - value
    step[line.jumps.time] += (line.jumps.frames * line.jumps.weights).sum(axis=1)
    assert np.allclose(step, 2 * 7 / 10, atol=1e-5)


@pytest.mark.parametrize(("p", "s"), [(4, 18), (0, 3), (4, -1)])
def test_labels_outside_the_clip_are_refused(p: int, s: int):
    with pytest.raises(LoopError, match=f"p={p}, s={s}"):
        make_timeline(one(p, s), n_frames=20)


def test_exact_files_that_would_be_long_are_refused():
    period = np.array([[32, 44, 36, 52]])
    with pytest.raises(LoopError, match="41184"):
        make_timeline(Labelling(period, np.ones_like(period)), n_frames=90, timing="exact")
