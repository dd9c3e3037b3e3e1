"""Rendered frames: index-exact when asked for, looping, blended, of the asked size."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy import ndimage

from semcine_nb.errors import LoopError
from semcine_nb.looping.quality import measure
from semcine_nb.rendering.blending import BlendParameters
from semcine_nb.rendering.labelling import Labelling, phi
from semcine_nb.rendering.render import render
from semcine_nb.video import read_video


def numbered(t: int, h: int, w: int) -> np.ndarray:
    """A clip whose frame f is f everywhere."""
    return np.broadcast_to(np.arange(t, dtype=np.uint8)[:, None, None, None], (t, h, w, 3)).copy()


def test_exact_without_blend_is_the_time_map():
    rng = np.random.default_rng(0)
    period, start = rng.choice([1, 4, 6], (7, 9)), rng.integers(0, 8, (7, 9))
    out = render(numbered(16, 7, 9), Labelling(period, start), timing="exact", blend=False)
    assert out.shape == (12, 7, 9, 3)
    assert np.array_equal(out[..., 0], np.stack([phi(period, start, t) for t in range(12)]))


def test_every_pixel_stays_at_its_place():
    rng = np.random.default_rng(1)
    frames = rng.integers(0, 255, (16, 7, 9, 3)).astype(np.uint8)
    period, start = rng.choice([1, 4, 6], (7, 9)), rng.integers(0, 8, (7, 9))
    out = render(frames, Labelling(period, start), timing="exact", blend=False)
    y, x = np.mgrid[:7, :9]
    for t, shown in enumerate(out):
        assert np.array_equal(shown, frames[phi(period, start, t), y, x])


def test_interpolated_time_lies_between_the_frames():
    out = render(
        10 * numbered(9, 1, 1),
        Labelling(np.array([[4]]), np.array([[4]])),
        length=5,
        interpolate=True,
        blend=False,
    )
    # speed 4/5, phases (0.8 t − 4) mod 4; between 7 and 4 the shown value lies between theirs
    assert out[:, 0, 0, 0].tolist() == [40, 48, 56, 64, round(70 - 0.2 * 30)]


def test_still_frame_replaces_static_pixels_only():
    period, start = np.array([[1, 4]]), np.array([[2, 3]])
    out = render(numbered(9, 1, 2), Labelling(period, start), still=6, timing="exact", blend=False)
    assert (out[:, 0, 0] == 6).all()
    assert sorted(out[:, 0, 1, 0].tolist()) == [3, 4, 5, 6]
    with pytest.raises(LoopError, match="still frame 9"):
        render(numbered(9, 1, 2), Labelling(period, start), still=9)


def test_blend_hides_a_spatial_seam():
    """A bright and a dark moment side by side: the step at their border goes."""
    frames = np.full((12, 1, 40, 3), 60, np.uint8)
    frames[6:] = 90
    period, start = np.full((1, 40), 4), np.where(np.arange(40) < 20, 1, 7)[None]
    raw, blended = (
        render(frames, Labelling(period, start), timing="exact", blend=b)[..., 0].astype(int)
        for b in (False, True)
    )
    assert (raw[:, 0, 20] - raw[:, 0, 19] == 30).all()
    assert np.abs(np.diff(blended, axis=2)).max() <= 3


def test_blend_spreads_a_jump_in_time():
    """A ramp cannot loop: without blending it jumps at its end, with it no step is a quarter of that."""
    frames = 4 * numbered(40, 8, 8)
    period, start = np.full((8, 8), 32), np.full((8, 8), 4)
    raw, blended = (
        render(frames, Labelling(period, start), blend=b)[:, 4, 4, 0].astype(int) for b in (False, True)
    )
    steps = [np.abs(np.diff(v, append=v[0])).max() for v in (raw, blended)]
    assert steps[0] == 124
    assert steps[1] < 31


def test_one_frame_when_nothing_moves():
    assert render(numbered(9, 2, 2), Labelling(np.ones((2, 2), int), np.full((2, 2), 5))).shape == (
        1,
        2,
        2,
        3,
    )


def test_bad_arrays_are_refused():
    with pytest.raises(LoopError, match="uint8"):
        render(numbered(9, 2, 2).astype(float), Labelling(np.ones((2, 2), int), np.ones((2, 2), int)))
    with pytest.raises(LoopError, match="same"):
        render(numbered(9, 2, 2), Labelling(np.ones((2, 3), int), np.ones((2, 3), int)))


def best_loop(frames: np.ndarray, where: np.ndarray) -> tuple[int, int]:
    """The period and start with the least difference of the frames on both sides of the wrap."""
    pixels = frames[:, where][:, ::9].astype(float)
    costs = {}
    for p in range(32, len(frames) - 1, 4):
        for s in range(4, len(frames) - p, 4):
            costs[p, s] = sum(((pixels[s - k] - pixels[s + p - k]) ** 2).sum() for k in (0, 1))
    return min(costs, key=lambda pair: costs[pair])


@pytest.mark.real
def test_a_real_waterfall_loops_without_a_visible_jump(real_clips: Path):
    frames = read_video(real_clips / "waterfall.mp4", max_size=(480, 270), max_seconds=3).frames
    gray = ndimage.gaussian_filter1d(frames.mean(axis=3), 1.5, axis=1)
    motion = ndimage.gaussian_filter(np.median(np.abs(np.diff(gray, axis=0)), axis=0), 3)
    fall = motion > 1.5
    fall[:, :180] = fall[180:] = False
    y, x = np.mgrid[:270, :480]
    period, start = np.ones(fall.shape, int), np.full(fall.shape, 40)
    for part in (fall & (y < 90), fall & (y >= 90) & (x < 260), fall & (y >= 90) & (x >= 260)):
        assert part.sum() > 500
        period[part], start[part] = best_loop(frames, part)
    raw, usual = (render(frames, Labelling(period, start), blend=b) for b in (False, True))
    every = render(frames, Labelling(period, start), parameters=BlendParameters(all_wraps=True))
    before, after, smoothest = (
        measure(frames, Labelling(period, start), out, fall) for out in (raw, usual, every)
    )
    assert smoothest.consistency.total_seams < 0.5 * before.consistency.total_seams
    assert smoothest.wrap_jump < 1 < before.wrap_jump
    # by default a jump as large as the water's own changes stays
    assert after.consistency.spatial_seams < 0.5 * before.consistency.spatial_seams
    assert smoothest.wrap_jump < after.wrap_jump < 1.1
    assert after.largest_step < 1.1  # of what the clip itself does at most
    assert after.dynamism > 0.95 * before.dynamism
    away = ndimage.distance_transform_edt(~fall)
    change = np.abs(usual.astype(int) - raw)
    assert change[:, away > 64].max() == 0
    assert change[:, (away > 16) & (away <= 64)].mean() < 0.5
