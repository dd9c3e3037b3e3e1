"""The workers of a batch: processes on this machine, or those of a Dask scheduler."""

from __future__ import annotations

import importlib.util
import logging
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .. import __version__
from ..errors import StoreError
from .memory import needed

if TYPE_CHECKING:
    from distributed import Client

_PATIENCE = 30  # seconds for a scheduler to answer, and for its first worker


@contextmanager
def connected(
    scheduler: str | Client | None, workers: int | None, pixels: int, jobs: int, out: Path
) -> Iterator[Client]:
    """A client of the scheduler, or of processes on this machine that end with the block.

    Parameters
    ----------
    scheduler : an address, a client, or None for this machine
    workers : processes on this machine; None: as many as there are cores and memory for
    pixels : T·H·W of the largest clip
    jobs : how many clips there are
    out : the folder that all workers must see

    Raises
    ------
    StoreError
        If Dask is not installed, the scheduler does not answer, or its workers cannot do this work.
    """
    try:
        from distributed import Client
    except ImportError as error:
        raise StoreError(
            f"Batch work needs the cluster extra (pip install 'semcine-nb[cluster]'): {error}",
            topic="missing-package",
        ) from error
    if scheduler is None:
        with local_client(workers or _processes(pixels, jobs)) as client:
            yield client
        return
    if isinstance(scheduler, str):
        address = scheduler
        try:
            client = Client(address, timeout=_PATIENCE, set_as_default=False)
        except (OSError, ValueError) as error:
            raise StoreError(
                f"The Dask scheduler at {address} cannot be reached: {error}; "
                "check its address and that it runs."
            ) from error
    else:
        client, address = scheduler, str(getattr(scheduler.scheduler, "address", ""))
    try:
        _check_workers(client, address, out)
        yield client
    finally:
        if client is not scheduler:
            client.close()


# a clip in hand is not data of Dask's that could be spilled, and a worker paused for it would never go on:
# each plans its memory itself (memory.py); one that exceeds its limit all the same is ended
_MEMORY = {f"distributed.worker.memory.{step}": False for step in ("target", "spill", "pause")}


@contextmanager
def local_client(workers: int) -> Iterator[Client]:
    """A client of worker processes on this machine, one thread each, that end with the block."""
    import dask
    from distributed import Client, LocalCluster
    from distributed.system import MEMORY_LIMIT

    with (
        dask.config.set(_MEMORY),
        _quiet(),
        LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            processes=True,
            memory_limit=int(0.95 * MEMORY_LIMIT / workers),
            dashboard_address="127.0.0.1:8787" if _has_bokeh() else "127.0.0.1:0",
            silence_logs=logging.CRITICAL,
        ) as cluster,
        Client(cluster, set_as_default=False) as client,
    ):
        yield client


def dashboard_of(client: Client) -> str:
    """The address of Dask's own dashboard; an empty text without bokeh, which draws it."""
    return str(client.dashboard_link or "") if _has_bokeh() else ""


def _has_bokeh() -> bool:
    return importlib.util.find_spec("bokeh") is not None


@contextmanager
def _quiet() -> Iterator[None]:
    """Without Dask's warning that 8787 is taken: the dashboard then gets another port, which is told."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Port 8787 is already in use")
        yield


def _processes(pixels: int, jobs: int) -> int:
    """Number of workers, of one clip each, that this machine has cores and memory for."""
    from distributed.system import MEMORY_LIMIT

    fitting = int(0.8 * MEMORY_LIMIT // needed(pixels))
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(cores, fitting, 4 * jobs))


def _check_workers(client: Client, address: str, out: Path) -> None:
    """Raise StoreError unless there are workers, of this version, that see the output folder."""
    try:
        client.wait_for_workers(1, timeout=_PATIENCE)
    except TimeoutError:
        raise StoreError(
            f"The Dask scheduler at {address} has no workers: start some with 'dask worker {address} "
            "--nthreads 1'."
        ) from None
    try:
        answers: dict[str, Any] = client.run(_who, str(out))
    except Exception as error:  # whatever a worker without this package raises
        raise StoreError(
            f"The workers of {address} cannot run semcine-nb {__version__}: {error}. Install it for them."
        ) from error
    for worker, (version, sees) in sorted(answers.items()):
        if version != __version__:
            raise StoreError(
                f"The worker {worker} has semcine-nb {version}, here it is {__version__}: install the same."
            )
        if not sees:
            raise StoreError(
                f"The worker {worker} does not see the folder {out}: clips and output must be on a disk that "
                "all machines share, under the same path."
            )


def _who(folder: str) -> tuple[str, bool]:
    """On a worker: its version, and whether it sees the folder."""
    return __version__, Path(folder).is_dir()
