"""Blending against a plain sparse solve of its definition."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import scipy.fftpack
import scipy.sparse as sp
from scipy.sparse.linalg import spsolve

from semcine_nb.errors import LoopError
from semcine_nb.rendering.blending import BlendParameters, _amplitude, seam_mask, within_reach
from semcine_nb.rendering.labelling import Labelling, phi
from semcine_nb.rendering.render import render
from semcine_nb.rendering.timelines import make_timeline
from semcine_nb.rendering.wraps import wrap_share


def differences(shape: tuple[int, int, int]) -> list[tuple[tuple[int, int, int], tuple[int, int, int]]]:
    """All neighbors (a, b) in x, y and periodic t."""
    n, h, w = shape
    edges = []
    for t, y, x in itertools.product(range(n), range(h), range(w)):
        if x + 1 < w:
            edges.append(((t, y, x), (t, y, x + 1)))
        if y + 1 < h:
            edges.append(((t, y, x), (t, y + 1, x)))
        edges.append(((t, y, x), ((t + 1) % n, y, x)))
    return edges


def plain_blend(
    frames: np.ndarray, period: np.ndarray, start: np.ndarray, n: int, screening: float, share: np.ndarray
) -> np.ndarray:
    """The definition, edge by edge, of exact time over the whole picture: (N, H, W, 3) float64."""
    shown = np.stack([phi(period, start, t) for t in range(n)])
    video = frames.astype(float)

    def at(f: int, y: int, x: int) -> np.ndarray:
        return video[min(max(f, 0), len(video) - 1), y, x]

    edges = differences(shown.shape)
    rows, cols, values, right = [], [], [], []
    for i, (a, b) in enumerate(edges):
        (ta, ya, xa), (tb, yb, xb) = a, b
        fa, fb = shown[a], shown[b]
        if ta == tb:  # the mean of the gradients that either label would show
            wanted = (at(fa, yb, xb) - at(fa, ya, xa) + at(fb, yb, xb) - at(fb, ya, xa)) / 2
        elif period[ya, xa] == 1:
            wanted = np.zeros(3)
        else:  # the mean of running on after the one, and of running up to the other
            wanted = (at(fa + 1, ya, xa) - at(fa, ya, xa) + at(fb, ya, xa) - at(fb - 1, ya, xa)) / 2
        rows += [i, i]
        cols += [int(np.ravel_multi_index(b, shown.shape)), int(np.ravel_multi_index(a, shown.shape))]
        values += [1.0, -1.0]
        part = 1 if ta == tb else share[ya, xa]
        right.append(part * (wanted - (at(fb, yb, xb) - at(fa, ya, xa))))
    gradient = sp.csr_array((values, (rows, cols)), (len(edges), shown.size))
    matrix = (gradient.T @ gradient + screening * sp.eye_array(shown.size)).tocsc()
    change = spsolve(matrix, gradient.T @ np.array(right)).reshape(*shown.shape, 3)
    y, x = np.mgrid[: shown.shape[1], : shown.shape[2]]
    return video[shown, y, x] + change


def test_two_halves_of_different_brightness_by_hand():
    """Left shows 100, right 120 from the same clip: they meet at 110, and the step between them is gone."""
    frames = np.full((6, 1, 40, 3), 100, np.uint8)
    frames[3:] = 120
    start = np.where(np.arange(40) < 20, 0, 4)[None]
    out = render(frames, Labelling(np.ones_like(start), start), parameters=BlendParameters(screening=1e-4))
    assert abs(int(out[0, 0, 19, 0]) - 110) <= 1
    assert abs(int(out[0, 0, 20, 0]) - 110) <= 1
    assert np.abs(np.diff(out[0, 0, :, 0].astype(int))).max() <= 1


@pytest.mark.parametrize("all_wraps", [False, True])
def test_blend_agrees_with_its_definition(all_wraps: bool):
    rng = np.random.default_rng(2)
    # a slow drift, so that some jumps exceed the usual and others do not
    frames = np.clip(rng.normal(120, 6, (14, 9, 11, 3)) + 3 * np.arange(14)[:, None, None, None], 0, 255)
    frames = frames.astype(np.uint8)
    choices = np.array([(1, 3), (1, 9), (4, 2), (4, 7), (6, 1), (6, 7), (3, 5)])
    period, start = choices[rng.integers(0, len(choices), (9, 11))].transpose(2, 0, 1)
    share = np.ones((9, 11))
    if not all_wraps:
        share = wrap_share(frames, make_timeline(Labelling(period, start), 14, 12, "exact"))
        assert 0 < share.mean() < 1
    parameters = BlendParameters(all_wraps=all_wraps)
    plain = plain_blend(frames, period, start, 12, parameters.screening, share)
    out = render(frames, Labelling(period, start), timing="exact", length=12, parameters=parameters)
    assert np.abs(out - plain).max() <= 0.51


def test_nothing_changes_without_seams():
    rng = np.random.default_rng(3)
    frames = rng.integers(0, 255, (9, 20, 20, 3)).astype(np.uint8)
    out = render(frames, Labelling(np.ones((20, 20), int), np.full((20, 20), 4)))
    assert np.array_equal(out, frames[4:5])


def test_pixels_beyond_the_margin_are_left_alone():
    rng = np.random.default_rng(4)
    frames = rng.integers(0, 255, (12, 20, 200, 3)).astype(np.uint8)
    period, start = np.ones((20, 200), int), np.full((20, 200), 5)
    period[5:15, 5:15], start[5:15, 5:15] = 8, 2
    out = render(frames, Labelling(period, start), parameters=BlendParameters(margin=16))
    assert np.array_equal(out[:, :, 64:], np.broadcast_to(frames[5, :, 64:], (len(out), 20, 136, 3)))


def test_threads_do_not_change_the_result():
    rng = np.random.default_rng(5)
    frames = rng.integers(0, 255, (20, 45, 37, 3)).astype(np.uint8)
    period = rng.choice([1, 4, 6, 8], (45, 37))
    start = rng.integers(1, 10, (45, 37))
    one, *others = (render(frames, Labelling(period, start), length=17, threads=n) for n in (1, 2, 3))
    assert all(np.array_equal(one, other) for other in others)


def test_seam_mask_by_hand():
    line = make_timeline(Labelling(np.array([[1, 1, 1, 4, 4, 4]]), np.array([[0, 0, 2, 2, 2, 2]])), 8, 4)
    assert seam_mask(line, np.ones((1, 6))).tolist() == [[False, True, True, True, True, True]]
    assert seam_mask(line, np.zeros((1, 6))).tolist() == [[False, True, True, True, False, False]]


def test_reach_holds_the_margin_and_little_more():
    mask = np.zeros((150, 200), bool)
    mask[75, 100] = True
    reach = within_reach(mask, 10)
    assert reach[65:86, 90:111].all()
    assert reach.sum() <= (2 * 16 + 8) ** 2
    assert not within_reach(np.zeros((5, 5), bool), 10).any()


def test_flicker_is_left_alone():
    """Every pixel jumps by as much at the wrap as between any two frames: no frame is changed."""
    rng = np.random.default_rng(8)
    frames = rng.integers(0, 2, (40, 24, 24, 1)).repeat(3, axis=3).astype(np.uint8) * 60 + 100
    period, start = np.full((24, 24), 20), np.full((24, 24), 10)
    raw = render(frames, Labelling(period, start), blend=False)
    away = render(frames, Labelling(period, start))
    assert np.array_equal(away, raw)
    spread = render(frames, Labelling(period, start), parameters=BlendParameters(all_wraps=True))
    assert np.abs(spread.astype(int) - raw).mean() > 1


def test_amplitudes_bound_what_a_pixel_changes_by():
    rng = np.random.default_rng(9)
    for n in (1, 2, 7, 32):
        numbers = np.zeros((2, 50, 16), np.float32)
        lines = numbers.transpose(1, 0, 2).reshape(50, 32)
        lines[:, :n] = rng.normal(size=(50, n)) * (rng.random((50, n)) < 0.3)
        numbers[:] = lines.reshape(50, 2, 16).transpose(1, 0, 2)
        change = scipy.fftpack.irfft(lines[:, :n], axis=1)
        assert np.allclose(_amplitude(numbers), np.abs(lines).sum(axis=1), atol=1e-5)
        assert (np.abs(change).max(axis=1) <= 2 / n * _amplitude(numbers) + 1e-6).all()


def test_parameters_are_checked():
    with pytest.raises(LoopError, match="screening"):
        BlendParameters(screening=0)


def test_reach_grows_slower_than_the_picture():
    assert BlendParameters.for_width(480) == BlendParameters.for_width(960) == BlendParameters()
    assert BlendParameters.for_width(3840).margin == 2 * BlendParameters().margin
