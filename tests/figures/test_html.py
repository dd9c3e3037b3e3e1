"""Loops and pictures inside a page: small enough, and addresses of themselves."""

from __future__ import annotations

import numpy as np

from semcine_nb.figures.html import data_uri, make_loop, picture_uri, resized


def test_frames_are_made_smaller_in_proportion_and_never_larger() -> None:
    frames = np.zeros((2, 90, 160, 3), np.uint8)
    assert resized(frames, 80).shape == (2, 45, 80, 3)
    assert resized(frames, 320) is frames


def test_a_loop_is_a_video_of_some_seconds_and_a_poster() -> None:
    frames = np.full((6, 32, 48, 3), 128, np.uint8)
    loop = make_loop(frames, 30.0, ["a.mp4"])
    assert (loop.video[4:8], loop.poster[:2], loop.files) == (b"ftyp", b"\xff\xd8", ("a.mp4",))
    assert picture_uri(frames[0], "jpeg").startswith("data:image/jpeg;base64,/9j/")
    assert data_uri(b"abc", "video/mp4") == "data:video/mp4;base64,YWJj"
