"""The command line: ``semcine make`` turns a clip into ranked cinemagraphs and a page to look at."""

from __future__ import annotations

import json
import logging
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from .errors import SemcineError

FORMATS = ("mp4", "webm", "gif", "webp", "apng")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="semcine-nb")
@click.option("-q", "--quiet", is_flag=True, help="Show no progress.")
@click.pass_context
def cli(context: click.Context, quiet: bool) -> None:
    """Turn short tripod clips into cinemagraphs of the objects in them."""
    context.obj = quiet


@cli.command()
@click.argument("clip", type=click.Path(path_type=Path))
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), help="Folder to write; CLIP-cinemagraphs by default."
)
@click.option("-k", default=4, show_default=True, type=click.IntRange(1, 32), help="Categories to keep.")
@click.option(
    "--combinations", default=0, show_default=True, type=click.IntRange(0), help="Sets of categories too."
)
@click.option(
    "--segmenter", default="embedded", show_default=True, help="embedded, huggingface:MODEL, onnx:PATH, …"
)
@click.option("--pin", multiple=True, metavar="CATEGORY", help="Keep this category whatever the filters say.")
@click.option("--drop", multiple=True, metavar="CATEGORY", help="Leave this category out.")
@click.option("--user", help="The person to rank for.")
@click.option("--ratings", metavar="URL", help="Rating store, e.g. sqlite:///ratings.db.")
@click.option("--format", "formats", multiple=True, type=click.Choice(FORMATS), help="Default: mp4 and gif.")
@click.option("--start", default=0.0, show_default=True, help="Where in the clip to begin, seconds.")
@click.option("--seconds", default=5.0, show_default=True, help="How much of the clip to use.")
@click.option(
    "--working-size", default="960x540", show_default=True, metavar="WxH", help="Largest size to work at."
)
@click.option("--stabilize", is_flag=True, help="Hold the background still (for clips from the hand).")
@click.option("--width", type=click.IntRange(16), help="Width of the files, pixels.")
@click.option("--max-mb", type=click.FloatRange(0, min_open=True), help="Largest file, in millions of bytes.")
@click.option(
    "--repeat", default=1, show_default=True, type=click.IntRange(1), help="Write the loop this many times."
)
@click.option(
    "--length", type=click.IntRange(2), help="Frames of the loop; chosen from the periods by default."
)
@click.option("--still", type=click.IntRange(0), help="Frame that the static part shows.")
@click.option(
    "--crossfade", default=0, show_default=True, type=click.IntRange(0), help="Frames to fade at each wrap."
)
@click.option("--ping-pong", is_flag=True, help="Play to and fro.")
@click.pass_obj
def make(quiet: bool, clip: Path, output: Path | None, **options: Any) -> None:
    """Make cinemagraphs of CLIP (a video, a GIF or a folder of images), one a candidate, and a page of them all."""
    from .progress import silent, tqdm_bar

    folder = output or clip.with_name(f"{clip.stem}-cinemagraphs")
    formats = options.pop("formats") or ("mp4", "gif")
    page = make_folder(clip, folder, formats, progress=silent if quiet else tqdm_bar, **options)
    click.echo(str(page))


def make_folder(
    clip: Path,
    folder: Path,
    formats: tuple[str, ...],
    progress: Callable[..., Any],
    k: int,
    combinations: int,
    segmenter: str,
    pin: tuple[str, ...],
    drop: tuple[str, ...],
    user: str | None,
    ratings: str | None,
    start: float,
    seconds: float,
    working_size: str,
    stabilize: bool,
    width: int | None,
    max_mb: float | None,
    repeat: int,
    length: int | None,
    still: int | None,
    crossfade: int,
    ping_pong: bool,
) -> Path:
    """What ``semcine make`` does; returns the path of index.html. Each file appears whole or not at all."""
    from . import page as pages
    from .errors import StoreError
    from .pipeline import make_cinemagraphs
    from .progress import track
    from .video import Video

    matched = re.fullmatch(r"(\d+)[x×](\d+)", working_size)
    if not matched:
        raise click.BadParameter(f"{working_size!r} is not of the form 960x540", param_hint="--working-size")
    if user and not ratings:
        raise click.UsageError(
            "--user needs --ratings: without ratings there is nothing to learn a person's taste from"
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not os.access(folder, os.W_OK):
            raise PermissionError(13, "permission denied")
    except OSError as error:
        raise StoreError(f"Cannot write into {folder}: {(error.strerror or str(error)).lower()}.") from error

    rendered: dict[int, Any] = {}
    ranked = make_cinemagraphs(
        clip,
        k=k,
        combinations=combinations,
        segmenter=segmenter,
        user=user,
        ratings=ratings,
        read={
            "start": start,
            "max_seconds": seconds,
            "max_size": (int(matched[1]), int(matched[2])),
            "stabilize": stabilize,
        },
        select={"pin": pin, "drop": drop},
        render={
            name: value
            for name, value in (
                ("length", length), ("still", still), ("crossfade", crossfade), ("ping_pong", ping_pong),
            )
            if value
        },
        on_rendered=lambda cinema, frames: rendered.__setitem__(id(cinema), frames),
        progress=progress,
    )  # fmt: skip

    files = []
    for place, cinema in enumerate(track(list(ranked), progress, "Writing files"), start=1):
        stem = f"{place}-{_slug(cinema.candidate.label)}"
        frames = rendered[id(cinema)]
        loop = Video(pages.resized(frames, width) if width else frames, cinema.video.fps)
        own = []
        for suffix in formats:
            loop.save(folder / f"{stem}.{suffix}", repeat=repeat, max_mb=max_mb)
            own.append(f"{stem}.{suffix}")
        _write_picture(folder / f"{stem}-poster.png", loop.frames[0])
        _write_picture(folder / f"{stem}-heatmaps.png", pages.label_picture(cinema))
        middle = cinema.video.frames[len(cinema.video.frames) // 2]
        _write_picture(folder / f"{stem}-mask.png", pages.mask_overlay(middle, cinema.candidate.mask))
        cinema.save_labels(folder / f"{stem}-labels.png")
        files.append([*own, *(f"{stem}-{kind}.png" for kind in ("poster", "heatmaps", "mask", "labels"))])

    summary = {
        "clip": clip.name,
        "digest": ranked.clip.digest,
        "frames": len(ranked.clip.frames),
        "fps": ranked.clip.fps,
        "notes": [*ranked.clip.notes, *ranked.solver.notes],
        "basis": ranked.basis,
        "categories": [
            {"category": r.category, "share": r.share, "kept": r.kept, "reason": r.reason}
            for r in ranked.selection.reasons
        ],
        "candidates": [
            {"files": own, **pages.statistics(cinema, place)}
            for cinema, place, own in zip(ranked, ranked.places, files, strict=True)
        ],
    }
    _write_text(folder / "summary.json", json.dumps(summary, indent=1, ensure_ascii=False))
    index = folder / "index.html"
    _write_text(index, pages.page(ranked, rendered, files, clip.name))
    return index


def _slug(name: str) -> str:
    """A name as part of a file's name: letters, digits and hyphens only."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "candidate"


def _write_text(path: Path, text: str) -> None:
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_text(text, encoding="utf-8")
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def _write_picture(path: Path, picture: Any) -> None:
    from PIL import Image

    part = path.with_name(f".{path.name}.part")
    try:
        Image.fromarray(picture).save(part, format="PNG")
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def main(arguments: list[str] | None = None) -> None:
    """Entry point: one line and exit code 1 for what went wrong, 130 for Ctrl-C."""
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    try:
        code = cli.main(arguments, standalone_mode=False)
    except click.exceptions.Abort:
        click.echo("Stopped; files that were not finished have been removed.", err=True)
        code = 130
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except SemcineError as error:
        click.echo(f"semcine: {error}", err=True)
        code = 1
    except OSError as error:
        click.echo(f"semcine: {error.filename or 'a file'}: {error.strerror or error}", err=True)
        code = 1
    sys.exit(code)


if __name__ == "__main__":
    main()
