"""What stands out at a loop's start, each measure from an example that can be counted by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from semcine_nb.looping.artifacts import flash, foreign_colors, seam_jump
from semcine_nb.rendering.blending import BlendParameters
from semcine_nb.rendering.labelling import Labelling
from semcine_nb.rendering.render import render
from semcine_nb.rendering.timelines import make_timeline


def test_a_color_of_a_neighbor_is_at_home():
    frames = np.zeros((2, 1, 4, 3), np.uint8)
    frames[1, 0, 1] = 90, 0, 0
    shown = np.zeros((1, 1, 4, 3), np.uint8)
    shown[0, 0, 2] = 90, 0, 0
    shown[0, 0, 3] = 30, 30, 30
    everywhere = np.ones((1, 4), bool)
    assert foreign_colors(frames, shown, everywhere, every=1, reach=1)[0].tolist() == [0, 0, 0, 30]
    alone = foreign_colors(frames, shown, everywhere, every=1, reach=0)[0]
    assert alone.tolist() == pytest.approx([0, 0, math.sqrt(90**2 / 3), 30])
    assert foreign_colors(frames, shown, everywhere, every=2, reach=1).shape == (1, 2)


def test_a_flash_is_lost_in_the_noise_of_pixels_but_not_in_means():
    rng = np.random.default_rng(0)
    frames = np.clip(120 + rng.normal(0, 20, (60, 16, 16, 1)), 0, 255).repeat(3, axis=3)
    frames += np.linspace(0, 20, 60)[:, None, None, None]
    frames = np.clip(frames, 0, 255).astype(np.uint8)
    period, start = np.full((16, 16), 48), np.full((16, 16), 4)
    line = make_timeline(Labelling(period, start), 60)
    raw = render(frames, Labelling(period, start), blend=False)
    assert seam_jump(frames, raw, period > 1, line)[0] < 1.5
    assert flash(frames, raw, line) > 3
    assert flash(frames, render(frames, Labelling(period, start)), line) < 2


def test_flash_by_hand():
    frames = np.repeat(np.arange(0, 120, 4, dtype=np.uint8), 8 * 8 * 3).reshape(30, 8, 8, 3)
    period, start = np.full((8, 8), 10), np.full((8, 8), 5)
    line = make_timeline(Labelling(period, start), 30, timing="exact")
    out = render(frames, Labelling(period, start), timing="exact", blend=False)
    assert flash(frames, out, line) == pytest.approx(9)  # back by 36, where the clip goes on by 4
    assert math.isnan(flash(frames, frames[:1], make_timeline(Labelling(period // 10, start), 30)))


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 1000))
def test_without_blending_no_color_is_foreign(seed: int):
    rng = np.random.default_rng(seed)
    frames = rng.integers(0, 256, (12, 9, 10, 3)).astype(np.uint8)
    period = rng.integers(1, 8, (9, 10))
    start = rng.integers(0, 5, (9, 10))
    everywhere = np.ones((9, 10), bool)
    raw = render(frames, Labelling(period, start), blend=False)
    assert not foreign_colors(frames, raw, everywhere, 1, 0).any()


def test_less_is_foreign_when_flames_are_left_alone():
    """A flame beside a pot: rare bright bursts of 100 levels. Blending all wraps leaves ghosts of them."""
    rng = np.random.default_rng(2)
    burning = rng.random((60, 6, 6, 1)) < 0.2
    frames = np.where(burning, [200, 140, 60], [30, 25, 25]).astype(np.uint8)
    frames = frames.repeat(4, axis=1).repeat(4, axis=2)
    period, start = np.full((24, 24), 40), np.full((24, 24), 8)
    everywhere = np.ones((24, 24), bool)
    ours, full = (
        foreign_colors(frames, render(frames, Labelling(period, start), parameters=p), everywhere, 2).mean()
        for p in (BlendParameters(), BlendParameters(all_wraps=True))
    )
    assert full > 0.5
    assert ours < 0.25 * full
