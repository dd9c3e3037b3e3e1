"""The command line: ``semcine make`` turns a clip into ranked cinemagraphs and a page to look at."""

from __future__ import annotations

import logging
import re
import shutil
import sys
from pathlib import Path
from typing import Any

import click

from .errors import LoopError, SemcineError, VideoError
from .progress import Bar
from .rate_command import rate

FORMATS = ("mp4", "webm", "gif", "webp", "apng")
_COUNT = click.IntRange(0)


class _Size(click.ParamType):
    """WIDTHxHEIGHT in pixels, as (width, height)."""

    name = "WxH"

    def convert(self, value: Any, param: Any, ctx: Any) -> tuple[int, int]:
        matched = re.fullmatch(r"(\d{2,5})\s*[xX×]\s*(\d{2,5})", str(value))
        if not matched or min(size := (int(matched[1]), int(matched[2]))) < 32:
            self.fail(f"{value!r} is not WIDTHxHEIGHT in pixels, 32x32 or more, such as 960x540.")
        return size


class _Still(click.ParamType):
    """A frame's number, or "median"."""

    name = "FRAME"

    def convert(self, value: Any, param: Any, ctx: Any) -> int | str:
        if str(value) != "median" and not str(value).isdigit():
            self.fail(f"{value!r} is neither a frame's number (0, 1, …) nor 'median'.")
        return int(value) if str(value).isdigit() else str(value)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="semcine-nb")
@click.option("-q", "--quiet", is_flag=True, help="Show no progress.")
@click.pass_context
def cli(context: click.Context, quiet: bool) -> None:
    """Turn short tripod clips into cinemagraphs of the objects in them."""
    context.obj = quiet


@cli.command(context_settings={"show_default": True})
@click.argument("clip", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="Folder to write to.  [default: CLIP-cinemagraphs, beside the clip]",
)
@click.option("-k", default=4, type=click.IntRange(1, 32), help="Categories to keep.")
@click.option("--combinations", default=0, type=_COUNT, help="Sets of categories that are candidates too.")
@click.option(
    "--segmenter", default="embedded", help="embedded, huggingface:MODEL, onnx:PATH, masks:FOLDER …"
)
@click.option("--pin", multiple=True, metavar="CATEGORY", help="Keep this category whatever the filters say.")
@click.option("--drop", multiple=True, metavar="CATEGORY", help="Leave this category out.")
@click.option("--ratings", metavar="URL", help="Rank by this store of ratings, e.g. sqlite:///ratings.db.")
@click.option("--user", metavar="NAME", help="The person to rank for, by the code in the store.")
@click.option(
    "--format",
    "formats",
    multiple=True,
    type=click.Choice(FORMATS),
    default=("mp4", "gif"),
    help="May be given several times.",
)
@click.option("--width", type=click.IntRange(16), help="Width of the files, pixels; never enlarged.")
@click.option("--max-mb", type=click.FloatRange(0, min_open=True), help="Largest file, millions of bytes.")
@click.option("--repeat", default=1, type=click.IntRange(1), help="Write the loop this many times in a row.")
@click.option("--start", default=0.0, type=click.FloatRange(0), help="Where in the clip to begin, seconds.")
@click.option(
    "--seconds", default=5.0, type=click.FloatRange(0, min_open=True), help="How much of it to use."
)
@click.option("--working-size", "size", default="960x540", type=_Size(), help="Largest size to work at.")
@click.option("--stabilize", is_flag=True, help="Hold the background still, for a clip from the hand.")
@click.option("--length", type=click.IntRange(2), help="Frames of the loop.  [default: from the periods]")
@click.option("--still", type=_Still(), help="What static parts show: a frame's number, or median.")
@click.option("--crossfade", default=0, type=_COUNT, help="Frames that fade where a loop starts again.")
@click.option("--ping-pong", is_flag=True, help="Play to and fro.")
@click.option(
    "--features/--no-features",
    "measure_features",
    default=True,
    help="Keep each one's features beside it, for a study (semcine rate).",
)
@click.option(
    "--no-cache", is_flag=True, help="Keep nothing for the next time, and use nothing that is kept."
)
@click.pass_obj
def make(
    quiet: bool,
    clip: Path,
    output: Path | None,
    user: str | None,
    ratings: str | None,
    start: float,
    seconds: float,
    size: tuple[int, int],
    stabilize: bool,
    pin: tuple[str, ...],
    drop: tuple[str, ...],
    length: int | None,
    still: int | str | None,
    crossfade: int,
    ping_pong: bool,
    no_cache: bool,
    **options: Any,
) -> None:
    """Make cinemagraphs of CLIP, one of each thing in it that can move, and a page of them all.

    CLIP is a video, a GIF or a folder of images, from a tripod. The last line says where the page is.
    """
    if user and not ratings:
        raise click.UsageError("--user needs --ratings: a person's taste is learned from ratings.")
    if crossfade and ping_pong:
        raise click.UsageError("--crossfade and --ping-pong exclude each other: choose one.")
    if not clip.exists():
        raise SemcineError(f"There is no file or folder {clip}.", topic="no-such-file")
    from .folder import INDEX, make_folder
    from .progress import silent

    rendering = {"length": length, "still": still, "crossfade": crossfade, "ping_pong": ping_pong}
    folder = output or clip.resolve().with_name(f"{clip.resolve().stem}-cinemagraphs")
    try:
        make_folder(
            clip,
            folder,
            user=user,
            ratings=ratings,
            read={"start": start, "max_seconds": seconds, "max_size": size, "stabilize": stabilize},
            select={"pin": pin, "drop": drop},
            # 0 is a frame; None and False are what rendering does anyway
            render={
                name: value for name, value in rendering.items() if value or (name == "still" and value == 0)
            },
            progress=silent if quiet else _terminal_bar,
            **options,
        )
    except (VideoError, LoopError) as error:
        if clip.name not in str(error):
            error.args = (f"{clip.name}: {error}",)
        raise
    click.echo(str(folder / INDEX))


cli.add_command(rate)


def _terminal_bar(total: float | None = None, desc: str = "") -> Bar:
    """One line that is written over; nothing where no person sits at a terminal."""
    from tqdm import tqdm

    # where a terminal does not tell its size, tqdm alone would show nothing
    size = shutil.get_terminal_size()
    form = "{desc:<32.32} {percentage:3.0f}% |{bar:24}| {elapsed}" if total else None
    return tqdm(
        total=total,
        desc=desc,
        leave=False,
        disable=None,
        ncols=size.columns,
        nrows=size.lines,
        bar_format=form,
    )


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
        code = _complain(f"{error.filename or 'a file'}: {error.strerror or error}", 1)
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
