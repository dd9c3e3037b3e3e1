"""Cost maps sum to the energy, and lie where the definition says."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from semcine_nb.errors import LoopError
from semcine_nb.looping import Cinemagraph, loop_energy
from semcine_nb.looping.cost_maps import cost_maps, cost_maps_of
from semcine_nb.looping.costs import clip_costs
from semcine_nb.looping.energy import (
    connectivity,
    label_cost,
    static_penalty,
    temporal_cost,
)


def of_case(case: Any, response: Any) -> Cinemagraph:
    period, start = case.labels()
    energy = loop_energy(case.clip, case.response, case.candidate, period, start, case.parameters)
    return Cinemagraph(case.clip, case.candidate, period, start, energy, case.parameters, response)


def test_they_sum_to_the_energy(case: Any) -> None:
    cinema = of_case(case, case.response)
    maps = cost_maps(cinema)
    assert maps.temporal.sum() == pytest.approx(cinema.energy.temporal, rel=0.02)
    assert maps.label.sum() == pytest.approx(cinema.energy.label, rel=1e-4)
    assert maps.spatial.sum() == pytest.approx(cinema.energy.spatial, rel=0.02)


def test_each_pixel_bears_its_own(case: Any) -> None:
    cinema = of_case(case, case.response)
    maps = cost_maps(cinema)
    color, natural = case.clip.frames / 255.0, case.response.natural_map()
    semantic = np.stack([case.response.shares(t, dtype=np.float64) for t in range(len(case.clip))])
    temporal = temporal_cost(color, semantic, cinema.period, cinema.start, natural, case.parameters)
    assert np.allclose(maps.temporal, temporal, atol=0.02 * temporal.max())
    label = label_cost(color, cinema.labels, case.candidate, natural, case.clip.fps, case.parameters)
    assert np.allclose(maps.label, label, rtol=1e-3, atol=1e-5)
    right, down = connectivity(case.response, case.parameters)
    assert maps.connectivity[0, 0] == pytest.approx((right[0, 0] + down[0, 0]) / 2)
    inner = (right[1, 0] + right[1, 1] + down[0, 1] + down[1, 1]) / 4
    assert maps.connectivity[1, 1] == pytest.approx(inner)


def test_labels_that_do_not_fit_are_refused(case: Any) -> None:
    cinema = of_case(case, case.response)
    cinema.period[0, 0], cinema.start[0, 0] = 8, 0
    with pytest.raises(LoopError, match=r"p=8, s=0.*row 0, column 0"):
        cost_maps(cinema)


def test_equal_neighbors_cost_nothing(case: Any) -> None:
    cinema = of_case(case, case.response)
    cinema.period[:] = 8
    cinema.start[:] = 3
    assert (cost_maps(cinema).spatial == 0).all()


def test_without_a_response_it_says_so(case: Any) -> None:
    with pytest.raises(LoopError, match="without its semantic response"):
        cost_maps(of_case(case, None))


def test_an_edit_shares_the_costs_of_the_clip_and_keeps_its_own_price(
    case: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = of_case(case, case.response)
    stronger = replace(case.parameters, alpha_static=2 * case.parameters.alpha_static)
    mask = ~before.candidate.mask
    after = replace(before, parameters=stronger, candidate=replace(before.candidate, mask=mask))
    other = replace(before, parameters=replace(case.parameters, alpha_spatial=1.0))
    alone = [cost_maps(cinema) for cinema in (before, other, after)]
    built = []
    monkeypatch.setattr(
        "semcine_nb.looping.cost_maps.clip_costs", lambda *a, **k: built.append(a) or clip_costs(*a, **k)
    )
    together = cost_maps_of([before, other, after])
    assert len(built) == 2
    for maps, own in zip(together, alone, strict=True):
        for term in ("temporal", "label", "spatial", "connectivity"):
            assert np.array_equal(getattr(maps, term), getattr(own, term))
    static = (before.period == 1) & mask
    assert static.any()
    assert np.allclose(together[2].label[static], 2 * static_of(case)[static])


def static_of(case: Any) -> Any:
    """What standing still costs where π asks for movement, eq. (7)."""
    return static_penalty(case.clip.frames / 255.0, case.parameters)
