"""A recipe: its options shown where they may be given, changed one by one, and told apart by a text."""

from __future__ import annotations

import inspect
from dataclasses import fields, replace

import click
import pytest

import semcine_nb as sc
from semcine_nb.cli.options import clip_options, recipe_of
from semcine_nb.recipe import Recipe
from semcine_nb.results.folder import make_folder

OPTIONS = [option.name for option in fields(Recipe)]


@pytest.mark.parametrize(
    ("function", "differs"),
    [
        (sc.make_cinemagraphs, {"measure_features": False}),
        (make_folder, {}),
        (sc.batch.make_all, {"threads": 1}),
    ],
)
def test_a_signature_shows_every_option_and_its_default(function: object, differs: dict[str, object]) -> None:
    shown = inspect.signature(function).parameters  # type: ignore[arg-type]
    assert [name for name in shown if name in OPTIONS] == OPTIONS
    assert {name: shown[name].default for name in OPTIONS} == vars(Recipe(**differs))  # type: ignore[arg-type]
    assert not any(one.kind is one.VAR_KEYWORD for one in shown.values())


def test_none_stands_for_no_further_arguments() -> None:
    assert Recipe(read=None, select=None, render=None) == Recipe()  # type: ignore[arg-type]


def test_a_batch_of_an_earlier_version_of_the_package_is_taken_up() -> None:
    """This text is part of the key in each finished folder: it stays as it is, whatever options come."""
    assert Recipe().fingerprint() == (
        "('embedded', [('combinations', 0), ('formats', ('mp4', 'gif')), ('k', 4), ('max_mb', None), "
        "('measure_features', True), ('parameters', None), ('ratings', None), ('read', {}), ('render', {}), "
        "('repeat', 1), ('select', {}), ('user', None), ('width', None)])"
    )


def test_what_changes_no_result_does_not_count() -> None:
    assert Recipe(threads=7, cache=None).fingerprint() == Recipe().fingerprint()
    for changed in ({"k": 3}, {"width": 320}, {"render": {"still": 0}}, {"segmenter": "onnx:x"}):
        assert replace(Recipe(), **changed).fingerprint() != Recipe().fingerprint()


def recipe_from(*arguments: str) -> Recipe:
    """The recipe that options of the command line make."""
    made = []
    command = click.command()(clip_options(lambda **given: made.append(recipe_of(given))))
    command(list(arguments), standalone_mode=False)
    return made[0]


def test_options_of_the_command_line_go_where_their_names_say() -> None:
    plain = Recipe(
        read={"start": 0.0, "max_seconds": 5.0, "max_size": (960, 540), "stabilize": False},
        select={"pin": (), "drop": ()},
    )
    assert recipe_from() == plain
    assert recipe_from().fingerprint() == plain.fingerprint()
    made = recipe_from("-k", "2", "--still", "0", "--merging", "0.02", "--crossfade", "0", "--no-cache")
    assert (made.k, made.render, made.cache) == (2, {"still": 0}, None)
    assert made.parameters == sc.LoopParameters(merging=0.02)


def test_the_order_of_options_on_the_command_line_does_not_count() -> None:
    options = ["--seconds=2", "--start=1", "--still=3", "--length=40", "--drop=water", "--pin=flag"]
    assert recipe_from(*options).fingerprint() == recipe_from(*options[::-1]).fingerprint()
    assert list(recipe_from(*options).render) == ["length", "still"]
