"""Access to a database: its version is checked, its errors are told in one sentence without secrets."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection, Engine
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.pool import NullPool, StaticPool

from ..errors import StoreError
from .addresses import check_place, label_of, parse_url
from .tables import SCHEMA_VERSION, metadata, schema_version

_CREATION_LOCK = 0x5E3C14E  # any number that all processes agree on

Result = TypeVar("Result")


class Database:
    """A reachable database with this version's tables.

    Raises StoreError where it cannot be reached, written or understood; its text never holds a password.
    """

    def __init__(self, url: str | Path | URL, timeout: float = 30.0) -> None:
        parsed = parse_url(url)
        self.timeout = timeout
        self.label = label_of(parsed)
        check_place(parsed, self.label)
        self.engine = _engine(parsed, timeout, self.label)
        self._was_reached = False  # a server that answered once will answer again; another may not exist
        self.is_sqlite = parsed.get_backend_name() == "sqlite"
        if not self.read(self._has_current_schema):
            self.write(self._create_schema)
        self._was_reached = True

    def read(self, work: Callable[[Connection], Result]) -> Result:
        """Return ``work(connection)``, done in one transaction of its own."""
        return self._run(work, {})

    def write(self, work: Callable[[Connection], Result]) -> Result:
        """As :meth:`read`, committed on the disk when this returns.

        Tried again for ``timeout`` seconds while the server restarts or other writers keep it busy:
        ``work`` must come to the same when it runs twice.
        """
        return self._run(work, {"semcine_write": True})

    def insert(self, table: sa.Table) -> Any:
        """An INSERT that passes over rows which are already there."""
        from sqlalchemy.dialects import postgresql, sqlite

        return (sqlite if self.is_sqlite else postgresql).insert(table).on_conflict_do_nothing()

    def scrub(self, *tables: sa.Table) -> None:
        """Make what was deleted from ``tables`` unreadable in the files too, not only to queries."""
        names = ", ".join(table.name for table in tables)
        # SQLite: secure_delete overwrote it in the file, but the write-ahead log has the pages as they were
        statement = "PRAGMA wal_checkpoint(TRUNCATE)" if self.is_sqlite else f"VACUUM {names}"
        deadline = time.monotonic() + self.timeout
        try:
            with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                # the first column of wal_checkpoint is "busy": readers hold the log; VACUUM returns no row
                while (result := connection.exec_driver_sql(statement)).returns_rows and result.scalar_one():
                    if time.monotonic() > deadline:
                        raise StoreError(
                            f"erased, but {self.label} may hold a copy in its -wal file until others close it"
                        )
                    time.sleep(0.05)
        except SQLAlchemyError as error:
            raise StoreError(f"erased, but not yet from the files: {_explain(error, self.label)}") from None

    def close(self) -> None:
        self.engine.dispose()

    def _run(self, work: Callable[[Connection], Result], options: dict[str, Any]) -> Result:
        deadline = time.monotonic() + self.timeout
        pause = 0.01
        while True:
            try:
                with self.engine.connect().execution_options(**options) as connection, connection.begin():
                    return work(connection)
            except SQLAlchemyError as error:
                if not _is_passing(error, self._was_reached) or time.monotonic() + pause > deadline:
                    # the driver's own error may quote what it was called with
                    raise StoreError(_explain(error, self.label), topic="database-url") from None
            time.sleep(pause)
            pause = min(2 * pause, 0.5)

    def _has_current_schema(self, connection: Connection) -> bool:
        present = set(sa.inspect(connection).get_table_names())
        if not present & set(metadata.tables):
            return False
        version = None
        if "schema_version" in present:
            version = connection.execute(sa.select(schema_version.c.version)).scalar()
        if version == SCHEMA_VERSION:
            return True
        if version is None:
            why = "has tables of another program: choose a database of its own"
        elif version > SCHEMA_VERSION:
            why = (
                f"was made by a newer version of this package (schema {version}, this one knows "
                f"{SCHEMA_VERSION}): upgrade the package"
            )
        else:
            why = (
                f"was made by an older version of this package (schema {version}, this one writes "
                f"{SCHEMA_VERSION}): export its ratings there and import them into a new database"
            )
        raise StoreError(f"{self.label} {why}", topic="database-version")

    def _create_schema(self, connection: Connection) -> None:
        if not self.is_sqlite:  # SQLite's write transaction already keeps others out
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_CREATION_LOCK)))
        if not self._has_current_schema(connection):
            metadata.create_all(connection)
            connection.execute(schema_version.insert().values(version=SCHEMA_VERSION))


def _engine(url: URL, timeout: float, label: str) -> Engine:
    if url.get_backend_name() == "sqlite":
        in_memory = url.database in (None, "", ":memory:")
        pool: dict[str, Any] = {"poolclass": StaticPool} if in_memory else {}
        engine = sa.create_engine(url, connect_args={"timeout": timeout}, hide_parameters=True, **pool)
        sa.event.listen(engine, "connect", _prepare_sqlite)
        sa.event.listen(engine, "begin", _begin_sqlite)
        return engine
    try:
        # raters' kernels that kept a connection between two ratings would use up the server's hundred
        options: dict[str, Any] = {"connect_timeout": max(2, min(10, round(timeout)))}
        # SQLAlchemy hides a URL's password wherever it shows the URL, but not one among its parameters
        hidden = [name for name in url.query if "password" in name.lower() or "passfile" in name.lower()]
        options |= {name: url.query[name] for name in hidden}
        url = url.difference_update_query(hidden)
        return sa.create_engine(url, poolclass=NullPool, hide_parameters=True, connect_args=options)
    except ImportError:
        raise StoreError(
            f"{label} needs the driver psycopg: pip install 'semcine-nb[study]'", topic="missing-package"
        ) from None


def _prepare_sqlite(connection: Any, record: Any) -> None:
    connection.isolation_level = None  # transactions begin below, not when the driver thinks so
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin_sqlite(connection: Connection) -> None:
    # what reads first and writes later cannot wait for another writer: SQLite refuses it at once
    options = connection.get_execution_options()
    if options.get("isolation_level") == "AUTOCOMMIT":
        return
    write = options.get("semcine_write")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


def _is_passing(error: SQLAlchemyError, was_reached: bool) -> bool:
    """Whether the same may go through a moment later: a restarting or crowded server, a busy file."""
    if not isinstance(error, DBAPIError):
        return False
    state = getattr(error.orig, "sqlstate", None)
    if state is not None:
        return state[:2] in ("08", "40", "57") or state == "53300"
    text = str(error.orig).lower()
    passing = ("is locked", "too many clients", "connection slots", "starting up", "shutting down")
    if any(words in text for words in passing):
        return True
    return was_reached and (error.connection_invalidated or "connection" in text)


def _explain(error: SQLAlchemyError, label: str) -> str:
    text = str(getattr(error, "orig", None) or type(error).__name__).strip()
    lowered = text.lower()
    meanings = {
        "password authentication failed": "refuses this user and password: check the URL",
        "no password supplied": "wants a password: put it into the URL",
        "does not exist": "does not exist, or this user may not see it: create it first",
        "readonly database": "is read-only: change its permissions or choose another place",
        "read-only transaction": "is read-only: connect to the primary server",
        "permission denied": "gives this user no right to do that: grant it",
        "is locked": "is locked by another program: close what holds it and try again",
        "disk is full": "is on a full disk: make room and try again",
        "disk i/o error": "could not be written: its disk is full or failing",
        "could not extend file": "is on a full disk: make room and try again",
        "not a database": "is no SQLite database: choose another file",
        "malformed": "is damaged: restore it from a copy",
        "unable to open": "cannot be opened: check the folder and its permissions",
        "could not translate host": "cannot be reached: its host name is unknown",
        "failed to resolve": "cannot be reached: its host name is unknown",
        "timeout": "did not answer in time: check host, port and that the server runs",
        "connection": "cannot be reached: check host, port and that the server runs",
    }
    for words, meaning in meanings.items():
        if words in lowered:
            return f"{label} {meaning}"
    return f"{label} failed ({type(getattr(error, 'orig', None) or error).__name__})"
