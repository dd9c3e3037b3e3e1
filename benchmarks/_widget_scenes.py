"""What benchmarks/widgets.py shows: five widgets of one painted clip, and how a page tells that each is open.

Labels are blocks of loops of all lengths inside the true masks: made in no time, and harder to play than
solved ones, of which many pixels share a few loops.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from semcine_nb.looping import Cinemagraph, LoopEnergy, LoopParameters
from semcine_nb.samples import make_sample
from semcine_nb.semantics import SemanticResponse, select_candidates
from semcine_nb.study import Protocol, RatingStore
from semcine_nb.video import Video
from semcine_widgets import CandidateGallery, CinemagraphPlayer, LoopExplorer, MaskPainter, RatingSession

BLOCK = 12  # pixels a side that share a loop
KINDS = ("painter", "explorer", "player", "gallery", "rating")

# the first whole picture stands: the middle of a canvas is opaque and not black, or the video has a frame
LIT = """(name) => {
  const canvas = document.querySelector(name);
  if (!canvas?.width) return false;
  const { data } = canvas.getContext("2d").getImageData(canvas.width >> 1, canvas.height >> 1, 1, 1);
  return data[3] === 255 && data[0] + data[1] + data[2] > 0;
}"""
OPEN = {
    "painter": f"({LIT})('canvas.semcine-stage')",
    "explorer": "document.querySelector('.semcine-explorer')?.dataset.ready"
    f" && ({LIT})('.semcine-explorer [data-panel=play] canvas')",
    "player": "document.querySelector('.semcine-player canvas')?.dataset.times",
    "gallery": "Number(document.querySelector('.semcine-gallery')?.dataset.draws) > 0",
    "rating": "document.querySelector('.semcine-rating video')?.readyState >= 2",
}


class Shown:
    """Four cinemagraphs of one clip, and each widget of them; ``folder`` holds the study's files."""

    def __init__(self, size: tuple[int, int] = (960, 540)) -> None:
        sample = make_sample("pond", size=size, seconds=3.0)
        self.clip = sample.video
        scene = SemanticResponse(sample.scores(), sample.categories)
        selection = select_candidates(self.clip, scene, k=4, combinations=1)
        self.cinemas = [self._looped(c, selection.response, i) for i, c in enumerate(selection.candidates)]
        self.folder = Path(tempfile.mkdtemp(prefix="semcine-widgets-"))

    def _looped(self, candidate: Any, response: SemanticResponse, seed: int) -> Cinemagraph:
        rng = np.random.default_rng(seed)
        frames, moves = len(self.clip), candidate.mask
        h, w = moves.shape

        def blocks(values: NDArray) -> NDArray[np.int32]:
            return np.kron(values, np.ones((BLOCK, BLOCK), int))[:h, :w].astype(np.int32)

        grid = -(-h // BLOCK), -(-w // BLOCK)
        period = blocks(rng.integers(20, 61, grid))
        start = blocks(rng.integers(0, 10**6, grid)) % (frames - period)
        period, start = np.where(moves, period, 1), np.where(moves, start, frames // 2)
        energy = LoopEnergy(temporal=0.5, label=0.25, spatial=0.25)
        return Cinemagraph(self.clip, candidate, period, start, energy, LoopParameters(), response)

    def painter(self) -> MaskPainter:
        painter = MaskPainter(self.clip, [cinema.candidate for cinema in self.cinemas])
        painter.brush = 60
        return painter

    def explorer(self) -> LoopExplorer:
        return LoopExplorer(self.cinemas[0], self.cinemas[-1])

    def player(self) -> CinemagraphPlayer:
        return CinemagraphPlayer(self.cinemas[0])

    def gallery(self) -> CandidateGallery:
        return CandidateGallery(self.cinemas)

    def study(self) -> Path:
        """A folder of cinemagraphs to rate, as ``semcine make`` leaves them."""
        clips = self.folder / "clips"
        if not clips.exists():
            for i in range(3):
                (clips / f"scene-{i}").mkdir(parents=True)
                # what is rated is a rendered file; how it was made does not matter to its page
                Video(self.clip.frames[i:], self.clip.fps).save(clips / f"scene-{i}" / "1.mp4")
        return clips

    def rating(self) -> RatingSession:
        store = RatingStore(f"sqlite:///{self.folder / 'ratings.db'}")
        store.add_cinemagraph("pond", path=self.study() / "scene-0" / "1.mp4")
        session = RatingSession(store, person="somebody", protocol=Protocol(pilot=0))
        session.consent()
        session.begin()
        return session

    def widget(self, kind: str) -> Any:
        return getattr(self, kind)()
