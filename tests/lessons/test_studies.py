"""What the lessons open: loops to rate, a study by the real protocol, ratings from a store or simulated."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from semcine_nb.errors import RatingError
from semcine_nb.lessons.studies import draw_ratings, open_cinemagraphs, open_ratings, run_simulated_study
from semcine_nb.study import Protocol, RatingStore, krippendorff_alpha, rater_consistency, simulate_study


@pytest.fixture
def empty(tmp_path: Path) -> RatingStore:
    return RatingStore(tmp_path / "ratings.db")


def test_painted_loops_have_files_and_come_from_five_clips(empty: RatingStore, tmp_path: Path) -> None:
    items = open_cinemagraphs(None, empty, tmp_path / "loops")
    assert len(items) == 10
    assert all(Path(path or "").is_file() for path in empty.paths().values())
    assert len(set(empty.clips())) == 5


def test_an_own_folder_takes_their_place(empty: RatingStore, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "1-water.mp4").write_bytes(b"loop")
    assert open_cinemagraphs(tmp_path / "mine", empty, tmp_path / "unused") == ["1-water"]
    assert not (tmp_path / "unused").exists()


def test_a_simulated_study_goes_by_the_protocol(empty: RatingStore) -> None:
    study = simulate_study("groups", people=4, cinemagraphs=40, motion_size=8)
    run_simulated_study(empty, study, Protocol(minutes=2, pilot=2, repeat_every=5), seed=2)
    ratings, items, people = empty.matrix()
    assert people == ["sim-01", "sim-02", "sim-03", "sim-04"]
    known = np.isfinite(ratings)
    # two minutes are about 30 looks of 4 s, a sixth of them second ones, and the pilot costs nothing
    assert ((known.sum(axis=0) > 12) & (known.sum(axis=0) < 38)).all()
    truth = study.complete[[int(item.split()[-1]) - 1 for item in items]]
    assert np.abs(ratings - truth)[known].max() == 1  # a second look, now and then
    assert np.mean((ratings == truth)[known]) > 0.85
    assert sum(c.pairs for c in rater_consistency(empty.history(effective=True)).values()) >= 8
    np.testing.assert_array_equal(empty.features(), study.features)


def test_ratings_of_a_store_leave_out_what_no_model_can_use(empty: RatingStore, tmp_path: Path) -> None:
    study = simulate_study("groups", people=3, cinemagraphs=12, motion_size=8)
    run_simulated_study(empty, study, Protocol(pilot=0, repeat_every=0))
    empty.add_cinemagraph("bare")
    empty.add_person("nobody")
    data = open_ratings(tmp_path / "ratings.db")
    assert data.ratings.shape == (12, 3)
    assert data.features.shape == study.features.shape
    assert data.people == ("sim-01", "sim-02", "sim-03")
    assert data.note == ""
    assert len(np.unique(data.clips)) == len(np.unique(study.groups))
    with RatingStore(tmp_path / "new.db"), pytest.raises(RatingError, match=r"new\.db"):
        open_ratings(tmp_path / "new.db")


def test_simulated_ratings_say_so() -> None:
    data = open_ratings(people=6, cinemagraphs=20)
    assert data.ratings.shape == (20, 6)
    assert "simulated" in data.note


def test_what_people_share_makes_them_agree_and_error_makes_second_looks_differ() -> None:
    alpha = [krippendorff_alpha(draw_ratings(shared, 0.3)[0]) for shared in (0.0, 0.5, 1.0)]
    assert alpha[0] < 0.1 < alpha[1] < alpha[2]
    same = [np.mean(np.equal(*draw_ratings(0.5, error))) for error in (0.0, 0.5, 2.0)]
    assert same[0] == 1 > same[1] > same[2]
    for shared, error in ((1.1, 0.0), (0.5, -1.0)):
        with pytest.raises(RatingError, match="shared lies"):
            draw_ratings(shared, error)
