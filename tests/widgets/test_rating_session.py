"""RatingSession without a browser: what is kept when, what a page may ask for, and resuming."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from semcine_nb.errors import RatingError, StoreError
from semcine_nb.study import Event, Protocol, RatingStore
from semcine_widgets import RatingSession

ITEMS = [f"clip/{i}" for i in range(6)]
SHORT = Protocol(pilot=1, repeat_every=0)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[RatingStore]:
    with RatingStore(f"sqlite:///{tmp_path / 'ratings.db'}") as opened:
        for i, item in enumerate(ITEMS):
            path = tmp_path / f"{i}.gif"
            path.write_bytes(b"GIF89a" + bytes([i]))
            opened.add_cinemagraph(item, path=path)
        yield opened


def ask(widget: RatingSession, what: str, **more: object) -> None:
    """What the page sends."""
    widget._asked({"do": what, "serial": widget.serial, **more})


def begun(store: RatingStore, person: str = "p-1", protocol: Protocol = SHORT) -> RatingSession:
    widget = RatingSession(store, person=person, protocol=protocol)
    ask(widget, "begin", agreed=True)
    return widget


def test_nothing_is_shown_before_consent(store: RatingStore) -> None:
    widget = RatingSession(store, person="p-1", protocol=SHORT)
    assert widget.screen == "welcome"
    assert "20 minutes" in widget.consent_text
    ask(widget, "begin")
    assert widget.screen == "welcome"
    assert "agreed" in widget.message
    assert widget.clip == b""
    ask(widget, "begin", agreed=True)
    assert widget.screen == "rating"
    assert store.consented("p-1") is not None
    assert widget.practice


def test_a_rating_is_in_the_store_before_the_next_one_shows(store: RatingStore) -> None:
    widget = begun(store)
    kept: list[int] = []
    widget.observe(lambda _: kept.append(len(store.history("p-1"))), "serial")
    for stars in (5, 4, 3):
        shown = widget.showing
        assert shown is not None
        assert widget.clip == Path(store.paths()[shown.item] or "").read_bytes()
        ask(widget, "rate", value=stars, loops=2.5)
    assert kept == [1, 2, 3]
    events = store.history("p-1")
    assert [event.value for event in events] == [5, 4, 3]
    assert [event.phase for event in events] == ["pilot", "main", "main"]
    assert events[1].loops_seen == 2.5
    assert (widget.done, widget.total) == (2, 6)


def test_the_practice_ends_with_a_word(store: RatingStore) -> None:
    widget = begun(store)
    ask(widget, "rate", value=1)
    assert not widget.practice
    assert "count" in widget.message


def test_a_second_click_does_not_rate_the_next_one(store: RatingStore) -> None:
    widget = begun(store)
    late = widget.serial
    ask(widget, "rate", value=2)
    widget._asked({"do": "rate", "value": 2, "serial": late})
    assert len(store.history("p-1")) == 1


@pytest.mark.parametrize("value", [0, 6, 2.5, "5", None, True, [3]])
def test_what_is_no_rating_is_refused_and_the_same_one_stays(store: RatingStore, value: object) -> None:
    widget = begun(store)
    shown = widget.showing
    ask(widget, "rate", value=value)
    assert store.history("p-1") == []
    assert widget.showing == shown
    assert "try again" in widget.message
    assert widget.answered == 2


def test_undo_skip_and_the_end(store: RatingStore) -> None:
    widget = begun(store)
    assert not widget.can_undo
    ask(widget, "skip")
    first = widget.showing
    ask(widget, "rate", value=4)
    assert widget.showing != first
    ask(widget, "undo")
    assert widget.showing == first
    assert widget.done == 0
    for _ in ITEMS:
        ask(widget, "rate", value=3)
    assert widget.screen == "done"
    assert widget.clip == b""
    ask(widget, "undo")
    assert widget.screen == "rating"
    assert widget.done == 5


def test_pausing_stops_the_clock(store: RatingStore) -> None:
    now = [0.0]
    widget = begun(store)
    widget.session.clock = lambda: now[0]
    ask(widget, "rate", value=1)
    now[0] += 10
    ask(widget, "pause")
    assert widget.screen == "paused"
    now[0] += 1000
    ask(widget, "resume")
    assert widget.seconds_left == pytest.approx(20 * 60 - 10)
    ask(widget, "pause")
    widget.rate(5)  # from Python it may be rated in the pause
    assert store.history("p-1")[-1].response_time == pytest.approx(10)


def test_after_a_restart_the_person_goes_on(store: RatingStore) -> None:
    widget = begun(store)
    ask(widget, "rate", value=1)
    ask(widget, "rate", value=2)
    shown = widget.showing
    again = RatingSession(store, person="p-1", protocol=SHORT)
    assert not again.needs_consent
    assert again.screen == "welcome"
    ask(again, "begin")
    assert again.showing == shown
    assert again.done == 1


def test_a_page_can_change_nothing_but_by_asking(store: RatingStore) -> None:
    widget = begun(store)
    widget.set_state({"screen": "done", "needs_consent": False, "done": 99, "_esm": "alert(1)"})
    assert widget.screen == "rating"
    assert widget.done == 0
    ask(widget, "forget")
    ask(widget, "session")
    assert widget.screen == "rating"


def test_links_and_chosen_items(store: RatingStore) -> None:
    person = store.add_person()
    widget = RatingSession(store, items=ITEMS[:2], token=person.token, protocol=Protocol(pilot=0))
    assert widget.session.person == person.code
    assert widget.total == 2
    with pytest.raises(RatingError, match="not valid"):
        RatingSession(store, token="guessed")
    with pytest.raises(RatingError, match="either"):
        RatingSession(store)
    with pytest.raises(RatingError, match="nowhere"):
        RatingSession(store, items=["nowhere"], person="p-1")


def test_a_missing_file_is_said_and_loses_nothing(store: RatingStore) -> None:
    widget = begun(store)
    for path in store.paths().values():
        Path(path or "").unlink()
    ask(widget, "rate", value=5)
    assert "no file" in widget.message
    assert len(store.history("p-1")) == 1


def test_what_cannot_be_shown_is_not_rated_in_another_ones_place(store: RatingStore) -> None:
    """The one before stays in nobody's sight, a further click rates nothing, and skipping leads on."""
    widget = begun(store)
    upcoming = widget.session._sequence[1].item
    file = Path(store.paths()[upcoming] or "")
    content = file.read_bytes()
    file.unlink()
    before = widget.serial
    ask(widget, "rate", value=5)
    assert widget.serial == before + 1
    assert widget.clip == b""
    assert "skip it" in widget.message
    for _ in range(3):
        ask(widget, "rate", value=5)
    assert [event.item for event in store.history("p-1")] == [widget.session._sequence[0].item]
    file.write_bytes(content)
    ask(widget, "skip")
    assert store.history("p-1")[-1].kind == "skip"
    assert widget.clip != b""
    assert widget.message == ""
    ask(widget, "rate", value=4)
    assert len(store.history("p-1")) == 3


def test_a_file_that_may_not_be_read_is_said_too(store: RatingStore) -> None:
    for path in store.paths().values():
        Path(path or "").unlink()
        Path(path or "").mkdir()  # root may read every file, but no folder as one
    widget = begun(store)
    assert "skip it" in widget.message
    assert widget.clip == b""


def test_a_store_that_fails_after_a_rating_costs_no_second_one(
    store: RatingStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    widget = begun(store)
    keep = store.rate

    def broken(person: str) -> None:
        raise StoreError("the PostgreSQL database 'x' at host cannot be reached")

    with monkeypatch.context() as down:

        def keep_and_break(*what: Any, **context: Any) -> Event:
            event = keep(*what, **context)
            down.setattr(store, "consented", broken)
            return event

        down.setattr(store, "rate", keep_and_break)
        ask(widget, "rate", value=5)
        assert "try again" in widget.message
    shown = widget.serial
    ask(widget, "rate", value=2)  # as the page still shows the one before
    assert [event.value for event in store.history("p-1")] == [5]
    assert widget.serial == shown + 1
    ask(widget, "rate", value=2)
    assert [event.value for event in store.history("p-1")] == [5, 2]
