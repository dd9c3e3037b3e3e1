"""Processes that are killed at random moments: what was said is kept, and nothing half is taken as whole."""

from __future__ import annotations

import hashlib
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
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
    assert make(clip)[0] == 0  # what was left hinders nobody
    check_folder(out)


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


def test_an_entry_with_one_bit_changed_is_made_anew(own_cache: Path) -> None:
    cache = ArrayCache(own_cache)
    key = content_key("a")
    cache.save(key, {"values": np.arange(100)})
    (file,) = own_cache.glob("*.npz")
    data = bytearray(file.read_bytes())
    for place in range(0, len(data), 7):
        hurt = bytearray(data)
        hurt[place] ^= 16
        file.write_bytes(hurt)
        entry = cache.load(key)
        assert entry is None or (entry["values"] == np.arange(100)).all()


def test_two_processes_share_a_cache(own_cache: Path) -> None:
    code = (
        "import sys\n"
        "import numpy as np\n"
        "from semcine_nb.cache import ArrayCache, content_key\n"
        "cache = ArrayCache(sys.argv[1])\n"
        "wrong = 0\n"
        "for turn in range(40):\n"
        "    for number in range(3):\n"
        "        entry = cache.load(content_key(number))\n"
        "        wrong += entry is not None and not (entry['values'] == number).all()\n"
        "        cache.save(content_key(number), {'values': np.full(999, number)})\n"
        "print(wrong)\n"
    )
    children = [
        subprocess.Popen([sys.executable, "-c", code, own_cache], stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    assert [child.communicate(timeout=120)[0].strip() for child in children] == ["0", "0"]
    assert [path.suffix for path in own_cache.iterdir()] == [".npz"] * 3
