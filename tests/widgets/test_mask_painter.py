"""MaskPainter without a browser: maps, steps and tools, what the browser sends, solving, teaching."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from traitlets import TraitError

from semcine_nb import LoopSolver, SemanticResponse, Video, make_sample, select_candidates
from semcine_nb.errors import SemcineError
from semcine_nb.looping import Cinemagraph
from semcine_nb.semantics import Candidate
from semcine_widgets import MaskPainter

H, W = 8, 10


@pytest.fixture
def clip() -> Video:
    frames = np.random.default_rng(0).integers(0, 256, (4, H, W, 3), dtype=np.uint8)
    return Video(frames, 10.0)


def from_browser(painter: MaskPainter, mask: np.ndarray, kind: str = "stroke", **more: Any) -> None:
    """What a stroke in the browser sends: the bits arrive as a memoryview."""
    bits = memoryview(np.packbits(mask).tobytes())
    painter.set_state({"mask_bits": bits, "change": {"kind": kind, "n": 1, "from": "page"}, **more})


def test_a_mask_is_read_as_it_was_set(clip: Video) -> None:
    painter = MaskPainter(clip)
    assert painter.mask.shape == (H, W)
    assert painter.mask.dtype == bool
    assert not painter.mask.any()
    wanted = np.random.default_rng(1).random((H, W)) > 0.5
    painter.mask = wanted
    assert np.array_equal(painter.mask, wanted)
    assert painter.mask_bits == np.packbits(wanted).tobytes()
    with pytest.raises(SemcineError, match=r"\(3, 3\).*\(8, 10\)"):
        painter.mask = np.zeros((3, 3), bool)


def test_the_browsers_bits_become_the_mask(clip: Video) -> None:
    painter = MaskPainter(clip)
    wanted = np.eye(H, W, dtype=bool)
    painter.set_state({"mask_bits": memoryview(np.packbits(wanted).tobytes())})
    assert np.array_equal(painter.mask, wanted)
    with pytest.raises(TraitError, match="10 bytes"):
        painter.set_state({"mask_bits": memoryview(b"123")})
    assert np.array_equal(painter.mask, wanted)


def test_undo_and_redo_take_strokes_and_clears_alike(clip: Video) -> None:
    painter = MaskPainter(clip)
    painter.paint([(2, 2)], size=3)
    one = painter.mask
    painter.clear()
    painter.invert()
    painter.undo()
    assert not painter.mask.any()
    painter.undo()
    assert np.array_equal(painter.mask, one)
    painter.undo()
    painter.undo()  # nothing is left to undo
    assert not painter.mask.any()
    painter.redo()
    assert np.array_equal(painter.mask, one)
    painter.paint([(8, 4)], size=2)
    before = painter.mask
    painter.redo()  # a new stroke ended what could be redone
    assert np.array_equal(painter.mask, before)


def test_fifty_steps_are_kept(clip: Video) -> None:
    painter = MaskPainter(clip)
    for _ in range(60):
        painter.invert()
    assert painter.undo_steps == 50
    for _ in range(60):
        painter.undo()
    assert (painter.undo_steps, painter.redo_steps) == (0, 50)


def test_steps_of_the_browser_and_of_python_are_one_history(clip: Video) -> None:
    painter = MaskPainter(clip)
    first, second = np.eye(H, W, dtype=bool), np.ones((H, W), bool)
    from_browser(painter, first)
    painter.mask = second
    from_browser(painter, first, "undo")
    assert (painter.undo_steps, painter.redo_steps) == (1, 1)
    painter.redo()
    assert np.array_equal(painter.mask, second)
    assert painter.change["kind"] == "redo"
    assert painter.change["from"] == "python"


def test_each_category_has_a_map_and_undo_returns_to_it(clip: Video) -> None:
    painter = MaskPainter(clip, {"water": np.ones((H, W), bool), "sky": None})
    painter.category = "sky"
    assert not painter.mask.any()
    painter.invert()
    from_browser(painter, painter.maps["water"], "choose", category="water")
    assert painter.category == "water"
    assert painter.mask.all()
    painter.undo()
    assert painter.category == "sky"
    assert not painter.mask.any()
    assert painter.maps["water"].all()
    with pytest.raises(TraitError, match="no map 'sea'"):
        painter.category = "sea"


def test_a_page_that_opens_later_gets_all_maps(clip: Video) -> None:
    painter = MaskPainter(clip, {"water": None, "sky": None})
    painter.category = "sky"
    painter.invert()
    bits = np.frombuffer(painter.get_state()["maps_bits"], np.uint8)
    assert np.unpackbits(bits[:10]).sum() == 0
    assert np.unpackbits(bits[10:]).sum() == H * W
    painter.add_category("boat", np.eye(H, W, dtype=bool))
    assert painter.category == "boat"
    assert len(painter.get_state("maps_bits")["maps_bits"]) == 30


def test_tools_do_what_a_reader_can_check(clip: Video) -> None:
    painter = MaskPainter(clip)
    square = np.zeros((H, W), bool)
    square[2:6, 2:6] = True
    painter.polygon([(2, 2), (6, 2), (6, 6), (2, 6)])
    assert np.array_equal(painter.mask, square)
    painter.paint([(4, 4)], size=1.5, erase=True)
    assert painter.mask.sum() == 12  # without the four pixels around the corner (4, 4)
    painter.fill(3, 3)
    assert np.array_equal(painter.mask, square)
    painter.grow(1)
    assert painter.mask.sum() == 16 + 4 * 4
    painter.shrink(1)
    assert np.array_equal(painter.mask, square)
    painter.fill(3, 3)
    assert not painter.mask.any()
    painter.undo()
    painter.feather(1)
    assert painter.mask.sum() == 12  # the corners are gone
    assert painter.mask[3:5, 2:6].all()


def test_a_superpixel_goes_in_and_out() -> None:
    frames = np.zeros((3, 40, 60, 3), np.uint8)
    frames[:, :, 30:] = 255
    painter = MaskPainter(Video(frames, 10.0))
    cells = painter.find_superpixels()
    assert cells.shape == (40, 60)
    assert not set(cells[:, :30].ravel()) & set(cells[:, 30:].ravel())  # none crosses the edge in the picture
    painter.toggle_superpixel(5, 5)
    assert np.array_equal(painter.mask, cells == cells[5, 5])
    painter.toggle_superpixel(5, 5)
    assert not painter.mask.any()


def test_names_come_from_what_is_given(clip: Video) -> None:
    mask = np.zeros((H, W), bool)
    assert MaskPainter(clip, Candidate(("water",), mask)).categories == ["water"]
    two = [Candidate(("boat",), mask), Candidate(("boat",), mask)]
    assert MaskPainter(clip, two).categories == ["boat", "boat 2"]
    with pytest.raises(SemcineError, match="frames are"):
        MaskPainter(clip, np.zeros((2, 2), bool))


# --- solving ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def solved() -> tuple[Video, LoopSolver, Cinemagraph]:
    sample = make_sample("portrait", size=(96, 64), seconds=1.5)
    scene = SemanticResponse(sample.scores(), sample.categories)
    selection = select_candidates(sample.video, scene, k=1, min_blob=20)
    solver = LoopSolver(sample.video, selection.response)
    return sample.video, solver, solver.solve(selection.candidates[0])


@pytest.mark.slow
def test_solve_again_edits_with_the_painted_map(solved: tuple[Video, LoopSolver, Cinemagraph]) -> None:
    clip, solver, cinema = solved
    painter = MaskPainter(clip, cinema, solver)
    painter.shrink(2)
    seen: list[float] = []
    painter.observe(lambda change: seen.append(change["new"]), "progress")
    edited = painter.solve()
    assert edited is not None
    assert np.array_equal(edited.candidate.mask, painter.mask)
    wanted = solver.edit(cinema, painter.mask)
    assert np.array_equal(edited.period, wanted.period)
    assert np.array_equal(edited.start, wanted.start)
    assert painter.cinemagraph is edited
    assert max(seen) > 0
    assert b"ftyp" in painter.before_clip[:12]
    assert b"ftyp" in painter.after_clip[:12]
    assert not painter.solving


class HeldSolver:
    """A solver that reports progress until it is stopped."""

    def edit(self, cinemagraph: Cinemagraph, mask: np.ndarray, progress: Any) -> Cinemagraph:
        import time

        bar = progress(total=1, desc="endless")
        while True:
            bar.update(0.001)
            time.sleep(0.02)


def test_solving_can_be_stopped_and_is_done_once_at_a_time(clip: Video) -> None:
    mask = np.ones((H, W), bool)
    painter = MaskPainter(clip, Candidate(("water",), mask), HeldSolver())  # type: ignore[arg-type]
    painter._cinemagraphs["water"] = SimpleNamespace(candidate=Candidate(("water",), mask))  # type: ignore[assignment]
    painter._asked({"do": "solve"})
    assert painter.solving
    with pytest.raises(SemcineError, match="being solved"):
        painter.solve()
    painter._asked({"do": "stop"})
    assert painter._work is not None
    painter._work.join(20)
    assert not painter.solving
    assert painter.status == "Stopped."


def test_without_a_solver_the_page_is_told_why(clip: Video) -> None:
    painter = MaskPainter(clip)
    painter._asked({"do": "solve"})
    assert "solver" in painter.status
    with pytest.raises(SemcineError, match="solver"):
        painter.solve()


# --- teaching --------------------------------------------------------------------------------------------


class LeftAndRight:
    """A segmenter that was taught: the first category is the left half."""

    def __init__(self) -> None:
        self.strokes: list[tuple[str, list[Any], int]] = []

    @property
    def categories(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(category for category, _, _ in self.strokes))

    def scribble(self, category: str, points: list[Any], t: int) -> None:
        self.strokes.append((category, points, t))

    def undo(self) -> None:
        self.strokes.pop()

    def preview(self, t: int) -> np.ndarray:
        scores = np.zeros((H, W, 2), np.float32)
        scores[:, : W // 2, 0] = scores[:, W // 2 :, 1] = 1
        return scores


def test_clicks_teach_and_the_preview_becomes_the_map(clip: Video) -> None:
    teacher = LeftAndRight()
    painter = MaskPainter(clip, {"water": None, "sky": None}, segmenter=teacher)  # type: ignore[arg-type]
    painter._asked({"do": "teach", "category": "water", "points": [[2.5, 3.5], [-4, 99]], "frame": 1})
    assert teacher.strokes[0][0] == "water"
    assert teacher.strokes[0][1][0] == [2.0, 3.0]  # a pixel's index, not its corner
    assert not painter.preview
    painter._asked({"do": "accept"})
    assert "water" in painter.status
    painter._asked({"do": "teach", "category": "background", "points": [[8, 3]], "frame": 1})
    assert np.frombuffer(painter.preview, np.uint8).reshape(H, W)[:, -1].all()
    painter._asked({"do": "accept"})
    assert painter.mask[:, :5].all()
    assert not painter.mask[:, 5:].any()
    painter.undo()
    assert not painter.mask.any()
    painter._asked({"do": "unteach"})
    assert not painter.preview
    assert len(painter.lessons) == 1


@pytest.mark.slow
def test_the_real_segmenter_learns_from_two_scribbles() -> None:
    sample = make_sample("portrait", size=(96, 64), seconds=1.0)
    truth = {category: mask[len(mask) // 2] for category, mask in sample.masks.items()}
    name = max((n for n in truth if n != "background"), key=lambda n: truth[n].sum())
    inside, outside = (np.argwhere(m)[:: max(1, m.sum() // 4)] + 0.5 for m in (truth[name], ~truth[name]))
    painter = MaskPainter(sample.video, {name: None})
    painter.teach(name, [(x, y) for y, x in inside])
    painter.teach("background", [(x, y) for y, x in outside])
    painter.accept()
    overlap = (painter.mask & truth[name]).sum() / (painter.mask | truth[name]).sum()
    assert overlap > 0.3
