"""The whole way in one call: ranked without ratings, for a person, and stopped in the middle."""

from __future__ import annotations

import logging
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from small_pond import pond, ranked_pond, truth

import semcine_nb as sc
from semcine_nb.errors import LoopError, RatingError, SegmentationError, StoreError, VideoError
from semcine_nb.ordering import UNRATED
from semcine_nb.pipeline import make_cinemagraphs
from semcine_nb.preference import context_features
from semcine_nb.progress import Bar, silent
from semcine_nb.study import RatingStore


def test_each_candidate_is_solved_measured_and_ordered() -> None:
    ranked = ranked_pond()
    assert {c.candidate.label for c in ranked} == {"water", "animal"}
    assert len(ranked) == len(ranked.places) == 2
    assert ranked.basis == UNRATED
    values = [place.unrated.value for place in ranked.places]
    assert values == sorted(values, reverse=True)
    assert all(place.why and place.rating is None for place in ranked.places)
    assert ranked[:1] == (ranked[0],)
    for cinema in ranked:
        still = np.ones_like(cinema.period), np.zeros_like(cinema.start)
        energy = sc.loop_energy(ranked.clip, ranked.selection.response, cinema.candidate, *still)
        assert cinema.energy.total < energy.total


def test_what_was_rendered_is_handed_on_once_and_as_it_would_be_rendered() -> None:
    seen: list[tuple[Any, np.ndarray]] = []
    ranked = make_cinemagraphs(
        pond().video,
        k=1,
        segmenter=truth(),
        render={"still": 0, "length": 20, "blend": False},
        on_rendered=lambda cinema, frames: seen.append((cinema, frames)),
    )
    assert [id(cinema) for cinema, _ in seen] == [id(cinema) for cinema in ranked]
    cinema, frames = seen[0]
    assert np.array_equal(frames, cinema.render(still=0, length=20, blend=False))
    assert np.array_equal(frames[5][~cinema.dynamic], pond().video.frames[0][~cinema.dynamic])


@pytest.mark.parametrize(
    ("options", "error", "says"),
    [
        ({"segmenter": "telepathy"}, SegmentationError, "no segmenter 'telepathy'"),
        ({"select": {"pin": ("watr",)}}, SegmentationError, "watr"),
        ({"render": {"still": 60}}, LoopError, "still frame 60"),
        ({"render": {"crossfade": 4, "ping_pong": True}}, LoopError, "crossfade"),
        ({"render": {"speed": 2}}, LoopError, "speed"),
        ({"ratings": "mysql://nobody/x"}, StoreError, "mysql"),
        ({"ratings": "sqlite:///{}/another_version.db"}, RatingError, "3 features"),
    ],
)
def test_what_is_wrong_is_told_before_the_long_work(
    options: dict[str, Any], error: type[Exception], says: str, tmp_path: Path
) -> None:
    with RatingStore(tmp_path / "another_version.db") as store:
        store.add_cinemagraph("a", np.arange(3.0))
        store.rate("anna", "a", 4)
    if "ratings" in options:
        options = {"ratings": options["ratings"].format(tmp_path)}
    begun: list[str] = []

    def watched(total: float | None = None, desc: str = "") -> Bar:
        begun.append(desc)
        return silent()

    with pytest.raises(error, match=says):
        make_cinemagraphs(pond().video, progress=watched, **{"segmenter": truth(), **options})
    assert begun == []


def test_a_missing_clip_is_told() -> None:
    with pytest.raises(VideoError, match=r"nowhere\.mp4"):
        make_cinemagraphs("nowhere.mp4", segmenter=truth())


def test_ctrl_c_while_candidates_are_solved_stops_the_threads_too() -> None:
    def interrupting(total: float | None = None, desc: str = "") -> Bar:
        if desc.startswith("Stages 2 and 3"):
            raise KeyboardInterrupt
        return silent()

    before = threading.active_count()
    with pytest.raises(KeyboardInterrupt):
        make_cinemagraphs(pond().video, segmenter=truth(), progress=interrupting)
    assert threading.active_count() == before


def test_a_moving_camera_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    shaken = np.stack([np.roll(frame, (t % 4) * 2, axis=1) for t, frame in enumerate(pond().video.frames)])
    with caplog.at_level(logging.WARNING, "semcine"):
        make_cinemagraphs(sc.Video(shaken, 30.0), k=1, segmenter=truth())
    assert caplog.text.count("tripod") == 1


# --- ranked for a person ---------------------------------------------------------------------------------


@pytest.fixture
def store(tmp_path: Path) -> RatingStore:
    """Twelve procedural loops whose stars follow one feature; anna likes little of it, ben much."""
    store = RatingStore(tmp_path / "ratings.db")
    features = [context_features(cinema) for cinema in ranked_pond()]
    middle = np.mean([own.values for own in features], axis=0)
    apart = features[0].values - features[1].values
    for i, share in enumerate(np.linspace(-0.6, 0.6, 12)):
        store.add_cinemagraph(f"loop {i}", replace(features[0], values=middle + share * apart))
        store.rate("anna", f"loop {i}", 5 if share < 0 else 1)
        store.rate("ben", f"loop {i}", 1 if share < 0 else 5)
    return store


def test_two_people_with_opposite_tastes_get_opposite_orders(store: RatingStore, tmp_path: Path) -> None:
    names = {}
    for user in ("anna", "ben"):
        ratings = store if user == "anna" else f"sqlite:///{tmp_path / 'ratings.db'}"
        ranked = make_cinemagraphs(pond().video, segmenter=truth(), user=user, ratings=ratings)
        names[user] = [cinema.candidate.label for cinema in ranked]
        assert ranked.basis.startswith(f"Ranked for {user}, from 12 ratings of this person")
        stars = [place.rating for place in ranked.places]
        assert stars == sorted(stars, reverse=True)
        assert ranked.places[0].why.startswith(f"Predicted {stars[0]:.1f} ± ")
    assert names["ben"] == [cinema.candidate.label for cinema in ranked_pond()]
    assert names["anna"] == names["ben"][::-1]


def test_a_store_without_ratings_is_told_and_the_order_is_by_quality(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "semcine"), RatingStore(tmp_path / "new.db") as store:
        ranked = make_cinemagraphs(pond().video, k=1, segmenter=truth(), user="anna", ratings=store)
    assert ranked.basis == UNRATED
    assert "holds no ratings yet" in caplog.text
