"""Two worker processes, one of which is killed in the middle of its work: the batch ends as it should."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

import pytest
from batch_clips import contents, save_clips

from semcine_nb.batch import make_all
from semcine_nb.progress import Bar
from semcine_nb.results.folder import make_folder

pytestmark = [pytest.mark.cluster, pytest.mark.slow]


class Killer:
    """A progress bar that kills a worker with work in hand, once, as soon as the first task is done."""

    def __init__(self, client: Any) -> None:
        self.client, self.pids, self.killed = client, client.run(os.getpid), 0

    def __call__(self, total: float | None = None, desc: str = "") -> Bar:
        return self

    def update(self, n: float = 1) -> None:
        pass

    def close(self) -> None:
        pass

    def set_description_str(self, desc: str) -> None:
        busy = [worker for worker, tasks in self.client.processing().items() if tasks]
        if not self.killed and busy:
            self.killed = self.pids[busy[0]]
            os.kill(self.killed, signal.SIGKILL)


def test_a_killed_worker_costs_nothing_but_time(tmp_path: Path) -> None:
    from distributed import Client, LocalCluster

    options = save_clips(tmp_path / "clips")
    sources = sorted((tmp_path / "clips").glob("*.mp4"))
    with (
        LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address="127.0.0.1:0", silence_logs=50
        ) as cluster,
        Client(cluster, set_as_default=False) as client,
    ):
        killer = Killer(client)
        result = make_all(sources, tmp_path / "out", scheduler=client, progress=killer, **options)
        assert killer.killed
        assert killer.killed not in client.run(os.getpid).values()
    assert list(result.done) == sources
    assert result.failed == {}
    for source, folder in result.done.items():
        alone = tmp_path / "alone" / folder.name
        make_folder(source, alone, **options)
        assert contents(alone) == contents(folder)
    assert not (tmp_path / "out" / ".semcine-batch").exists()
