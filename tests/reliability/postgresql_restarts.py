"""Restarts of the tests' PostgreSQL server in the middle of work, as an administrator's would be."""

from __future__ import annotations

import os
import pwd
import subprocess
import time
from pathlib import Path
from typing import Any

import psycopg


def _programs_and_data(url: str) -> tuple[Path, str]:
    with psycopg.connect(url) as connection:
        data = connection.execute("SHOW data_directory").fetchone()
        version = connection.execute("SHOW server_version_num").fetchone()
    assert data is not None
    assert version is not None
    found = Path(f"/usr/lib/postgresql/{int(version[0]) // 10000}/bin")
    return (
        found
        if found.is_dir()
        else Path(subprocess.check_output(["pg_config", "--bindir"], text=True).strip())
    ), data[0]


def restarted(url: str, times: int = 1, pause: float = 0.5) -> None:
    """Shut the server down at once, as a crash would, and start it again, ``times`` times.

    It keeps its address and settings; the fixture stops whichever process it is at the end.
    """
    programs, data = _programs_and_data(url)
    owner: dict[str, Any] = {}
    if os.getuid() == 0:
        user = pwd.getpwnam("postgres")
        owner = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    for _ in range(times):
        time.sleep(pause)
        command = [
            programs / "pg_ctl",
            "restart",
            "-D",
            data,
            "-m",
            "immediate",
            "-w",
            "-s",
            "-l",
            f"{data}/restart.log",
        ]
        subprocess.run(command, check=True, cwd=data, **owner)
