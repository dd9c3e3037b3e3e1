"""The folder of a batch: one batch at a time, and what a killed one left behind goes."""

from __future__ import annotations

import json
import os
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..errors import StoreError
from ..files import cannot_write

WORK = ".semcine-batch"
"""Where files of unfinished candidates stand, inside the output folder."""


@contextmanager
def working_folder(out: Path) -> Iterator[Path]:
    """``out/.semcine-batch``, empty, for one batch; gone when the block ends.

    Raises
    ------
    StoreError
        If the folder cannot be written, or another batch is at work in it.
    """
    work, holder = out / WORK, out / WORK / "holder.json"
    me = {"host": socket.gethostname(), "process": os.getpid()}
    try:
        out.mkdir(parents=True, exist_ok=True)
        found = _holder(holder)
        if found is not None and found != me and _alive(found):
            raise StoreError(
                f"Another batch is at work in {out} (process {found['process']} on {found['host']}): wait "
                f"for it, stop it, or remove {work} if it is gone."
            )
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir()
        holder.write_text(json.dumps(me), encoding="utf-8")
    except OSError as error:
        raise StoreError(cannot_write(out, error), topic="cannot-write") from error
    try:
        yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _holder(path: Path) -> dict[str, object] | None:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return {"host": str(found["host"]), "process": int(found["process"])}
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _alive(holder: dict[str, object]) -> bool:
    """Whether that process runs; one of another machine cannot be asked, so it counts as running."""
    if holder["host"] != socket.gethostname():
        return True
    try:
        os.kill(int(str(holder["process"])), 0)
    except ProcessLookupError:
        return False
    except OSError:
        pass
    return True
