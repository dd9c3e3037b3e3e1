"""Numbers in sentences, and the messages that have them."""

from __future__ import annotations

import numpy as np
import pytest

from semcine_nb.counting import counted
from semcine_nb.errors import LoopError, RatingError, SegmentationError
from semcine_nb.looping.labels import LabelSpace
from semcine_nb.looping.parameters import LoopParameters
from semcine_nb.preference.groups import embed_people
from semcine_nb.semantics import SemanticResponse
from semcine_nb.video import Video


def test_one_is_not_many() -> None:
    assert [counted(n, "frame") for n in (0, 1, 2)] == ["0 frames", "1 frame", "2 frames"]
    assert [counted(n, "person", "people") for n in (1, 3)] == ["1 person", "3 people"]


def test_messages_about_one() -> None:
    with pytest.raises(LoopError, match=r"The clip has 1 frame \("):
        LabelSpace.of_clip(1, 25.0, LoopParameters())
    with pytest.raises(SegmentationError, match="1 channel of scores, but 2 categories"):
        SemanticResponse(np.ones((3, 4, 6, 1), np.float32), ("water", "sky & tree"))
    with pytest.raises(RatingError, match="1 person cannot be laid out"):
        embed_people(np.ones((1, 3)))
    assert "(1 frame, 6×4," in repr(Video(np.zeros((1, 4, 6, 3), np.uint8), 25))
