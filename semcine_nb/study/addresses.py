"""Database addresses: read, made absolute, and named without their secrets."""

from __future__ import annotations

import os
import re
from pathlib import Path

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from ..errors import StoreError


def absolute(url: str) -> str:
    """The same database for processes that run in another folder; what is no file stays as it is."""
    parsed = parse_url(url)
    if parsed.get_backend_name() != "sqlite" or _is_no_file(parsed):
        return url
    return parsed.set(database=str(Path(str(parsed.database)).resolve())).render_as_string()


def public_name(url: str) -> str:
    """A name that tells a database apart from others without its password: not even a hash of it."""
    return label_of(parse_url(url))


def parse_url(url: str | Path | URL) -> URL:
    """Read an address. Raises StoreError for what is none, without quoting it."""
    hint = "give a database URL such as sqlite:///ratings.db or postgresql://user:password@host/name"
    named_like_a_file = isinstance(url, str) and url.endswith((".db", ".sqlite", ".sqlite3"))
    if named_like_a_file and "://" not in str(url) and not re.match(r"\w{2,}:.*@", str(url)):
        url = Path(str(url))
    try:
        parsed = make_url(url) if isinstance(url, str | URL) else URL.create("sqlite", database=str(url))
    except (ArgumentError, ValueError):
        raise StoreError(
            f"this is no database URL: {hint}", topic="database-url"
        ) from None  # it may hold a password: not quoted
    backend = parsed.drivername.split("+")[0]
    if backend in ("postgresql", "postgres"):
        if isinstance(url, str) and "@" in f"{parsed.host}{parsed.database}":
            # not quoted either: what stands before that @ is a piece of a password
            raise StoreError(
                "this database URL has an @ where none can be: in a user or a password write @ as %40, / as "
                "%2F, : as %3A, ? as %3F and % as %25",
                topic="database-url",
            )
        return parsed.set(drivername="postgresql+psycopg")
    if backend != "sqlite":
        raise StoreError(f"{backend!r} databases are not supported: {hint}", topic="database-url")
    return parsed


def label_of(url: URL) -> str:
    """The database's name in messages: no user, no password, no options."""
    if url.get_backend_name() == "sqlite":
        return f"the SQLite file {url.database}" if url.database else "the SQLite database in memory"
    port = f":{url.port}" if url.port else ""
    return f"the PostgreSQL database {url.database or ''!r} at {url.host or 'this machine'}{port}"


def check_place(url: URL, label: str) -> None:
    """Refuse a place where no SQLite file can be, before SQLite says only that it was unable to open it."""
    if url.get_backend_name() != "sqlite" or _is_no_file(url):
        return
    path = Path(str(url.database))
    if path.is_dir():
        raise StoreError(f"{label} is a folder: name a file in it")
    if not path.parent.is_dir():
        raise StoreError(f"{label} cannot be made: there is no folder {path.parent}; make it first")
    if not os.access(path if path.exists() else path.parent, os.W_OK):
        raise StoreError(f"{label} is read-only: change its permissions or choose another place")


def _is_no_file(url: URL) -> bool:
    """Whether SQLite keeps it in memory, or reads an address of its own (``uri=true``)."""
    return url.database in (None, "", ":memory:") or "uri" in url.query
