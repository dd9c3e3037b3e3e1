"""``semcine batch``: every clip of a folder, on this machine or on a cluster."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from ..counting import counted
from ..errors import SemcineError
from ..progress import silent
from .options import clip_options, recipe_of
from .terminal import terminal_bar


@click.command(context_settings={"show_default": True})
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="Folder to write to.  [default: FOLDER-cinemagraphs, beside it]",
)
@click.option(
    "--scheduler",
    metavar="ADDRESS",
    help="A Dask scheduler, e.g. tcp://10.0.0.1:8786.  [default: processes on this machine]",
)
@click.option("--workers", type=click.IntRange(1), help="Processes on this machine.  [default: by its cores]")
@click.option("--again", is_flag=True, help="Also do what is finished.")
@clip_options
@click.pass_obj
def batch(
    quiet: bool,
    folder: Path,
    output: Path | None,
    scheduler: str | None,
    workers: int | None,
    again: bool,
    **options: Any,
) -> None:
    """Make cinemagraphs of every clip in FOLDER, a folder each, and one page of them all.

    Stopped and called again it goes on where it was. The page shows how far it is, and the last line says
    where the page is. Exits with 1 if any clip could not be done; the others are.
    """
    if scheduler and workers:
        raise click.UsageError("--workers is for this machine; how many a --scheduler has is its own affair.")
    recipe = recipe_of(options)
    from ..batch import make_all

    folder = folder.expanduser()
    result = make_all(
        folder,
        output or folder.resolve().with_name(f"{folder.resolve().name}-cinemagraphs"),
        recipe=recipe,
        scheduler=scheduler,
        workers=workers,
        again=again,
        progress=silent if quiet else terminal_bar,
    )
    click.echo(str(result.page))
    if result.failed:
        total = len(result.done) + len(result.failed)
        told = "; ".join(f"{source.name}: {why}" for source, why in list(result.failed.items())[:3])
        more = f"; and {len(result.failed) - 3} more, see the page" if len(result.failed) > 3 else ""
        raise SemcineError(
            f"{len(result.failed)} of {counted(total, 'clip')} could not be done: {told}{more}", topic="clips"
        )
