"""A cache of results on disk, under the content they were made from: the same work is done once.

An entry is one compressed .npz file without pickles, whose arrays are checked against a SHA-256 when read:
what is damaged is made anew, never trusted. Files appear whole, so several processes may share a folder. The
least recently used entries go when the folder grows beyond its limit. Nothing here raises for a disk that is
full or may not be written: a warning is given once, and the work goes on without.
"""

from __future__ import annotations

import hashlib
import logging
import os
import struct
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from platformdirs import user_cache_path

from .errors import StoreError
from .files import whole_file

VARIABLE = "SEMCINE_CACHE"
"""Environment variable: a folder to keep results in, or "off"."""

MAX_BYTES = 2_000_000_000
"""Size of the default folder; results of a clip take a few megabytes."""

_LOG = logging.getLogger("semcine")
_FORMAT = 1  # raised when the meaning of a stored file changes
_CHECK = "sha256"  # the name of the checksum among an entry's arrays
_STALE = 86_400  # seconds after which an unfinished file is what a killed process left


def content_key(*parts: Any) -> str:
    """A hash of what a result was made from: 64 hexadecimal digits; equal content, equal key.

    Parameters
    ----------
    parts : None, bool, int, float, str, bytes, array, or a tuple, list or mapping of these
        1, 1.0, True and "1" are different parts, and so are arrays of different shape or dtype. The order of
        a mapping's keys does not count.

    Raises
    ------
    TypeError
        For a part of another type: what it consists of would be a guess.
    """
    sha = hashlib.sha256(struct.pack("<i", _FORMAT))
    _feed(sha, parts)
    return sha.hexdigest()


class ArrayCache:
    """A folder of named arrays under content keys.

    Parameters
    ----------
    folder : made when something is first saved
    max_bytes : what all entries together may take; the least recently used go first
    """

    def __init__(self, folder: str | os.PathLike[str], max_bytes: int = MAX_BYTES) -> None:
        if max_bytes <= 0:
            raise StoreError(f"A cache of {max_bytes} bytes holds nothing: give more, or no cache.")
        self.folder = Path(folder).expanduser()
        self.max_bytes = int(max_bytes)
        self._told = False

    def __repr__(self) -> str:
        return f"ArrayCache({str(self.folder)!r}, max_bytes={self.max_bytes})"

    def load(self, key: str) -> dict[str, NDArray[Any]] | None:
        """The arrays of an entry, or None if there is none that can be trusted; such a one is removed."""
        path = self._path(key)
        try:
            with np.load(path, allow_pickle=False) as file:
                arrays = {name: file[name] for name in file.files}
            if arrays.pop(_CHECK).tobytes() != _checksum(key, arrays):
                raise ValueError("its checksum does not fit")
        except FileNotFoundError:
            return None
        except Exception as error:  # damage can make the readers of zip and npy fail in any way
            _LOG.info("The kept result %s cannot be used and is made anew: %s", path, error)
            with suppress(OSError):
                path.unlink()
            return None
        with suppress(OSError):
            os.utime(path)  # used now: it goes last
        return arrays

    def save(self, key: str, arrays: Mapping[str, NDArray[Any]]) -> bool:
        """Keep arrays under a key; False, and one warning for this cache, if that is not possible.

        Raises
        ------
        TypeError
            For arrays of Python objects, which would need pickles.
        """
        entry: dict[str, Any] = {name: np.asarray(array) for name, array in arrays.items()}
        entry[_CHECK] = np.frombuffer(_checksum(key, entry), np.uint8)
        path = self._path(key)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            # not synced: what a power cut spoils does not fit its checksum and is made anew
            with whole_file(path, sync=False) as part:
                np.savez_compressed(part, **entry)
            self._make_room()
        except (OSError, MemoryError) as error:
            if not self._told:
                _LOG.warning(
                    "Results cannot be kept in %s (%s): the work goes on, but will be done again next time. "
                    "Set %s to another folder, or to off.",
                    self.folder, getattr(error, "strerror", None) or error, VARIABLE,
                )  # fmt: skip
            self._told = True
            return False
        return True

    def clear(self) -> None:
        """Remove every entry; other files in the folder stay."""
        for _, _, path in self._entries():
            with suppress(OSError):
                path.unlink()

    def _path(self, key: str) -> Path:
        if not (key.isascii() and key.isalnum()):
            raise ValueError(f"{key!r} is no key: make it with content_key.")
        return self.folder / f"{key}.npz"

    def _entries(self) -> list[tuple[float, int, Path]]:
        """(last used, bytes, path) of each entry; what another process has just removed is left out."""
        entries = []
        with suppress(FileNotFoundError), os.scandir(self.folder) as files:
            for file in files:
                stem, suffix = os.path.splitext(file.name)
                if suffix != ".npz" or not (stem.isalnum() or stem.endswith(".part")):
                    continue
                with suppress(OSError):
                    facts = file.stat()
                    entries.append((facts.st_mtime, facts.st_size, Path(file.path)))
        return entries

    def _make_room(self) -> None:
        entries = sorted(self._entries())
        spare = sum(size for _, size, _ in entries) - self.max_bytes
        oldest = time.time() - _STALE
        for used, size, path in entries:
            unfinished = path.stem.endswith(".part")
            if (unfinished and used < oldest) or (spare > 0 and not unfinished):
                with suppress(OSError):
                    path.unlink()
                spare -= size


def default_cache() -> ArrayCache | None:
    """The cache that `make_cinemagraphs` uses: a folder of the user's, `SEMCINE_CACHE`, or None for "off"."""
    said = os.environ.get(VARIABLE, "").strip()
    if said.lower() in ("off", "0", "no", "none"):
        return None
    return ArrayCache(said or user_cache_path("semcine", appauthor=False))


def as_cache(cache: ArrayCache | str | os.PathLike[str] | None) -> ArrayCache | None:
    """The cache that an argument ``cache`` means: a cache, a folder, "default", or None for no cache."""
    if cache is None or isinstance(cache, ArrayCache):
        return cache
    return default_cache() if cache == "default" else ArrayCache(cache)


def _checksum(key: str, arrays: Mapping[str, NDArray[Any]]) -> bytes:
    return bytes.fromhex(content_key(key, dict(arrays)))


def _feed(sha: Any, part: Any) -> None:
    """Hash one part: a letter for its type, its length, its content; so that no two parts read the same."""
    if part is None:
        sha.update(b"N")
    elif isinstance(part, (bool, np.bool_)):
        sha.update(b"T" if part else b"F")
    elif isinstance(part, (int, np.integer)):
        _feed_bytes(sha, b"i", str(int(part)).encode())
    elif isinstance(part, (float, np.floating)):
        sha.update(b"f" + struct.pack("<d", float(part)))
    elif isinstance(part, str):
        _feed_bytes(sha, b"s", part.encode())
    elif isinstance(part, bytes):
        _feed_bytes(sha, b"b", part)
    elif isinstance(part, np.ndarray):
        _feed_array(sha, part)
    elif isinstance(part, (tuple, list)):
        sha.update(b"l" + struct.pack("<q", len(part)))
        for one in part:
            _feed(sha, one)
    elif isinstance(part, Mapping):
        sha.update(b"m" + struct.pack("<q", len(part)))
        for name in sorted(part):
            _feed(sha, name)
            _feed(sha, part[name])
    else:
        raise TypeError(
            f"A {type(part).__name__} has no content that could be hashed: give arrays and numbers."
        )


def _feed_bytes(sha: Any, kind: bytes, content: bytes) -> None:
    sha.update(kind + struct.pack("<q", len(content)))
    sha.update(content)


def _feed_array(sha: Any, array: NDArray[Any]) -> None:
    """Shape, dtype and values; an array that is not contiguous is copied one leading index at a time."""
    if array.dtype.hasobject:
        raise TypeError("An array of Python objects has no content that could be hashed.")
    _feed_bytes(sha, b"a", f"{array.dtype.str} {array.shape}".encode())
    if array.flags.c_contiguous:
        sha.update(array.reshape(-1).view(np.uint8).data)
    elif array.ndim <= 1:
        sha.update(array.tobytes())
    else:
        for row in array:
            sha.update(row.tobytes())
