"""The file of features beside a cinemagraph: there and back, found by name, refused where it is none."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from semcine_nb.errors import RatingError, StoreError
from semcine_nb.study import RatingStore, Review
from semcine_nb.study.feature_files import (
    ENDING,
    StoredFeatures,
    features_beside,
    load_features,
    save_features,
)


@pytest.fixture
def features() -> StoredFeatures:
    return StoredFeatures(
        np.array([0.1, -2.0, 1e-300]), {"faces": slice(0, 1), "flow": slice(1, 3)}, ("faces, mean", "φ", "")
    )


def test_there_and_back_to_the_last_bit(features: StoredFeatures, tmp_path: Path) -> None:
    back = load_features(save_features(tmp_path / "a.npz", features))
    np.testing.assert_array_equal(back.values, features.values)
    assert back.blocks == features.blocks
    assert back.names == features.names
    first = (tmp_path / "a.npz").read_bytes()
    save_features(tmp_path / "a.npz", features)
    assert (tmp_path / "a.npz").read_bytes() == first  # the same numbers are the same file


def test_names_may_be_unknown(tmp_path: Path) -> None:
    class Bare:
        values, blocks = [1, 2], {"all": slice(None)}

    back = load_features(save_features(tmp_path / "bare.npz", Bare()))
    assert back.names == ("", "")
    assert back.blocks == {"all": slice(0, 2)}


def test_a_study_takes_them_from_beside_the_file(features: StoredFeatures, tmp_path: Path) -> None:
    for name in ("pond/1-water.mp4", "pond/2-boat.mp4"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"loop")
    save_features(tmp_path / f"pond/1-water{ENDING}", features)
    review = Review.of_folder(tmp_path)
    assert list(review.entries) == ["pond/1-water", "pond/2-boat"]
    review.accept_open()
    with RatingStore(tmp_path / "r.db") as store:
        review.add_to(store)
        np.testing.assert_array_equal(store.features()[0], features.values)
        assert np.isnan(store.features()[1]).all()
        assert store.feature_blocks() == features.blocks
    assert features_beside(tmp_path / "pond/2-boat.mp4") is None


def test_what_is_no_vector_of_finite_numbers_is_not_written(tmp_path: Path) -> None:
    for values in ([[1.0]], [np.nan]):
        with pytest.raises(RatingError, match="finite"):
            save_features(tmp_path / "x.npz", StoredFeatures(np.array(values), {}, ("",)))
    assert not list(tmp_path.iterdir())
    with pytest.raises(StoreError, match="cannot write"):
        save_features(tmp_path / "no" / "x.npz", StoredFeatures(np.zeros(1), {}, ("",)))


def wrong(kind: str, path: Path) -> None:
    layout = {"blocks": {"a": [0, 1]}, "names": ["n"]}
    if kind == "text":
        path.write_text("features")
    elif kind == "cut":
        save_features(path, StoredFeatures(np.arange(500.0), {}, ("",) * 500))
        path.write_bytes(path.read_bytes()[:-200])
    elif kind == "other arrays":
        np.savez(path, a=np.zeros(3))
    elif kind == "objects":
        np.savez(path, values=np.array([{}]), layout="{}")
    elif kind == "no layout":
        np.savez(path, values=np.zeros(1), layout="[]")
    elif kind == "names":
        np.savez(path, values=np.zeros(2), layout=json.dumps(layout))
    elif kind == "nan":
        np.savez(path, values=np.array([np.nan]), layout=json.dumps(layout))


@pytest.mark.parametrize(
    "kind", ["missing", "text", "cut", "other arrays", "objects", "no layout", "names", "nan"]
)
def test_a_damaged_file_is_said_by_name(kind: str, tmp_path: Path) -> None:
    wrong(kind, tmp_path / "x.npz")
    with pytest.raises(StoreError, match=r"x\.npz"):
        load_features(tmp_path / "x.npz")


def test_reading_them_loads_neither_torch_nor_numba() -> None:
    code = "import sys, semcine_nb.study.feature_files; print({'torch', 'numba', 'cv2'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_a_file_that_unpacks_to_gigabytes_is_refused_before_it_is_unpacked(
    features: StoredFeatures, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = save_features(tmp_path / "x.npz", features)
    monkeypatch.setenv("SEMCINE_LIMITS", "0.0000001")  # a hundred bytes
    with pytest.raises(StoreError, match=r"x\.npz unpacks to .* set SEMCINE_LIMITS=4"):
        load_features(path)


def test_damage_inside_a_packed_array_is_said_by_name(features: StoredFeatures, tmp_path: Path) -> None:
    whole = save_features(tmp_path / "x.npz", features).read_bytes()
    for place in range(30, len(whole), 7):
        (tmp_path / "x.npz").write_bytes(whole[:place] + bytes([whole[place] ^ 255]) + whole[place + 1 :])
        with suppress(StoreError):  # a byte that nobody reads does no harm
            load_features(tmp_path / "x.npz")
