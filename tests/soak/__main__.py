"""The long campaigns, `make soak`: fuzzing, killed processes, a restarted database and many raters at once.

Figures go to standard output as rows of a table (docs/reliability.md keeps the last ones); what crashed stays
in the folder that ``--keep`` names. Ends with 1 if anything crashed or was lost.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import random
import re
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

TESTS = Path(__file__).parents[1]
sys.path[:0] = [str(TESTS), str(TESTS / "reliability")]

PYTEST = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider")
PARTS = ("fuzz", "mutate", "kill", "services")


def told(what: str, figure: str) -> None:
    sys.stdout.write(f"| {what} | {figure} |\n")
    sys.stdout.flush()


def fuzz(seconds: float, keep: Path) -> int:
    """Each reader in turn under atheris; how many crashed."""
    from fuzz_targets import TARGETS

    if importlib.util.find_spec("atheris") is None:
        told("atheris", "not installed: pip install 'semcine-nb[fuzz]' (Linux)")
        return 0
    crashed = 0
    for name in TARGETS:
        command = [
            sys.executable,
            str(TESTS / "soak" / "fuzz_one.py"),
            name,
            str(max(5, round(seconds / len(TARGETS)))),
        ]
        done = subprocess.run(
            [*command, str(keep)], capture_output=True, text=True, check=False, errors="replace"
        )
        runs = re.search(r"number_of_executed_units:\s*(\d+)", done.stderr)
        crashed += done.returncode != 0
        ending = "" if done.returncode == 0 else f", CRASHED: {keep}/{name}-…"
        told(f"atheris on {name}", f"{runs[1] if runs else '?'} inputs{ending}")
        if done.returncode:
            (keep / f"{name}.log").write_text(done.stderr[-20_000:])
    return crashed


def mutate(seconds: float, keep: Path) -> int:
    """The hypothesis tests of the readers with many examples, until the time is over."""
    examples, end, rounds = 300, time.monotonic() + seconds, 0
    command = [*PYTEST, str(TESTS / "reliability/test_fuzzed_readers.py")]
    environment = os.environ | {"SEMCINE_FUZZ_EXAMPLES": str(examples)}
    while rounds == 0 or time.monotonic() < end:
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        rounds += 1
        if done.returncode:
            (keep / "hypothesis.log").write_text(done.stdout)
            told("hypothesis", f"CRASHED: {keep}/hypothesis.log")
            return 1
    told("hypothesis on all readers", f"{rounds * examples} inputs each")
    return 0


def kill(seconds: float, keep: Path) -> int:
    """kill -9 at random moments: of make, of batch, of keeping results, of rating."""
    from fault_campaigns import (
        RATER,
        check_folder,
        kill_after,
        kill_batch,
        kill_cache_writer,
        kill_writer,
        make_command,
    )
    from odd_clips import encode
    from small_pool import pool, save_mask

    from semcine_nb.cache import ArrayCache, content_key
    from semcine_nb.study import RatingStore

    rng = random.Random(0)
    counts = dict.fromkeys(("make", "batch", "cache", "rating"), 0)
    ratings = entries = 0
    with TemporaryDirectory() as name:
        folder = Path(name)
        os.environ["SEMCINE_CACHE"] = str(folder / "cache")
        clip, masks = encode(folder / "pool.mp4", pool()), save_mask(folder / "masks", "water")
        command = make_command(clip, masks, folder / "out")
        batch = folder / "clips"
        batch.mkdir()
        for number in range(2):
            (batch / f"clip {number}.mp4").write_bytes(clip.read_bytes())
        subprocess.run(command, check=True, capture_output=True)
        took = time.monotonic()
        subprocess.run(command, check=True, capture_output=True)
        took = time.monotonic() - took
        end = time.monotonic() + seconds  # from here: what is killed had to be made first
        while counts["make"] == 0 or time.monotonic() < end:
            kill_after(command, lambda: True, rng.uniform(0, 1.2 * took))
            check_folder(folder / "out")
            counts["make"] += 1
            if counts["make"] % 6 == 1:
                kill_batch(batch, masks, folder / f"batch-{counts['batch']}", rng.uniform(0, 4 * took))
                counts["batch"] += 1
            said = kill_cache_writer(folder / "kept", rng.uniform(0, 0.3))
            cache = ArrayCache(folder / "kept")
            for number in range(said):
                entry = cache.load(content_key("soak", number))
                assert entry is not None, f"entry {number} was acknowledged and is gone"
                assert (entry["values"] == number).all(), f"entry {number} is not what was kept"
            cache.clear()
            entries += said
            counts["cache"] += 1
            with RatingStore(folder / "r.db") as store:
                store.add_cinemagraph("pond")
            person = f"person {counts['rating']}"
            said = kill_writer(RATER, [str(folder / "r.db"), person], rng.uniform(0, 0.5))
            with RatingStore(folder / "r.db") as store:
                kept = [event.order for event in store.history(person)]
            assert kept in (list(range(said)), list(range(said + 1))), "a rating was lost"
            ratings += said
            counts["rating"] += 1
    told(
        "kill -9 of `semcine make`, at random moments", f"{counts['make']} times; the result whole each time"
    )
    told("kill -9 of `semcine batch`, then again", f"{counts['batch']} times; every clip whole at the end")
    told("kill -9 while results are kept", f"{counts['cache']} times, {entries} acknowledged, 0 lost, 0 half")
    told("kill -9 while somebody rates (SQLite)", f"{counts['rating']} times, {ratings} acknowledged, 0 lost")
    return 0


def services(seconds: float, keep: Path) -> int:
    """A restarted PostgreSQL, 200 raters at once, raters in real browsers: run by pytest for its fixtures."""
    command = [*PYTEST, "-s", f"--basetemp={keep}/services", str(TESTS / "soak/soak_services.py")]
    done = subprocess.run(command, text=True, stdout=subprocess.PIPE, check=False)
    for line in done.stdout.splitlines():
        row = re.match(r"\.*\| (.*?) \| (.*) \|$", line)
        if row:
            told(row[1], row[2])
    if done.returncode:
        (keep / "services.log").write_text(done.stdout)
        told("services", f"FAILED: {keep}/services.log")
    return done.returncode


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=30, help="for each of fuzz, mutate and kill")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--keep", type=Path, default=Path("soak"), help="where crashes stay")
    given = parser.parse_args()
    given.keep.mkdir(parents=True, exist_ok=True)
    bad = sum(globals()[part](given.minutes * 60, given.keep.resolve()) for part in given.only)
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
