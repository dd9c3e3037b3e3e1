"""Time, memory and energy of the looping engine against its baselines, in one run.

``python -m benchmarks.looping`` prints Markdown tables for the procedural clips with true masks, and for real
ones in the folder that SEMCINE_REAL_CLIPS names, with the embedded segmenter. Seconds are processor seconds
of this process, since machines are shared, unless a column says wall.
"""

from __future__ import annotations

import os
import platform
import resource
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import click
import numpy as np

from semcine_nb.looping import Cinemagraph, LoopSolver
from semcine_nb.looping.baselines import liao_2013, plain_expansion
from semcine_nb.looping.quality import tearing
from semcine_nb.samples import make_sample, sample_names
from semcine_nb.semantics import Candidate, Selection, SemanticResponse, segment, select_candidates
from semcine_nb.semantics.categories import is_natural
from semcine_nb.video import Video, read_video

Clip = tuple[str, Video, Selection]


def clips(size: tuple[int, int], seconds: float, only: tuple[str, ...] = ()) -> Iterator[Clip]:
    """The procedural clips with true masks, then the real ones, each with its candidates."""
    for name in sample_names():
        if not only or name in only:
            sample = make_sample(name, size=size, seconds=seconds)
            scene = SemanticResponse(sample.scores(), sample.categories)
            yield name, sample.video, select_candidates(sample.video, scene)
    folder = os.environ.get("SEMCINE_REAL_CLIPS")
    for name in ("waterfall", "flag", "fountain", "fire_pot") if folder else ():
        if not only or f"{name} (real)" in only:
            clip = read_video(Path(str(folder)) / f"{name}.mp4", max_size=size, max_seconds=seconds)
            yield f"{name} (real)", clip, select_candidates(clip, segment(clip))


def row(*cells: object) -> None:
    """One line of a Markdown table."""
    click.echo("| " + " | ".join(str(cell) for cell in cells) + " |")


def head(*names: str) -> None:
    click.echo()
    row(*names)
    row(*["---"] * len(names))


def energies(size: tuple[int, int], seconds: float, plain: bool, only: tuple[str, ...]) -> None:
    """Each candidate: seconds of stages, of an edit and of rendering; energy against plain expansion."""
    names = ["clip", "candidate", "stage 1, s", "stages 2–3, s", "edit, s", "render, s", "E"]
    head(*names, *(["plain E", "E / plain", "plain, s"] if plain else []))
    for name, clip, selection in clips(size, seconds, only):
        begin = time.process_time()
        solver = LoopSolver(clip, selection.response)
        first = time.process_time() - begin
        for candidate in selection.candidates:
            begin = time.process_time()
            cinema = solver.solve(candidate)
            solved = time.process_time() - begin
            begin = time.process_time()
            solver.edit(cinema, without_disk(candidate.mask))
            edited = time.process_time() - begin
            begin = time.process_time()
            cinema.render(length=96)
            rendered = time.process_time() - begin
            cells = [name, candidate.label, *(f"{s:.1f}" for s in (first, solved, edited, rendered))]
            cells.append(f"{cinema.energy.total:.2f}")
            if plain:
                begin = time.process_time()
                reference = plain_expansion(solver, candidate).energy.total
                spent = time.process_time() - begin
                cells += [f"{reference:.2f}", f"{cinema.energy.total / reference:.3f}", f"{spent:.1f}"]
            row(*cells)


def without_disk(mask: np.ndarray) -> np.ndarray:
    """A typical edit: a disk of an eighth of the height taken out of the target's middle."""
    rows, columns = np.nonzero(mask)
    y, x = np.ogrid[: mask.shape[0], : mask.shape[1]]
    radius = mask.shape[0] / 8
    return mask & ((y - rows.mean()) ** 2 + (x - columns.mean()) ** 2 > radius**2)


def against_liao(size: tuple[int, int], seconds: float, only: tuple[str, ...]) -> None:
    """How objects that are not natural come apart: ours, and Liao et al. 2013 with the same engine."""
    names = ["labels", "pieces", "pairs cut", "covered"]
    head("clip", "object", *(f"{n}, ours" for n in names), *(f"{n}, Liao" for n in names))
    for name, clip, selection in clips(size, seconds, only):
        objects = [c for c in selection.candidates if not any(is_natural(n) for n in c.categories)]
        if not objects:
            continue
        solver, earlier = LoopSolver(clip, selection.response), liao_2013(clip)
        for candidate in objects:
            row(name, candidate.label, *torn(solver.solve(candidate), candidate), *torn(earlier, candidate))


def torn(cinema: Cinemagraph, candidate: Candidate) -> list[str]:
    found = tearing(cinema.period, cinema.start, candidate.mask)
    return [str(found.labels), str(found.pieces), str(found.cut), f"{found.coverage:.0%}"]


def whole(size: tuple[int, int], seconds: float, only: tuple[str, ...]) -> None:
    """Tables, stage 1, all candidates and their rendering on two threads, as a person waits for it."""
    head("clip", "frames", "candidates", "moving pixels", "wall, s", "processor, s", "peak memory, GB")
    for name, clip, selection in clips(size, seconds, only):
        wall, spent = time.perf_counter(), time.process_time()
        solver = LoopSolver(clip, selection.response, threads=2)
        with ThreadPoolExecutor(2) as pool:
            for cinema in pool.map(solver.solve, selection.candidates):
                cinema.render(length=96)
        wall, spent = time.perf_counter() - wall, time.process_time() - spent
        share = f"{solver.tables.moving.mean():.0%}"
        count = len(selection.candidates)
        row(name, len(clip.frames), count, share, f"{wall:.0f}", f"{spent:.0f}", f"{peak():.2f}")


def growth(name: str = "waterfall") -> None:
    """Seconds of one candidate with pixels and with frames."""
    head("size", "frames", "pairs (p, s)", "stage 1, s", "stages 2–3, s", "s a Mpixel and 100 pairs")
    cases = [((w, w * 9 // 16), 3.0) for w in (240, 480, 960)] + [((480, 270), s) for s in (2, 4, 5, 6)]
    for size, seconds in cases:
        _, clip, selection = next(clips(size, seconds, (name,)))
        begin = time.process_time()
        solver = LoopSolver(clip, selection.response)
        first = time.process_time() - begin
        begin = time.process_time()
        solver.solve(selection.candidates[0])
        rest = time.process_time() - begin
        pairs = sum(len(solver.space.starts(p)) for p in solver.space.periods)
        unit = (first + rest) / (size[0] * size[1] / 1e6) / (pairs / 100)
        row(f"{size[0]}×{size[1]}", len(clip.frames), pairs, f"{first:.1f}", f"{rest:.1f}", f"{unit:.1f}")


def peak() -> float:
    """Largest resident memory of this process so far, GB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


@click.command()
@click.option("--size", default="480x270", show_default=True)
@click.option("--seconds", default=3.0, show_default=True)
@click.option("--only", multiple=True, help="Only these clips.")
@click.option("--plain", is_flag=True, help="Run plain α-expansion too (minutes).")
@click.option("--liao", is_flag=True, help="Compare with Liao et al. 2013 instead.")
@click.option("--whole", "whole_clip", is_flag=True, help="Time whole clips on two threads instead.")
@click.option("--growth", "grow", is_flag=True, help="Time one clip at several sizes and lengths instead.")
def main(
    size: str, seconds: float, only: tuple[str, ...], plain: bool, liao: bool, whole_clip: bool, grow: bool
) -> None:
    """Print one table."""
    shape = int(size.split("x")[0]), int(size.split("x")[1])
    machine = platform.processor() or platform.machine()
    click.echo(
        f"{machine}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, numpy {np.__version__}, "
        f"{size}, {seconds:g} s"
    )
    if liao:
        against_liao(shape, seconds, only)
    elif whole_clip:
        whole(shape, seconds, only)
    elif grow:
        growth()
    else:
        energies(shape, seconds, plain, only)
    click.echo(f"\nPeak memory of the process: {peak():.2f} GB, load {os.getloadavg()[0]:.1f} at the end.")


if __name__ == "__main__":
    main()
