"""The baseline solves the same problem: its energy is that of the definition, and ours is not far from it."""

from __future__ import annotations

import pytest
from test_solver import pulsing_square

from semcine_nb.looping import LoopSolver, loop_energy
from semcine_nb.looping.baselines import plain_expansion


def test_plain_expansion_and_the_solver_meet():
    clip, response, candidate = pulsing_square(h=96, w=128)
    solver = LoopSolver(clip, response)
    plain, ours = plain_expansion(solver, candidate), solver.solve(candidate)
    exact = loop_energy(clip, response, candidate, plain.period, plain.start)
    assert plain.energy.total == pytest.approx(exact.total, rel=1e-5)
    assert (plain.period[candidate.mask] > 1).mean() > 0.9
    # plain expansion may let noise around the square loop, which the solver rules out
    assert ours.energy.total <= 1.1 * plain.energy.total
