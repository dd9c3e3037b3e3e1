"""How far the solver ends from the exact optimum, where that can be found: stage 1 on small crops.

For one period p whose starts differ by less than p, E_spa adds up along the order of starts, so stage 1 is
an Ishikawa problem (IEEE TPAMI 25(10):1333–1336, 2003): one minimum cut gives its optimum. ``python -m
benchmarks.exact`` prints the energy of stage 1, and of plain α-expansion, over that optimum.
"""

from __future__ import annotations

import click
import maxflow
import numpy as np
from numpy.typing import NDArray

from semcine_nb.looping.baselines import _stage_one
from semcine_nb.looping.labels import LabelSpace
from semcine_nb.looping.moves import LoopProblem
from semcine_nb.looping.parameters import LoopParameters
from semcine_nb.looping.proposals import block_jumps
from semcine_nb.looping.stages import Schedule, best_starts
from semcine_nb.looping.tables import LoopTables, loop_tables
from semcine_nb.samples import make_sample, sample_names
from semcine_nb.semantics import SemanticResponse, select_candidates
from semcine_nb.video import Video


def optimal_starts(tables: LoopTables, space: LabelSpace, period: int) -> NDArray[np.int32]:
    """The starts (H, W) of least energy for one period, by one cut.

    Raises
    ------
    ValueError
        If two starts differ by the period or more: then E_spa is not additive.
    """
    starts = space.starts(period)
    if starts[-1] - starts[0] >= period:
        raise ValueError(f"Starts {starts[0]} … {starts[-1]} differ by more than the period {period}.")
    periods = np.full_like(starts, period)
    unary = block_jumps(tables.vectors, tables.scale, tables.temporal_factor, periods, starts, 1)
    levels, h, w = len(starts) - 1, *tables.natural.shape
    graph = maxflow.Graph[float]()
    node = graph.add_nodes(levels * h * w).reshape(levels, h, w)  # in the source's part: start above level
    infinite = float(unary.max() * levels * h * w)
    for i in range(levels):
        source = unary[0] if i == 0 else np.zeros((h, w))
        sink = unary[-1] if i == levels - 1 else np.zeros((h, w))
        graph.add_grid_tedges(node[i], source, sink)
        if i:
            graph.add_edges(node[i - 1].ravel(), node[i].ravel(), unary[i].ravel(), np.full(h * w, infinite))
        step = passing(tables, period, int(starts[i]), int(starts[i + 1]))
        right = (tables.right[:, :-1] * (step[:, :-1] + step[:, 1:])).ravel()
        down = (tables.down[:-1] * (step[:-1] + step[1:])).ravel()
        graph.add_edges(node[i, :, :-1].ravel(), node[i, :, 1:].ravel(), right, right)
        graph.add_edges(node[i, :-1].ravel(), node[i, 1:].ravel(), down, down)
    graph.maxflow()
    above = ~graph.get_grid_segments(node)
    return np.asarray(starts[above.sum(axis=0)], np.int32)


def passing(tables: LoopTables, period: int, first: int, second: int) -> NDArray[np.float64]:
    """One pixel's half of Ψ between neighbouring starts, (H, W)."""
    lines = tables.vectors.astype(np.int32)
    apart = lines[:, :, first:second] - lines[:, :, first + period : second + period]
    return tables.scale * (apart**2).sum(axis=(2, 3)) / period


@click.command()
@click.option("--width", default=96, show_default=True)
@click.option("--height", default=72, show_default=True)
def main(width: int, height: int) -> None:
    """Print one row a crop and period."""
    click.echo(
        "| clip | p | starts | optimum | stage 1 / optimum | plain / optimum |\n|---|---|---|---|---|---|"
    )
    gaps = []
    for name in sample_names():
        sample = make_sample(name, size=(480, 270), seconds=3.0)
        selection = select_candidates(sample.video, SemanticResponse(sample.scores(), sample.categories))
        rows, columns = (int(v.mean()) for v in np.nonzero(selection.candidates[0].mask))
        top, left = (
            min(max(rows - height // 2, 0), 270 - height),
            min(max(columns - width // 2, 0), 480 - width),
        )
        part = slice(top, top + height), slice(left, left + width)
        clip = Video(np.ascontiguousarray(sample.video.frames[:, *part]), sample.video.fps)
        scores = np.stack([np.asarray(selection.response.scores[t])[part] for t in range(len(clip.frames))])
        response = SemanticResponse(scores, selection.response.categories)
        parameters = LoopParameters()
        space = LabelSpace.of_clip(len(clip.frames), clip.fps, parameters)
        tables = loop_tables(clip, response, parameters)
        nothing = np.zeros((height, width), np.float32)
        problem, everywhere = LoopProblem(tables, nothing, nothing, 0), np.ones((height, width), bool)
        for period in (48, 60):
            same = np.full((height, width), period, np.int32)

            def energy(start: NDArray[np.int32], same=same, problem=problem) -> float:
                return sum(problem.energy(same, start))

            best = energy(optimal_starts(tables, space, period))
            ours = energy(best_starts(problem, space, period, everywhere, Schedule())[0])
            plain = energy(_stage_one(problem, space.starts(period), period))
            gaps.append((ours / best, plain / best))
            count = len(space.starts(period))
            click.echo(
                f"| {name} | {period} | {count} | {best:.4g} | {ours / best:.4f} | {plain / best:.4f} |"
            )
    mean, worst = np.mean(gaps, axis=0), np.max(gaps, axis=0)
    click.echo(f"\nMean {mean[0]:.4f} against {mean[1]:.4f}, worst {worst[0]:.4f} against {worst[1]:.4f}.")


if __name__ == "__main__":
    main()
