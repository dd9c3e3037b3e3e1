"""Clips an hour on one and on two workers, and what it costs when one of two is killed half-way.

``python -m benchmarks.batch`` makes procedural clips, works on them with local Dask workers, and prints a
Markdown table. Wall seconds are what a batch is about; where others share the machine (the load stands beside
them), processor seconds of all workers, starts and imports included, tell what a kill costs.
"""

from __future__ import annotations

import os
import platform
import signal
import tempfile
import time
from pathlib import Path

import click
import psutil

from semcine_nb.batch import make_all
from semcine_nb.batch.cluster import local_client
from semcine_nb.samples import make_sample, sample_names


class Killer:
    """A progress bar that kills one busy worker when ``after`` tasks are done; never with None."""

    def __init__(self, client, after: int | None) -> None:
        self.client, self.after, self.tasks, self.lost = client, after, 0, 0.0
        self.pids = client.run(os.getpid)

    def __call__(self, total=None, desc=""):
        return self

    def update(self, n=1):
        pass

    def close(self):
        pass

    def set_description_str(self, desc):
        self.tasks += 1
        if self.tasks == self.after:
            busy = max(self.client.processing().items(), key=lambda item: len(item[1]))[0]
            spent = psutil.Process(self.pids[busy]).cpu_times()
            self.lost = spent.user + spent.system
            os.kill(self.pids[busy], signal.SIGKILL)


def one_run(
    clips: Path, out: Path, workers: int, kill_after: int | None
) -> tuple[float, float, float, int, int]:
    """Wall seconds without the workers' start, processor seconds of all and of the killed, clips, tasks."""
    with local_client(workers) as client:
        client.wait_for_workers(workers)
        killer = Killer(client, kill_after)
        begin = time.monotonic()
        cache = str(out.with_name(out.name + "-cache"))  # of its own: no run may profit from another
        result = make_all(clips, out, scheduler=client, measure_features=False, cache=cache, progress=killer)
        wall = time.monotonic() - begin
        spent = sum(client.run(time.process_time).values()) + killer.lost
        return wall, spent, killer.lost, len(result.done), killer.tasks


@click.command()
@click.option("--size", default="480x270", show_default=True)
@click.option("--seconds", default=3.0, show_default=True)
@click.option("--copies", default=2, show_default=True, help="Clips of each procedural scene, other seeds.")
def main(size: str, seconds: float, copies: int) -> None:
    """Print one row a run."""
    width, height = (int(v) for v in size.split("x"))
    with tempfile.TemporaryDirectory(prefix="semcine-batch-") as folder:
        clips = Path(folder) / "clips"
        clips.mkdir()
        for name in sample_names():
            for seed in range(copies):
                sample = make_sample(name, size=(width, height), seconds=seconds, seed=seed)
                sample.video.save(clips / f"{name} {seed}.mp4", quality=95)
        count = len(list(clips.iterdir()))
        click.echo(
            f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores; {count} clips of {size}, "
            f"{seconds:g} s each\n"
        )
        click.echo(
            "| run | clips done | wall, s | clips an hour | processor, s | killed, s | load before, after |"
        )
        click.echo("|---|---|---|---|---|---|---|")
        tasks = None
        for name, workers, kill in (("one worker", 1, False), ("two workers", 2, False),
                                    ("two workers, one killed half-way", 2, True)):  # fmt: skip
            before = os.getloadavg()[0]
            half = tasks // 2 if kill and tasks else None
            wall, spent, lost, done, tasks = one_run(
                clips, Path(folder) / name.replace(" ", "-"), workers, half
            )
            after = os.getloadavg()[0]
            click.echo(
                f"| {name} | {done} | {wall:.0f} | {3600 * done / wall:.0f} | {spent:.0f} | {lost:.0f} "
                f"| {before:.1f}, {after:.1f} |"
            )


if __name__ == "__main__":
    main()
