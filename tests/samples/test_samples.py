"""Procedural clips: exact masks, one clip a seed, and objects that can loop by the energy's definition."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from semcine_nb.errors import VideoError
from semcine_nb.samples import Sample, make_sample, sample_names

SIZE = (240, 136)
NATURAL = {"water", "grass", "sky & tree", "rock", "background"}


@cache
def small(name: str) -> Sample:
    return make_sample(name, size=SIZE)


@cache
def short(name: str, seed: int = 0) -> Sample:
    return make_sample(name, seed=seed, size=(160, 90), seconds=0.2)


@cache
def loop_costs(name: str) -> tuple[dict[tuple[int, int], np.ndarray], np.ndarray]:
    """E_temp (H, W) of every label (p, s) on the solver's grid, and E_static (H, W) of a pixel in the
    candidate.
    """
    sample = small(name)
    video = sample.video.frames.astype(np.float32) / 255
    count = len(video)
    response = np.asarray(sample.scores())

    def median_change(signal: np.ndarray) -> np.ndarray:
        return np.median(np.linalg.norm(np.diff(signal, axis=0), axis=-1), axis=0)

    natural = np.zeros(video.shape[1:3], bool)
    for category in NATURAL & set(sample.categories):
        natural |= sample.masks[category].sum(axis=0) >= 0.15 * count
    smoothed = gaussian_filter(video, (1.2, 0.9, 0.9, 0), mode="nearest", truncate=3)
    static = 0.03 * np.minimum(1, 100 * median_change(smoothed))
    gamma = 1 / (1 + np.where(natural, 125, 62.5) * median_change(video))

    def jump(signal: np.ndarray, p: int, s: int) -> np.ndarray:
        twice = ((signal[s] - signal[s + p]) ** 2 + (signal[s - 1] - signal[s + p - 1]) ** 2).sum(axis=-1)
        return twice / signal.shape[-1]

    labels = [(p, s) for p in range(32, count, 4) for s in range(4, count, 4) if s + p <= count - 1]
    return {(p, s): gamma * (0.8 * jump(video, p, s) + 0.2 * jump(response, p, s)) for p, s in labels}, static


def test_there_are_the_five_scenes() -> None:
    assert sample_names() == ("pond", "portrait", "flags", "harbour", "waterfall")


def test_a_sample_has_the_size_and_length_asked_for() -> None:
    sample = make_sample("pond", size=(200, 120), seconds=0.5, fps=20)
    assert sample.video.frames.shape == (10, 120, 200, 3)
    assert sample.video.frames.dtype == np.uint8
    assert sample.video.fps == 20


@pytest.mark.parametrize("name", sample_names())
def test_every_pixel_is_in_exactly_one_category(name: str) -> None:
    sample = short(name)
    assert "background" in sample.masks
    assert all(mask.any() for mask in sample.masks.values())
    np.testing.assert_array_equal(np.sum(list(sample.masks.values()), axis=0), 1)


@pytest.mark.parametrize("name", sample_names())
def test_scores_are_the_masks(name: str) -> None:
    sample = short(name)
    scores = sample.scores()
    whole = np.asarray(scores)
    assert scores.shape == whole.shape == (*sample.video.frames.shape[:3], len(sample.categories))
    assert len(scores) == len(sample.video.frames)
    assert scores[0].dtype == whole.dtype == np.float32
    np.testing.assert_array_equal(scores[2], whole[2])
    np.testing.assert_array_equal(scores[1:4], whole[1:4])
    np.testing.assert_array_equal(scores[3, 5:9, :, 0], whole[3, 5:9, :, 0])
    np.testing.assert_array_equal(scores[:, 7], whole[:, 7])
    np.testing.assert_array_equal(scores.pixels(2, np.array([0, 161, 163])), whole[2, [0, 1, 1], [0, 1, 3]])
    k = sample.categories.index("background")
    np.testing.assert_array_equal(whole[..., k] == 1, sample.masks["background"])


@pytest.mark.parametrize("name", sample_names())
def test_same_seed_same_frames_and_another_seed_another_clip(name: str) -> None:
    again = make_sample(name, seed=0, size=(160, 90), seconds=0.2)
    np.testing.assert_array_equal(short(name).video.frames, again.video.frames)
    assert not np.array_equal(short(name).video.frames, short(name, seed=1).video.frames)
    for category, mask in again.masks.items():
        np.testing.assert_array_equal(short(name).masks[category], mask)


@pytest.mark.parametrize("name", sample_names())
def test_an_object_lies_in_its_category(name: str) -> None:
    sample = small(name)
    for thing, extent in {**sample.objects, **sample.parts}.items():
        assert extent.any()
        assert not (extent & ~sample.masks[sample.object_categories[thing]].any(axis=0)).any()


@pytest.mark.parametrize("name", sample_names())
def test_objects_made_to_loop_can_loop(name: str) -> None:
    sample = small(name)
    costs, static = loop_costs(name)
    best = np.min(list(costs.values()), axis=0)
    assert sample.loopable
    for thing in (*sample.loopable, *sample.parts):
        extent = {**sample.objects, **sample.parts}[thing]
        assert np.mean(best[extent] < static[extent]) >= 0.8, thing


@pytest.mark.parametrize(
    ("name", "thing"),
    [("pond", "duck"), ("portrait", "person"), ("flags", "left flag"), ("flags", "right flag")],
)
def test_a_rigid_thing_loops_as_a_whole_at_its_known_period(name: str, thing: str) -> None:
    """One label for all its pixels is enough at its period; half a period off, it is torn."""
    sample = small(name)
    costs, static = loop_costs(name)
    extent = sample.objects[thing]
    (period,) = sample.periods[thing]
    assert np.mean(costs[period, 20][extent] < static[extent]) > 0.95
    right, wrong = costs[period, 8][extent].sum(), costs[period + 20, 8][extent].sum()
    assert wrong > 10 * right


def test_the_boat_that_crosses_cannot_loop() -> None:
    """Whatever the label, most of the pixels that the boat covers at either end of the loop are better off
    static.
    """
    sample = small("harbour")
    assert sample.periods["boat"] == ()
    assert "boat" not in sample.loopable
    costs, static = loop_costs("harbour")
    boat = sample.masks["boat"]
    shares = [np.mean((cost < static)[boat[s] | boat[s + p]]) for (p, s), cost in costs.items()]
    assert max(shares) < 0.5
    assert boat[0].any()
    assert boat[-1].any()


def test_both_eyes_blink_in_step() -> None:
    sample = make_sample("portrait", size=(480, 270), seconds=0.9)
    gray = sample.video.frames.mean(axis=-1)
    left, right = (gray[:, sample.parts[eye]].std(axis=1) for eye in ("left eye", "right eye"))
    # an open eye has white, iris and pupil; a shut one is skin with a line of lashes
    assert abs(int(left.argmin()) - int(right.argmin())) <= 1
    assert np.corrcoef(left, right)[0, 1] > 0.9


def test_sensor_noise_is_about_one_and_a_half_gray_levels() -> None:
    sample = small("harbour")
    sky = sample.masks["sky & tree"].all(axis=0)
    deviation = sample.video.frames[:, sky].astype(float).std(axis=0).mean()
    assert 1.3 < deviation < 1.8


@pytest.mark.parametrize(
    ("arguments", "quoted"),
    [
        ({"name": "volcano"}, "volcano"),
        ({"name": "pond", "size": (40, 20)}, "40 × 20"),
        ({"name": "pond", "seconds": 0.01}, "0.01"),
    ],
)
def test_a_bad_request_is_named(arguments: dict, quoted: str) -> None:
    with pytest.raises(VideoError, match=quoted):
        make_sample(**arguments)
