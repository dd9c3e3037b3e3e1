"""Algorithm 1 on small clips whose best loops a person can name."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_case import Case

from semcine_nb.errors import LoopError
from semcine_nb.looping import Cinemagraph, LoopParameters, LoopSolver, load_cinemagraph, loop_energy
from semcine_nb.looping.energy import LoopEnergy
from semcine_nb.looping.labels import LabelSpace
from semcine_nb.looping.maxflow import max_flow_method
from semcine_nb.samples import make_sample
from semcine_nb.semantics import Candidate, SemanticResponse, select_candidates
from semcine_nb.video import Video


def pulsing_square(frames: int = 90, period: int = 40, h: int = 48, w: int = 64, seed: int = 0):
    """A square in a noisy grey picture, whose shade swings with a period that the label grid has."""
    rng = np.random.default_rng(seed)
    video = np.full((frames, h, w, 3), 90.0)
    mask = np.zeros((h, w), bool)
    mask[12:36, 20:44] = True
    swing = 60 * np.sin(2 * np.pi * np.arange(frames) / period)
    video[:, mask] += swing[:, None, None]
    video += rng.normal(0, 1.5, video.shape)
    clip = Video(np.clip(video, 0, 255).astype(np.uint8), 30.0)
    scores = np.repeat(np.stack([mask, ~mask], -1)[None], frames, 0).astype(np.float32)
    response = SemanticResponse(scores, ("person", "grass"))
    return clip, response, Candidate(("person",), mask)


@pytest.fixture(scope="module")
def solved():
    clip, response, candidate = pulsing_square()
    solver = LoopSolver(clip, response)
    return solver, solver.solve(candidate)


def test_finds_the_period_and_moves_nothing_else(solved):
    _, cinema = solved
    mask = cinema.candidate.mask
    assert set(np.unique(cinema.period[mask])) <= {40, 80}  # one swing or two
    assert len(np.unique(cinema.period[mask])) == 1  # an object is not torn
    # the noise around it may loop no further than smoothing smears the motion, in blocks of four pixels
    around = np.zeros_like(mask)
    around[8:40, 16:48] = True
    assert (cinema.period[~around] == 1).all()
    assert cinema.notes == ()


def test_reports_the_energy_of_its_definition(solved):
    solver, cinema = solved
    exact = loop_energy(solver.clip, solver.response, cinema.candidate, cinema.period, cinema.start)
    assert cinema.energy.total == pytest.approx(exact.total, rel=1e-5)
    assert cinema.energy.temporal == pytest.approx(exact.temporal, rel=1e-5)
    assert cinema.energy.spatial == pytest.approx(exact.spatial, rel=1e-5, abs=1e-9)


def test_result_does_not_depend_on_the_number_of_threads(solved):
    solver, cinema = solved
    single = LoopSolver(solver.clip, solver.response, threads=1)
    again = single.solve(cinema.candidate)
    assert np.array_equal(single.starts, solver.starts)
    assert np.array_equal(again.period, cinema.period)
    assert np.array_equal(again.start, cinema.start)
    assert again.energy == cinema.energy


def test_the_reference_cut_gives_the_same(solved):
    solver, cinema = solved
    with max_flow_method("pymaxflow"):
        other = LoopSolver(solver.clip, solver.response).solve(cinema.candidate)
    assert other.energy.total == pytest.approx(cinema.energy.total, rel=1e-9)


def test_what_crosses_once_stays_static_and_says_so():
    rng = np.random.default_rng(1)
    video = np.full((90, 40, 90, 3), 100.0)
    for t in range(90):
        video[t, 15:25, t : t + 6] = (220, 40, 40)
    clip = Video(np.clip(video + rng.normal(0, 1, video.shape), 0, 255).astype(np.uint8), 30.0)
    mask = np.zeros((40, 90), bool)
    mask[15:25] = True
    response = SemanticResponse(
        np.repeat(np.stack([mask, ~mask], -1)[None], 90, 0).astype(np.float32), ("boat", "water")
    )
    cinema = LoopSolver(clip, response).solve(Candidate(("boat",), mask))
    frames = cinema.render(timing="exact", blend=False)
    # whatever loops there does so on grey background; the red boat itself never jumps through the picture
    red = (frames[..., 0].astype(int) - frames[..., 1] > 60).sum(axis=(1, 2))
    assert red.std() == 0
    (note,) = cinema.notes
    assert "cannot loop" in note


def test_edit_moves_what_is_painted_and_doubles_once(solved):
    solver, cinema = solved
    smaller = np.zeros_like(cinema.candidate.mask)
    smaller[12:36, 20:32] = True
    edited = solver.edit(cinema, smaller)
    assert edited.parameters.alpha_static == 0.06
    assert solver.edit(edited, smaller).parameters.alpha_static == 0.06
    assert (edited.period[smaller] > 1).all()
    exact = loop_energy(
        solver.clip, solver.response, edited.candidate, edited.period, edited.start, edited.parameters
    )
    assert edited.energy.total == pytest.approx(exact.total, rel=1e-5)


@pytest.fixture(scope="module")
def two_squares():
    clip, _, one = pulsing_square(h=48, w=160)
    frames, mask = clip.frames.copy(), one.mask.copy()
    frames[:, 12:36, 120:144] = frames[:, 12:36, 20:44]
    mask[12:36, 120:144] = True
    scores = np.repeat(np.stack([mask, ~mask], -1)[None], 90, 0).astype(np.float32)
    solver = LoopSolver(Video(frames, 30.0), SemanticResponse(scores, ("person", "grass")))
    return solver, solver.solve(Candidate(("person",), mask))


def test_a_candidate_does_not_depend_on_those_solved_before(two_squares):
    solver, cinema = two_squares
    left = cinema.candidate.mask.copy()
    left[:, 32:] = False  # half of a square: what may change there lies within what could for both squares
    again = LoopSolver(solver.clip, solver.response)  # its shared tables are empty
    first, after = again.solve(Candidate(("person",), left)), solver.solve(Candidate(("person",), left))
    assert first.energy == after.energy
    np.testing.assert_array_equal(first.period, after.period)
    np.testing.assert_array_equal(first.start, after.start)


def test_an_edit_leaves_what_is_far_from_it_as_it_was(two_squares):
    solver, cinema = two_squares
    right = cinema.candidate.mask.copy()
    right[:, :80] = False
    edited = solver.edit(cinema, right)
    assert not edited.dynamic[20:28, 28:36].any()  # the left square stands still now
    assert edited.dynamic[right].all()
    for before, after in ((cinema.period, edited.period), (cinema.start, edited.start)):
        assert np.array_equal(before[:, 80:], after[:, 80:])


def test_an_edit_ends_about_where_solving_anew_does(two_squares):
    solver, cinema = two_squares
    left = cinema.candidate.mask.copy()
    left[:, 80:] = False
    undone = solver.edit(solver.edit(cinema, left), cinema.candidate.mask)  # taken away, painted back
    assert undone.dynamic[cinema.candidate.mask].all()
    anew = solver.edit(cinema, cinema.candidate.mask)
    assert undone.energy.total <= 1.05 * anew.energy.total


def test_stage_two_again_never_ends_above_the_labels_it_starts_from():
    sample = make_sample("pond", size=(160, 90), seconds=3.0)
    selection = select_candidates(sample.video, SemanticResponse(sample.scores(), sample.categories))
    solver, water = LoopSolver(sample.video, selection.response), selection.candidates[0]
    cinema, costs = solver.solve(water), solver.costs(water)
    again = solver.search.revise(costs, water.mask, cinema.labels, np.ones_like(water.mask))
    assert costs.total(again) <= costs.total(cinema.labels) * (1 + 1e-9)


def test_an_edit_needs_a_cinemagraph_of_this_clip(two_squares, solved):
    with pytest.raises(LoopError, match=r"cinemagraph has shape \(48, 64\)"):
        two_squares[0].edit(solved[1], two_squares[1].candidate.mask)
    solver, cinema = two_squares
    unfit = replace(cinema, start=np.where(cinema.period > 1, 0, cinema.start))
    with pytest.raises(LoopError, match=r"s=0.* does not fit"):
        solver.edit(unfit, cinema.candidate.mask)


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 4))
def test_any_clip_ends_below_the_all_static_energy(seed, k):
    case = Case(seed, frames=40, h=21, w=19, k=k, noise=60.0)
    parameters = LoopParameters(min_period=8)
    solver = LoopSolver(case.clip, case.response, parameters)
    cinema = solver.solve(case.candidate)
    ones, zeros = np.ones_like(cinema.period), np.zeros_like(cinema.start)
    still = loop_energy(case.clip, case.response, case.candidate, ones, zeros, parameters)
    exact = loop_energy(case.clip, case.response, case.candidate, cinema.period, cinema.start, parameters)
    assert exact.total <= still.total * (1 + 1e-6)
    assert cinema.energy.total == pytest.approx(exact.total, rel=1e-4)


def test_renders_at_the_size_of_its_source(solved, tmp_path):
    from semcine_nb.video import read_video

    solver, cinema = solved
    large = np.ascontiguousarray(solver.clip.frames.repeat(2, axis=1).repeat(2, axis=2))
    Video(large, 30.0).save(tmp_path / "large.mp4")
    small = read_video(tmp_path / "large.mp4", max_size=(64, 48))
    again = LoopSolver(small, solver.response).solve(cinema.candidate)
    frames = again.render(size=(128, 96))
    assert frames.shape[1:] == (96, 128, 3)
    mask = cinema.candidate.mask.repeat(2, axis=0).repeat(2, axis=1)
    assert frames[:, mask].mean(axis=(1, 2)).std() > 20
    assert frames[:, 70:, 100:].astype(float).std(axis=0).max() < 3
    assert again.render().shape[1:] == (48, 64, 3)


def test_too_short_a_clip_is_told_so():
    clip = Video(np.zeros((36, 8, 8, 3), np.uint8), 30.0)
    response = SemanticResponse(np.ones((36, 8, 8, 1), np.float32), ("water",))
    with pytest.raises(LoopError, match=r"36 frames.*needs 37"):
        LoopSolver(clip, response)


def test_label_space_of_three_seconds():
    space = LabelSpace.of_clip(90, 30.0, LoopParameters())
    assert space.periods == tuple(range(32, 88, 4))
    assert sum(len(space.starts(p)) for p in space.periods) == 105
    assert len(space.starts(1)) == 23
    assert (
        sum(len(LabelSpace.of_clip(150, 30.0, LoopParameters()).starts(p)) for p in range(32, 148, 4)) == 435
    )


@pytest.mark.parametrize(("fps", "shortest"), [(30, 32), (25, 32), (15, 16), (12.5, 12), (10, 12), (2, 8)])
def test_slow_clips_have_shorter_periods(fps, shortest):
    assert LoopParameters().shortest_period(fps) == shortest


def test_labels_survive_the_file(solved, tmp_path):
    solver, cinema = solved
    cinema.save_labels(tmp_path / "labels.png")
    back = load_cinemagraph(tmp_path / "labels.png", solver.clip)
    assert np.array_equal(back.period, cinema.period)
    assert np.array_equal(back.start, cinema.start)
    assert np.array_equal(back.candidate.mask, cinema.candidate.mask)
    assert (back.energy, back.parameters, back.candidate.categories) == (
        cinema.energy, cinema.parameters, cinema.candidate.categories,
    )  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.booleans())
def test_any_labels_survive_the_file(tmp_path_factory, seed, long):
    rng = np.random.default_rng(seed)
    t = 2000 if long else 60
    clip = Video(np.zeros((t, 3, 5, 3), np.uint8), 30.0)
    period = rng.integers(1, t // 2, (3, 5)).astype(np.int32)
    start = rng.integers(1, t // 2 - 1, (3, 5)).astype(np.int32)
    candidate = Candidate(("water",), rng.random((3, 5)) < 0.5, note="<b>µ</b>")
    cinema = Cinemagraph(
        clip, candidate, period, start, LoopEnergy(1, 2, 3), LoopParameters(), notes=("a", "b")
    )
    path = tmp_path_factory.mktemp("labels") / "x.png"
    cinema.save_labels(path)
    back = load_cinemagraph(path, clip)
    assert np.array_equal(back.period, period)
    assert np.array_equal(back.start, start)
    assert np.array_equal(back.candidate.mask, candidate.mask)
    assert (back.candidate.note, back.notes) == ("<b>µ</b>", ("a", "b"))


def test_foreign_files_are_refused(solved, tmp_path):
    solver, cinema = solved
    from PIL import Image

    Image.fromarray(np.zeros((4, 4, 3), np.uint8)).save(tmp_path / "plain.png")
    (tmp_path / "text.png").write_text("no picture")
    for name, word in (
        ("plain.png", "not one that"),
        ("text.png", "cannot be read"),
        ("none.png", "no file"),
    ):
        with pytest.raises(LoopError, match=word):
            load_cinemagraph(tmp_path / name, solver.clip)
    cinema.save_labels(tmp_path / "labels.png")
    other = Video(solver.clip.frames[:, ::-1].copy(), 30.0)
    with pytest.raises(LoopError, match="another clip"):
        load_cinemagraph(tmp_path / "labels.png", other)
    with pytest.raises(LoopError, match=r"labels\.tif"):
        cinema.save_labels(tmp_path / "labels.tif")
