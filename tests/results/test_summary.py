"""The facts in ``summary.json``: plain numbers, and read again only where this program wrote them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from ranked_clips import ranked_of

from semcine_nb.figures.html import Loop
from semcine_nb.results.summary import SUMMARY, listed_files, read_summary, statistics, summary
from semcine_nb.steps import RankedCinemagraphs


@pytest.fixture(scope="module")
def ranked() -> RankedCinemagraphs:
    return ranked_of(160, 90, ("water", "sky & tree", "boat"))


def test_statistics_are_plain_numbers(ranked: RankedCinemagraphs) -> None:
    moving, still = statistics(ranked[0], ranked.places[0]), statistics(ranked[2], ranked.places[2])
    assert moving["periods"] == {32: int(ranked[0].dynamic.sum())}
    assert moving["start_range"] == [4, 4]
    assert moving["target_dynamic_share"] == 1.0
    assert moving["energy"] == {"total": 1.0, "temporal": 0.5, "label": 0.25, "spatial": 0.25}
    assert still["periods"] == {}
    assert still["start_range"] is None
    assert still["wrap_jump"] is None
    json.dumps([moving, still], allow_nan=False)


def test_what_is_written_is_read_again(ranked: RankedCinemagraphs, tmp_path: Path) -> None:
    loops = [Loop(b"", b"", (f"{i}-{name}.mp4",)) for i, name in enumerate(("water", "sky-tree", "boat"), 1)]
    facts = summary(ranked, loops, [()] * 3, "clip.mp4")
    (tmp_path / SUMMARY).write_text(json.dumps(facts))
    found = read_summary(tmp_path)
    assert found is not None
    assert (found[0]["clip"], found[1]) == ("clip.mp4", ["1-water.mp4", "2-sky-tree.mp4", "3-boat.mp4"])
    assert listed_files(tmp_path) == set(found[1])


@pytest.mark.parametrize(
    "content",
    ["no JSON", [], {}, {"made_by": "another program", "candidates": []}, {"made_by": "semcine-nb 1"}],
)
def test_what_another_program_wrote_is_not_taken_for_ours(content: Any, tmp_path: Path) -> None:
    assert read_summary(tmp_path) is None
    (tmp_path / SUMMARY).write_text(content if isinstance(content, str) else json.dumps(content))
    assert read_summary(tmp_path) is None
    assert listed_files(tmp_path) == set()
