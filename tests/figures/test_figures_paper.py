"""The paper's figures from own results: their measures by hand, and that verdicts follow the numbers."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure

from semcine_nb.figures import paper, paper_people
from semcine_nb.figures.comparison import loop_motion, show_alignment
from semcine_nb.figures.paper_measures import commonest_label, lasso, out_of_step, outlines, seam_step
from semcine_nb.lessons.studies import open_ratings
from semcine_nb.looping.baselines import tompkin_2011
from semcine_nb.video import Video


def labelled(frames: Any, period: Any, start: Any) -> Any:
    return SimpleNamespace(video=Video(frames, 30), period=np.array(period), start=np.array(start))


def test_a_lasso_fills_what_it_surrounds() -> None:
    ring = np.zeros((9, 9), bool)
    ring[1:8, 1:8] = True
    ring[3:6, 3:6] = False
    assert lasso(ring)[1:8, 1:8].all()
    assert lasso(ring).sum() == 49


def test_loops_are_out_of_step_where_they_show_different_frames() -> None:
    assert out_of_step([(36, 4), (36, 4)]) == 0
    assert out_of_step([(36, 4), (36, 40)]) == 1
    assert out_of_step([(36, 4), (36, 12)]) == pytest.approx(8 / 36)


def test_a_seam_costs_the_difference_of_what_both_labels_show() -> None:
    frames = np.zeros((8, 2, 2, 3), np.uint8)
    frames[4:] = 10
    still = labelled(frames, np.ones((2, 2), int), [[0, 4], [0, 4]])
    everywhere = np.ones((2, 2), bool)
    assert seam_step(still, everywhere) == pytest.approx(10)
    assert seam_step(labelled(frames, np.ones((2, 2), int), np.zeros((2, 2), int)), everywhere) == 0


def test_the_commonest_label_wins() -> None:
    cinema = labelled(np.zeros((8, 1, 3, 3), np.uint8), [[36, 36, 40]], [[4, 4, 8]])
    assert commonest_label(cinema, np.ones((1, 3), bool)) == (36, 4)


def test_a_still_picture_has_no_motion_and_an_object_its_share() -> None:
    rng = np.random.default_rng(0)
    clip = Video(rng.integers(0, 255, (48, 64, 64, 3), np.uint8), 30)
    region = np.zeros((64, 64), bool)
    region[16:48, 16:48] = True
    cinema = tompkin_2011(clip, region)
    motion = loop_motion(cinema, 4)
    assert motion[region].mean() > motion[~region].mean()
    half = region & (np.arange(64) < 32)
    figure = show_alignment({"drawn": cinema}, half, frames=4)
    assert figure.axes[1].get_title() == "drawn: IoU 0.50"


def test_outlines_lie_where_the_category_changes() -> None:
    left = np.zeros((2, 20, 20), bool)
    left[:, :, :10] = True
    sample: Any = SimpleNamespace(
        video=Video(np.zeros((2, 20, 20, 3), np.uint8), 30), masks={"a": left, "b": ~left}
    )
    near = outlines(sample, reach=1)
    assert near[:, 9:11].all()
    assert not near[:, :6].any()
    assert not near[:, 14:].any()


def test_a_verdict_says_what_it_rests_on() -> None:
    result = paper.Reproduction("Fig. 0", "so", "thus", "3", False, {"": Figure()})
    assert result.verdict == "does not show what the paper claims, on painted clips"
    assert paper_people.summary([result]).loc["Fig. 0", "verdict"] == result.verdict
    assert "**Measured:** 3" in result.text


def test_figures_on_people_say_simulated() -> None:
    study = open_ratings()
    results = [paper_people.statistics_figure(study), *paper_people.people_figures(study)]
    for result in results:
        assert "simulated" in result.drawn
        assert "simulat" in result.verdict
        assert "simulated" in result.figures[""].get_supxlabel()


def test_tables_have_the_supplements_rows() -> None:
    tables = paper_people.paper_tables()
    parameters = tables["Supplement, parameters"]
    assert (parameters["paper"] == parameters["here"]).all()
    assert len(tables["Supplement, Fig. 7 (features)"]) == 11
    assert len(tables["Supplement, Fig. 8 (classes)"]) == 60
