"""The options that ``semcine make`` and ``semcine batch`` share: each says where in a `Recipe` it goes.

The parameter's name is the recipe's own, as in ``width``, or names a part of it first, as in
``render__still``. A value of None is as if the option had not been given.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import click

from ..recipe import Recipe

FORMATS = ("mp4", "webm", "gif", "webp", "apng")
_COUNT = click.IntRange(0)
_ABOVE_ZERO = click.FloatRange(0, min_open=True)


class Size(click.ParamType):
    """WIDTHxHEIGHT in pixels, as (width, height)."""

    name = "WxH"

    def convert(self, value: Any, param: Any, ctx: Any) -> tuple[int, int]:
        matched = re.fullmatch(r"(\d{2,5})\s*[xX×]\s*(\d{2,5})", str(value))
        if not matched or min(size := (int(matched[1]), int(matched[2]))) < 32:
            self.fail(f"{value!r} is not WIDTHxHEIGHT in pixels, 32x32 or more, such as 960x540.")
        return size


class Still(click.ParamType):
    """A frame's number, or "median"."""

    name = "FRAME"

    def convert(self, value: Any, param: Any, ctx: Any) -> int | str:
        if str(value) != "median" and not str(value).isdigit():
            self.fail(f"{value!r} is neither a frame's number (0, 1, …) nor 'median'.")
        return int(value) if str(value).isdigit() else str(value)


def _or_none(context: Any, parameter: Any, value: Any) -> Any:
    """A click callback: 0 and no are what rendering does anyway, so they are not passed on."""
    return value or None


_OPTIONS = (
    click.option("-k", default=4, type=click.IntRange(1, 32), help="Categories to keep."),
    click.option(
        "--combinations", default=0, type=_COUNT, help="Sets of categories that are candidates too."
    ),
    click.option(
        "--segmenter", default="embedded", help="embedded, huggingface:MODEL, onnx:PATH, masks:FOLDER …"
    ),
    click.option(
        "--pin",
        "select__pin",
        multiple=True,
        metavar="CATEGORY",
        help="Keep this category whatever the filters say.",
    ),
    click.option(
        "--drop", "select__drop", multiple=True, metavar="CATEGORY", help="Leave this category out."
    ),
    click.option(
        "--ratings", metavar="URL", help="Rank by this store of ratings, e.g. sqlite:///ratings.db."
    ),
    click.option("--user", metavar="NAME", help="The person to rank for, by the code in the store."),
    click.option(
        "--format",
        "formats",
        multiple=True,
        type=click.Choice(FORMATS),
        default=("mp4", "gif"),
        help="May be given several times.",
    ),
    click.option("--width", type=click.IntRange(16), help="Width of the files, pixels; never enlarged."),
    click.option("--max-mb", type=_ABOVE_ZERO, help="Largest file, millions of bytes."),
    click.option(
        "--repeat", default=1, type=click.IntRange(1), help="Write the loop this many times in a row."
    ),
    click.option(
        "--start",
        "read__start",
        default=0.0,
        type=click.FloatRange(0),
        help="Where in the clip to begin, seconds.",
    ),
    click.option(
        "--seconds", "read__max_seconds", default=5.0, type=_ABOVE_ZERO, help="How much of it to use."
    ),
    click.option(
        "--working-size", "read__max_size", default="960x540", type=Size(), help="Largest size to work at."
    ),
    click.option(
        "--stabilize",
        "read__stabilize",
        is_flag=True,
        help="Hold the background still, for a clip from the hand.",
    ),
    click.option(
        "--merging",
        "parameters__merging",
        type=click.FloatRange(0, 1),
        help="Share of the energy that may be spent on objects in fewer pieces; 0: none.  [default: 0.01]",
    ),
    click.option(
        "--length",
        "render__length",
        type=click.IntRange(2),
        help="Frames of the loop.  [default: from the periods]",
    ),
    click.option(
        "--still",
        "render__still",
        type=Still(),
        help="What static parts show: a frame's number, or median.",
    ),
    click.option(
        "--crossfade",
        "render__crossfade",
        default=0,
        type=_COUNT,
        callback=_or_none,
        help="Frames that fade where a loop starts again.",
    ),
    click.option(
        "--ping-pong", "render__ping_pong", is_flag=True, callback=_or_none, help="Play to and fro."
    ),
    click.option(
        "--features/--no-features",
        "measure_features",
        default=True,
        help="Keep each one's features beside it, for a study (semcine rate).",
    ),
    click.option(
        "--no-cache",
        "cache",
        is_flag=True,
        callback=lambda context, parameter, value: None if value else "default",
        help="Keep nothing for the next time, and use nothing that is kept.",
    ),
)


def clip_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options of what becomes of a clip."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def recipe_of(given: Mapping[str, Any]) -> Recipe:
    """The recipe that the given options make.

    Raises
    ------
    click.UsageError
        For options that do not go together.
    """
    if given["user"] and not given["ratings"]:
        raise click.UsageError("--user needs --ratings: a person's taste is learned from ratings.")
    if given["render__crossfade"] and given["render__ping_pong"]:
        raise click.UsageError("--crossfade and --ping-pong exclude each other: choose one.")
    options: dict[str, Any] = {"read": {}, "select": {}, "parameters": {}, "render": {}}
    for name, value in given.items():
        part, _, own = name.partition("__")
        if not own:
            options[name] = value
        elif value is not None:
            options[part][own] = value
    if constants := options.pop("parameters"):
        from ..looping.parameters import LoopParameters

        options["parameters"] = LoopParameters(**constants)
    return Recipe(**options)
