"""The lessons' pictures on small clips: what they say in titles, axes and tables."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest
from small_pond import pond, truth

from semcine_nb.figures import candidates, comparison, editing, loops, responses, stages
from semcine_nb.lessons.enumeration import thumbnail, try_move
from semcine_nb.lessons.measures import worst_place
from semcine_nb.lessons.walkthrough import walk_through
from semcine_nb.looping import Labelling, LoopSolver, phi
from semcine_nb.semantics import SemanticResponse, select_candidates


@cache
def solved() -> tuple[Any, LoopSolver, Any]:
    """The pond's selection, its solver and the first candidate's cinemagraph."""
    selection = select_candidates(pond().video, truth(), combinations=1)
    solver = LoopSolver(pond().video, selection.response)
    return selection, solver, solver.solve(selection.candidates[0])


def titles(figure: Any) -> list[str]:
    return [axis.get_title() for axis in figure.axes if axis.get_title()]


def test_scores_have_a_panel_a_category() -> None:
    figure = responses.show_scores(pond().video, truth(), frame=3)
    assert titles(figure) == [f"F of {name}, frame 3" for name in truth().categories]


def test_a_pixels_scores_name_it_and_show_who_wins() -> None:
    figure = responses.show_pixel_scores(pond().video, truth(), x=10, y=20)
    assert titles(figure) == ["the pixel at column 10, row 20"]
    strip = figure.axes[1].images[0].get_array()
    winner = int(np.asarray(truth().scores[5])[20, 10].argmax())
    assert np.allclose(strip[0, 5], responses.category_colors(truth().categories)[truth().categories[winner]])


def test_segmenters_share_their_colors() -> None:
    scene = truth()
    flipped = SemanticResponse(np.asarray(scene.scores[:2])[..., ::-1].copy(), scene.categories[::-1])
    half = SemanticResponse(np.asarray(scene.scores[:2]), scene.categories)
    figure = responses.show_scenes(pond().video, {"one": half, "same": flipped}, frame=1)
    one, same = (axis.images[0].get_array() for axis in figure.axes)
    assert np.array_equal(one, same)


def test_noise_shows_in_the_flicker_and_less_in_the_map() -> None:
    calm = responses.try_noise(pond().video, truth(), "water", strength=0)
    assert calm.axes[2].get_title() == "π of water: 100% shared with π without noise"
    figure = responses.show_flicker(pond().video, truth())
    assert "steps at which the winner changes" in titles(figure)[2]
    assert titles(responses.show_occurrence(pond().video, truth(), "water", 0.2))[1].startswith(
        "π at thr. = 0.20 T"
    )


def test_the_filters_chart_holds_every_category_and_hollow_static_ones() -> None:
    selection = solved()[0]
    figure = candidates.show_filters(selection)
    words = [text.get_text() for text in figure.axes[0].texts]
    assert sorted(word.replace(" (static)", "") for word in words) == sorted(
        r.category for r in selection.reasons if r.mean_blob
    )
    assert "background (static)" in words
    assert len(candidates.show_areas(selection).axes[0].patches) == len(selection.reasons)
    assert titles(candidates.show_blobs(pond().video, selection))[0].startswith("water\n")
    assert len(titles(candidates.show_masks(pond().video, selection.candidates))) == len(selection.candidates)
    assert len(titles(candidates.show_std(pond().video))) == 2


def test_a_slider_selects_again() -> None:
    figure = candidates.try_selection(pond().video, truth(), k=1)
    assert sum("kept: passes" in title for title in titles_left(figure)) == 1


def titles_left(figure: Any) -> list[str]:
    return [axis.get_title(loc="left") for axis in figure.axes]


def test_the_cost_picture_rings_the_best_loop() -> None:
    selection = solved()[0]
    figure = loops.show_loop_costs(pond().video, selection.response, 120, 100)
    ring = figure.axes[2].lines[0]
    period, start = int(ring.get_ydata()[0]), int(ring.get_xdata()[0])
    assert figure.axes[1].get_title() == f"best loop: p = {period}, s = {start} (yellow)"
    costs = figure.axes[2].images[0].get_array()
    assert np.nanmin(costs) == costs[(period - 32) // 4, start // 4 - 1]


def test_loops_meet_where_remainders_agree() -> None:
    figure = loops.show_meetings((4, 0), (6, 0))
    assert titles(figure)[1] == "12 of 24 pairs meet in 12 frames"
    assert titles(figure)[0] == "two periods with greatest common divisor 2"
    points = figure.axes[1].collections[0].get_offsets()
    assert ((points[:, 0] - points[:, 1]) % 2 == 0).all()


def test_pair_costs_are_free_at_the_same_label_and_starts_are_kept_in_the_clip() -> None:
    response = solved()[0].response
    figure = loops.show_pair_costs(pond().video, response, (120, 100), (121, 100), 40, 30)
    assert titles(figure)[0] == "E_spa of (40, 19) beside (p, s)"
    assert len(loops.show_forgiveness(pond().video, response).axes) == 3
    assert len(loops.show_phi([(32, 4), (1, 3)]).axes[0].lines) == 2


def test_a_move_shows_both_answers() -> None:
    selection = solved()[0]
    clip, response, candidate, _ = thumbnail(pond().video, selection.response, selection.candidates[0])
    ones = np.ones((4, 4), np.int32)
    move = try_move(clip, response, candidate, Labelling(ones, ones * 28), Labelling(ones * 36, ones * 8))
    figure = stages.show_move(clip, move)
    assert titles(figure)[1].removeprefix("by trying") == titles(figure)[2].removeprefix("by cut")
    assert [t.get_text() for t in figure.axes[2].texts] == [
        "take" if taken else "keep" for taken in move.by_cut.ravel()
    ]


def test_stages_are_drawn_with_their_energies() -> None:
    selection, solver, _ = solved()
    steps = walk_through(solver, selection.candidates[0])
    figure = stages.show_steps(steps)
    words = [text.get_text() for axis in figure.axes for text in axis.texts]
    assert any(f"{steps[-1].energy.total:.4g} =" in word for word in words)
    assert "stage 1" in titles(stages.show_first_starts(solver, 36))[1]
    tried = stages.try_parameters(pond().video, selection.response, selection.candidates[0], alpha_static=0)
    assert tried.get_suptitle().startswith("0% of the picture moves")


def test_methods_are_compared_in_pictures_and_figures() -> None:
    selection, solver, cinema = solved()
    still = solver.solve(type(cinema.candidate)(("water",), np.zeros_like(cinema.candidate.mask)))
    both = {"moves": cinema, "rests": still}
    table = comparison.compare_methods(both, solver, selection.candidates[0])
    assert table.total["moves"] == pytest.approx(cinema.energy.total)
    assert table.moves["rests"] == 0
    box = worst_place(cinema, cinema.candidate.mask)
    assert box[2:] == (72, 48)
    assert "rests: 0% moves" in titles(comparison.show_methods(both, box))
    assert len(titles(comparison.show_closeups(both, box, (0, 9)))) == 4
    assert titles(comparison.show_connectivity(pond().video, selection.response))[0] == "(a) selected frame"
    shown = comparison.show_timelines(both, row=100, length=50).axes[1].images[0].get_array()
    frames = phi(cinema.period[100], cinema.start[100], 49)
    assert np.array_equal(shown[49], pond().video.frames[frames, 100, np.arange(240)])


def test_an_edit_is_shown_before_and_after() -> None:
    _, solver, before = solved()
    mask = before.candidate.mask.copy()
    mask[:, :120] = False
    after = solver.edit(before, mask)
    table = editing.compare_edit(before, after)
    assert table.after["α_sta"] == 2 * table.before["α_sta"]
    assert table.after["area of π"] == mask.mean()
    assert titles(editing.show_edit(before, after))[1:3] == ["s before", "s after the edit"]
    lost = (before.candidate.mask & ~mask).mean()
    assert titles(editing.show_changes(before, after))[0] == f"the map π: +0.0%, −{lost:.1%} of the picture"
    same = editing.try_edit(solver, before, mask, grow=0)
    assert titles(same) == titles(editing.show_changes(before, after))
