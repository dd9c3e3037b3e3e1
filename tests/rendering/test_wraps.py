"""How much of a jump is unusual, from clips whose usual changes are known."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from semcine_nb.rendering.labelling import Labelling
from semcine_nb.rendering.timelines import make_timeline
from semcine_nb.rendering.wraps import wrap_share


def share_of(frames: np.ndarray, p: int, s: int) -> np.ndarray:
    """Of one label everywhere."""
    shape = frames.shape[1:3]
    return wrap_share(frames, make_timeline(Labelling(np.full(shape, p), np.full(shape, s)), len(frames)))


def gray(values: np.ndarray, h: int = 16, w: int = 16) -> np.ndarray:
    """A clip of uniform frames."""
    return np.broadcast_to(values.astype(np.uint8)[:, None, None, None], (len(values), h, w, 3)).copy()


def test_a_ramp_has_no_usual_innovation_so_its_jump_goes_whole():
    assert (share_of(gray(4 * np.arange(40)), 32, 4) == 1).all()


def test_a_perfect_loop_has_no_jump():
    values = 100 + 50 * np.sin(2 * np.pi * np.arange(40) / 16)
    assert (share_of(gray(values), 16, 4) == 0).all()


def test_by_hand_from_the_two_mean_squares():
    # 0, 40, 0, 40: each third difference is ±160, r = 80; the wrap of an odd period shows 0 after 0 where
    # running on would give 40, so its r is 40: smaller than usual
    values = 40 * (np.arange(40) % 2)
    assert (share_of(gray(values), 13, 4) == 0).all()
    # a jump of 90 in a clip with two steps, each three third differences (1, −2, 1 times it) of 37
    values = np.where(np.arange(40) < 20, 0, 60)
    values[25:] += 30
    usual = (60**2 + 30**2) * (1 + 4 + 1) / 4 / 37
    expected = np.sqrt(1 - usual / 90**2)
    assert np.allclose(share_of(gray(values), 32, 4), expected, atol=1e-5)


def test_a_faint_common_change_shows_in_the_means_alone():
    rng = np.random.default_rng(0)
    noise = rng.normal(0, 10, (60, 64, 64, 1))
    light = np.linspace(0, 12, 60)[:, None, None, None]
    steady = share_of(np.clip(120 + noise, 0, 255).astype(np.uint8).repeat(3, 3), 48, 4)
    fading = share_of(np.clip(120 + noise + light, 0, 255).astype(np.uint8).repeat(3, 3), 48, 4)
    assert steady.mean() < 0.2
    assert fading.mean() > 0.8


def test_static_and_short():
    frames = gray(np.arange(3) * 50)
    assert not share_of(frames, 1, 2).any()
    assert (share_of(frames, 2, 0) == 1).all()  # three frames: nothing is known to be usual


def test_threads_do_not_change_the_result():
    rng = np.random.default_rng(1)
    frames = rng.integers(0, 255, (20, 45, 37, 3)).astype(np.uint8)
    labels = Labelling(rng.choice([1, 4, 8], (45, 37)), rng.integers(1, 10, (45, 37)))
    line = make_timeline(labels, 20)
    assert np.array_equal(wrap_share(frames, line, 1), wrap_share(frames, line, 3))


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 1000), st.integers(1, 20), st.integers(1, 20), st.integers(2, 12))
def test_is_a_share(seed: int, h: int, w: int, n: int):
    rng = np.random.default_rng(seed)
    frames = rng.integers(0, 256, (n, h, w, 3)).astype(np.uint8)
    period = rng.integers(1, n + 1, (h, w))
    share = wrap_share(
        frames, make_timeline(Labelling(period, rng.integers(0, n, (h, w)) % (n - period + 1)), n)
    )
    assert share.shape == (h, w)
    assert share.min() >= 0
    assert share.max() <= 1
