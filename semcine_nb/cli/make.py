"""``semcine make``: a clip becomes ranked cinemagraphs and a page to look at."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from ..errors import LoopError, SemcineError, VideoError
from ..progress import silent
from .options import clip_options, recipe_of
from .terminal import terminal_bar


@click.command(context_settings={"show_default": True})
@click.argument("clip", type=click.Path(readable=False, path_type=Path))  # read_video says it better
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="Folder to write to.  [default: CLIP-cinemagraphs, beside the clip]",
)
@clip_options
@click.pass_obj
def make(quiet: bool, clip: Path, output: Path | None, **options: Any) -> None:
    """Make cinemagraphs of CLIP, one of each thing in it that can move, and a page of them all.

    CLIP is a video, a GIF or a folder of images, from a tripod. The last line says where the page is.
    """
    recipe = recipe_of(options)
    if not _is_there(clip):
        raise SemcineError(
            f"There is no file or folder {clip}: check its name and the folder it is in.",
            topic="no-such-file",
        )
    from ..results.folder import INDEX, make_folder

    folder = output or clip.resolve().with_name(f"{clip.resolve().stem}-cinemagraphs")
    try:
        make_folder(clip, folder, recipe=recipe, progress=silent if quiet else terminal_bar)
    except (VideoError, LoopError) as error:
        if clip.name not in str(error):
            error.args = (f"{clip.name}: {error}",)
        raise
    click.echo(str(folder / INDEX))


def _is_there(clip: Path) -> bool:
    try:
        return clip.exists()
    except OSError as error:  # a name that no system takes, or a folder that may not be looked into
        name = str(clip) if len(str(clip)) < 200 else f"…{str(clip)[-60:]}"
        why = (error.strerror or str(error)).lower()
        raise VideoError(f"{name} cannot be opened: {why}; check its name and its rights.") from error
