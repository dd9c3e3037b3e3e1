"""What can go wrong with a database, and many people and killed processes at once."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa
from sqlalchemy.engine import make_url

from semcine_nb.errors import StoreError
from semcine_nb.study import RatingStore
from semcine_nb.study.tables import schema_version


def engine_of(url: str) -> sa.Engine:
    return sa.create_engine(url.replace("postgresql://", "postgresql+psycopg://"), poolclass=sa.NullPool)


# --- versions --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("version", "said"), [(0, "older version"), (99, "newer version")])
def test_another_schema_version_is_said(store: RatingStore, store_url: str, version: int, said: str) -> None:
    with engine_of(store_url).begin() as connection:
        connection.execute(schema_version.update().values(version=version))
    with pytest.raises(StoreError, match=said):
        RatingStore(store_url)


def test_tables_of_another_program_are_left_alone(store_url: str) -> None:
    with engine_of(store_url).begin() as connection:
        connection.exec_driver_sql("CREATE TABLE people (name TEXT)")
    with pytest.raises(StoreError, match="another program"):
        RatingStore(store_url)
    with engine_of(store_url).connect() as connection:
        assert sa.inspect(connection).get_table_names() == ["people"]


def test_many_may_open_a_new_database_at_once(store_url: str) -> None:
    def open_and_rate(number: int) -> None:
        with RatingStore(store_url) as store:
            store.add_cinemagraph("pond")
            store.rate(f"person {number}", "pond", 3)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(open_and_rate, range(8)))
    with RatingStore(store_url) as store:
        np.testing.assert_array_equal(store.matrix().ratings, np.full((1, 8), 3))


# --- places ----------------------------------------------------------------------------------------------


def test_places_where_no_file_can_be(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="is a folder"):
        RatingStore(f"sqlite:///{tmp_path}")
    with pytest.raises(StoreError, match="no folder"):
        RatingStore(f"sqlite:///{tmp_path / 'missing' / 'ratings.db'}")


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    path = tmp_path / "ratings.db"
    path.write_bytes(b"person,item,value\n" * 100)
    with pytest.raises(StoreError, match="no SQLite database"):
        RatingStore(path)
    assert path.read_bytes() == b"person,item,value\n" * 100


def test_a_damaged_database(tmp_path: Path) -> None:
    path = tmp_path / "ratings.db"
    with RatingStore(path) as store:
        store.add_cinemagraph("pond", np.arange(4000.0))
    path.write_bytes(path.read_bytes()[:6000])
    with pytest.raises(StoreError, match="damaged"), RatingStore(path) as store:
        store.features()


def test_a_read_only_file_for_one_who_may_not_write(tmp_path: Path) -> None:
    """Root may write anywhere, so a child drops its rights first."""
    path = tmp_path / "ratings.db"
    RatingStore(path).close()
    path.chmod(0o444)
    tmp_path.chmod(0o555)
    code = (
        "import os, sys\n"
        "from semcine_nb.study import RatingStore\n"
        "from semcine_nb.errors import StoreError\n"
        "os.chdir(sys.argv[1])\n"
        "if os.getuid() == 0: os.setuid(65534)\n"
        "try: RatingStore('ratings.db')\n"
        "except StoreError as error: print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True
    )
    assert "the SQLite file ratings.db is read-only" in done.stdout


def test_a_locked_file_is_waited_for_and_then_said(tmp_path: Path) -> None:
    path = tmp_path / "ratings.db"
    with RatingStore(path, timeout=0.2) as store:
        store.add_cinemagraph("pond")
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="locked by another program"):
            store.rate("ann", "pond", 3)
        other.execute("ROLLBACK")
        other.close()
        store.rate("ann", "pond", 3)
        assert store.matrix().ratings == 3


def test_a_full_disk_is_said(tmp_path: Path) -> None:
    path = tmp_path / "ratings.db"
    with RatingStore(path) as store:
        store.add_cinemagraph("pond")
        raw = store._database.engine.raw_connection()
        raw.cursor().execute("PRAGMA max_page_count=1")  # SQLite then says what it says on a full disk
        raw.close()
        with pytest.raises(StoreError, match="full disk"):
            store.add_cinemagraph("flag", np.zeros(100_000))
        assert store.items() == ["pond"]


@pytest.mark.parametrize(
    "url",
    ["ratings", "mysql://ann:hunter2@host/db", "postgresql://ann:hunter2@host:many/db", "://hunter2@", ""],
)
def test_what_is_no_usable_url(url: str) -> None:
    with pytest.raises(StoreError, match="sqlite:///ratings") as caught:
        RatingStore(url)
    assert "hunter2" not in str(caught.value)


def whole_text(error: BaseException) -> str:
    """All that a traceback could print of an error and of what led to it."""
    text = repr(error) + str(error)
    for inner in (error.__cause__, None if error.__suppress_context__ else error.__context__):
        text += whole_text(inner) if inner is not None else ""
    return text


@pytest.mark.parametrize("password", ["hunter2", "hunter2/3?4#5"])
def test_an_unreachable_server_is_said_without_the_password(password: str) -> None:
    with pytest.raises(StoreError, match="cannot be reached") as caught:
        RatingStore(f"postgresql://ann:{password}@127.0.0.1:1/study?sslpassword=hunter3", timeout=2)
    assert "127.0.0.1:1" in str(caught.value)
    assert "hun" not in whole_text(caught.value)


@pytest.mark.postgresql
def test_a_wrong_password_and_a_missing_database_are_said(postgresql_url: str) -> None:
    url = make_url(postgresql_url)
    with pytest.raises(StoreError, match="refuses this user and password") as caught:
        RatingStore(url.set(password="hunter2"), timeout=2)
    assert "hunter2" not in whole_text(caught.value)
    with pytest.raises(StoreError, match="does not exist") as caught:
        RatingStore(url.set(database="nothing"), timeout=2)
    assert str(url.password) not in whole_text(caught.value)


def test_a_store_shows_itself_without_secrets(store: RatingStore, store_url: str) -> None:
    password = make_url(store_url).password
    assert password is None or password not in repr(store)
    assert "RatingStore(the " in repr(store)


# --- many at once, and a sudden end ----------------------------------------------------------------------


@pytest.mark.postgresql
def test_two_hundred_people_rate_at_once(postgresql_url: str) -> None:
    items = [f"item {i}" for i in range(5)]
    with RatingStore(postgresql_url) as store:
        for item in items:
            store.add_cinemagraph(item)
    start = threading.Barrier(200, timeout=120)

    def rate_all(number: int) -> None:
        with RatingStore(postgresql_url, timeout=120) as own:
            start.wait()
            for i, item in enumerate(items):
                own.rate(f"person {number:03}", item, 1 + (number + i) % 5)

    with ThreadPoolExecutor(200) as pool:
        list(pool.map(rate_all, range(200)))
    with RatingStore(postgresql_url) as store:
        matrix = store.matrix()
        assert len(store.history()) == 1000
    numbers = np.array([int(code.split()[1]) for code in matrix.people])
    np.testing.assert_array_equal(np.sort(numbers), np.arange(200))
    np.testing.assert_array_equal(matrix.ratings, 1 + (numbers[None, :] + np.arange(5)[:, None]) % 5)


@pytest.mark.postgresql
def test_connections_that_break_cost_a_pause_and_no_rating(postgresql_url: str) -> None:
    """Connections are cut while four people rate, as a restarting server would: until some were."""
    with RatingStore(postgresql_url) as store:
        store.add_cinemagraph("pond")
        cut, over = 0, threading.Event()

        def rate(person: int) -> int:
            count, deadline = 0, time.monotonic() + 60
            while count < 25 or (cut < 3 and time.monotonic() < deadline):
                store.rate(f"{person}", "pond", 1 + count % 5, order=count)
                count += 1
            return count

        def keep_cutting() -> None:
            nonlocal cut
            others = "pid <> pg_backend_pid() AND datname = current_database()"
            with engine_of(postgresql_url).connect() as connection:
                while not over.wait(0.02):
                    query = f"SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE {others}"
                    cut += connection.exec_driver_sql(query).scalar_one()

        cutter = threading.Thread(target=keep_cutting)
        cutter.start()
        with ThreadPoolExecutor(4) as pool:
            counts = list(pool.map(rate, range(4)))
        over.set()
        cutter.join()
        assert cut >= 3
        for person, count in enumerate(counts):
            assert [event.order for event in store.history(f"{person}")] == list(range(count))


def test_writers_in_threads_and_processes_share_a_file(tmp_path: Path) -> None:
    path = tmp_path / "ratings.db"
    code = (
        "import sys\n"
        "from semcine_nb.study import RatingStore\n"
        "store = RatingStore(sys.argv[1])\n"
        "for i in range(20): store.rate(sys.argv[2], f'item {i}', 1 + i % 5)\n"
    )
    with RatingStore(path) as store:
        for i in range(20):
            store.add_cinemagraph(f"item {i}")
        children = [subprocess.Popen([sys.executable, "-c", code, path, f"child {n}"]) for n in range(2)]
        with ThreadPoolExecutor(8) as pool:
            list(
                pool.map(
                    lambda n: store.rate(f"thread {n % 8}", f"item {n // 8}", 1 + n // 8 % 5), range(160)
                )
            )
        assert [child.wait(60) for child in children] == [0, 0]
        matrix = store.matrix().ratings
    np.testing.assert_array_equal(matrix, np.repeat(1 + np.arange(20)[:, None] % 5, 10, axis=1))


@pytest.mark.parametrize("acknowledged", [1, 17, 60])
def test_a_killed_process_loses_no_rating_that_it_had_acknowledged(tmp_path: Path, acknowledged: int) -> None:
    path = tmp_path / "ratings.db"
    with RatingStore(path) as store:
        store.add_cinemagraph("pond")
    code = (
        "import sys\n"
        "from semcine_nb.study import RatingStore\n"
        "store = RatingStore(sys.argv[1])\n"
        "for i in range(100000):\n"
        "    store.rate(f'person {i}', 'pond', 1 + i % 5)\n"
        "    print(i, flush=True)\n"
    )
    child = subprocess.Popen([sys.executable, "-c", code, path], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    said = [child.stdout.readline() for _ in range(acknowledged)]
    os.kill(child.pid, signal.SIGKILL)
    said += child.stdout.readlines()
    child.stdout.close()
    child.wait(20)
    last = int([line for line in said if line.endswith("\n")][-1])
    with sqlite3.connect(path) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    with RatingStore(path) as store:
        kept = store.matrix().ratings[0]
    assert len(kept) in (last + 1, last + 2)  # one more may have been kept whose word did not get out
    np.testing.assert_array_equal(kept, 1 + np.arange(len(kept)) % 5)


def test_an_erased_person_may_be_in_the_log_while_others_read_and_that_is_said(tmp_path: Path) -> None:
    path = tmp_path / "ratings.db"
    with RatingStore(path, timeout=0.2) as store:
        store.add_cinemagraph("pond")
        store.rate("ann", "pond", 3)
        reader = sqlite3.connect(path, isolation_level=None)
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM people").fetchall()
        with pytest.raises(StoreError, match="-wal"):
            store.forget("ann")
        assert store.people() == []
        reader.close()
        store.rate("bob", "pond", 3)
        assert store.forget("bob") == 1
