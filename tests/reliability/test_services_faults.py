"""PostgreSQL goes down and comes back while people rate: they see a pause, not a loss."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from postgresql_restarts import restarted

from semcine_nb.study import RatingStore


@pytest.mark.postgresql
@pytest.mark.slow
def test_a_restart_is_a_pause_and_no_loss(postgresql_url: str) -> None:
    with RatingStore(postgresql_url) as store:
        store.add_cinemagraph("pond")
    over = threading.Event()

    def rate(number: int) -> int:
        said = 0
        with RatingStore(postgresql_url, timeout=60) as own:
            while not over.is_set() or said < 5:
                own.rate(f"person {number}", "pond", 1 + said % 5, order=said)
                said += 1
        return said

    with ThreadPoolExecutor(4) as pool:
        jobs = [pool.submit(rate, number) for number in range(4)]
        try:
            restarted(postgresql_url)
        finally:
            over.set()
        said = [job.result() for job in jobs]
    with RatingStore(postgresql_url) as store:
        for number in range(4):
            orders = [event.order for event in store.history(f"person {number}")]
            assert orders == list(range(said[number]))  # each once, in order, none twice
