"""Frame rates: which are constant, and which frames an even grid takes from uneven ones."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from semcine_nb.video.sampling import Grid, constant_rate, plan_grid, usual_rate


def shown(grid: Grid, times: np.ndarray) -> list[int]:
    """Which frame each sample shows, as the reader goes through them."""
    picks: list[int] = []
    for index, time in enumerate(times):
        following = times[index + 1] if index + 1 < len(times) else np.inf
        picks += [index] * grid.due(time, following, len(picks))
    return picks


def plan(
    times: np.ndarray, fps: float = 30.0, seconds: float | None = 5.0, start: float = 0.0, **how: object
) -> Grid:
    step = float(np.median(np.diff(times)))
    return plan_grid(times, float(times[-1]) + step, 0.001, start, seconds, fps, **how)  # type: ignore[arg-type]


def test_sixty_frames_a_second_become_every_second_frame() -> None:
    times = np.arange(120) / 60
    grid = plan(times)
    assert grid.fps == 30
    assert shown(grid, times) == list(range(0, 120, 2))


@pytest.mark.parametrize(
    ("rate", "kept"), [(25, 25), (30000 / 1001, 30000 / 1001), (50, 25), (48, 24), (120, 30), (59.94, 29.97)]
)
def test_rates_below_the_bound_are_kept_and_others_divided(rate: float, kept: float) -> None:
    assert plan(np.arange(100) / rate).fps == pytest.approx(kept, rel=1e-4)


def test_a_rate_just_above_the_bound_is_resampled_rather_than_halved() -> None:
    times = np.arange(100) / 30
    grid = plan(times, fps=25)
    assert grid.fps == 25
    assert "uneven" in grid.notes[0]
    # sample k is at k/25 s: frame round(30·k/25)
    assert shown(grid, times)[:7] == [0, 1, 2, 4, 5, 6, 7]


def test_milliseconds_of_matroska_are_still_a_constant_rate() -> None:
    times = np.round(np.arange(90) / 30, 3)
    assert constant_rate(times, 0.001) == pytest.approx(30, rel=1e-3)
    assert shown(plan(times), times) == list(range(90))


def test_uneven_times_take_the_nearest_frame() -> None:
    times = np.array([0, 0.1, 0.2, 0.5, 0.6, 0.7])
    assert constant_rate(times, 0.001) is None
    grid = plan(times)
    assert grid.fps == 10
    # 0.3 is nearer to 0.2 and 0.4 to 0.5
    assert shown(grid, times) == [0, 1, 2, 2, 3, 3, 4, 5]
    assert "varies" in grid.notes[0]


def test_delays_hold_a_frame_until_the_next() -> None:
    times = np.array([0, 0.1, 0.2, 0.5, 0.6, 0.7])
    grid = plan_grid(times, 0.8, 0.01, 0.0, None, 30.0, hold=True)
    assert grid.fps == 10
    assert shown(grid, times) == [0, 1, 2, 2, 2, 3, 4, 5]


def test_the_window_ends_before_its_bound() -> None:
    grid = plan(np.arange(300) / 30, seconds=2.0, start=1.0)
    assert (grid.first, grid.count) == (pytest.approx(1.0), 60)


def test_nearly_usual_rates_are_taken_for_them() -> None:
    assert usual_rate(30.0003) == 30
    assert usual_rate(29.9698) == pytest.approx(30000 / 1001)
    assert usual_rate(17.3) == 17.3


@given(
    st.lists(st.floats(0.005, 0.3), min_size=2, max_size=60),
    st.floats(5, 60),
    st.booleans(),
)
def test_samples_never_go_back_and_take_the_right_frame(steps: list[float], fps: float, hold: bool) -> None:
    times = np.concatenate([[0.0], np.cumsum(steps)])
    grid = Grid(0.0, fps, max(1, int(times[-1] * fps)), hold)
    picks = shown(grid, times)
    assert len(picks) == grid.count
    assert picks == sorted(picks)
    for sample, pick in enumerate(picks):
        now = sample / fps
        best = np.searchsorted(times, now + 1e-9) - 1 if hold else np.argmin(np.abs(times - now))
        # a sample less than a thousandth of a step from the boundary may take either side
        assert abs(times[pick] - now) <= abs(times[best] - now) + 2e-3 / fps or (
            hold and abs(times[pick] - now) < 2e-3 / fps
        )
