"""Cost and flaws of rendering, with and without blending, in one run.

``python -m benchmarks.rendering`` prints two Markdown tables for the procedural clips with their true masks
and, where SEMCINE_REAL_CLIPS names a folder, for real ones with the embedded segmenter; the first candidate
of each. Labels are solved first, which takes most of the time; ``--labels`` keeps them. Processor seconds are
those of 96 frames, all threads together; wall seconds those of two threads. Machines are shared, so both are
the least of three, with the load printed.
"""

from __future__ import annotations

import os
import platform
import resource
import time
from collections.abc import Iterator
from pathlib import Path

import click
import numpy as np

from semcine_nb.looping import Cinemagraph, LoopSolver, load_cinemagraph
from semcine_nb.looping.artifacts import flash, foreign_colors, seam_jump
from semcine_nb.looping.quality import consistency
from semcine_nb.rendering.blending import BlendParameters
from semcine_nb.rendering.labelling import Labelling
from semcine_nb.rendering.render import render
from semcine_nb.rendering.timelines import make_timeline
from semcine_nb.samples import make_sample, sample_names
from semcine_nb.semantics import SemanticResponse, segment, select_candidates
from semcine_nb.video import Video, read_video

REAL = ("fire_pot", "flag", "fountain", "waterfall", "tree")
WAYS = {
    "no blending": {"blend": False},
    "every wrap": {"parameters": BlendParameters(all_wraps=True)},
    "unusual wraps": {},
}


def cinemagraphs(names: list[str], size: tuple[int, int], labels: Path | None) -> Iterator[Cinemagraph]:
    """The first candidate of each clip; "real_NAME" is NAME.mp4 of the folder of real clips."""
    for name in names:
        clip, scene = _clip(name, size)
        kept = labels / f"{size[0]}x{size[1]}_{name}_0.png" if labels else None
        if kept and kept.exists():
            yield load_cinemagraph(kept, clip)
            continue
        selection = select_candidates(clip, scene or segment(clip))
        cinema = LoopSolver(clip, selection.response).solve(selection.candidates[0])
        if kept:
            kept.parent.mkdir(parents=True, exist_ok=True)
            cinema.save_labels(kept)
        yield cinema


def _clip(name: str, size: tuple[int, int]) -> tuple[Video, SemanticResponse | None]:
    if name.startswith("real_"):
        path = Path(os.environ["SEMCINE_REAL_CLIPS"]) / f"{name.removeprefix('real_')}.mp4"
        return read_video(path, max_size=size, max_seconds=3.0), None
    sample = make_sample(name, size=size, seconds=3.0)
    return sample.video, SemanticResponse(sample.scores(), sample.categories)


def least(task: object, times: int = 3) -> tuple[float, float]:
    """Processor and wall seconds, the least of some runs each."""
    seconds = []
    for _ in range(times):
        begin = time.process_time(), time.perf_counter()
        task()  # type: ignore[operator]
        seconds.append((time.process_time() - begin[0], time.perf_counter() - begin[1]))
    return min(s[0] for s in seconds), min(s[1] for s in seconds)


def cost(name: str, cinema: Cinemagraph) -> str:
    """One row: what 96 frames take."""
    clip, labels = cinema.video.frames, cinema.labels

    def run(threads: int, **options: object) -> np.ndarray:
        return render(clip, labels, 96, threads=threads, **options)

    gather, _ = least(lambda: run(1, blend=False))
    every, _ = least(lambda: run(1, **WAYS["every wrap"]))
    ours, _ = least(lambda: run(1))
    _, wall = least(lambda: run(2))
    size = f"{clip.shape[2]}×{clip.shape[1]}"
    cells = [
        name,
        size,
        f"{cinema.dynamic.mean():.0%}",
        f"{gather:.2f}",
        f"{every:.2f}",
        f"{ours:.2f}",
        f"{wall:.2f}",
    ]
    return "| " + " | ".join(cells) + f" | {os.getloadavg()[0]:.1f} |"


def flaws(name: str, cinema: Cinemagraph) -> Iterator[str]:
    """One row a way of blending: what can be seen at the seams."""
    clip, labels = cinema.video.frames, cinema.labels
    line = make_timeline(labels, len(clip))
    for way, options in WAYS.items():
        loop = render(clip, labels, **options)
        foreign = foreign_colors(clip, loop, cinema.dynamic, every=4 * max(1, clip.shape[2] // 480))
        jump, _ = seam_jump(clip, loop, cinema.dynamic, line)
        border = consistency(clip, loop, line).spatial_seams
        figures = jump, flash(clip, loop, line), border, foreign.mean(), np.percentile(foreign, 99.9)
        yield f"| {name} | {way} | " + " | ".join(f"{v:.2f}" for v in figures) + " |"


@click.command()
@click.argument("names", nargs=-1)
@click.option("--size", default="480x270", show_default=True)
@click.option("--labels", type=click.Path(path_type=Path), help="Folder that keeps solved labels.")
def main(names: tuple[str, ...], size: str, labels: Path | None) -> None:
    """Print both tables for the clips NAMES (default: all; real ones as real_NAME)."""
    width, height = (int(v) for v in size.split("x"))
    real = [f"real_{name}" for name in REAL] if os.environ.get("SEMCINE_REAL_CLIPS") else []
    wanted = list(names) or [*sample_names(), *real]
    machine = platform.processor() or platform.machine()
    click.echo(f"{machine}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, numpy {np.__version__}\n")
    click.echo(
        "| clip | size | moving | gather, CPU s | every wrap, CPU s | unusual wraps, CPU s "
        "| wall s, 2 threads | load |\n|---|---|---|---|---|---|---|---|"
    )
    rows = []
    for name, cinema in zip(wanted, cinemagraphs(wanted, (width, height), labels), strict=True):
        corner = Labelling(cinema.period[:32, :32], cinema.start[:32, :32])
        render(cinema.video.frames[:, :32, :32], corner)  # compiles
        click.echo(cost(name, cinema))
        rows += flaws(name, cinema)
    click.echo(
        "\n| clip | blended | jump at wraps | flash at wraps | step at borders | foreign colors, mean "
        "| 99.9 % |\n|---|---|---|---|---|---|---|"
    )
    click.echo("\n".join(rows))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    click.echo(f"\nPeak memory of the process: {peak:.2f} GB.")


if __name__ == "__main__":
    main()
