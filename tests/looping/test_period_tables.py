"""Tables of stage 2: what they hold does not depend on the order or the threads that filled them."""

from __future__ import annotations

import numpy as np
import pytest
from random_case import Case

from semcine_nb.looping import period_tables
from semcine_nb.looping.blocks import enlarge
from semcine_nb.looping.costs import Costs
from semcine_nb.looping.labels import LabelSpace
from semcine_nb.looping.parameters import LoopParameters
from semcine_nb.looping.period_tables import PeriodTables
from semcine_nb.rendering.labelling import Labelling

STILLS = np.array([0, 8], np.int32)


@pytest.fixture(scope="module")
def parts() -> tuple[Costs, LabelSpace, np.ndarray]:
    """A clip of 10 × 4 blocks of two pixels with starts of stage 1 that vary."""
    case = Case(3, frames=41, h=20, w=7)
    case.parameters = LoopParameters(min_period=16, short_period=0)
    space = LabelSpace.of_clip(41, 30.0, case.parameters)
    starts = [case.rng.choice(space.starts(p), (20, 7)) for p in space.periods]
    return case.costs(), space, np.stack(starts).astype(np.int32)


def filled(parts: tuple, *wanted: np.ndarray, threads: int = 1) -> np.ndarray:
    tables = PeriodTables(*parts, STILLS, 2, threads)
    for part in wanted:
        problem = tables.for_candidate(parts[0], part)
    return problem.pairs


def test_piece_by_piece_and_on_two_threads_they_are_the_same(parts: tuple) -> None:
    everything = np.ones((10, 4), bool)
    half = np.indices((10, 4))[0] % 5 < 3
    once = filled(parts, everything)
    assert all(table.any() for table in once)
    for others in (filled(parts, half, everything), filled(parts, everything, threads=2)):
        np.testing.assert_array_equal(once, others)


def test_an_interrupted_filling_leaves_nothing_behind(parts: tuple, monkeypatch: pytest.MonkeyPatch) -> None:
    everything = np.ones((10, 4), bool)
    tables = PeriodTables(*parts, STILLS, 2)

    def stop(task, pieces, threads):
        task(pieces[0])
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(period_tables, "run_parts", stop)
        with pytest.raises(KeyboardInterrupt):
            tables.for_candidate(parts[0], everything)
    pairs = tables.for_candidate(parts[0], everything).pairs
    np.testing.assert_array_equal(pairs, filled(parts, everything))


def test_their_energy_is_that_of_the_pixels(parts: tuple) -> None:
    costs, space, starts = parts
    coarse = PeriodTables(*parts, STILLS, 2).for_candidate(costs, np.ones((10, 4), bool))
    rng, periods = np.random.default_rng(0), len(space.periods)
    for which, tolerance in ((np.array([1, periods, periods + 1]), 1e-5), (np.arange(periods + 2), 0.05)):
        labels = rng.choice(which, (10, 4)).astype(np.int32)
        index = enlarge(labels, 2, (20, 7))
        period = np.array([*space.periods, 1, 1], np.int32)[index]
        own = np.take_along_axis(starts, np.minimum(index, periods - 1)[None], axis=0)[0]
        start = np.where(period > 1, own, STILLS[np.maximum(index - periods, 0)]).astype(np.int32)
        assert coarse.energy(labels) == pytest.approx(costs.total(Labelling(period, start)), rel=tolerance)
