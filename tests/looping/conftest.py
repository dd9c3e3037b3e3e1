"""One random clip for the tests that need no particular one."""

from __future__ import annotations

import pytest
from random_case import Case


@pytest.fixture
def case() -> Case:
    return Case(0)
