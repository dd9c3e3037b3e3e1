"""From clips over a study to the next clip, by the commands: make, rate, make for the one who rated."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from small_pond import pond

from semcine_nb.cli.main import main
from semcine_nb.results.folder import make_folder
from semcine_nb.semantics import SemanticResponse
from semcine_nb.study import Protocol, RatingStore, Session
from semcine_nb.video import Video

FLIPS = {"a": (1, 1), "b": (1, -1), "c": (-1, 1), "new": (-1, -1)}
BOTH = {"pin": ("water", "animal")}  # so small, the filters would drop the duck


def small(name: str) -> tuple[Video, SemanticResponse]:
    """The pond at a quarter of its size, mirrored or upside down: clips that differ and yet are alike."""
    down, right = FLIPS[name]
    frames = np.ascontiguousarray(pond().video.frames[:44, ::2, ::2][:, ::down, ::right])
    scores = np.ascontiguousarray(pond().scores()[:44, ::2, ::2][:, ::down, ::right])
    return Video(frames, 30.0), SemanticResponse(scores, pond().categories)


def run(*arguments: str | Path) -> None:
    with pytest.raises(SystemExit) as stopped:
        main([str(argument) for argument in arguments])
    assert not stopped.value.code


@pytest.mark.slow
def test_a_study_of_made_cinemagraphs_ranks_the_next_clip(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("voila")
    monkeypatch.setattr("semcine_nb.steps.camera_drift", lambda clip: 0.0)
    for name in ("a", "b", "c"):
        clip, response = small(name)
        make_folder(clip, tmp_path / "made" / name, formats=("mp4",), segmenter=response, select=BOTH)

    monkeypatch.setattr("voila.app.Voila.launch_instance", lambda *_: None)
    url = f"sqlite:///{tmp_path / 'ratings.db'}"
    run("rate", tmp_path / "made", "--ratings", url, "--people", "2", "--pilot", "0")
    links = [line.split()[-1] for line in capsys.readouterr().out.splitlines()]
    with RatingStore(url) as store:
        for link, loved in zip(links, ("water", "animal"), strict=True):
            session = Session(store, store.person_of(parse_qs(urlsplit(link).query)["token"][0]), Protocol())
            session.consent()
            while (shown := session.next()) is not None:
                session.rate(5 if loved in shown.item else 1)
        assert store.matrix().ratings.shape == (6, 2)
        assert np.isfinite(store.features()).all()  # each cinemagraph's own, from beside its file
        people = store.people()

    firsts = []
    for person in people:
        clip, response = small("new")
        folder = tmp_path / person
        make_folder(clip, folder, formats=("mp4",), segmenter=response, select=BOTH, user=person, ratings=url)
        summary = json.loads((folder / "summary.json").read_text())
        assert summary["basis"].startswith(f"Ranked for {person}, from 6 ratings of this person")
        firsts.append(summary["candidates"][0]["candidate"])
    assert firsts == ["water", "animal"]
