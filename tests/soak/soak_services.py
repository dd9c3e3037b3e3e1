"""Load and faults of the study's services, with figures: run by `make soak`, not among the tests."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

TESTS = Path(__file__).parents[1]
sys.path[:0] = [str(TESTS), str(TESTS / "reliability"), str(TESTS / "widgets")]

import test_rating_page as rating_page  # noqa: E402
from postgresql_restarts import restarted  # noqa: E402

from semcine_nb.study import RatingStore  # noqa: E402

RATERS = int(os.environ.get("SEMCINE_SOAK_RATERS", "200"))
BROWSERS = int(os.environ.get("SEMCINE_SOAK_BROWSERS", "20"))
EACH = 20


def told(what: str, figure: str) -> None:
    sys.stdout.write(f"| {what} | {figure} |\n")


def rate_all(url: str, people: int, each: int, meanwhile: Callable[[], object] = lambda: None) -> list[float]:
    """Everybody rates ``each`` items at once; seconds of every rating. Asserts that none is lost."""
    with RatingStore(url) as store:
        for i in range(each):
            store.add_cinemagraph(f"item {i}")
    start = threading.Barrier(people, timeout=300)

    def person(number: int) -> list[float]:
        took = []
        with RatingStore(url, timeout=240) as own:
            start.wait()
            for i in range(each):
                before = time.perf_counter()
                own.rate(f"person {number:03}", f"item {i}", 1 + (number + i) % 5, order=i)
                took.append(time.perf_counter() - before)
        return took

    with ThreadPoolExecutor(people + 1) as pool:
        other = pool.submit(meanwhile)
        seconds = [second for took in pool.map(person, range(people)) for second in took]
        other.result()
    with RatingStore(url) as store:
        assert len(store.history()) == people * each
        matrix = store.matrix()
    numbers = np.array([int(code.split()[1]) for code in matrix.people])
    np.testing.assert_array_equal(matrix.ratings, 1 + (numbers[None] + np.arange(each)[:, None]) % 5)
    return seconds


def test_many_raters_at_once(postgresql_url: str) -> None:
    before = time.perf_counter()
    seconds = rate_all(postgresql_url, RATERS, EACH)
    rate = len(seconds) / (time.perf_counter() - before)
    told(
        f"{RATERS} raters at once on one PostgreSQL, {EACH} ratings each, without a pause",
        f"{rate:.0f} ratings a second, 95th percentile {np.percentile(seconds, 95):.2f} s, lost 0",
    )


def test_restarts_under_load(postgresql_url: str) -> None:
    longest = rate_all(postgresql_url, 20, 60, lambda: restarted(postgresql_url, times=3, pause=1.5))
    told(
        "PostgreSQL shut down at once and started again three times while 20 people rate",
        f"{len(longest)} ratings, lost 0, longest pause {max(longest):.1f} s",
    )


def test_raters_in_browsers(browser: Any, postgresql_url: str, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(rating_page, "PEOPLE", BROWSERS)
    rating_page.make_clips(tmp_path / "clips", 4)
    server = rating_page.Server(tmp_path / "clips", postgresql_url, tmp_path / "log")
    patience, took = 600_000, []
    try:
        pages = [browser.new_context().new_page() for _ in range(BROWSERS)]
        before = time.perf_counter()
        for page, link in zip(pages, server.links.values(), strict=True):
            page.goto(link, timeout=patience, wait_until="commit")
        for page in pages:
            page.get_by_role("button", name="I agree: begin").click(timeout=patience)
        for page in pages:
            page.wait_for_selector('[data-screen="rating"][data-serial="1"]', timeout=patience)
        opened = time.perf_counter() - before
        for round_ in range(1, 4):
            for page in pages:
                clicked = time.perf_counter()
                page.get_by_role("button", name="4 of 5 stars").click(timeout=patience)
                page.wait_for_selector(f'[data-serial="{round_ + 1}"]', timeout=patience)
                took.append(time.perf_counter() - clicked)
        with RatingStore(postgresql_url) as store:
            assert [len(store.history(code)) for code in server.links] == [3] * BROWSERS
    finally:
        server.close()
    told(
        f"{BROWSERS} people in browsers of their own through Voilà, all pages open at once",
        f"{len(took)} ratings, lost 0, 95th percentile from click to next {np.percentile(took, 95):.2f} s; "
        f"all pages ready after {opened:.0f} s",
    )
