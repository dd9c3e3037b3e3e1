"""Load and faults of the study's services, with figures: run by `make soak`, not among the tests."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

TESTS = Path(__file__).parents[1]
sys.path[:0] = [str(TESTS), str(TESTS / "reliability"), str(TESTS / "widgets")]

import test_rating_page as rating_page  # noqa: E402
from chromium import FLAGS, find_chromium  # noqa: E402
from postgresql_restarts import restarted  # noqa: E402

from semcine_nb.study import RatingStore  # noqa: E402

RATERS = int(os.environ.get("SEMCINE_SOAK_RATERS", "200"))
BROWSERS = int(os.environ.get("SEMCINE_SOAK_BROWSERS", "20"))
EACH = 20
CLIPS = 6  # that each person in a browser rates
PATIENCE = 150_000  # ms


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


def test_raters_in_browsers(postgresql_url: str, tmp_path: Path, monkeypatch: Any) -> None:
    """All open the page at the same moment, each in a context of one browser, and rate to the end."""
    monkeypatch.setattr(rating_page, "PEOPLE", BROWSERS)
    rating_page.make_clips(tmp_path / "clips", CLIPS)
    server = rating_page.Server(tmp_path / "clips", postgresql_url, tmp_path / "log")
    try:
        people = asyncio.run(_open_and_rate(list(server.links.values())))
        with RatingStore(postgresql_url) as store:
            kept = [[event.value for event in store.history(code)] for code in server.links]
        assert kept == [person.stars for person in people]
    finally:
        server.close()
    took = [second for person in people for second in person.took]
    first, last = min(p.opened for p in people), max(p.ended for p in people)
    told(
        f"{BROWSERS} people in contexts of one browser through Voilà and PostgreSQL, opened at once",
        f"{len(took)} ratings, to the end, lost 0; {len(took) / (last - first):.1f} a second, "
        f"95th percentile from click to next {np.percentile(took, 95):.1f} s; "
        f"first page ready after {first:.0f} s, all after {max(p.opened for p in people):.0f} s; "
        f"{sum(p.again for p in people)} pages asked again",
    )


@dataclass
class _Person:
    """What one person did: stars given, seconds from click to next, when the page was ready and the end."""

    stars: list[int]
    took: list[float]
    opened: float = 0.0
    ended: float = 0.0
    again: int = 0


async def _open_and_rate(links: list[str]) -> list[_Person]:
    from playwright.async_api import async_playwright

    async with async_playwright() as playwright:
        options: Any = {"executable_path": find_chromium(), "args": list(FLAGS)}
        browser = await playwright.chromium.launch(**options)
        pages = [await (await browser.new_context()).new_page() for _ in links]
        began = time.perf_counter()
        people = [
            _rate_to_the_end(page, link, i, began)
            for i, (page, link) in enumerate(zip(pages, links, strict=True))
        ]
        done = await asyncio.gather(*people)
        await browser.close()
    return done


async def _rate_to_the_end(page: Any, link: str, number: int, began: float) -> _Person:
    person = _Person([], [])
    page.set_default_timeout(PATIENCE)
    loads: list[float] = []
    page.on("domcontentloaded", lambda _page: loads.append(time.perf_counter()))
    await page.goto(link, wait_until="commit")
    await page.get_by_role("button", name="I agree: begin").click()
    await page.wait_for_selector('[data-screen="rating"][data-serial="1"]')
    person.opened, person.again = time.perf_counter() - began, len(loads) - 1
    while await page.get_by_role("heading", name="Thank you!").count() == 0:
        stars, serial = 1 + (number + len(person.stars)) % 5, len(person.stars) + 1
        clicked = time.perf_counter()
        await page.get_by_role("button", name=f"{stars} of 5 stars").click()
        await page.wait_for_selector(f'[data-serial="{serial + 1}"], [data-screen="done"]')
        person.took.append(time.perf_counter() - clicked)
        person.stars.append(stars)
    person.ended = time.perf_counter() - began
    return person
