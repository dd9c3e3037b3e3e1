"""The progress bar of the command line."""

from __future__ import annotations

import shutil
from typing import Any

from ..progress import Bar


def terminal_bar(total: float | None = None, desc: str = "") -> Bar:
    """One line that is written over; nothing where no person sits at a terminal."""
    from tqdm import tqdm

    # where a terminal does not tell its size, tqdm alone would show nothing
    size = shutil.get_terminal_size()
    form = "{desc:<32.32} {percentage:3.0f}% |{bar:24}| {elapsed}" if total else None
    shape: dict[str, Any] = {"ncols": size.columns, "nrows": size.lines, "bar_format": form}
    return tqdm(total=total, desc=desc, leave=False, disable=None, **shape)
