"""A loop rendered strip by strip is the loop rendered at once."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pytest

from semcine_nb.errors import LoopError
from semcine_nb.rendering.labelling import Labelling
from semcine_nb.rendering.render import render
from semcine_nb.rendering.streaming import render_stream


def scene() -> tuple[np.ndarray, Labelling]:
    t, y, x = np.mgrid[:30, :300, :40]
    frames = (128 + 40 * np.sin(t / 3 + y / 20) + 30 * np.sin(x / 7 - t / 5)).astype(np.uint8)
    period, start = np.ones((300, 40), int), np.full((300, 40), 4)
    for row, p, s in ((20, 8, 2), (60, 12, 9), (150, 10, 15), (220, 12, 3)):
        period[row : row + 50, 10:30], start[row : row + 50, 10:30] = p, s
    return np.repeat(frames[..., None], 3, axis=3), Labelling(period, start)


def test_unblended_strips_are_exact_and_leave_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    frames, labels = scene()
    stream = render_stream(iter(frames), labels, blend=False, memory=200_000)
    assert np.array_equal(np.stack(list(stream)), render(frames, labels, blend=False))
    assert not list(tmp_path.iterdir())


def test_blended_strips_differ_by_less_than_a_gray_level_or_two():
    frames, labels = scene()
    whole = render(frames, labels)
    parts = np.stack(list(render_stream(frames, labels, memory=2_000_000)))
    gap = np.abs(parts.astype(int) - whole)
    assert gap.max() <= 2
    assert gap.mean() < 0.1


def test_frames_are_checked():
    frames, labels = scene()
    with pytest.raises(LoopError, match="frame 0"):
        next(render_stream(iter(frames[:, :9]), labels))
    with pytest.raises(LoopError, match="no frames"):
        next(render_stream(iter(()), labels))
