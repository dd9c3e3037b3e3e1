"""Damaged files of every kind are read or refused in a sentence: mutations of valid ones, and found crashes.

`make soak` runs the same targets for as long as it is told, under atheris.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from fuzz_targets import TARGETS, attempt, seeds
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

CRASHES = Path(__file__).parent / "crashes"
SEEDS: dict[str, list[bytes]] = {}


@pytest.fixture(scope="module", autouse=True)
def valid_files() -> Iterator[Path]:
    with TemporaryDirectory() as folder:
        SEEDS.update(seeds(Path(folder)))
        yield Path(folder)


@pytest.mark.parametrize("name", TARGETS)
def test_valid_files_are_taken(name: str, valid_files: Path) -> None:
    for data in SEEDS[name]:
        assert attempt(name, data, valid_files), name


edits = st.lists(
    st.tuples(st.sampled_from(["swap", "cut", "insert", "repeat"]), st.floats(0, 1), st.binary(max_size=8)),
    min_size=1,
    max_size=6,
)


def mutated(data: bytes, changes: list[tuple[str, float, bytes]]) -> bytes:
    for kind, where, new in changes:
        at = int(where * len(data))
        if kind == "swap":
            data = data[:at] + new + data[at + len(new) :]
        elif kind == "cut":
            data = data[:at]
        elif kind == "insert":
            data = data[:at] + new + data[at:]
        else:
            data = data[:at] + data[at // 2 : at // 2 + 64] + data[at:]
    return data


@pytest.mark.parametrize("name", TARGETS)
@settings(
    max_examples=int(os.environ.get("SEMCINE_FUZZ_EXAMPLES", "12")),
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(choice=st.integers(0, 99), changes=edits)
def test_damage_is_read_or_refused(
    name: str, choice: int, changes: list[tuple[str, float, bytes]], valid_files: Path
) -> None:
    valid = SEEDS[name]
    attempt(name, mutated(valid[choice % len(valid)], changes), valid_files)


@pytest.mark.parametrize("file", sorted(CRASHES.glob("*")), ids=lambda path: path.name)
def test_what_once_crashed_does_not_again(file: Path, valid_files: Path) -> None:
    """Files are named TARGET-WHAT.bin."""
    attempt(file.name.split("-")[0], file.read_bytes(), valid_files)
