"""A lesson with the reader's own clip, by changing its one line."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from semcine_nb.samples import make_sample

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"


@pytest.mark.slow
def test_a_lesson_runs_on_a_clip_of_ones_own(tmp_path: Path) -> None:
    # another size and frame rate, and nothing that the lesson's own sample shows
    make_sample("flags", seed=3, size=(160, 120), seconds=1.5, fps=24.0).video.save(tmp_path / "mine.mp4")
    lesson = json.loads((NOTEBOOKS / "02_candidates.ipynb").read_text(encoding="utf-8"))
    first = next(cell for cell in lesson["cells"] if cell["cell_type"] == "code")
    line, *rest = first["source"]
    assert line == 'SOURCE = "pond"\n'
    first["source"] = [f"SOURCE = {str(tmp_path / 'mine.mp4')!r}\n", *rest]
    (tmp_path / "lesson.ipynb").write_text(json.dumps(lesson), encoding="utf-8")
    command = [sys.executable, "-m", "IPython", "--colors=NoColor", "lesson.ipynb"]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout[-3000:] + run.stderr[-1000:]
    assert "36 frames of mine.mp4, 160×120, 24 fps" in run.stdout
    assert "shares fall, and add up to one: True 1.0" in run.stdout
    assert "a set's map is the union of its own: True" in run.stdout
