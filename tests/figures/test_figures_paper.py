"""The paper's figures from own results: verdicts follow the numbers."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from semcine_nb.figures import paper, paper_people
from semcine_nb.figures.comparison import show_alignment
from semcine_nb.lessons.measures import loop_motion
from semcine_nb.lessons.studies import open_ratings
from semcine_nb.looping.baselines import tompkin_2011
from semcine_nb.video import Video


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
