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
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import click
import numpy as np

from semcine_nb.looping import Cinemagraph, LoopParameters, LoopSolver
from semcine_nb.looping.baselines import liao_2013, plain_expansion
from semcine_nb.looping.quality import tearing
from semcine_nb.looping.starts import refine_starts
from semcine_nb.looping.warm import warm
from semcine_nb.samples import make_sample, sample_names
from semcine_nb.semantics import Candidate, Selection, SemanticResponse, segment, select_candidates
from semcine_nb.semantics.categories import PAPER_CATEGORIES, is_natural
from semcine_nb.semantics.storage import FrameScores
from semcine_nb.video import Video, read_video

Clip = tuple[str, Video, Selection]
OURS = {
    "ours, nothing merged": LoopParameters(merging=0),
    "ours": LoopParameters(),
    "ours, 3 % for merging": LoopParameters(merging=0.03),
    "ours, 30 % for merging": LoopParameters(merging=0.3),
    "ours, α_sta doubled": LoopParameters(alpha_static=2 * LoopParameters().alpha_static),
}


def clips(
    size: tuple[int, int], seconds: float, only: tuple[str, ...] = (), combinations: int = 0
) -> Iterator[Clip]:
    """The procedural clips with true masks, then the real ones, each with its candidates."""
    for name in sample_names():
        if not only or name in only:
            sample = make_sample(name, size=size, seconds=seconds)
            scene = SemanticResponse(sample.scores(), sample.categories)
            yield name, sample.video, select_candidates(sample.video, scene, combinations=combinations)
    folder = os.environ.get("SEMCINE_REAL_CLIPS")
    for name in ("waterfall", "flag", "fountain", "fire_pot") if folder else ():
        if not only or f"{name} (real)" in only:
            clip = read_video(Path(str(folder)) / f"{name}.mp4", max_size=size, max_seconds=seconds)
            yield f"{name} (real)", clip, select_candidates(clip, segment(clip), combinations=combinations)


def row(*cells: object) -> None:
    """One line of a Markdown table."""
    click.echo("| " + " | ".join(str(cell) for cell in cells) + " |")


def head(*names: str) -> None:
    click.echo()
    row(*names)
    row(*["---"] * len(names))


def energies(size: tuple[int, int], seconds: float, only: tuple[str, ...], plain: bool = False) -> None:
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
    """How objects that are not natural come apart: ours in several ways, and Liao et al. 2013."""
    head("clip", "object", "method", "E", "labels", "pieces", "pairs cut", "covered")
    for name, clip, selection in clips(size, seconds, only):
        objects = [c for c in selection.candidates if not any(is_natural(n) for n in c.categories)]
        if not objects:
            continue
        solvers = {method: LoopSolver(clip, selection.response, used) for method, used in OURS.items()}
        earlier = liao_2013(clip)
        for candidate in objects:
            for method, solver in solvers.items():
                cinema = solver.solve(candidate)
                row(name, candidate.label, method, f"{cinema.energy.total:.2f}", *torn(cinema, candidate))
            row(name, candidate.label, "Liao et al.", "", *torn(earlier, candidate))


def torn(cinema: Cinemagraph, candidate: Candidate) -> list[str]:
    found = tearing(cinema.labels, candidate.mask)
    return [str(found.labels), str(found.pieces), str(found.cut), f"{found.coverage:.0%}"]


def whole(size: tuple[int, int], seconds: float, only: tuple[str, ...]) -> None:
    """Tables, stage 1, four candidates and their rendering on two threads, as a person waits for it.

    Where a clip has fewer than four categories that may move, sets of them make up the number.
    """
    head("clip", "frames", "candidates", "moving pixels", "wall, s", "processor, s", "peak memory, GB")
    for name, clip, selection in clips(size, seconds, only, combinations=4):
        # the largest first, as the pipeline does
        candidates = sorted(selection.candidates[:4], key=lambda c: -int(c.mask.sum()))
        wall, spent = time.perf_counter(), time.process_time()
        solver = LoopSolver(clip, selection.response, threads=2)
        with ThreadPoolExecutor(2) as pool:
            # as each is solved it is rendered
            list(
                pool.map(lambda candidate, solve=solver.solve: solve(candidate).render(length=96), candidates)
            )
        wall, spent = time.perf_counter() - wall, time.process_time() - spent
        share = f"{solver.clip_costs.moving.mean():.0%}"
        row(name, len(clip.frames), len(candidates), share, f"{wall:.0f}", f"{spent:.0f}", f"{peak():.2f}")


def alternation(size: tuple[int, int], seconds: float, only: tuple[str, ...]) -> None:
    """What each stage and a second alternation of stages 2 and 3 are worth, and a sweep less or more."""
    head("clip", "candidate", "E₂", "E₃ / E₂", "second E₂ / E₂", "second E₃ / E₂", "E₃ with 1, 3 sweeps / E₂")
    for name, clip, selection in clips(size, seconds, only):
        solver = LoopSolver(clip, selection.response)
        for candidate in selection.candidates:
            after = {sweeps: stages(solver, candidate, sweeps) for sweeps in (2, 1, 3)}
            second, *rest = after[2]
            ratios = [f"{energy / second:.4f}" for energy in rest]
            others = ", ".join(f"{after[sweeps][1] / second:.4f}" for sweeps in (1, 3))
            row(name, candidate.label, f"{second:.2f}", *ratios, others)


def stages(solver: LoopSolver, candidate: Candidate, sweeps: int) -> list[float]:
    """The energy after stage 2, stage 3, and both once more."""
    costs = solver.costs(candidate)
    labels = solver.search.choose(costs, candidate.mask, sweeps)
    found = [costs.total(labels)]
    for again in (False, True):
        if again:
            everywhere = np.ones_like(candidate.mask)
            labels = solver.search.revise(costs, candidate.mask, labels, everywhere)
            found.append(costs.total(labels))
        refine_starts(costs, solver.space, labels)
        found.append(costs.total(labels))
    return found


def growth(size: tuple[int, int], seconds: float, only: tuple[str, ...]) -> None:
    """One candidate with pixels, up to 16 times as many, with frames and with K, each in a fresh process."""
    w, h = size
    names = ["size", "frames", "K", "pairs (p, s)", "stage 1, s", "stages 2–3, s"]
    head(*names, "s a Mpixel and 100 pairs", "peak memory, GB")
    name = only[0] if only else "waterfall"
    cases = [((w // 2, h // 2), seconds, 4), (size, seconds, 4), ((2 * w, 2 * h), seconds, 4)]
    cases += [(size, longer, 4) for longer in (2.0, 4.0, 5.0, 6.0)]
    cases += [(size, seconds, k) for k in (2, 8, 13)]
    for case in cases:
        with ProcessPoolExecutor(1, get_context("spawn")) as fresh:
            row(*fresh.submit(grown, name, *case).result())


class KChannels:
    """Scores with the first k channels, empty ones where there are fewer; made frame by frame."""

    def __init__(self, scores: FrameScores, k: int) -> None:
        self.scores, self.shape = scores, (*scores.shape[:3], k)

    def __len__(self) -> int:
        return len(self.scores)

    def __getitem__(self, t: int) -> np.ndarray:
        return channels(self.scores[t], self.shape[3])


def channels(values: np.ndarray, k: int) -> np.ndarray:
    """(H, W, k): the first k of (H, W, K) values, zero where there are fewer."""
    return np.pad(values, ((0, 0), (0, 0), (0, max(k - values.shape[2], 0))))[..., :k]


def grown(name: str, size: tuple[int, int], seconds: float, k: int) -> list[object]:
    """One row of the table: the first candidate of a clip with k channels, those that it lacks empty."""
    _, clip, selection = next(clips(size, seconds, (name,)))
    kept = selection.response
    others = [c for c in PAPER_CATEGORIES if c not in kept.categories]
    names, counts = (*kept.categories, *others)[:k], channels(kept.occurrences(), k)
    response = SemanticResponse(KChannels(kept.scores, k), names, counts)
    warm()
    begin = time.process_time()
    solver = LoopSolver(clip, response)
    first = time.process_time() - begin
    begin = time.process_time()
    solver.solve(selection.candidates[0])
    rest = time.process_time() - begin
    pairs = sum(len(solver.space.starts(p)) for p in solver.space.periods)
    unit = (first + rest) / (size[0] * size[1] / 1e6) / (pairs / 100)
    seconds_each = f"{first:.1f}", f"{rest:.1f}", f"{unit:.1f}"
    return [f"{size[0]}×{size[1]}", len(clip.frames), k, pairs, *seconds_each, f"{peak():.2f}"]


def peak() -> float:
    """Largest resident memory of this process so far, GB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


TABLES = {
    "energies": energies,
    "plain": partial(energies, plain=True),
    "liao": against_liao,
    "whole": whole,
    "growth": growth,
    "alternation": alternation,
}


@click.command()
@click.argument("table", type=click.Choice(list(TABLES)), default="energies")
@click.option("--size", default="480x270", show_default=True)
@click.option("--seconds", default=3.0, show_default=True)
@click.option("--only", multiple=True, help="Only these clips.")
def main(table: str, size: str, seconds: float, only: tuple[str, ...]) -> None:
    """Print one table."""
    machine = platform.processor() or platform.machine()
    click.echo(
        f"{machine}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, numpy {np.__version__}, "
        f"{size}, {seconds:g} s"
    )
    width, height = map(int, size.split("x"))
    TABLES[table]((width, height), seconds, only)
    click.echo(f"\nPeak memory of the process: {peak():.2f} GB, load {os.getloadavg()[0]:.1f} at the end.")


if __name__ == "__main__":
    main()
