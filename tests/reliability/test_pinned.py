"""The lock with hashes and the constraints name the same versions; nothing in the lock is without a hash."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def pinned(text: str) -> dict[str, str]:
    found = re.findall(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", text, re.MULTILINE)
    return {re.sub(r"[-_.]+", "-", name).lower(): version for name, version in found}


def test_the_lock_has_the_versions_of_the_constraints() -> None:
    """What was added to the constraints since then is installed by its version alone: run make lock."""
    lock = pinned((ROOT / "requirements.lock").read_text())
    constraints = pinned((ROOT / "constraints.txt").read_text())
    assert {name: constraints.get(name) for name in lock} == lock
    assert not {"torch", "atheris"} & set(lock)
    assert len(lock) > 150


def test_every_package_in_the_lock_has_hashes() -> None:
    blocks = re.split(r"\n(?=\S)", (ROOT / "requirements.lock").read_text().strip())
    assert all(re.search(r"--hash=sha256:[0-9a-f]{64}", block) for block in blocks)
