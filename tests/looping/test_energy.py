"""The definition against hand-made numbers and against an independent sum over the least common multiple."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_case import Case
from scipy.ndimage import gaussian_filter1d

from semcine_nb.errors import LoopError
from semcine_nb.looping.energy import loop_energy, static_penalty, temporal_cost
from semcine_nb.looping.parameters import LoopParameters
from semcine_nb.semantics import Candidate, SemanticResponse
from semcine_nb.video import Video

NATURAL = {"water": True, "person": False, "grass": True, "animal": False}


def brute_force(case: Case, period: np.ndarray, start: np.ndarray) -> tuple[float, float, float]:
    """Eq. (1)–(7) once more, pixel by pixel, with one common multiple for the whole picture."""
    par = case.parameters
    v = case.clip.frames.astype(float) / 255
    frames, h, w, _ = v.shape
    raw = np.asarray(case.response.scores, float)
    k = raw.shape[-1]
    f = np.empty_like(raw)
    wins = np.zeros((h, w, k))
    for t in range(frames):
        for y in range(h):
            for x in range(w):
                one = raw[t, y, x]
                f[t, y, x] = one / one.sum() if one.sum() > 0 else 1 / k
                if one.max() > 0:
                    wins[y, x, int(np.argmax(one))] += 1
    pi = wins >= par.occurrence_threshold * frames
    soft = v.copy()
    for axis, sigma in ((0, par.sigma_time), (1, par.sigma_space), (2, par.sigma_space)):
        soft = gaussian_filter1d(soft, sigma, axis=axis, mode="nearest", truncate=3)

    def norm2(a: np.ndarray) -> float:
        return float((a**2).sum())

    def mad(s: np.ndarray) -> float:
        return float(np.median([math.sqrt(norm2(s[t] - s[t + 1])) for t in range(frames - 1)]))

    temporal = label = spatial = 0.0
    lcm = math.lcm(*(int(p) for p in period.ravel()))
    for y in range(h):
        for x in range(w):
            p, s = int(period[y, x]), int(start[y, x])
            natural = any(pi[y, x, i] and NATURAL[c] for i, c in enumerate(case.response.categories))
            if p > 1:
                phi_v = (norm2(v[s, y, x] - v[s + p, y, x]) + norm2(v[s - 1, y, x] - v[s + p - 1, y, x])) / 3
                phi_f = (norm2(f[s, y, x] - f[s + p, y, x]) + norm2(f[s - 1, y, x] - f[s + p - 1, y, x])) / k
                factor = 125 if natural else 62.5
                temporal += ((1 - par.w) * phi_v + par.w * phi_f) / (1 + factor * mad(v[:, y, x]))
                if p <= par.short_period and natural:
                    label += 1000
            elif case.candidate.mask[y, x]:
                label += 0.03 * min(1, 100 * mad(soft[:, y, x]))
            for y2, x2 in ((y, x + 1), (y + 1, x)):
                if y2 >= h or x2 >= w:
                    continue
                q, r = int(period[y2, x2]), int(start[y2, x2])
                psi = 0.0
                for t in range(lcm):
                    a, b = s + (t - s) % p, r + (t - r) % q
                    for yy, xx in ((y, x), (y2, x2)):
                        psi += (1 - par.w) / 3 * norm2(v[a, yy, xx] - v[b, yy, xx])
                        psi += par.w / k * norm2(f[a, yy, xx] - f[b, yy, xx])
                h1, h2 = wins[y, x], wins[y2, x2]
                h1, h2 = h1 / max(h1.sum(), 1), h2 / max(h2.sum(), 1)
                spatial += psi / lcm / (1 + 10 / math.sqrt(k) * np.linalg.norm(h1 - h2))
    return temporal, label, 15 * spatial


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 4), st.sampled_from([0.0, 0.2, 0.7]))
def test_agrees_with_brute_force(seed, k, w):
    case = Case(seed, frames=24, h=3, w=4, k=k)
    case.parameters = LoopParameters(w=w, min_period=4, step=2, short_period=6)
    period, start = case.labels()
    energy = loop_energy(case.clip, case.response, case.candidate, period, start, case.parameters)
    temporal, label, spatial = brute_force(case, period, start)
    assert energy.temporal == pytest.approx(temporal, rel=1e-6, abs=1e-12)
    assert energy.label == pytest.approx(label, rel=1e-6, abs=1e-12)
    assert energy.spatial == pytest.approx(spatial, rel=1e-6, abs=1e-12)
    assert energy.total == pytest.approx(temporal + label + spatial, rel=1e-6)


def test_a_perfect_loop_costs_nothing():
    # grey 0, 10, 20, 30, 0, 10, …: period 4 repeats exactly, whatever the start
    level = np.tile(np.arange(4) * 10, 6).astype(np.uint8)
    clip = Video(np.broadcast_to(level[:, None, None, None], (24, 2, 2, 3)).copy(), 30.0)
    response = SemanticResponse(np.ones((24, 2, 2, 1), np.float32), ("water",))
    candidate = Candidate(("water",), np.ones((2, 2), bool))
    free = LoopParameters(min_period=4, short_period=2)
    period = np.full((2, 2), 4)
    energy = loop_energy(clip, response, candidate, period, np.array([[4, 5], [8, 12]]), free)
    # starts that differ do not matter either: φ differs by whole periods of the signal
    assert energy.total == 0
    still = loop_energy(clip, response, candidate, np.ones((2, 2), int), np.zeros((2, 2), int), free)
    assert still.label == pytest.approx(4 * 0.03)  # the picture moves far more than 1/λ_sta a frame
    assert still.temporal == still.spatial == 0


def test_a_jump_by_hand():
    # frame 5 is black, all others white: a loop of p = 4, s = 5 jumps once, from s to s + p
    v = np.ones((12, 1, 1, 3))
    v[5] = 0
    f = np.ones((12, 1, 1, 1))
    cost = temporal_cost(
        v, f, np.array([[4]]), np.array([[5]]), np.zeros((1, 1), bool), LoopParameters(w=0, min_period=4)
    )
    assert cost[0, 0] == pytest.approx(
        1.0
    )  # ‖0 − 1‖²/3 over three channels; the picture's median change is 0


def test_static_penalty_of_a_flickering_pixel_saturates():
    v = np.zeros((20, 3, 3, 3))
    v[:, 1, 1] = (np.arange(20) % 4 < 2)[:, None]
    penalty = static_penalty(v, LoopParameters())
    assert penalty[1, 1] == pytest.approx(0.03)
    assert static_penalty(np.full((20, 3, 3, 3), 0.5), LoopParameters()).max() == 0


@pytest.mark.parametrize(
    ("p", "s", "word"),
    [(4, 0, "1 <= s"), (4, 26, "s \\+ p"), (1, 30, "static"), (1, -1, "static"), (0, 3, "at least 1")],
)
def test_refuses_labels_that_read_outside_the_clip(case, p, s, word):
    period, start = np.ones((5, 6), int), np.zeros((5, 6), int)
    period[2, 3], start[2, 3] = p, s
    with pytest.raises(LoopError, match=word):
        loop_energy(case.clip, case.response, case.candidate, period, start, case.parameters)


def test_refuses_shapes_that_disagree(case):
    with pytest.raises(LoopError, match=r"\(5, 5\)"):
        loop_energy(
            case.clip, case.response, case.candidate, np.ones((5, 5)), np.zeros((5, 5)), case.parameters
        )
