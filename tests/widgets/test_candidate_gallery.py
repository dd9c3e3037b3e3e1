"""The gallery's state, and its module in a real browser."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import traitlets
from fake_page import FakePage
from loop_clips import looped, numbered_clip
from ranked_clips import ranked_of

from semcine_nb.errors import SemcineError
from semcine_nb.steps import RankedCinemagraphs
from semcine_nb.video import read_video
from semcine_widgets.candidate_gallery import CandidateGallery


@pytest.fixture(scope="module")
def ranked() -> RankedCinemagraphs:
    return ranked_of(64, 48, ("water", "<b>flag</b>", "tree", "dog"))


@pytest.fixture
def gallery(ranked: RankedCinemagraphs, tmp_path: Path) -> CandidateGallery:
    return CandidateGallery(ranked, folder=tmp_path, transport="png")


def test_the_best_is_chosen_until_a_person_chooses(
    gallery: CandidateGallery, ranked: RankedCinemagraphs
) -> None:
    assert gallery.cinemagraph is ranked[0]
    assert gallery.choose("tree").candidate.label == "tree"
    gallery.set_state({"chosen": 0})
    assert gallery.cinemagraph is ranked[0]


def test_unrated_ones_show_their_score(gallery: CandidateGallery, ranked: RankedCinemagraphs) -> None:
    for tile, place in zip(gallery.tiles, ranked.places, strict=True):
        assert tile["rating"] is None
        assert tile["score"] == place.unrated.value
    assert gallery.why().startswith("Ordered by loop quality")
    assert gallery.why("dog") == "4. dog: Nothing in it moves."


def test_it_saves_what_is_chosen(gallery: CandidateGallery, tmp_path: Path) -> None:
    gallery.choose("water")
    gallery.format = "webm"
    path = gallery.save()
    assert path == tmp_path / "water.webm"
    assert read_video(path).frames.shape[1:3] == (48, 64)
    assert gallery.status == f"Saved {path}."
    assert not gallery.busy


def test_a_name_is_made_fit_for_a_file_and_the_format_is_chosen_with_it(tmp_path: Path) -> None:
    gallery = CandidateGallery(ranked_of(96, 64, ("left", "up/right", "still")), folder=tmp_path / "out")
    assert gallery.choose("up/right", "gif") is gallery.cinemagraph
    gallery._asked({"do": "save"})
    assert gallery.status == f"Saved {tmp_path / 'out' / 'up-right.gif'}."
    assert read_video(tmp_path / "out" / "up-right.gif").width == 96
    assert gallery.choose(0) is gallery.cinemagraphs[0]
    assert gallery.format == "gif"
    assert repr(gallery) == f"CandidateGallery({', '.join(c.candidate.label for c in gallery.cinemagraphs)})"


def test_a_call_saves_under_any_name(gallery: CandidateGallery, tmp_path: Path) -> None:
    assert gallery.save(tmp_path / "mine.webm") == tmp_path / "mine.webm"
    assert (tmp_path / "mine.webm").stat().st_size > 0


@pytest.mark.parametrize(("which", "suffix"), [("boat", None), (4, None), (-1, None), (0, "avi")])
def test_what_is_not_there_cannot_be_chosen(
    gallery: CandidateGallery, which: int | str, suffix: str | None
) -> None:
    with pytest.raises(SemcineError, match="There is no"):
        gallery.choose(which, suffix)


def test_a_click_on_save_never_raises_into_the_kernel(gallery: CandidateGallery, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    gallery.folder = tmp_path / "file"
    gallery._asked({"do": "save"})
    assert "file" in gallery.status
    assert not gallery.busy


def test_a_large_clip_is_shown_smaller(ranked: RankedCinemagraphs) -> None:
    gallery = CandidateGallery(ranked, width=32, transport="png")
    assert (gallery.clip_info["width"], gallery.clip_info["height"]) == (32, 24)


def test_plain_cinemagraphs_will_do() -> None:
    clip = numbered_clip()
    gallery = CandidateGallery([looped(clip), looped(clip, 1, "tree")], transport="png")
    assert gallery.why() == "In the order they were given; nothing was ranked.\n1. water: \n2. tree: "


def test_what_does_not_fit_is_said(gallery: CandidateGallery) -> None:
    with pytest.raises(SemcineError, match="no cinemagraph 'cat'"):
        gallery.choose("cat")
    with pytest.raises(SemcineError, match="Two cinemagraphs"):
        gallery.compare("water")
    with pytest.raises(SemcineError, match="no cinemagraph to choose"):
        CandidateGallery([])
    with pytest.raises(traitlets.TraitError, match="not two different places"):
        gallery.set_state({"compared": [1, 1]})
    with pytest.raises(traitlets.TraitError, match="no place 9"):
        gallery.set_state({"chosen": 9})


@pytest.mark.browser
def test_all_play_and_a_person_chooses_compares_and_saves(browser: Any, gallery: CandidateGallery) -> None:
    page = FakePage(browser, gallery, viewport={"width": 1000, "height": 700})
    page.wait(
        "saved.drawn === 'canvas' && Number(document.querySelector('.semcine-gallery').dataset.draws) > 5"
    )
    view = page.page
    assert view.locator("canvas").count() == 4
    assert view.locator("figure b").count() == 0  # a name is text
    view.get_by_role("button", name="Choose 3. tree").click()
    assert page.saved("chosen") == 2
    assert view.get_by_role("button", name="Save tree").count() == 1
    view.keyboard.press("1")
    assert page.saved("chosen") == 0
    view.get_by_role("button", name="Compare 1. water").click()
    view.get_by_role("button", name="Compare 3. tree").click()
    assert page.saved("compared") == [0, 2]
    assert view.locator("figure:visible").count() == 2
    view.get_by_role("button", name="Show all").click()
    assert view.locator("figure:visible").count() == 4
    view.get_by_label("Format").select_option("gif")
    assert page.saved("format") == "gif"
    view.get_by_role("button", name="Save water").click()
    assert view.evaluate("() => sent") == [{"do": "save"}]
    page.set(busy=True)
    view.get_by_role("button", name="Save water").click(force=True)
    assert len(view.evaluate("() => sent")) == 1  # one at a time, and the button keeps the focus
    assert view.evaluate("() => document.activeElement.textContent") == "Save water"
    view.get_by_text("Why this order").click()
    assert view.get_by_text("Nothing in it moves.").is_visible()
    assert page.requests == ["http://localhost/"]
    page.close()


@pytest.mark.browser
def test_stars_are_shown_where_people_rated(browser: Any, ranked: RankedCinemagraphs) -> None:
    places = tuple(replace(place, rating=4.25 - i, std=0.4) for i, place in enumerate(ranked.places))
    page = FakePage(browser, CandidateGallery(replace(ranked, places=places), transport="png"))
    page.wait("saved.drawn === 'canvas'")
    assert page.page.get_by_text("4.3 ± 0.4 stars").count() == 1
    page.close()
