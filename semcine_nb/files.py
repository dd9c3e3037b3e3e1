"""Files that appear whole or not at all: written beside their place, then put there in one step."""

from __future__ import annotations

import errno
import os
import re
import secrets
import shutil
import socket
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from .errors import StoreError

try:
    import fcntl
except ImportError:  # Windows: what a killed process left stays there
    fcntl = None  # type: ignore[assignment]

# what systems say that cannot sync a folder, or a file that is open for reading
_UNABLE_TO_SYNC = {errno.EBADF, errno.EINVAL, errno.EROFS, errno.ENOTSUP, errno.ENOSYS}


@contextmanager
def whole_file(path: str | os.PathLike[str], sync: bool = True) -> Iterator[Path]:
    """A path in the same folder that takes the name ``path`` when the block ends well, else vanishes.

    The temporary path has the suffix of ``path`` and does not exist yet: who writes it gives it the usual
    permissions (umask). An existing file stays as it is until it is replaced. With ``sync`` the file is on
    the disk before it is replaced, so that a power cut leaves the old one or the new one.
    """
    path = Path(path)
    part = path.with_name(f".{path.stem[:40]}-{secrets.token_hex(4)}.part{path.suffix}")
    try:
        yield part
        if sync:
            sync_to_disk(part)
        os.replace(part, path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    if sync:
        sync_to_disk(path.parent)


@contextmanager
def stored_file(path: str | os.PathLike[str]) -> Iterator[Path]:
    """As :func:`whole_file`, with a StoreError where the place cannot be written."""
    try:
        with whole_file(path) as part:
            yield part
    except OSError as error:
        raise StoreError(
            f"cannot write {path}: {error.strerror or error}; check the disk's space and rights"
        ) from error


@contextmanager
def whole_folder(folder: str | os.PathLike[str]) -> Iterator[Path]:
    """An empty folder whose files move into ``folder`` when the block ends well; else they vanish.

    Until then ``folder`` keeps what it holds, and if it had to be made it is removed again after an error.
    What a process that was killed here left behind is removed first. Files are on the disk before they move.

    Raises
    ------
    StoreError
        If ``folder`` cannot be made or written into; told before the block begins.
    """
    folder = Path(folder)
    missing = [place for place in (folder, *folder.parents) if not place.exists()]
    part = held = None
    try:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            _remove_left(folder)
            part, held = _own_part(folder)
        except OSError as error:
            raise StoreError(cannot_write(folder, error), topic="cannot-write") from error
        yield part
        files = sorted(part.iterdir())
        for file in files:
            sync_to_disk(file)
        for file in files:
            os.replace(file, folder / file.name)
        part.rmdir()
        sync_to_disk(folder)
    except BaseException:
        if part is not None:
            shutil.rmtree(part, ignore_errors=True)
        for place in missing:
            with suppress(OSError):  # not made yet, or somebody else has put something there
                place.rmdir()
        raise
    finally:
        if held is not None:
            os.close(held)


def plain_name(label: str) -> str:
    """A label as the name of a file in whatever folder: nothing in it leads elsewhere or hides the file.

    >>> plain_name("sky & tree"), plain_name("../../etc"), plain_name("..")
    ('sky-&-tree', '-..-etc', 'cinemagraph')
    """
    name = re.sub(r'[\s/\\:*?"<>|\x00-\x1f\x7f\ud800-\udfff]', "-", label)[:100]
    return name.lstrip(".") or "cinemagraph"


def slug(name: str, otherwise: str) -> str:
    """A name in small letters, digits and hyphens only; ``otherwise`` where none of it is left.

    >>> slug("Sea & Sky 1", "clip"), slug("海", "clip")
    ('sea-sky-1', 'clip')
    """
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or otherwise


def cannot_write(folder: Path, error: OSError) -> str:
    """One sentence on why nothing can be written into a folder."""
    reason = "it is a file" if folder.is_file() else (error.strerror or str(error)).lower()
    return f"Cannot write into the folder {folder}: {reason}; choose another, or change its rights."


def sync_to_disk(path: Path) -> None:
    """Return when the system has written a file, or a folder's list of names, to the disk.

    Raises
    ------
    OSError
        If the disk fails or is full, which some systems find out only now.
    """
    try:
        opened = os.open(path, os.O_RDONLY)
    except OSError:  # a folder on Windows, or a file that its owner may not read
        return
    try:
        os.fsync(opened)
    except OSError as error:
        if error.errno not in _UNABLE_TO_SYNC:
            raise
    finally:
        os.close(opened)


def _own_part(folder: Path) -> tuple[Path, int | None]:
    """A new folder in ``folder``, and what holds it as long as this process lives."""
    while True:
        part = folder / f".semcine-{_machine()}-{secrets.token_hex(4)}.part"
        part.mkdir()
        held = _hold(part, wait=True)
        if part.is_dir():
            return part, held
        if held is not None:  # another process took it for left behind in the moment before it was held
            os.close(held)


def _remove_left(folder: Path) -> None:
    """Remove what killed processes of this machine left in ``folder``: the system let go of their locks."""
    for part in folder.glob(f".semcine-{_machine()}-*.part"):
        held = _hold(part)
        if held is not None:
            shutil.rmtree(part, ignore_errors=True)
            os.close(held)


def _machine() -> str:
    """Tells machines that share a disk apart: not every network's disk passes locks on to the others."""
    return f"{zlib.crc32(socket.gethostname().encode()):08x}"


def _hold(part: Path, wait: bool = False) -> int | None:
    """A lock on a folder, which ends with this process at the latest; None if it cannot be had."""
    if fcntl is None:
        return None
    try:
        opened = os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        return None
    try:
        fcntl.flock(opened, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(opened)
        return None
    return opened
