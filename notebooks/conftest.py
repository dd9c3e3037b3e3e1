"""Lets nbval compare notebooks that are stored clean: outputs only in cells whose figures must hold.

Such a cell says ``# NBVAL_CHECK_OUTPUT`` and is tagged ``keep_output``, so that nbstripout leaves its output.
"""

from __future__ import annotations

import os
from typing import Any

import pytest

# a lesson must hold as computed now, not as an earlier run kept it; kernels inherit this
os.environ["SEMCINE_CACHE"] = "off"


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: Any) -> None:
    if not hasattr(item, "cell"):
        return
    if item.options["check"] and not item.cell.outputs:
        pytest.fail("this cell is to be compared but has no stored output: run it and tag it keep_output")
    if item.options["skip"] and os.environ.get("CI"):
        pytest.fail("this cell would be skipped, and CI is set, where nothing may skip")
    if item.cell.outputs and item.cell.execution_count is None:
        item.cell.execution_count = 1  # nbstripout takes the count away; without one nbval does not compare
