"""The rating store: what goes in comes out, the last rating counts, all are kept, and forgetting is whole."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from semcine_nb.errors import RatingError
from semcine_nb.study import RatingStore

NAN = float("nan")


def test_the_last_rating_counts_and_all_are_kept(store: RatingStore) -> None:
    store.rate("ann", "pond", 2)
    store.rate("bob", "duck", 1)
    store.rate("ann", "pond", 5)
    matrix = store.matrix()
    assert matrix.items == ["pond", "flag", "duck"]
    assert matrix.people == ["ann", "bob"]
    np.testing.assert_array_equal(matrix.ratings, [[5, NAN], [NAN, NAN], [NAN, 1]])
    assert [event.value for event in store.history("ann")] == [2, 5]


def test_what_surrounds_a_rating_is_kept(store: RatingStore) -> None:
    when = datetime(2025, 1, 31, 12, 0, 0, 123456, tzinfo=UTC)
    given_ = {
        "response_time": 3.25,
        "order": 7,
        "loops_seen": 2.5,
        "session": "s1",
        "phase": "repeat",
        "time": when,
    }
    store.rate("ann", "flag", 4, **given_)
    (event,) = store.history()
    assert {name: getattr(event, name) for name in given_} == given_


def test_the_pilot_does_not_count(store: RatingStore) -> None:
    store.rate("ann", "pond", 4, phase="pilot")
    assert np.isnan(store.matrix().ratings).all()
    assert len(store.history()) == 1


def test_undo_brings_the_earlier_rating_back_and_keeps_what_was_undone(store: RatingStore) -> None:
    store.rate("ann", "pond", 2)
    store.rate("ann", "pond", 5)
    store.rate("bob", "pond", 1)
    taken = store.undo("ann")
    assert taken is not None
    assert taken.value == 5
    np.testing.assert_array_equal(store.matrix().ratings[0], [2, 1])
    assert store.undo("ann") is not None
    np.testing.assert_array_equal(store.matrix().ratings[0], [NAN, 1])
    assert store.undo("ann") is None
    assert [event.kind for event in store.history("ann")] == ["rate", "rate", "undo", "undo"]
    assert store.history("ann", effective=True) == []


def test_undo_of_a_sitting_leaves_other_sittings_alone(store: RatingStore) -> None:
    store.rate("ann", "pond", 2, session="a")
    store.rate("ann", "flag", 3, session="b")
    taken = store.undo("ann", session="a")
    assert taken is not None
    assert taken.item == "pond"


@pytest.mark.parametrize("value", [0, 6, 2.5, True, "4", None, NAN, float("inf")])
def test_a_rating_is_one_to_five_stars(store: RatingStore, value: Any) -> None:
    with pytest.raises(RatingError, match="whole number from 1 to 5"):
        store.rate("ann", "pond", value)
    assert store.history() == []


@pytest.mark.parametrize("value", [4, 4.0, np.int8(4), np.float32(4)])
def test_numbers_of_numpy_are_fine(store: RatingStore, value: Any) -> None:
    store.rate("ann", "pond", value)
    assert store.matrix().ratings[0, 0] == 4


@pytest.mark.parametrize(
    "context",
    [
        {"response_time": -1},
        {"response_time": NAN},
        {"phase": "later"},
        {"time": datetime(2025, 1, 1)},
        {"session": "a\0b"},
        {"mood": "fine"},
        {"kind": "skip"},
    ],
    ids=[
        "negative time",
        "no number",
        "unknown phase",
        "no time zone",
        "NUL",
        "unknown",
        "a field of the store's own",
    ],
)
def test_context_that_no_study_has(store: RatingStore, context: dict[str, Any]) -> None:
    with pytest.raises(RatingError):
        store.rate("ann", "pond", 3, **context)


@pytest.mark.parametrize("person", ["", " ann", "a\0b", "\ud800", "x" * 201, 7, None])
def test_names_that_no_database_keeps(store: RatingStore, person: Any) -> None:
    with pytest.raises(RatingError):
        store.rate(person, "pond", 3)


def test_an_unknown_cinemagraph_is_an_error(store: RatingStore) -> None:
    with pytest.raises(RatingError, match="'sea'"):
        store.rate("ann", "sea", 3)
    assert store.people() == []


def test_nothing_to_keep_is_an_error(store: RatingStore) -> None:
    with pytest.raises(RatingError, match="no event"):
        store.append()


def test_features_are_aligned_with_the_items(store: RatingStore) -> None:
    first = SimpleNamespace(
        values=np.array([0.1, -2.0, 3e-17]), blocks={"faces": slice(0, 2), "flow": slice(2, 3)}
    )
    store.add_cinemagraph("duck", first)
    store.add_cinemagraph("boat", np.float32([1, 2, 3]), blocks=first.blocks)
    features = store.features()
    assert store.items() == ["pond", "flag", "duck", "boat"]
    assert np.isnan(features[:2]).all()
    np.testing.assert_array_equal(features[2:], [[0.1, -2.0, 3e-17], [1, 2, 3]])
    assert store.feature_blocks() == first.blocks


def test_features_of_different_kinds_are_an_error(store: RatingStore) -> None:
    store.add_cinemagraph("pond", [1.0, 2.0])
    store.add_cinemagraph("flag", [1.0, 2.0, 3.0])
    with pytest.raises(RatingError, match="different kinds"):
        store.features()


@pytest.mark.parametrize("features", [[[1.0]], [1.0, NAN], 3.0])
def test_features_are_a_finite_vector(store: RatingStore, features: Any) -> None:
    with pytest.raises(RatingError, match="finite"):
        store.add_cinemagraph("new", features)
    assert "new" not in store.items()


def test_what_was_rated_cannot_become_another_picture(store: RatingStore, tmp_path: Path) -> None:
    old, new = tmp_path / "old.mp4", tmp_path / "new.mp4"
    old.write_bytes(b"old")
    new.write_bytes(b"new")
    store.add_cinemagraph("pond", path=old)
    store.add_cinemagraph("pond", path=new)  # nobody has seen it yet
    store.rate("ann", "pond", 4)
    with pytest.raises(RatingError, match="id of its own"):
        store.add_cinemagraph("pond", path=old)
    assert store.paths()["pond"] == str(new)
    store.add_cinemagraph("pond", [1.0], path=new)  # the same picture: features may be renewed
    assert store.features()[0] == 1


def test_a_token_is_one_persons_and_kept_as_a_hash_only(store: RatingStore) -> None:
    ann, bob = store.add_person("ann"), store.add_person()
    assert store.person_of(ann.token) == "ann"
    assert store.person_of(bob.token) == bob.code != "ann"
    renewed = store.add_person("ann")
    assert store.person_of(renewed.token) == "ann"
    with pytest.raises(RatingError, match="link"):
        store.person_of(ann.token)
    assert store.people() == ["ann", bob.code]


def test_the_first_consent_stays(store: RatingStore) -> None:
    first = datetime(2025, 1, 1, tzinfo=UTC)
    assert store.consented("ann") is None
    store.consent("ann", first)
    store.consent("ann")
    assert store.consented("ann") == first


def test_a_person_without_ratings_has_an_empty_column(store: RatingStore) -> None:
    store.add_person("ann")
    matrix = store.matrix()
    assert matrix.people == ["ann"]
    assert np.isnan(matrix.ratings).all()


def test_forgetting_erases_a_person_and_nobody_else(store: RatingStore) -> None:
    token = store.add_person("ann").token
    store.consent("ann")
    store.rate("ann", "pond", 2)
    store.rate("bob", "pond", 3)
    store.undo("ann")
    assert store.forget("ann") == 2
    assert store.people() == ["bob"]
    assert [event.person for event in store.history()] == ["bob"]
    with pytest.raises(RatingError):
        store.person_of(token)
    with pytest.raises(RatingError, match="'ann'"):
        store.forget("ann")


def test_forgetting_leaves_no_trace_in_sqlites_files(tmp_path: Path) -> None:
    code = "p-unmistakable-code"
    with RatingStore(tmp_path / "ratings.db") as store:
        store.add_cinemagraph("pond")
        for value in (1, 2, 3):
            store.rate(code, "pond", value, session="sitting-of-ann")
        assert any(code.encode() in file.read_bytes() for file in tmp_path.iterdir())
        store.forget(code)
        for file in tmp_path.iterdir():
            assert code.encode() not in file.read_bytes()
            assert b"sitting-of-ann" not in file.read_bytes()


def test_what_is_there_is_there_for_the_next_to_open(store: RatingStore, store_url: str) -> None:
    store.rate("ann", "pond", 4)
    with RatingStore(store_url) as other:
        np.testing.assert_array_equal(other.matrix().ratings, store.matrix().ratings)


MOVES = st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from("xyz"), st.integers(-1, 5)), max_size=12)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=MOVES)
def test_any_history_leads_to_the_matrix_that_a_person_would_write_down(moves: list[Any]) -> None:
    """-1 is an undo, 0 a skip; the model is one list of what counts a person."""
    counting: dict[str, list[tuple[str, int]]] = {"a": [], "b": []}
    with RatingStore("sqlite://") as store:
        for item in "xyz":
            store.add_cinemagraph(item)
        for person, item, value in moves:
            if value == -1:
                taken = store.undo(person)
                assert (taken is not None) == bool(counting[person])
                counting[person][-1:] = []
            else:
                store.rate(person, item, value) if value else store.skip(person, item)
                counting[person].append((item, value))
        matrix = store.matrix()
        expected = np.full(matrix.ratings.shape, np.nan)
        for j, person in enumerate(matrix.people):
            for item, value in counting[person]:
                if value:
                    expected[matrix.items.index(item), j] = value
        np.testing.assert_array_equal(matrix.ratings, expected)
