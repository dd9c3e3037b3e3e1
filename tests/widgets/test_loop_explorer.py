"""The explorer's state, and its module in a real browser: hover, pin, rectangle, two labellings."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from fake_page import PLAIN, FakePage
from loop_clips import looped, numbered_clip

from semcine_nb.errors import SemcineError
from semcine_nb.figures import label_map
from semcine_nb.looping import Cinemagraph
from semcine_nb.looping.cost_maps import cost_maps
from semcine_nb.semantics import Candidate, SemanticResponse
from semcine_widgets.loop_explorer import LoopExplorer

CLIP = numbered_clip(40, 24)


def labelling(seed: int) -> Cinemagraph:
    scores = np.random.default_rng(5).random((len(CLIP), 24, 40, 2), dtype=np.float32)
    scores[:, :, :20, 1] = 0  # water on the left
    return replace(looped(CLIP, seed), response=SemanticResponse(scores, ("water", "grass")))


@pytest.fixture(scope="module")
def pair() -> tuple[Cinemagraph, Cinemagraph]:
    return labelling(0), labelling(1)


@pytest.fixture
def explorer(pair: tuple[Cinemagraph, Cinemagraph]) -> LoopExplorer:
    return LoopExplorer(*pair, names=("before", "<i>after</i>"), transport="png")


def test_a_pixel_has_its_label_and_costs(explorer: LoopExplorer, pair: Any) -> None:
    before, after = explorer.pixel(7, 3)
    assert (before["name"], before["category"]) == ("before", "water")
    assert (before["period"], before["start"]) == (pair[0].period[7, 3], pair[0].start[7, 3])
    assert after["spatial"] == pytest.approx(cost_maps(pair[1]).spatial[7, 3])


def test_statistics_of_all_are_the_energy(explorer: LoopExplorer, pair: Any) -> None:
    (before, _) = explorer.statistics()
    costs = cost_maps(pair[0])
    assert before["pixels"] == 24 * 40
    assert before["moving"] == pytest.approx(pair[0].dynamic.mean())
    assert before["temporal"] == pytest.approx(costs.temporal.sum(dtype=float))


def test_a_selected_rectangle_is_the_one_asked_about(explorer: LoopExplorer, pair: Any) -> None:
    explorer.select(2, 30, 6, 40)
    before, _ = explorer.statistics()
    box = pair[0].period[2:6, 30:40]
    assert before["pixels"] == 40
    assert before["period"] == np.median(box[box > 1])
    assert before["category"] in ("water", "grass")
    explorer.select()
    assert explorer.rectangle == []


def test_from_python_and_from_the_browser_alike(explorer: LoopExplorer) -> None:
    explorer.pin(3, 4)
    assert explorer.pinned == [3, 4]
    explorer.pin()
    assert explorer.pinned == []
    explorer.show("<i>after</i>")
    assert explorer.shown == 1
    explorer.set_state({"pinned": [1, 2], "shown": 0, "maps": memoryview(bytes(explorer.maps))})
    assert (explorer.pinned, explorer.shown) == ([1, 2], 0)


def test_costs_wait_until_somebody_wants_them(explorer: LoopExplorer) -> None:
    assert explorer.cost_planes == b""
    explorer._asked({"do": "costs"})
    first = explorer.costs  # waits for the thread, or is first
    assert len(first) == len(explorer.cost_scales) == 2
    assert explorer.cost_planes
    assert explorer.costs is first


def test_a_method_that_knows_colours_only_is_measured_by_the_same_energy(pair: Any) -> None:
    plain = replace(pair[1], response=None, candidate=Candidate(("background",), pair[1].dynamic, "Liao"))
    explorer = LoopExplorer(pair[0], plain)
    assert explorer.names == (pair[0].candidate.label, "Liao")
    yardstick = replace(plain, response=pair[0].response, candidate=pair[0].candidate)
    ours, theirs = explorer.statistics()
    assert theirs["temporal"] == pytest.approx(cost_maps(yardstick).temporal.sum(dtype=float))
    assert ours["label"] == pytest.approx(cost_maps(pair[0]).label.sum(dtype=float))
    assert explorer.maps_info["energies"][0] is not None
    assert explorer.maps_info["energies"][1] is None  # its own energy has other terms
    assert LoopExplorer(plain, pair[0]).pixel(3, 3)[0]["category"] in ("water", "grass")


def test_without_a_response_there_are_labels_only() -> None:
    explorer = LoopExplorer(looped(CLIP), transport="png")
    assert explorer.pixel(0, 0)[0].keys() == {"name", "category", "period", "start"}
    assert explorer.pixel(0, 0)[0]["category"] is None


def test_what_does_not_fit_is_said(explorer: LoopExplorer) -> None:
    with pytest.raises(SemcineError, match="Row 24, column 0 is outside"):
        explorer.pin(24, 0)
    with pytest.raises(SemcineError, match="no labelling 'liao'"):
        explorer.show("liao")
    with pytest.raises(SemcineError, match="different clips"):
        LoopExplorer(labelling(0), looped(numbered_clip(41, 24)))
    with pytest.raises(SemcineError, match="outside"):
        explorer.select(0, 0, 25, 3)


# --- in a browser ----------------------------------------------------------------------------------------

_PIXEL = "([key, x, y]) => Array.from(document.querySelector(`[data-panel=${key}] canvas`).getContext('2d')\
.getImageData(x, y, 1, 1).data).slice(0, 3)"


def opened(browser: Any, explorer: LoopExplorer, **options: Any) -> FakePage:
    what = "costs" if explorer.costs else "ready"
    page = FakePage(browser, explorer, viewport={"width": 1000, "height": 1000}, **options)
    page.wait(f"saved.drawn && document.querySelector('.semcine-explorer').dataset.{what}")
    return page


def at(page: FakePage, key: str, row: int, column: int) -> tuple[float, float]:
    """The middle of a pixel of the clip in a panel, on the page."""
    box = page.page.locator(f"[data-panel={key}] canvas").bounding_box()
    return box["x"] + box["width"] * (column + 0.5) / 40, box["y"] + box["height"] * (row + 0.5) / 24


def table(page: FakePage, which: int) -> dict[str, list[str]]:
    rows = page.page.locator("table").nth(which).locator("tbody tr").all()
    cells = [row.locator("th, td").all_inner_texts() for row in rows]
    return {name: values for name, *values in cells}


@pytest.mark.browser
def test_hover_pin_and_rectangle(browser: Any, explorer: LoopExplorer) -> None:
    page = opened(browser, explorer)
    mouse = page.page.mouse
    for key, row, column in (("p", 7, 3), ("play", 20, 39), ("spatial", 0, 0)):
        mouse.move(*at(page, key, row, column))
        facts, wanted = table(page, 0), explorer.pixel(row, column)
        assert facts["Category"] == [w["category"] for w in wanted]
        assert facts["Period p"] == [f"{w['period']} frames" if w["period"] > 1 else "static" for w in wanted]
        assert facts["Start s"] == [str(w["start"]) for w in wanted]
        for term in ("temporal", "label", "spatial"):
            got = [float(value) for value in facts[f"E {term}"]]
            assert got == pytest.approx([w[term] for w in wanted], rel=0.01, abs=1e-5)
    assert "Time line of row 0, column 0" in page.page.locator(".semcine-timeline").get_attribute(
        "aria-label"
    )
    mouse.move(*at(page, "s", 5, 6))
    mouse.down()
    mouse.up()
    assert page.saved("pinned") == [5, 6]
    mouse.move(*at(page, "s", 9, 9))
    assert page.page.locator("caption").first.inner_text() == "Row 5, column 6"

    mouse.move(*at(page, "frame", 2, 30))
    mouse.down()
    mouse.move(*at(page, "frame", 5, 39), steps=4)
    mouse.up()
    assert page.saved("rectangle") == [2, 30, 6, 40]
    assert page.saved("pinned") == [5, 6]
    wanted = explorer.statistics([2, 30, 6, 40])
    area = table(page, 1)
    assert area["Pixels"] == ["40", "40"]
    assert area["Moving"] == [f"{100 * w['moving']:.0f} %" for w in wanted]
    assert [float(v) for v in area["Median p"]] == [w["period"] for w in wanted]
    page.page.keyboard.press("Escape")
    assert (page.saved("pinned"), page.saved("rectangle")) == ([], [])
    assert page.requests == ["http://localhost/"]
    page.close()


@pytest.mark.browser
def test_labels_show_before_the_costs_are_there(browser: Any, explorer: LoopExplorer) -> None:
    page = FakePage(browser, explorer, viewport={"width": 1000, "height": 1000})
    page.wait("saved.drawn && document.querySelector('.semcine-explorer').dataset.ready")
    assert page.page.evaluate("() => sent") == [{"do": "costs"}]
    page.page.get_by_text("being computed").wait_for()
    page.page.mouse.move(*at(page, "p", 7, 3))
    facts = table(page, 0)
    assert facts["Start s"] == [str(w["start"]) for w in explorer.pixel(7, 3)]
    assert facts["E label"] == ["–", "–"]
    page.set(cost_scales=explorer.cost_scales, cost_planes=explorer.cost_planes)
    page.wait("document.querySelector('.semcine-explorer').dataset.costs")
    wanted = [w["label"] for w in explorer.pixel(7, 3)]
    assert [float(v) for v in table(page, 0)["E label"]] == pytest.approx(wanted, rel=0.01, abs=1e-5)
    page.close()


@pytest.mark.browser
def test_maps_have_the_papers_colours(browser: Any, explorer: LoopExplorer, pair: Any) -> None:
    page = opened(browser, explorer)
    for shown, cinema in enumerate(pair):
        page.set(shown=shown)
        for key, values in (("p", cinema.period), ("s", cinema.start)):
            picture = label_map(values, cinema.dynamic)
            for row, column in ((0, 0), (7, 3), (13, 25), (23, 39)):
                got = page.page.evaluate(_PIXEL, [key, column, row])
                assert np.abs(np.subtract(got, picture[row, column].astype(int))).max() <= 3
    page.close()


@pytest.mark.browser
def test_it_plays_the_shown_labelling_and_any_frame(browser: Any, explorer: LoopExplorer, pair: Any) -> None:
    page = opened(browser, explorer)
    page.set(frame=11)
    assert page.page.evaluate(_PIXEL, ["frame", 8, 9]) == CLIP.frames[11, 9, 8].tolist()
    rows, columns = np.nonzero(pair[1].period == 1)
    y, x = int(rows[0]), int(columns[0])
    page.set(shown=1)
    wanted = CLIP.frames[pair[1].start[y, x], y, x].tolist()
    page.eventually(lambda: page.page.evaluate(_PIXEL, ["play", x, y]) == wanted)
    page.close()


@pytest.mark.browser
def test_keys_move_the_pin_and_compare(browser: Any, explorer: LoopExplorer) -> None:
    page = opened(browser, explorer)
    page.page.locator("[data-panel=play] .semcine-stack").focus()
    page.page.keyboard.press("ArrowRight")
    assert page.saved("pinned") == [12, 21]
    page.page.keyboard.press("Shift+ArrowUp")
    assert page.saved("pinned") == [2, 21]
    page.page.keyboard.press("b")
    assert page.saved("shown") == 1
    assert page.page.locator("i").count() == 0  # a name is text
    assert page.page.get_by_role("button", name="Show labelling before").count() == 1
    page.close()


@pytest.mark.browser
def test_on_a_plain_page_and_without_costs(browser: Any) -> None:
    page = opened(browser, LoopExplorer(looped(CLIP), transport="jpeg"), url=PLAIN)
    assert page.page.locator("figure").count() == 4
    page.page.mouse.move(*at(page, "p", 3, 3))
    assert table(page, 0)["Category"] == ["–"]
    page.close()
