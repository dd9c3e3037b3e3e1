"""Work in fixed parts on several threads: what comes out does not depend on how many."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor


def parts(n: int, size: int) -> list[slice]:
    """0 … n − 1 as slices of ``size``, the last one shorter."""
    return [slice(i, min(i + size, n)) for i in range(0, n, size)]


def run_parts(task: Callable[[slice], None], pieces: Iterable[slice], workers: int) -> None:
    """Run one task over parts that write to different places, on ``workers`` threads."""
    if workers <= 1:
        for piece in pieces:
            task(piece)
        return
    with ThreadPoolExecutor(workers) as pool:
        for _ in pool.map(task, pieces):
            pass
