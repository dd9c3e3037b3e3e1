"""The direct solver against a sparse one, for every kind of border."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import scipy.sparse as sp
from scipy.sparse.linalg import spsolve

from semcine_nb.looping.poisson import screened_poisson


def differences(shape: tuple[int, int, int]) -> list[tuple[tuple[int, int, int], tuple[int, int, int]]]:
    """All neighbours (a, b) in x, y and periodic t."""
    n, h, w = shape
    edges = []
    for t, y, x in itertools.product(range(n), range(h), range(w)):
        if x + 1 < w:
            edges.append(((t, y, x), (t, y, x + 1)))
        if y + 1 < h:
            edges.append(((t, y, x), (t, y + 1, x)))
        edges.append(((t, y, x), ((t + 1) % n, y, x)))
    return edges


@pytest.mark.parametrize("closed", list(itertools.product([False, True], repeat=4)))
def test_fast_solve_agrees_with_a_sparse_one(closed: tuple[bool, bool, bool, bool]):
    shape, rng = (5, 6, 7), np.random.default_rng(1)
    source = rng.normal(size=shape).astype(np.float32)
    index = np.arange(np.prod(shape)).reshape(shape)
    matrix = sp.lil_array((index.size, index.size))
    for a, b in differences(shape):
        i, j = index[a], index[b]
        matrix[i, i] += 1
        matrix[j, j] += 1
        matrix[i, j] -= 1
        matrix[j, i] -= 1
    matrix.setdiag(matrix.diagonal() + 0.01)
    # C = 0 half a pixel outside is the odd reflection: the outer neighbour is −C, so the diagonal gains 2
    for side, cells in zip(closed, (index[:, 0], index[:, -1], index[:, :, 0], index[:, :, -1]), strict=True):
        for i in cells.ravel() if side else ():
            matrix[i, i] += 2
    expected = spsolve(matrix.tocsc(), source.ravel().astype(float)).reshape(shape)
    assert np.allclose(screened_poisson(source.copy(), 0.01, closed), expected, atol=2e-4)
