"""Time, memory and energy of the looping engine against plain full-resolution α-expansion, in one run.

``python -m benchmarks.looping`` prints a Markdown table for the procedural clips, and for real ones in the
folder that SEMCINE_REAL_CLIPS names, with the embedded segmenter. Seconds are processor seconds of this
process, since machines are shared; ``--size`` and ``--seconds`` change the clips, ``--plain`` adds the
baseline.
"""

from __future__ import annotations

import os
import platform
import resource
import time
from pathlib import Path

import click
import numpy as np

from semcine_nb.looping import LoopSolver
from semcine_nb.looping.baselines import plain_expansion
from semcine_nb.samples import make_sample, sample_names
from semcine_nb.semantics import SemanticResponse, segment, select_candidates
from semcine_nb.video import read_video


def clips(size: tuple[int, int], seconds: float):
    """(name, clip, scene) of the procedural clips with true masks, then of the real ones."""
    for name in sample_names():
        sample = make_sample(name, size=size, seconds=seconds)
        yield name, sample.video, SemanticResponse(sample.scores(), sample.categories)
    folder = os.environ.get("SEMCINE_REAL_CLIPS")
    for name in ("waterfall", "flag", "fountain", "fire_pot") if folder else ():
        clip = read_video(Path(folder) / f"{name}.mp4", max_size=size, max_seconds=seconds)
        yield f"{name} (real)", clip, segment(clip)


@click.command()
@click.option("--size", default="480x270", show_default=True)
@click.option("--seconds", default=3.0, show_default=True)
@click.option("--plain", is_flag=True, help="Run plain α-expansion too (minutes).")
def main(size: str, seconds: float, plain: bool) -> None:
    """Print one row a candidate."""
    width, height = (int(v) for v in size.split("x"))
    click.echo(
        f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
    )
    click.echo(
        "| clip | candidate | stage 1, s | stages 2–3, s | render, s | E | plain E | E / plain | plain, s |"
    )
    click.echo("|---|---|---|---|---|---|---|---|---|")
    for name, clip, scene in clips((width, height), seconds):
        selection = select_candidates(clip, scene)
        begin = time.process_time()
        solver = LoopSolver(clip, selection.response)
        first = time.process_time() - begin
        for candidate in selection.candidates:
            begin = time.process_time()
            cinema = solver.solve(candidate)
            solved = time.process_time() - begin
            begin = time.process_time()
            cinema.render()
            rendered = time.process_time() - begin
            row = [name, candidate.label, f"{first:.1f}", f"{solved:.1f}", f"{rendered:.1f}"]
            energy = sum(solver.problem(candidate).energy(cinema.period, cinema.start))
            row.append(f"{energy:.2f}")
            if plain:
                begin = time.process_time()
                reference = plain_expansion(solver, candidate)
                spent = time.process_time() - begin
                row += [
                    f"{reference.energy.total:.2f}",
                    f"{energy / reference.energy.total:.3f}",
                    f"{spent:.1f}",
                ]
            else:
                row += ["", "", ""]
            click.echo("| " + " | ".join(row) + " |")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    click.echo(f"\nPeak memory of the process: {peak:.2f} GB; numpy {np.__version__}.")


if __name__ == "__main__":
    main()
