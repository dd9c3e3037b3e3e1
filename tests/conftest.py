"""What several tests share: a PostgreSQL server, a real browser, the real clips, and no silent skips."""

from __future__ import annotations

import glob
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from chromium import find_chromium, open_chromium

# a busy machine is no reason to fail, and CI must not fail on one commit and pass on the same again
hypothesis.settings.register_profile("house", deadline=None, derandomize=bool(os.environ.get("CI")))
hypothesis.settings.load_profile("house")

# tests keep nothing in the folders of who runs them, and find nothing that an earlier run kept
os.environ["SEMCINE_CACHE"] = "off"


@pytest.fixture
def case() -> Any:
    """One random clip for the tests of loops that need no particular one."""
    from random_case import Case

    return Case(0)


# --- no silent skips -------------------------------------------------------------------------------------


def _may_skip(nodeid_keywords: Any) -> bool:
    """In CI only a test of the real clips may skip, and only where there are none."""
    return not os.environ.get("CI") or (
        "real" in nodeid_keywords and not os.environ.get("SEMCINE_REAL_CLIPS")
    )


def _as_failure(report: Any) -> None:
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
    report.outcome = "failed"
    report.longrepr = f"skipped, and CI is set, where nothing may skip: {reason}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
    report = yield
    if report.skipped and not hasattr(report, "wasxfail") and not _may_skip(item.keywords):
        _as_failure(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Any:
    report = yield
    if report.skipped and not _may_skip(collector.keywords):
        _as_failure(report)
    return report


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say loudly what was not tested."""
    skipped = terminalreporter.stats.get("skipped", [])
    if not skipped:
        return
    terminalreporter.section("NOT TESTED", sep="!", red=True, bold=True)
    terminalreporter.line(f"{len(skipped)} tests were skipped; the reasons stand in the summary.")
    if not os.environ.get("SEMCINE_REAL_CLIPS"):
        terminalreporter.line("SEMCINE_REAL_CLIPS is unset: nothing was tried on clips from a real camera.")


# --- the real clips --------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def real_clips() -> Path:
    """The folder of real clips; mark tests that use it with ``pytest.mark.real``."""
    folder = os.environ.get("SEMCINE_REAL_CLIPS")
    if not folder:
        pytest.skip("SEMCINE_REAL_CLIPS is unset")
    path = Path(folder)
    assert path.is_dir(), f"SEMCINE_REAL_CLIPS is {folder!r}, which is no folder"
    return path


# --- PostgreSQL ------------------------------------------------------------------------------------------


def _postgres_programs() -> Path | None:
    """The folder of the newest server's programs: Debian keeps them off the PATH."""
    folders = sorted(glob.glob("/usr/lib/postgresql/*/bin"), key=lambda name: int(name.split("/")[-2]))
    if folders:
        return Path(folders[-1])
    initdb = shutil.which("initdb")
    return Path(initdb).resolve().parent if initdb else None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _accepts_connections(url: str) -> bool:
    import psycopg

    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """A server of its own in a temporary folder, on loopback and a free port.

    Yields ``postgresql://USER:PASSWORD@HOST:PORT``.
    """
    programs = _postgres_programs()
    if programs is None:
        pytest.skip("PostgreSQL's server programs are not installed")
    # PostgreSQL refuses to run as root; the folder must then belong to its own user
    owner: dict[str, Any] = {}
    home = Path(tempfile.mkdtemp(prefix="semcine-postgresql-"))
    if os.getuid() == 0:
        user = pwd.getpwnam("postgres")
        os.chown(home, user.pw_uid, user.pw_gid)
        owner = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    password = secrets.token_hex(8)
    secret = home / "password"
    secret.write_text(password)
    secret.chmod(0o644)
    data = home / "data"
    initdb: list[str | Path] = [programs / "initdb", "-D", data, "-U", "semcine", "-E", "UTF8", "--locale=C"]
    initdb += ["--auth=scram-sha-256", f"--pwfile={secret}", "--no-sync"]
    subprocess.run(initdb, check=True, capture_output=True, cwd=home, **owner)
    port = _free_port()
    settings = {"listen_addresses": "127.0.0.1", "port": port, "unix_socket_directories": "", "fsync": "off"}
    settings |= {"max_connections": 260, "shared_buffers": "32MB"}
    with (home / "log").open("wb") as log:
        server = subprocess.Popen(
            [programs / "postgres", "-D", data, *(f"--{name}={value}" for name, value in settings.items())],
            stdout=log, stderr=log, cwd=home, **owner,
        )  # fmt: skip
    try:
        url = f"postgresql://semcine:{password}@127.0.0.1:{port}"
        deadline = time.monotonic() + 60
        while not _accepts_connections(f"{url}/postgres"):
            assert server.poll() is None, (home / "log").read_text()
            assert time.monotonic() < deadline, "PostgreSQL did not answer within a minute"
            time.sleep(0.1)
        yield url
    finally:
        server.send_signal(signal.SIGQUIT)  # PostgreSQL's immediate shutdown: nothing here is worth keeping
        server.wait(30)
        if (data / "postmaster.pid").exists():  # a test restarted it: by now it is another process
            os.kill(int((data / "postmaster.pid").read_text().split()[0]), signal.SIGQUIT)
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
def postgresql_url(postgresql_server: str) -> str:
    """An empty database on the test server, as a URL; mark such tests ``pytest.mark.postgresql``."""
    import psycopg

    name = f"test_{secrets.token_hex(6)}"
    with psycopg.connect(f"{postgresql_server}/postgres", autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
    return f"{postgresql_server}/{name}"


# --- a real browser --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A headless Chromium of its own profile, under Playwright; mark such tests ``pytest.mark.browser``.

    A module's, not the session's: Playwright keeps an event loop running, which would trouble other tests.
    """
    program = find_chromium()
    if program is None:
        pytest.skip("Chromium is not installed")
    with open_chromium(program) as chromium:
        yield chromium
