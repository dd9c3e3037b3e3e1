"""Scores, masks and choices of categories that cannot be used, or leave nothing to choose from."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from broken_files import claim_size, half_of
from PIL import Image
from reliability_table import Case
from small_pool import Make, save_mask

from semcine_nb.errors import SegmentationError
from semcine_nb.semantics import SemanticResponse, segment
from semcine_nb.video import Video


def frames_of(folder: Path, count: int, odd: int | None = None) -> str:
    """A mask a frame; the one numbered ``odd`` is of another size."""
    (folder / "water").mkdir(parents=True)
    for index in range(count):
        size = (32, 24) if index == odd else (64, 48)
        Image.new("L", size, 255).save(folder / "water" / f"{index:03}.png")
    return f"masks:{folder}"


def hurt_mask(folder: Path) -> str:
    save_mask(folder, "water")
    half_of(folder / "water.png", folder / "water.png")
    return f"masks:{folder}"


def bomb(folder: Path) -> str:
    """A mask whose header asks for 3.6 billion pixels."""
    save_mask(folder, "water")
    claim_size(folder / "water.png")
    return f"masks:{folder}"


def labels(folder: Path, text: str) -> str:
    save_mask(folder, "0")
    (folder / "labels.json").write_text(text)
    return f"masks:{folder}"


def no_masks(folder: Path) -> str:
    folder.mkdir()
    return f"masks:{folder}"


MASKS: dict[str, Callable[[Path], str]] = {
    "no folder": lambda folder: f"masks:{folder}",
    "no masks": no_masks,
    "misspelt": lambda folder: save_mask(folder, "watr"),
    "another aspect": lambda folder: save_mask(folder, "water", (48, 48)),
    "several sizes": lambda folder: frames_of(folder, 50, odd=7),
    "other length": lambda folder: frames_of(folder, 49),
    "hurt mask": hurt_mask,
    "mask bomb": bomb,
    "broken labels": lambda folder: labels(folder, "[1, 2"),
    "unknown ids": lambda folder: labels(folder, json.dumps({"1": "water"})),
}


@pytest.mark.parametrize("name", MASKS)
def test_bad_masks(name: str, make: Make, case: Case, clip: Path, tmp_path: Path) -> None:
    case.holds(*make(clip, "--segmenter", MASKS[name](tmp_path / "masks")))


CHOICES: dict[str, tuple[str, ...]] = {
    "all dropped": ("--drop", "water", "--drop", "background"),
    "pinned and dropped": ("--pin", "water", "--drop", "water"),
    "unknown pin": ("--pin", "watr"),
    "no segmenter": ("--segmenter", "telepathy"),
    "clicks": ("--segmenter", "clicks"),
}


@pytest.mark.parametrize("name", CHOICES)
def test_bad_choice(name: str, make: Make, case: Case, clip: Path) -> None:
    case.holds(*make(clip, *CHOICES[name]))


@pytest.mark.parametrize("name", ["passes no filter", "empty mask"])
def test_what_no_filter_lets_pass_is_offered_and_said(
    name: str, make: Make, case: Case, clip: Path, tmp_path: Path
) -> None:
    first_row = {"passes no filter": 47, "empty mask": 48}[name]
    case.holds(*make(clip, "--segmenter", save_mask(tmp_path / "masks", "water", first_row=first_row)))


SCORES: dict[str, Callable[[], object]] = {
    "not a number": lambda: np.full((2, 4, 6, 2), np.nan),
    "above one": lambda: np.full((2, 4, 6, 2), 1.5),
    "three axes": lambda: np.zeros((4, 6, 2)),
    "a channel too few": lambda: np.zeros((2, 4, 6, 1)),
    "text": lambda: np.full((2, 4, 6, 2), "a"),
}


@pytest.mark.parametrize("name", SCORES)
def test_bad_scores(name: str, case: Case) -> None:
    with pytest.raises(SegmentationError) as refused:
        SemanticResponse(SCORES[name](), ("water", "background"))  # type: ignore[arg-type]
    case.says(str(refused.value))


def test_scores_of_another_clip(case: Case) -> None:
    clip = Video(np.zeros((3, 4, 6, 3), np.uint8), 30)
    with pytest.raises(SegmentationError) as refused:
        segment(clip, SemanticResponse(np.zeros((2, 4, 6, 2)), ("water", "background")))
    case.says(str(refused.value))


def test_scores_that_do_not_sum_to_one_are_divided_by_their_sum() -> None:
    """0.1 and 0.3 of the two that are kept count as 0.25 and 0.75; nothing at all as a half each."""
    scores = np.zeros((1, 1, 2, 3), np.float32)
    scores[0, 0, 0] = 0.1, 0.3, 0.9
    kept = SemanticResponse(scores, ("water", "grass", "background")).select(["water", "grass"])
    np.testing.assert_allclose(kept.scores[0][0], [[0.25, 0.75], [0.5, 0.5]])
