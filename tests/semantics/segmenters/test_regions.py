"""Names that little speaks for: given to the moving thing around them, or called guesses."""

import numpy as np
import pytest

from semcine_nb.semantics.segmenters.regions import Evidence, Region, settle_doubts

NAMES = ("background", "fire", "water", "animal")
SIZE = (8, 10)
PRIOR = np.array([0.0, 0.01, 0.05, 0.4])


def picture(*, likely=0.1):
    """Fire in the left half with four cells of water inside, animals at the right edge.

    As (n, h, w, C) scores, and the evidence: the decoder's probability of what wins where it wins; the
    classifier sees all as often as by chance.
    """
    label = np.zeros(SIZE, int)
    label[:, :5] = 1
    label[2:4, 2:4] = 2
    label[:, 9] = 3
    scores = np.repeat((np.eye(4, dtype=np.float32)[label] * 0.8)[None], 3, axis=0)
    probabilities = np.full((*SIZE, 4), 0.1, np.float32)
    probabilities[label == 1, 1] = 0.9
    probabilities[label == 2, 2] = likely
    probabilities[label == 3, 3] = likely
    activations = np.broadcast_to(PRIOR + 0.01, (*SIZE, 4)).astype(np.float32)
    return label, scores, Evidence(NAMES, probabilities, activations, PRIOR)


def region(name, resident=True):
    mask = np.zeros(SIZE, np.float32)
    mask[:, :5] = 1
    return Region(mask, name, name or "fire", resident)


def test_stray_names_inside_a_moving_thing_are_part_of_it():
    label, scores, evidence = picture()
    guesses = settle_doubts(scores, [region("fire")], evidence)
    assert guesses == ("animal",)  # nothing moves there, so it stays, as a guess
    best = scores.argmax(3)
    assert (best[:, label == 2] == 1).all()
    assert (best[:, label == 3] == 3).all()
    assert scores.sum(3).max() == pytest.approx(0.8)


def test_a_region_without_a_name_takes_nothing_but_loses_the_stray():
    label, scores, evidence = picture()
    settle_doubts(scores, [region("")], evidence)
    assert (scores[:, label == 2] == 0).all()


def test_what_much_speaks_for_stays_and_is_no_guess():
    _, scores, evidence = picture(likely=0.8)
    before = scores.copy()
    assert settle_doubts(scores, [region("fire")], evidence) == ()
    np.testing.assert_array_equal(scores, before)


def test_a_region_of_the_same_name_makes_it_no_surer():
    label, scores, evidence = picture()
    evidence.decoder[label == 1, 1] = 0.05  # something that passes: the frames looked at hardly show it
    passing = region("fire", resident=False)
    assert "fire" in settle_doubts(scores, [passing], evidence)
    assert (scores.argmax(3)[:, label == 1] == 1).all()


def test_without_moving_regions_doubts_are_only_told():
    _, scores, evidence = picture()
    before = scores.copy()
    assert settle_doubts(scores, [], evidence) == ("water", "animal")
    np.testing.assert_array_equal(scores, before)


def test_evidence_multiplies_decoder_and_classifier():
    # .47 + .03 and (.1 / .05 = 2) + .5: log(.5) + log(2.5); without a prior the classifier says nothing
    one = np.ones((1, 1, 2))
    evidence = Evidence(("fire", "water"), 0.47 * one, 0.1 * one, np.array([0.04, 0.0]))
    np.testing.assert_allclose(evidence.inside(one[..., 0] > 0), np.log([0.5 * 2.5, 0.5 * 1.5]))
