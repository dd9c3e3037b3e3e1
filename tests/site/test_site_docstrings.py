"""Docstrings become lists: by hand, one example of each way in which they are written."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType

import pytest


@dataclass(frozen=True)
class Limits:
    """How much is too much."""

    frames: int  # of a clip, at most
    width: int = 960  # pixels
    plain: int = 0


@pytest.fixture
def tidy(site_module: Callable[[str], ModuleType]) -> Callable[[str], str]:
    module = site_module("docstrings")
    return lambda text: "\n".join(module.tidy(inspect.cleandoc(text).splitlines())).strip()


def test_an_underlined_section_is_a_list_of_names_and_texts(tidy: Callable[[str], str]) -> None:
    text = tidy(
        """Do it.

        Parameters
        ----------
        period, start : (H, W) int32, in frames
        k : int
            Kept channels, 4 in the paper.

        Raises
        ------
        LoopError
            If it does not fit.
        """
    )
    assert text.splitlines() == [
        "Do it.",
        "",
        "",
        ":Parameters:",
        "    - **period, start**: (H, W) int32, in frames",
        "    - **k**: int. Kept channels, 4 in the paper.",
        "",
        "",
        ":Raises:",
        "    - :py:exc:`LoopError <semcine_nb.errors.LoopError>`: If it does not fit.",
    ]


def test_an_indented_section_reads_the_same(tidy: Callable[[str], str]) -> None:
    text = tidy(
        """Do it.

        Args:
            fps: frames a second; for an array the rate is
                30 if not given.
        """
    )
    assert text.endswith("    - **fps**: frames a second; for an array the rate is 30 if not given.")


def test_names_in_the_running_text_become_a_list(tidy: Callable[[str], str]) -> None:
    text = tidy("How it tears.\n\nlabels : different (p, s).\ncut : pairs inside,\n    in px.\nMore.")
    assert (
        text
        == "How it tears.\n\n- **labels**: different (p, s).\n- **cut**: pairs inside,\n  in px.\n\nMore."
    )


def test_a_property_keeps_its_shape_and_signs_mean_themselves(tidy: Callable[[str], str]) -> None:
    assert tidy("(H, W): the pixels that loop.") == "(H, W): the pixels that loop."
    assert tidy("Smaller than ``reach``² or `a`, gone.") == "Smaller than ``reach``\\ ² or `a`, gone."
    assert tidy("Mean |step| of users_ and `a|b`.") == "Mean \\|step\\| of users\\_ and `a|b`."


def test_comments_beside_fields_are_shown(site_module: Callable[[str], ModuleType]) -> None:
    lines = site_module("docstrings").field_comments(Limits)
    assert lines == ["", ":Fields:", "    - **frames**: of a clip, at most", "    - **width**: pixels", ""]
