"""Files that appear whole or not at all: written beside their place, then put there in one step."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from .errors import StoreError


@contextmanager
def whole_file(path: str | os.PathLike[str]) -> Iterator[Path]:
    """A path in the same folder that takes the name ``path`` when the block ends well, else vanishes.

    The temporary path has the suffix of ``path`` and does not exist yet: who writes it gives it the usual
    permissions (umask). An existing file stays as it is until it is replaced. Nothing is synced to the disk:
    this guards against errors and Ctrl-C, not against a power cut.
    """
    path = Path(path)
    part = path.with_name(f".{path.stem[:40]}-{secrets.token_hex(4)}.part{path.suffix}")
    try:
        yield part
        os.replace(part, path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


@contextmanager
def whole_folder(folder: str | os.PathLike[str]) -> Iterator[Path]:
    """An empty folder whose files move into ``folder`` when the block ends well; else they vanish.

    Until then ``folder`` keeps what it holds, and if it had to be made it is removed again after an error.

    Raises
    ------
    StoreError
        If ``folder`` cannot be made or written into; told before the block begins.
    """
    folder = Path(folder)
    missing = [place for place in (folder, *folder.parents) if not place.exists()]
    part = folder / f".semcine-{secrets.token_hex(4)}.part"
    try:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            part.mkdir()
        except OSError as error:
            reason = "it is a file" if folder.is_file() else (error.strerror or str(error)).lower()
            raise StoreError(
                f"Cannot write into the folder {folder}: {reason}.", topic="cannot-write"
            ) from error
        yield part
        for file in sorted(part.iterdir()):
            os.replace(file, folder / file.name)
        part.rmdir()
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        for place in missing:
            with suppress(OSError):  # not made yet, or somebody else has put something there
                place.rmdir()
        raise
