"""Offers: what is computed ahead is what a move computes itself, before and after labels changed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_case import Case, problem_of

from semcine_nb.looping.moves import fuse
from semcine_nb.looping.pairs import distance, jump
from semcine_nb.looping.sweeps import OWN, Offers


def check_known(offers: Offers) -> None:
    """Every entry that is known is that of ``pairs``."""
    vectors = offers.problem.tables.vectors
    _, _, frames, channels = vectors.shape
    scratch = np.zeros((2, frames * channels), np.int32)
    period, start = offers.labels
    for label in range(len(offers.starts)):
        new_period, new_start = offers._proposal(label)
        for y, x in np.argwhere(new_period > 0):
            u = vectors[y, x].ravel()
            own, new = (period[y, x], start[y, x]), (new_period[y, x], new_start[y, x])
            apart, ahead = offers.apart[label, y, x], offers.jumps[label, y, x]
            if apart >= 0:
                assert apart == pytest.approx(
                    distance(u, 0, channels, *own, *new, *scratch), rel=1e-6, abs=0.05
                )
            if ahead >= 0:
                assert ahead == jump(u, 0, channels, *new)
            if offers.jump[y, x] >= 0 and own[0] > 1:
                assert offers.jump[y, x] == jump(u, 0, channels, *own)


def check_seams(offers: Offers) -> None:
    """Every seam that is known is the distance of both labels, at both pixels."""
    vectors = offers.problem.tables.vectors
    height, width, frames, channels = vectors.shape
    scratch = np.zeros((2, frames * channels), np.int32)
    period, start = offers.labels
    for d, y, x in np.argwhere(offers.seam >= 0):
        ends = (y, x), (y + d, x + 1 - d)
        assert ends[1] < (height, width)
        (p, s), (q, r) = ((period[end], start[end]) for end in ends)
        both = sum(distance(vectors[end].ravel(), 0, channels, p, s, q, r, *scratch) for end in ends)
        assert offers.seam[d, y, x] == pytest.approx(both, rel=1e-6, abs=0.05)


def check_across(offers: Offers, block: int) -> None:
    """Pairs of different labels in different blocks are numbered, and what is asked of them is known."""
    vectors = offers.problem.tables.vectors
    height, width, frames, channels = vectors.shape
    scratch = np.zeros((2, frames * channels), np.int32)
    period, start = offers.labels
    numbers = []
    for d, y, x in np.ndindex(2, height, width):
        y2, x2 = y + d, x + 1 - d
        listed = y2 < height and x2 < width and offers.where[y, x] and offers.where[y2, x2]
        listed = listed and (y // block, x // block) != (y2 // block, x2 // block)
        listed = listed and (period[y, x], start[y, x]) != (period[y2, x2], start[y2, x2])
        assert (offers.border[d, y, x] >= 0) == listed
        if not listed:
            continue
        numbers.append(int(offers.border[d, y, x]))
        ends = (y, x), (y2, x2)
        now = [(period[end], start[end]) for end in ends]
        for label in range(len(offers.starts)):
            new_period, new_start = offers._proposal(label)
            new = [(new_period[end], new_start[end]) for end in ends]
            for column, (first, second) in enumerate(((now[0], new[1]), (new[0], now[1]), new)):
                if first[0] == 0 or second[0] == 0:  # not offered
                    continue
                both = sum(
                    distance(vectors[end].ravel(), 0, channels, *first, *second, *scratch) for end in ends
                )
                found = offers.across[label, numbers[-1], column]
                assert found == pytest.approx(both, rel=1e-6, abs=0.05)
    assert sorted(numbers) == list(range(offers.across.shape[1]))


@settings(max_examples=25, deadline=None)
@given(
    st.integers(0, 10**6),
    st.booleans(),
    st.sampled_from([1, 4]),
    st.sampled_from([1, 2]),
    st.sampled_from([1, 6]),
)
def test_what_is_known_is_what_a_move_computes(seed, own, step, block, height):
    case = Case(seed, frames=60, h=height, w=7)
    problem = problem_of(case)
    labels = case.labels(periods=(8, 12, 16, 24, 36), step=step)
    plain = labels[0].copy(), labels[1].copy()
    where = case.rng.random(labels[0].shape) < 0.9
    if own:
        starts = np.arange(4, 52, 4, dtype=np.int32)[:, None, None]
        periods = np.full(len(starts), OWN)
    else:
        periods = np.array([8, 16, 36, 1, 1])
        starts = step * case.rng.integers(1, 24 // step, (5, height, 7)).astype(np.int32)
    offers = Offers(problem, labels, periods, starts, where, block)
    offers.apart[:, ~where] = offers.jumps[:, ~where] = 1e6  # what is undefined is not read
    check_known(offers)
    check_across(offers, block)
    for label in range(len(starts)):  # of a short row perhaps nobody, but then nothing is left out
        assert (offers.apart[label][offers._proposal(label)[0] > 0] >= 0).all()
    fixed = labels[0].copy()
    for again in range(2):
        if again:  # other moves come between
            others = case.labels()
            for current in (labels, plain):
                fuse(problem, *current, *others)
        offers.expand_all(block)
        for i, start in enumerate(starts):
            new_start = np.broadcast_to(start, fixed.shape).astype(np.int32)
            new_period = np.where(periods[i] == OWN, fixed, periods[i])
            fits = where & ((new_period == 1) | ((new_start >= 1) & (new_start + new_period <= 59)))
            fuse(problem, *plain, np.where(fits, new_period, 0).astype(np.int32), new_start, block)
        np.testing.assert_array_equal(labels, plain)
        check_known(offers)
        check_seams(offers)
