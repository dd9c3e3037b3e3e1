"""The command line: ``semcine make`` turns a clip into ranked cinemagraphs and a page to look at."""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import Any

import click

from .batch_command import batch
from .clip_options import as_arguments, clip_options
from .errors import LoopError, SemcineError, VideoError
from .progress import silent
from .rate_command import rate
from .terminal import terminal_bar


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="semcine-nb")
@click.option("-q", "--quiet", is_flag=True, help="Show no progress.")
@click.pass_context
def cli(context: click.Context, quiet: bool) -> None:
    """Turn short tripod clips into cinemagraphs of the objects in them."""
    context.obj = quiet


@cli.command(context_settings={"show_default": True})
@click.argument("clip", type=click.Path(readable=False, path_type=Path))  # read_video says it better
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="Folder to write to.  [default: CLIP-cinemagraphs, beside the clip]",
)
@clip_options
@click.pass_obj
def make(
    quiet: bool,
    clip: Path,
    output: Path | None,
    **options: Any,
) -> None:
    """Make cinemagraphs of CLIP, one of each thing in it that can move, and a page of them all.

    CLIP is a video, a GIF or a folder of images, from a tripod. The last line says where the page is.
    """
    arguments = as_arguments(**options)
    if not _is_there(clip):
        raise SemcineError(
            f"There is no file or folder {clip}: check its name and the folder it is in.",
            topic="no-such-file",
        )
    from .folder import INDEX, make_folder

    folder = output or clip.resolve().with_name(f"{clip.resolve().stem}-cinemagraphs")
    try:
        make_folder(clip, folder, progress=silent if quiet else terminal_bar, **arguments)
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


cli.add_command(batch)
cli.add_command(rate)


class _Warnings(logging.Handler):
    """Each warning once, on a line of its own above the bar."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self._told: set[str] = set()

    def emit(self, record: logging.LogRecord) -> None:
        from tqdm import tqdm

        text = record.getMessage()
        if text not in self._told:
            self._told.add(text)
            tqdm.write(f"semcine: {text}", file=sys.stderr)


def main(arguments: list[str] | None = None) -> None:
    """Entry point. Exits with 0; 1 (it went wrong) or 2 (wrong options) after one line; 130 on Ctrl-C."""
    logger, handler = logging.getLogger("semcine"), _Warnings()
    logger.addHandler(handler)
    propagated, logger.propagate = logger.propagate, False
    try:
        code = cli.main(arguments, prog_name="semcine", standalone_mode=False) or 0
    except (click.Abort, KeyboardInterrupt):
        code = _complain("Stopped; nothing was left half-written.", 130)
    except click.ClickException as error:
        code = _complain(f"{error.format_message()} See --help.", error.exit_code)
    except SemcineError as error:
        code = _complain(f"{str(error).rstrip('.')}. See {error.help}.", 1)
    except OSError as error:
        name, why = error.filename or "a file", (error.strerror or str(error)).lower()
        way_out = "check its name, its rights and the disk's space"
        code = _complain(f"{name} cannot be read or written: {why}; {way_out}.", 1)
    except MemoryError:
        code = _complain("Not enough memory: try a smaller --working-size, or fewer --seconds.", 1)
    finally:
        logger.removeHandler(handler)
        logger.propagate = propagated
    sys.exit(code)


def _complain(text: str, code: int) -> int:
    click.echo(f"semcine: {' '.join(text.split())}", err=True)
    return code


if __name__ == "__main__":
    main()
