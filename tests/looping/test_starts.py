"""Stage 1 kept on disk: found again for the same work, made anew for any other."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from small_pond import pond

from semcine_nb.cache import ArrayCache
from semcine_nb.looping import LoopParameters, LoopSolver
from semcine_nb.looping import solver as solver_module
from semcine_nb.semantics import SemanticResponse
from semcine_nb.video import Video


class Counted:
    """`all_starts`, counting how often it runs."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.runs, self._real = 0, solver_module.all_starts
        monkeypatch.setattr(solver_module, "all_starts", self)

    def __call__(self, *arguments: Any) -> Any:
        self.runs += 1
        return self._real(*arguments)


def small() -> tuple[Video, SemanticResponse]:
    """A corner of the pond, 80×60."""
    clip, scores = pond().video, pond().scores()
    part = np.s_[:, 40:100, 60:140]
    return Video(clip.frames[part], clip.fps), SemanticResponse(scores[part], pond().categories)


def test_the_same_work_is_done_once_and_gives_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted, cache = Counted(monkeypatch), ArrayCache(tmp_path)
    clip, response = small()
    plain = LoopSolver(clip, response)
    first = LoopSolver(clip, response, cache=cache)
    again = LoopSolver(*small(), threads=1, cache=ArrayCache(tmp_path))
    assert counted.runs == 2
    assert len(list(tmp_path.iterdir())) == 1
    for starts in (first.starts, again.starts):
        assert starts.dtype == plain.starts.dtype
        assert np.array_equal(starts, plain.starts)


def test_whatever_stage_one_reads_is_part_of_the_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    counted, cache = Counted(monkeypatch), ArrayCache(tmp_path)
    clip, response = small()
    LoopSolver(clip, response, cache=cache)
    frames = clip.frames.copy()
    frames[30, 30, 40, 1] ^= 64
    scores = np.array(response.scores)
    scores[:, 20:30] = scores[:, 20:30, :, ::-1]
    occurrence = np.array(response.occurrences())
    occurrence[:5] = occurrence[:5, :, ::-1]
    others: list[tuple[Any, ...]] = [
        (Video(frames, clip.fps), response),
        (clip, SemanticResponse(scores, response.categories)),
        (clip, replace(response, occurrence=occurrence)),
        *((clip, response, LoopParameters(**{name: value})) for name, value in [
            ("w", 0.3), ("alpha_spatial", 10.0), ("lambda_temporal", 60.0), ("lambda_spatial", 5.0),
            ("occurrence_threshold", 0.9), ("step", 2), ("min_period", 40), ("max_period", 40),
        ]),
    ]  # fmt: skip
    for number, other in enumerate(others, start=2):
        kept = LoopSolver(*other, cache=cache).starts
        assert counted.runs == number, other[2:]
        if number in (2, 5):
            assert np.array_equal(kept, LoopSolver(*other).starts)
            counted.runs -= 1


def test_constants_of_the_later_stages_leave_stage_one_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip, response = small()
    changes = {"alpha_label": 2.0, "alpha_static": 0.5, "lambda_static": 1.0, "alpha_infinity": 1.0}
    expected = LoopSolver(clip, response, LoopParameters(**changes)).starts
    cache = ArrayCache(tmp_path)
    LoopSolver(clip, response, cache=cache)
    counted = Counted(monkeypatch)
    kept = LoopSolver(clip, response, LoopParameters(**changes, short_period=40), cache=cache).starts
    assert counted.runs == 0
    assert np.array_equal(kept, expected)


def test_a_new_version_of_the_algorithm_makes_it_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted, cache = Counted(monkeypatch), ArrayCache(tmp_path)
    LoopSolver(*small(), cache=cache)
    monkeypatch.setattr("semcine_nb.looping.starts.STAGE_ONE", -1)
    LoopSolver(*small(), cache=cache)
    assert counted.runs == 2
