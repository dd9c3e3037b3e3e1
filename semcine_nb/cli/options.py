"""The options that ``semcine make`` and ``semcine batch`` share: each says where in a `Recipe` it goes.

The parameter's name is the recipe's own, as in ``width``, or names a part of it first, as in
``render__still``. A value of None is as if the option had not been given.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import click

from ..recipe import Recipe

Command = TypeVar("Command", bound=Callable[..., Any])
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


def _option(names: str, text: str, **kind: Any) -> Callable[[Command], Command]:
    return click.option(*names.split(), help=text, **kind)


_CATEGORIES: dict[str, Any] = {"multiple": True, "metavar": "CATEGORY"}
_OPTIONS = (
    _option("-k", "Categories to keep.", default=4, type=click.IntRange(1, 32)),
    _option("--combinations", "Sets of categories that are candidates too.", default=0, type=_COUNT),
    _option("--segmenter", "embedded, huggingface:MODEL, onnx:PATH, masks:FOLDER …", default="embedded"),
    _option("--pin select__pin", "Keep this category whatever the filters say.", **_CATEGORIES),
    _option("--drop select__drop", "Leave this category out.", **_CATEGORIES),
    _option("--ratings", "Rank by this store of ratings, e.g. sqlite:///ratings.db.", metavar="URL"),
    _option("--user", "The person to rank for, by the code in the store.", metavar="NAME"),
    _option(
        "--format formats",
        "May be given several times.",
        multiple=True,
        type=click.Choice(FORMATS),
        default=("mp4", "gif"),
    ),
    _option("--width", "Width of the files, pixels; never enlarged.", type=click.IntRange(16)),
    _option("--max-mb", "Largest file, millions of bytes.", type=_ABOVE_ZERO),
    _option("--repeat", "Write the loop this many times in a row.", default=1, type=click.IntRange(1)),
    _option(
        "--start read__start", "Where in the clip to begin, seconds.", default=0.0, type=click.FloatRange(0)
    ),
    _option("--seconds read__max_seconds", "How much of it to use.", default=5.0, type=_ABOVE_ZERO),
    _option("--working-size read__max_size", "Largest size to work at.", default="960x540", type=Size()),
    _option(
        "--stabilize read__stabilize", "Hold the background still, for a clip from the hand.", is_flag=True
    ),
    _option(
        "--merging parameters__merging",
        "Share of the energy that may be spent on objects in fewer pieces; 0: none.  [default: 0.01]",
        type=click.FloatRange(0, 1),
    ),
    _option(
        "--length render__length", "Frames of the loop.  [default: from the periods]", type=click.IntRange(2)
    ),
    _option("--still render__still", "What static parts show: a frame's number, or median.", type=Still()),
    _option(
        "--crossfade render__crossfade",
        "Frames that fade where a loop starts again.",
        default=0,
        type=_COUNT,
        callback=_or_none,
    ),
    _option("--ping-pong render__ping_pong", "Play to and fro.", is_flag=True, callback=_or_none),
    _option(
        "--features/--no-features measure_features",
        "Keep each one's features beside it, for a study (semcine rate).",
        default=True,
    ),
    _option(
        "--no-cache cache",
        "Keep nothing for the next time, and use nothing that is kept.",
        is_flag=True,
        callback=lambda context, parameter, value: None if value else "default",
    ),
)


def clip_options(command: Command) -> Command:
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
    # in the order above, however they were given: the order of a part's options counts in its fingerprint
    declared = [parameter.name for parameter in click.get_current_context().command.params]
    for name, value in sorted(given.items(), key=lambda item: declared.index(item[0])):
        part, _, own = name.partition("__")
        if not own:
            options[name] = value
        elif value is not None:
            options[part][own] = value
    if constants := options.pop("parameters"):
        from ..looping.parameters import LoopParameters

        options["parameters"] = LoopParameters(**constants)
    return Recipe(**options)
