"""Constants that make no sense are refused, and None only where it means "from the clip"."""

from __future__ import annotations

import math

import pytest

from semcine_nb.errors import LoopError
from semcine_nb.looping import LoopParameters


@pytest.mark.parametrize(
    ("name", "value"),
    [("merging", None), ("w", None), ("step", None), ("merging", -0.1), ("alpha_static", math.nan),
     ("lambda_spatial", math.inf), ("min_period", -4)],
)  # fmt: skip
def test_what_is_no_finite_number_is_refused(name, value):
    with pytest.raises(LoopError, match=rf"LoopParameters\.{name} is {value}; it must be a finite number"):
        LoopParameters(**{name: value})


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [("w", 1.5, "in \\[0, 1\\]"), ("step", 0, "at least 1 frame"), ("min_period", 1, "at least 2 frames")],
)
def test_what_is_out_of_range_is_refused(name, value, says):
    with pytest.raises(LoopError, match=says):
        LoopParameters(**{name: value})


def test_none_means_from_the_clip():
    parameters = LoopParameters(min_period=None, max_period=None, short_period=None)
    assert parameters.shortest_period(30.0) == 32
    assert parameters.short_range(30.0) == 20
