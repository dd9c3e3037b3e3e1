"""Results kept by content: found again, not trusted when damaged, not in the way when they cannot be kept."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from semcine_nb.cache import ArrayCache, as_cache, content_key, default_cache
from semcine_nb.errors import StoreError

KEY = content_key("a clip", 1)
ARRAYS = {"starts": np.arange(600, dtype=np.int32).reshape(2, 20, 15), "rate": np.array(29.97)}


def same(one: Any, other: Any) -> bool:
    return one.keys() == other.keys() and all(
        np.array_equal(one[name], other[name]) and one[name].dtype == other[name].dtype for name in one
    )


# --- keys ------------------------------------------------------------------------------------------------


def test_a_key_is_64_hexadecimal_digits_and_always_the_same() -> None:
    assert len(KEY) == 64
    assert int(KEY, 16) > 0
    assert content_key("a clip", 1) == KEY


def test_parts_that_look_alike_have_different_keys() -> None:
    zeros = np.zeros(4, np.uint8)
    parts: list[Any] = [None, False, 0, 0.0, "0", b"0", (), (0,), ((0,),), (0, 0), {"0": 0}, {"0": (0,)}]
    parts += [zeros, zeros.reshape(2, 2), zeros.astype(np.int8), zeros[:3], "ab", ("a", "b"), ("", "ab")]
    keys = {content_key(part) for part in parts} | {content_key("a", "b"), content_key("ab", "")}
    assert len(keys) == len(parts) + 2


def test_numpy_numbers_count_as_what_they_are_and_order_of_names_does_not() -> None:
    assert content_key(np.int64(7), np.float64(0.5), np.bool_(True)) == content_key(7, 0.5, True)
    assert content_key({"a": 1, "b": 2}) == content_key({"b": 2, "a": 1})


@given(
    hnp.arrays(
        st.sampled_from([np.uint8, np.int32, np.float32]),
        hnp.array_shapes(min_dims=1, max_dims=3, min_side=0),
    )
)
def test_an_array_s_place_in_memory_does_not_count(array: Any) -> None:
    key = content_key(array)
    assert content_key(np.asfortranarray(array)) == key
    wide = np.stack([array, array], axis=-1)
    assert content_key(wide[..., 0]) == key


def test_one_changed_value_is_another_key() -> None:
    changed = {**ARRAYS, "starts": ARRAYS["starts"].copy()}
    changed["starts"][1, 19, 14] += 1
    assert content_key(changed) != content_key(ARRAYS)


@pytest.mark.parametrize("part", [object(), {1, 2}, Path("a"), np.array([object()])])
def test_what_has_no_certain_content_is_refused(part: Any) -> None:
    with pytest.raises(TypeError, match="content"):
        content_key(part)


# --- keeping ---------------------------------------------------------------------------------------------


def test_what_was_saved_is_loaded(tmp_path: Path) -> None:
    cache = ArrayCache(tmp_path / "made" / "here")
    assert cache.load(KEY) is None
    assert not cache.folder.exists()  # nothing is made for a look
    assert cache.save(KEY, ARRAYS)
    found = ArrayCache(cache.folder).load(KEY)
    assert found is not None
    assert same(found, ARRAYS)
    assert cache.load(content_key("another")) is None
    assert [path.name for path in cache.folder.iterdir()] == [f"{KEY}.npz"]


def test_an_entry_under_another_s_name_is_not_taken_for_it(tmp_path: Path) -> None:
    cache = ArrayCache(tmp_path)
    cache.save(KEY, ARRAYS)
    other = content_key("other")
    (tmp_path / f"{KEY}.npz").rename(tmp_path / f"{other}.npz")
    assert cache.load(other) is None


def test_every_damage_is_noticed(tmp_path: Path) -> None:
    cache = ArrayCache(tmp_path)
    cache.save(KEY, ARRAYS)
    path = tmp_path / f"{KEY}.npz"
    whole = path.read_bytes()
    rng = np.random.default_rng(0)
    damages = [whole[: len(whole) // 2], whole[:-1], b"", b"text"]
    damages += [
        whole[:at] + bytes([whole[at] ^ int(rng.integers(1, 256))]) + whole[at + 1 :]
        for at in rng.choice(len(whole), 300, replace=False)
    ]
    for damaged in damages:
        path.write_bytes(damaged)
        found = cache.load(KEY)
        # a byte that says nothing, as a date in the container does, may change
        assert found is None or same(found, ARRAYS)
        assert path.exists() == (found is not None)
    cache.save(KEY, ARRAYS)
    assert cache.load(KEY) is not None


def test_the_least_recently_used_go_first(tmp_path: Path) -> None:
    noise = {"noise": np.random.default_rng(0).integers(0, 256, 10_000, dtype=np.uint8)}
    cache = ArrayCache(tmp_path, max_bytes=35_000)
    keys = [content_key(i) for i in range(4)]
    (tmp_path / "mine.txt").write_text("mine")
    for age, key in zip((300, 200, 100), keys, strict=False):
        cache.save(key, noise)
        moment = os.stat(tmp_path / f"{key}.npz").st_mtime - age
        os.utime(tmp_path / f"{key}.npz", (moment, moment))
    assert cache.load(keys[0]) is not None  # now the one used last
    cache.save(keys[3], noise)
    assert [cache.load(key) is not None for key in keys] == [True, False, True, True]
    cache.clear()
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_what_a_killed_process_left_goes_after_a_day(tmp_path: Path) -> None:
    old, new = tmp_path / f".{KEY[:40]}-0a1b.part.npz", tmp_path / f".{KEY[:40]}-2c3d.part.npz"
    for path in (old, new):
        path.write_bytes(b"half")
    os.utime(old, (0, 0))
    ArrayCache(tmp_path).save(KEY, ARRAYS)
    assert not old.exists()
    assert new.exists()


def test_a_folder_that_cannot_be_written_is_told_once_and_stops_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("")
    cache = ArrayCache(tmp_path / "file" / "below")
    with caplog.at_level(logging.WARNING, "semcine"):
        assert not cache.save(KEY, ARRAYS)
        assert not cache.save(KEY, ARRAYS)
        assert cache.load(KEY) is None
    assert len(caplog.records) == 1
    assert "SEMCINE_CACHE" in caplog.text


def test_a_full_disk_leaves_nothing_half_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, **_: Any) -> None:
        path.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez_compressed", full)
    assert not ArrayCache(tmp_path).save(KEY, ARRAYS)
    assert list(tmp_path.iterdir()) == []


def test_two_processes_share_a_folder(tmp_path: Path) -> None:
    code = (
        "import sys, numpy as np; from semcine_nb.cache import ArrayCache, content_key\n"
        "cache = ArrayCache(sys.argv[1], 400_000); rng = np.random.default_rng(int(sys.argv[2]))\n"
        "for i in rng.integers(0, 12, 150).tolist():\n"
        "    made = {'a': np.random.default_rng(i).integers(0, 256, 60_000, dtype=np.uint8)}\n"
        "    found = cache.load(content_key(i))\n"
        "    assert found is None or np.array_equal(found['a'], made['a'])\n"
        "    assert cache.save(content_key(i), made)\n"
    )
    both = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(tmp_path), str(seed)], stderr=subprocess.PIPE, text=True
        )
        for seed in (1, 2)
    ]
    assert [process.communicate()[1] for process in both] == ["", ""]
    assert [process.returncode for process in both] == [0, 0]
    assert not list(tmp_path.glob(".*"))


# --- where -----------------------------------------------------------------------------------------------


def test_the_variable_moves_the_cache_or_switches_it_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEMCINE_CACHE", "OFF")
    assert default_cache() is None
    assert as_cache("default") is None
    monkeypatch.setenv("SEMCINE_CACHE", str(tmp_path))
    moved = as_cache("default")
    assert moved is not None
    assert moved.folder == tmp_path
    monkeypatch.delenv("SEMCINE_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))
    usual = default_cache()
    assert usual is not None
    assert usual.folder.name == "semcine"
    assert as_cache(None) is None
    assert as_cache(usual) is usual
    named = as_cache(tmp_path / "mine")
    assert named is not None
    assert named.folder == tmp_path / "mine"


def test_a_cache_without_room_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="holds nothing"):
        ArrayCache(tmp_path, 0)


def test_only_keys_are_file_names(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no key"):
        ArrayCache(tmp_path).load("../outside")
