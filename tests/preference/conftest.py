"""Small simulated studies that the tests of this folder share."""

from __future__ import annotations

import numpy as np
import pytest

from semcine_nb.study.simulation import simulate_study


@pytest.fixture(scope="session")
def study():
    """60 cinemagraphs, 18 people, 151 features: small enough for every model, large enough to learn from."""
    return simulate_study("continuous", people=18, cinemagraphs=60, rated=0.7, motion_size=32, seed=11)


@pytest.fixture
def rng():
    return np.random.default_rng(5)
