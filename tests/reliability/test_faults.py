"""Processes that are killed at random moments: what was said is kept, and nothing half is taken as whole."""

from __future__ import annotations

import hashlib
import signal
from pathlib import Path

import pytest
from fault_campaigns import check_folder, kill_after, kill_cache_writer, make_command
from small_pool import Make

from semcine_nb.cache import ArrayCache, content_key


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SEMCINE_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_make_killed_while_it_writes_leaves_the_earlier_result(
    clip: Path, water: str, make: Make, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    assert make(clip)[0] == 0
    before = hashes(out)
    killed = kill_after(make_command(clip, water, out), lambda: any(out.glob(".semcine-*.part/*")), 0.0)
    assert killed == -signal.SIGKILL
    assert hashes(out) == before
    assert list(out.glob(".semcine-*.part"))
    assert make(clip)[0] == 0  # what was left hinders nobody, and goes
    check_folder(out)
    assert not list(out.glob(".*"))


def hashes(folder: Path) -> dict[str, str]:
    """The content of each file but those that are being written."""
    files = [path for path in folder.iterdir() if not path.name.startswith(".")]
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_a_killed_writer_leaves_no_entry_that_is_taken_for_whole(own_cache: Path) -> None:
    for moment in (0.0, 0.003, 0.01):
        acknowledged = kill_cache_writer(own_cache, moment)
        cache = ArrayCache(own_cache)
        for number in range(acknowledged):
            entry = cache.load(content_key("soak", number))
            assert entry is not None, f"entry {number} was said to be kept"
            assert (entry["values"] == number).all()
        following = cache.load(content_key("soak", acknowledged))
        assert following is None or (following["values"] == acknowledged).all()
        cache.clear()
