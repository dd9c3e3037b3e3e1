"""Work in fixed parts on several threads, so that the result does not depend on their number."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor


def parts(n: int, size: int) -> list[slice]:
    """0 … n − 1 as slices of ``size``, the last one shorter."""
    return [slice(i, min(i + size, n)) for i in range(0, n, size)]


def run_parts(task: Callable[[slice], None], pieces: Iterable[slice], threads: int | None = None) -> None:
    """Run one task over parts that write to different places, on ``threads`` threads; None: one a core."""
    threads = threads or os.cpu_count() or 1
    if threads == 1:
        for piece in pieces:
            task(piece)
        return
    with ThreadPoolExecutor(threads) as pool:
        for _ in pool.map(task, pieces):  # raises what a task raised
            pass
