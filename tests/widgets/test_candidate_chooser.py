"""Choosing and saving by hand and by call, and what is told when that fails."""

from __future__ import annotations

from pathlib import Path

import pytest
from ranked_clips import ranked_of

from semcine_nb.errors import SemcineError
from semcine_nb.video import read_video
from semcine_widgets.candidate_chooser import CandidateChooser


@pytest.fixture
def chooser(tmp_path: Path) -> CandidateChooser:
    return CandidateChooser(ranked_of(96, 64, ("left", "up/right", "still")), tmp_path / "out")


def test_the_first_is_chosen_until_a_person_chooses(chooser: CandidateChooser) -> None:
    assert chooser.chosen is chooser.cinemagraphs[0]
    assert chooser.choose("still") is chooser.cinemagraphs[2]
    assert chooser.choose(0) is chooser.cinemagraphs[0]
    assert repr(chooser) == f"CandidateChooser({', '.join(c.candidate.label for c in chooser.cinemagraphs)})"


def test_a_click_saves_what_is_chosen_under_its_name(chooser: CandidateChooser, tmp_path: Path) -> None:
    dropdown, formats, button, said = chooser.children
    names = [name for name, _ in dropdown.options]
    dropdown.value = next(i for i, name in enumerate(names) if name.endswith("up/right"))
    formats.value = "gif"
    button.click()
    assert said.value == f"Saved {tmp_path / 'out' / 'up-right.gif'}."
    assert not button.disabled
    assert read_video(tmp_path / "out" / "up-right.gif").width == 96


def test_a_call_saves_under_any_name(chooser: CandidateChooser, tmp_path: Path) -> None:
    assert chooser.save(tmp_path / "mine.webm") == tmp_path / "mine.webm"
    assert (tmp_path / "mine.webm").stat().st_size > 0


def test_a_click_that_fails_says_why_and_can_be_repeated(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    chooser = CandidateChooser(ranked_of(64, 64, ("a",)), tmp_path / "file")
    chooser.children[2].click()
    assert "file" in chooser.children[3].value
    assert not chooser.children[2].disabled


@pytest.mark.parametrize(("which", "suffix"), [("boat", None), (3, None), (-1, None), (0, "avi")])
def test_what_is_not_there_cannot_be_chosen(
    chooser: CandidateChooser, which: int | str, suffix: str | None
) -> None:
    with pytest.raises(SemcineError, match="There is no"):
        chooser.choose(which, suffix)


def test_nothing_to_choose_from_is_told() -> None:
    with pytest.raises(SemcineError, match="no cinemagraph"):
        CandidateChooser([])
