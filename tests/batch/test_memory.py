"""How many clips a worker holds at once: as many as there is memory for, and always one."""

from __future__ import annotations

import threading
from contextlib import ExitStack

import pytest

from semcine_nb.batch.memory import PER_CANDIDATE, PER_CLIP, ClipsInMemory

ONE = PER_CLIP + PER_CANDIDATE  # bytes of one clip of one pixel with one task


def test_a_clip_is_made_once_and_stays_at_hand() -> None:
    clips, made = ClipsInMemory(), []
    for _ in range(3):
        with clips.holding("a", 1, ONE, lambda: made.append("a") or "prepared a") as prepared:
            assert prepared == "prepared a"
    assert made == ["a"]
    clips.drop("a")
    with clips.holding("a", 1, ONE, lambda: made.append("a") or "again"):
        clips.drop("a")  # in use: it stays
    with clips.holding("a", 1, ONE, lambda: pytest.fail("made once more")):
        pass


def test_the_longest_unused_clip_goes_when_memory_is_wanted() -> None:
    clips, made = ClipsInMemory(), []

    def take(key: str) -> None:
        with clips.holding(key, 1, 2 * PER_CLIP + PER_CANDIDATE, lambda: made.append(key) or key):
            pass

    for key in "abacab":
        take(key)
    # a, b fit; c sends b away, which was used before a; b then sends c away
    assert "".join(made) == "abcb"


def test_a_task_waits_for_memory_and_the_first_never_does() -> None:
    clips, begun = ClipsInMemory(), threading.Event()

    def second() -> None:
        with clips.holding("b", 100, 10, lambda: "b"):
            begun.set()

    with clips.holding("a", 1000, 10, lambda: "a"):  # larger than allowed, but alone
        thread = threading.Thread(target=second)
        thread.start()
        assert not begun.wait(0.2)
    assert begun.wait(10)
    thread.join(10)


def test_tasks_on_one_clip_share_it() -> None:
    clips = ClipsInMemory()
    with ExitStack() as stack:
        for _ in range(2):
            held = stack.enter_context(clips.holding("a", 1, PER_CLIP + 2 * PER_CANDIDATE, lambda: object()))
        other = clips.holding("a", 1, PER_CLIP + 3 * PER_CANDIDATE, lambda: pytest.fail("made twice"))
        assert stack.enter_context(other) is held


def test_after_an_error_a_clip_is_made_anew() -> None:
    clips = ClipsInMemory()
    with pytest.raises(ZeroDivisionError), clips.holding("a", 1, ONE, lambda: 1 // 0):
        pass
    with clips.holding("a", 1, ONE, lambda: "a") as prepared:
        assert prepared == "a"
