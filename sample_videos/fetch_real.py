#!/usr/bin/env python3
"""Get real clips with an open licence: OpenCV's tree.avi and vtest.avi, out of Debian's package opencv-doc.

apt checks the package against the signed list of the distribution, so no address or checksum is kept here.
The package's copyright file is put beside the clips: it states their licence. Needs apt-get and dpkg-deb
(Debian, Ubuntu), network, and about 0.4 GB in the temporary folder for a moment; installs nothing.
"""

from __future__ import annotations

import argparse
import gzip
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

PACKAGE = "opencv-doc"
CLIPS = ("tree.avi", "vtest.avi")
COPYRIGHT = "opencv-copyright.txt"


class FetchError(Exception):
    """What went wrong and what to do, in one sentence."""


def run(command: list[str], folder: Path) -> None:
    """Run a program in ``folder``; raises `FetchError` with its last words."""
    if shutil.which(command[0]) is None:
        raise FetchError(
            f"{command[0]} is not on this machine: run this on Debian or Ubuntu, or take "
            f"{' and '.join(CLIPS)} from samples/data of OpenCV's sources."
        )
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        words = (done.stderr or done.stdout).strip().splitlines() or ["no message"]
        raise FetchError(
            f"{' '.join(command[:2])} failed: {words[-1]} (is the package list fresh? apt-get update)"
        )


def find(root: Path, name: str) -> Path:
    """The file called ``name``, or ``name``.gz, below ``root``."""
    for wanted in (name, name + ".gz"):
        found = sorted(path for path in root.rglob(wanted) if path.is_file())
        if found:
            return found[0]
    raise FetchError(f"{name} is not in this release's {PACKAGE}.")


def place(source: Path, target: Path) -> None:
    """Copy (and unpack) a file; it appears under its name when it is complete."""
    part = target.with_name(target.name + ".part")
    unpack = gzip.open if source.suffix == ".gz" else open
    try:
        with unpack(source, "rb") as stream, part.open("wb") as copy:
            shutil.copyfileobj(stream, copy)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def fetch(folder: Path) -> list[Path]:
    """Put the clips and their copyright file into ``folder``; returns their paths. Raises `FetchError`."""
    with tempfile.TemporaryDirectory() as temporary:
        work = Path(temporary)
        run(["apt-get", "download", PACKAGE], work)
        packages = sorted(work.glob(f"{PACKAGE}_*.deb"))
        if not packages:
            raise FetchError(f"apt-get download left no {PACKAGE} package.")
        run(["dpkg-deb", "-x", str(packages[0]), "unpacked"], work)
        root = work / "unpacked"
        sources = {name: find(root, name) for name in CLIPS}
        sources[COPYRIGHT] = find(root / "usr/share/doc" / PACKAGE, "copyright")
        folder.mkdir(parents=True, exist_ok=True)
        for name, source in sources.items():
            place(source, folder / name)
    return [folder / name for name in sources]


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("-o", "--output", type=Path, default=Path(__file__).resolve().parent / "real")
    try:
        paths = fetch(parser.parse_args().output)
    except (FetchError, OSError) as error:
        sys.stderr.write(f"fetch_real.py: {error}\n")
        return 1
    sys.stdout.write("".join(f"{path}\n" for path in paths))
    return 0


if __name__ == "__main__":
    sys.exit(main())
