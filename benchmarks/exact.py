"""How far the solver ends from the exact optimum, where that can be found, on small crops.

``python -m benchmarks.exact`` prints four tables: stage 1 and plain α-expansion against the optimum of one
period (one cut, ``ordered_optimum`` on pixels); the three stages against α-expansion over every pair (p, s)
at once; the three stages against every labelling of two by two pixels; and how far the numbers that the
solver works with are from the definition's.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import click
import numpy as np
from numpy.typing import NDArray

from semcine_nb.looping import Labelling, LoopSolver
from semcine_nb.looping.baselines import stage_one
from semcine_nb.looping.blocks import enlarge
from semcine_nb.looping.costs import Costs
from semcine_nb.looping.energy import loop_energy
from semcine_nb.looping.labels import LabelSpace
from semcine_nb.looping.moves import expand
from semcine_nb.looping.ordered import ordered_optimum
from semcine_nb.looping.start_tables import start_problem
from semcine_nb.looping.starts import BLOCK, best_starts
from semcine_nb.samples import make_sample, sample_names
from semcine_nb.semantics import Candidate, SemanticResponse, select_candidates
from semcine_nb.video import Video

_PERIODS = (48, 60)  # their starts differ by less than the period in clips of 90 frames


def optimal_starts(costs: Costs, space: LabelSpace, period: int) -> NDArray[np.int32]:
    """The starts (H, W) of least energy for one period.

    Raises
    ------
    ValueError
        If two starts differ by the period or more: then E_spa is not additive.
    """
    starts = space.starts(period)
    if starts[-1] - starts[0] >= period:
        raise ValueError(f"Starts {starts[0]} … {starts[-1]} differ by the period {period} or more.")
    everywhere = np.ones(costs.static_cost.shape, bool)
    labels = ordered_optimum(start_problem(costs, space, period, 1, everywhere), everywhere)
    return np.asarray(starts[labels], np.int32)


def crops(width: int, height: int) -> Iterator[tuple[str, LoopSolver, Candidate]]:
    """A crop from the middle of each procedural clip's first candidate."""
    for name in sample_names():
        sample = make_sample(name, size=(480, 270), seconds=3.0)
        selection = select_candidates(sample.video, SemanticResponse(sample.scores(), sample.categories))
        mask = selection.candidates[0].mask
        row, column = (int(v.mean()) for v in np.nonzero(mask))
        top, left = (
            min(max(row - height // 2, 0), 270 - height),
            min(max(column - width // 2, 0), 480 - width),
        )
        part = slice(top, top + height), slice(left, left + width)
        clip = Video(np.ascontiguousarray(sample.video.frames[:, *part]), sample.video.fps)
        scores = np.stack([np.asarray(selection.response.scores[t])[part] for t in range(len(clip.frames))])
        response = SemanticResponse(scores, selection.response.categories)
        yield name, LoopSolver(clip, response), Candidate(selection.candidates[0].categories, mask[part])


def one_period_table(width: int, height: int) -> None:
    click.echo("| clip | p | starts | optimum | stage 1 / optimum | plain / optimum |")
    click.echo("|---|---|---|---|---|---|")
    gaps = []
    for name, solver, _ in crops(width, height):
        costs, space = solver.clip_costs.unlabeled, solver.space
        for period in _PERIODS:
            same = np.full((height, width), period, np.int32)
            best, ours, plain = (
                costs.total(Labelling(same, start))
                for start in (
                    optimal_starts(costs, space, period),
                    best_starts(costs, space, period, np.ones((height, width), bool))[0],
                    stage_one(costs, space, period),
                )
            )
            gaps.append((ours / best, plain / best))
            count = len(space.starts(period))
            click.echo(
                f"| {name} | {period} | {count} | {best:.4g} | {ours / best:.4f} | {plain / best:.4f} |"
            )
    mean, worst = np.mean(gaps, axis=0), np.max(gaps, axis=0)
    click.echo(f"\nMean {mean[0]:.4f} against {mean[1]:.4f}, worst {worst[0]:.4f} against {worst[1]:.4f}.\n")


def expand_all(costs: Costs, space: LabelSpace, labels: Labelling, sweeps: int = 2) -> None:
    """α-expansion on pixels over every pair (p, s) and every still frame, in place."""
    every = [(p, s) for p in (*space.periods, 1) for s in space.starts(p)]
    for _ in range(sweeps):
        expand(costs, labels, every, np.ones(labels.period.shape, bool))


def direct_table(width: int, height: int) -> None:
    click.echo("| clip | E, three stages | all pairs from a still / E | all pairs from E / E |")
    click.echo("|---|---|---|---|")
    for name, solver, candidate in crops(width, height):
        costs, cinema = solver.costs(candidate), solver.solve(candidate)
        ours = costs.total(cinema.labels)
        still = Labelling(np.ones((height, width), np.int32), np.full((height, width), 44, np.int32))
        ratios = []
        for labels in (still, cinema.labels.copy()):
            expand_all(costs, solver.space, labels)
            ratios.append(costs.total(labels) / ours)
        click.echo(f"| {name} | {ours:.4g} | {ratios[0]:.4f} | {ratios[1]:.4f} |")


def every_labelling_table(side: int = 2) -> None:
    """Pictures of ``side`` × ``side`` pixels in 41 frames: all labellings are tried."""
    click.echo("\n| clip | labellings | optimum | three stages / optimum |\n|---|---|---|---|")
    for name, whole, candidate in crops(96, 72):
        step = 24
        part = (slice(0, side * step, step), slice(0, side * step, step))
        clip = Video(np.ascontiguousarray(whole.clip.frames[:41, *part]), whole.clip.fps)
        scores = np.stack([np.asarray(whole.response.scores[t])[part] for t in range(41)])
        solver = LoopSolver(clip, SemanticResponse(scores, whole.response.categories))
        target = Candidate(candidate.categories, np.ones((side, side), bool))
        costs, space = solver.costs(target), solver.space
        every = [(p, int(s)) for p in (*space.periods, 1) for s in space.starts(p)]
        best = np.inf
        for chosen in product(every, repeat=side * side):
            p, s = (np.array(v, np.int32).reshape(side, side) for v in zip(*chosen, strict=True))
            best = min(best, costs.total(Labelling(p, s)))
        cinema = solver.solve(target)
        ours = costs.total(cinema.labels)
        ratio = ours / best if best else 1.0 if ours == 0 else np.inf
        click.echo(f"| {name} | {len(every) ** (side * side)} | {best:.4g} | {ratio:.4f} |")


def approximation_table(width: int, height: int) -> None:
    """How far the numbers that the solver works with are from the definition's."""
    click.echo(
        "\n| clip | E reported / E | E by the tables / E | of blocks, mean / E | of blocks, farthest / E |"
    )
    click.echo("|---|---|---|---|---|")
    rng = np.random.default_rng(0)
    for name, solver, candidate in crops(width, height):
        cinema, costs, space = solver.solve(candidate), solver.costs(candidate), solver.space
        exact = loop_energy(solver.clip, solver.response, candidate, cinema.period, cinema.start).total
        tables = costs.total(cinema.labels) / exact
        shape = -(-height // BLOCK), -(-width // BLOCK)
        stills = solver.search.frames
        blocks = solver.search.tables.for_candidate(costs, np.ones(shape, bool))
        ratios, count = [], len(space.periods)
        for _ in range(20):  # a label for each block by lot: every pair of labels meets
            labels = rng.integers(0, count + len(stills), shape).astype(np.int32)
            index = enlarge(labels, BLOCK, (height, width))
            period = np.array([*space.periods, *np.ones(len(stills))], np.int32)[index]
            own = np.take_along_axis(solver.starts, np.minimum(index, count - 1)[None], axis=0)[0]
            start = np.where(period > 1, own, stills[np.maximum(index - count, 0)]).astype(np.int32)
            ratios.append(blocks.energy(labels) / costs.total(Labelling(period, start)))
        farthest = max(ratios, key=lambda ratio: abs(ratio - 1))
        reported = cinema.energy.total / exact
        click.echo(f"| {name} | {reported:.6f} | {tables:.4f} | {np.mean(ratios):.4f} | {farthest:.4f} |")


@click.command()
@click.option("--width", default=96, show_default=True)
@click.option("--height", default=72, show_default=True)
def main(width: int, height: int) -> None:
    """Print the tables."""
    one_period_table(width, height)
    direct_table(width, height)
    every_labelling_table()
    approximation_table(width, height)


if __name__ == "__main__":
    main()
