"""A person's way through a study: order, pilot, repeats, time, pause, undo and coming back later."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from semcine_nb.errors import RatingError
from semcine_nb.study import Protocol, RatingStore, Session, participant_link

ITEMS = [f"item {i:02}" for i in range(30)]


@dataclass
class Clock:
    """Seconds that pass only when told."""

    now: float = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def items(store: RatingStore) -> list[str]:
    """Nine cinemagraphs: those of the store and six more."""
    for i in range(6):
        store.add_cinemagraph(f"item {i}")
    return store.items()


def sitting(store: RatingStore, clock: Clock, **changes: float) -> Session:
    protocol = Protocol(**({"minutes": 1, "pilot": 1, "repeat_every": 3} | changes))  # type: ignore[arg-type]
    session = Session(store, "ann", protocol, clock)
    session.consent()
    return session


# --- the order -------------------------------------------------------------------------------------------


def test_a_sequence_by_hand() -> None:
    order = Protocol(pilot=0, repeat_every=0).sequence(["a", "b", "c", "d"], "ann")
    a, b, c, d = (showing.item for showing in order)
    assert sorted([a, b, c, d]) == ["a", "b", "c", "d"]
    whole = Protocol(pilot=1, repeat_every=2).sequence(["a", "b", "c", "d"], "ann")
    phases = [(showing.item, showing.phase) for showing in whole]
    main = [(a, "main"), (b, "main"), (a, "repeat"), (c, "main"), (d, "main"), (c, "repeat")]
    assert phases == [(d, "pilot"), *main]
    assert [showing.order for showing in whole] == list(range(7))  # too few to spare one


def test_what_the_pilot_showed_does_not_count_later() -> None:
    for n, pilot in ((39, 5), (40, 5), (459, 5), (16, 2)):
        shown = Protocol(pilot=pilot).sequence([f"i{i}" for i in range(n)], "ann")
        phases = {phase: {s.item for s in shown if s.phase == phase} for phase in ("pilot", "main")}
        assert len(phases["pilot"]) == pilot
        if n == 39:
            assert phases["pilot"] < phases["main"]
        else:
            assert not phases["pilot"] & phases["main"]
            assert len(phases["main"]) == n - pilot


@given(st.integers(0, 40), st.integers(0, 10), st.integers(0, 12), st.integers(0, 3))
def test_everything_comes_once_and_repeats_come_later(
    n: int, pilot: int, repeat_every: int, seed: int
) -> None:
    protocol = Protocol(pilot=pilot, repeat_every=repeat_every, seed=seed)
    shown = protocol.sequence([f"i{i}" for i in range(n)], "ann")
    count = Counter(showing.phase for showing in shown)
    main = n - pilot if n >= 8 * pilot else n
    assert count["main"] == main
    assert count["pilot"] == min(pilot, n)
    assert count["repeat"] == (main // repeat_every if repeat_every else 0)
    first = {showing.item: showing.order for showing in shown if showing.phase == "main"}
    assert len(first) == main
    for showing in shown:
        if showing.phase == "repeat":
            assert showing.order - first[showing.item] >= repeat_every


def test_the_order_is_random_by_person_and_seed_and_always_the_same() -> None:
    def order(person: str, seed: int = 0, items: list[str] = ITEMS) -> list[str]:
        shown = Protocol(pilot=0, repeat_every=0, seed=seed).sequence(items, person)
        return [showing.item for showing in shown]

    assert order("ann") == order("ann", items=ITEMS[::-1])
    assert len({tuple(order("ann", seed)) for seed in range(5)} | {tuple(order("bob"))}) == 6
    # a cinemagraph that comes later changes nobody's order of the others
    assert [item for item in order("ann", items=[*ITEMS, "late"]) if item != "late"] == order("ann")
    # no place is any cinemagraph's own: the mean place over many people is the middle, within four deviations
    places = [order(f"p{i}").index("item 00") for i in range(400)]
    assert abs(np.mean(places) - 14.5) < 4 * np.sqrt((30**2 - 1) / 12 / 400)


@pytest.mark.parametrize(
    "changes", [{"minutes": 0}, {"minutes": float("nan")}, {"pilot": -1}, {"repeat_every": -1}]
)
def test_protocols_that_cannot_be(changes: dict[str, float]) -> None:
    with pytest.raises(RatingError):
        Protocol(**changes)  # type: ignore[arg-type]


# --- a sitting -------------------------------------------------------------------------------------------


def test_nothing_is_shown_before_consent(store: RatingStore) -> None:
    session = Session(store, "ann")
    assert session.needs_consent
    assert "20 minutes" in session.consent_text
    with pytest.raises(RatingError, match="agreed"):
        session.next()
    with pytest.raises(RatingError, match="next"):
        session.rate(3)
    session.consent()
    assert session.next() is not None


def test_a_whole_study(store: RatingStore, items: list[str]) -> None:
    clock = Clock()
    session = sitting(store, clock)
    seen = []
    while (shown := session.next()) is not None:
        assert session.next() == shown  # the same until it is dealt with
        seen.append(shown)
        clock.now += 2
        session.rate(1 + shown.order % 5, loops_seen=1.5)
    assert seen == session.protocol.sequence(items, "ann")
    assert session.progress == (8, 8)  # the one of the pilot is left out
    events = store.history()
    assert [(e.item, e.phase, e.order) for e in events] == [(s.item, s.phase, s.order) for s in seen]
    assert {e.response_time for e in events} == {2.0}
    assert {e.session for e in events} == {session.id}
    assert session.seconds_left == 60 - 2 * 10  # eight, two of them twice; the pilot costs nothing


def test_time_is_up(store: RatingStore, items: list[str]) -> None:
    clock = Clock()
    session = sitting(store, clock, pilot=0, repeat_every=0)
    for _ in range(2):
        assert session.next() is not None
        clock.now += 35
        session.rate(3)  # what is on show when time is up may still be rated
    assert session.seconds_left == 0
    assert session.next() is None
    assert session.progress == (2, 9)
    assert sitting(store, clock, pilot=0, repeat_every=0).next() is None  # nor by coming back


def test_pauses_do_not_count(store: RatingStore) -> None:
    clock = Clock()
    session = sitting(store, clock, pilot=0)
    session.next()
    clock.now += 3
    session.pause()
    session.pause()
    clock.now += 1000
    assert session.seconds_left == 57
    session.resume()
    session.resume()
    clock.now += 4
    assert session.rate(5).response_time == 7


def test_coming_back_goes_on_where_one_was(store: RatingStore, items: list[str]) -> None:
    clock = Clock()
    whole = [showing.item for showing in sitting(store, clock).protocol.sequence(items, "ann")]
    seen = []
    for _ in range(3):  # a new kernel after every third
        session = sitting(store, clock)
        for _ in range(3):
            shown = session.next()
            assert shown is not None
            seen.append(shown.item)
            clock.now += 1
            session.rate(3)
    assert seen == whole[:9]
    assert sitting(store, clock).seconds_left == 60 - 8


def test_cinemagraphs_that_come_later_bring_nobody_back_to_the_pilot(
    store: RatingStore, items: list[str]
) -> None:
    clock = Clock()
    session = sitting(store, clock, repeat_every=0)
    practiced = []
    for _ in range(3):
        shown = session.next()
        assert shown is not None
        practiced += [shown.item] if shown.phase == "pilot" else []
        session.rate(3)
    assert len(practiced) == 1
    for i in range(40):
        store.add_cinemagraph(f"late {i:02}")
    session = sitting(store, clock, repeat_every=0)
    later = []
    while (shown := session.next()) is not None:
        later.append(shown)
        session.rate(3)
    assert {shown.phase for shown in later} == {"main"}
    assert not {shown.item for shown in later} & set(practiced)
    done, total = session.progress
    assert done == total == len(later) + 2


def test_undo_shows_it_again_and_skip_does_not(store: RatingStore, items: list[str]) -> None:
    clock = Clock()
    session = sitting(store, clock, pilot=0)
    first = session.next()
    assert first is not None
    session.rate(2)
    second = session.next()
    undone = session.undo()
    assert undone is not None
    assert (undone.item, undone.value) == (first.item, 2)
    assert session.next() == first
    session.rate(4)
    assert session.next() == second
    session.skip()
    third = session.next()
    assert third not in (first, second)
    row = dict(zip(store.items(), store.matrix().ratings[:, 0], strict=True))
    assert row[first.item] == 4
    assert np.isnan(row[second.item])  # type: ignore[union-attr]


def test_what_was_skipped_is_not_repeated(store: RatingStore, items: list[str]) -> None:
    session = sitting(store, Clock(), pilot=0)
    first = session.next()
    assert first is not None
    session.skip()
    while (shown := session.next()) is not None:
        assert shown.item != first.item
        session.rate(3)


def test_who_was_forgotten_does_not_come_back_by_an_open_page(store: RatingStore) -> None:
    session = sitting(store, Clock())
    session.next()
    session.rate(3)
    session.next()
    store.forget("ann")
    with pytest.raises(RatingError, match="agreed"):
        session.rate(3)
    assert store.people() == []


def test_nothing_to_undo(store: RatingStore) -> None:
    assert sitting(store, Clock()).undo() is None


# --- links -----------------------------------------------------------------------------------------------


def test_a_link_carries_the_token_whatever_it_is() -> None:
    assert (
        participant_link("https://lab.example/rate", "a&b=c/+")
        == "https://lab.example/rate?token=a%26b%3Dc%2F%2B"
    )
    assert participant_link("http://h/r?token=old&x=1", "new") == "http://h/r?x=1&token=new"


@pytest.mark.parametrize("page", ["javascript:alert(1)", "lab.example/rate", "http://", ""])
def test_a_link_leads_to_a_page(page: str) -> None:
    with pytest.raises(RatingError, match="http"):
        participant_link(page, "t")
