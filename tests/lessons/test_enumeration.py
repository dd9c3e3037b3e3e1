"""One move by trying everything and by cut."""

from __future__ import annotations

import numpy as np
import pytest
from random_case import Case

from semcine_nb.errors import LoopError
from semcine_nb.lessons.enumeration import thumbnail, try_move
from semcine_nb.looping.energy import loop_energy
from semcine_nb.rendering.labelling import Labelling
from semcine_nb.semantics import Candidate


def small_move(seed: int, h: int = 3, w: int = 3):  # type: ignore[no-untyped-def]
    case = Case(seed, h=h, w=w, noise=40)
    period, start = np.ones((h, w), np.int32), np.full((h, w), 4, np.int32)
    new_period, new_start = np.full((h, w), 8, np.int32), np.full((h, w), 2, np.int32)
    labels = period, start, new_period, new_start
    current, proposed = Labelling(period, start), Labelling(new_period, new_start)
    move = try_move(case.clip, case.response, case.candidate, current, proposed, case.parameters)
    return case, labels, move


@pytest.mark.parametrize("seed", range(4))
def test_every_state_has_the_energy_of_the_definition(seed: int) -> None:
    case, (period, start, new_period, new_start), move = small_move(seed)
    rng = np.random.default_rng(seed)
    assert move.energies.shape == (2**9,)
    for state in [np.zeros((3, 3), bool), np.ones((3, 3), bool), *(rng.random((5, 3, 3)) < 0.5)]:
        p, s = np.where(state, new_period, period), np.where(state, new_start, start)
        wanted = loop_energy(case.clip, case.response, case.candidate, p, s, case.parameters).total
        assert move.energy_of(state) == pytest.approx(wanted)
    assert move.pairs == 12
    assert move.before == move.energy_of(np.zeros((3, 3), bool))


@pytest.mark.parametrize("seed", range(6))
def test_the_cut_finds_what_trying_finds(seed: int) -> None:
    # both take the same label everywhere: every pair of neighbors is submodular then
    _, _, move = small_move(seed, h=4, w=4)
    assert move.raised == 0
    assert move.energy_of(move.by_trying) == move.energies.min()
    assert move.energy_of(move.by_cut) == pytest.approx(move.energies.min(), rel=1e-4)


def test_a_move_from_mixed_labels_never_raises_the_energy() -> None:
    for seed in range(8):
        case = Case(seed, h=3, w=4, noise=60)
        new = Labelling(np.full((3, 4), 6, np.int32), np.full((3, 4), 4, np.int32))
        current = Labelling(*case.labels())
        move = try_move(case.clip, case.response, case.candidate, current, new, case.parameters)
        assert move.energies.min() - 1e-9 <= move.energy_of(move.by_cut) <= move.before + 1e-3


def test_too_many_pixels_are_refused() -> None:
    with pytest.raises(LoopError, match=r"5×6 pixels have 2\^30 states"):
        small_move(0, h=5, w=6)


def test_a_thumbnail_holds_the_candidate(case: Case) -> None:
    mask = np.zeros((5, 6), bool)
    mask[1:3, 2:4] = True
    clip, response, candidate, (x, y, width, height) = thumbnail(
        case.clip, case.response, Candidate(("water",), mask)
    )
    assert clip.frames.shape == (30, 4, 4, 3)
    assert response.shape == (30, 4, 4, 3)
    assert candidate.mask.any()
    assert mask[y : y + height, x : x + width].sum() == mask.sum()
    with pytest.raises(LoopError, match="empty"):
        thumbnail(case.clip, case.response, Candidate(("water",), ~(mask | True)))
