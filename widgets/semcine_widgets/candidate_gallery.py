"""The gallery: all candidates of a clip play side by side; compare two, choose one, save it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import traitlets

from semcine_nb.errors import SemcineError
from semcine_nb.files import plain_name
from semcine_nb.looping import Cinemagraph
from semcine_nb.video.writing import SUFFIXES

from .shared import PLAYER_PARTS, joined
from .shared.clip_playback import ClipWidget, clip_of, place_of
from .shared.clip_transport import nearest, pack_labels, reduced
from .shared.rendered_loops import Loop, RenderedLoops, rendered_loop

_UNRANKED = "In the order they were given; nothing was ranked."


class CandidateGallery(RenderedLoops, ClipWidget):
    """All candidates of a clip, playing side by side under one clock.

    A method stands for each click: `choose`, `compare`, `save`, `why`.

    Parameters
    ----------
    ranked : what ``make_cinemagraphs`` returned, or cinemagraphs of one clip, best first
    width : of the pictures that play, pixels at most; what is saved has the clip's own size
    folder : where `save` writes; made where it is missing
    transport : see `CinemagraphPlayer`

    Attributes
    ----------
    chosen : place of the chosen one; 0, the best, until a person chooses
    compared : places of the two that are compared, or empty
    format : suffix to save as
    status : the last message about saving
    playing, drawn, decoded, error : see `ClipWidget`
    as_rendered : see `RenderedLoops`

    Raises
    ------
    SemcineError
        If there is nothing to show, or the cinemagraphs are of different clips.
    """

    _esm = joined(*PLAYER_PARTS, "shared/rendered_loops.js", "candidate_gallery.js")
    _css = joined("shared/base.css", "candidate_gallery.css")

    tiles = traitlets.List(traitlets.Dict()).tag(sync=True)
    basis = traitlets.Unicode("").tag(sync=True)
    chosen = traitlets.Int(0).tag(sync=True)
    compared = traitlets.List(traitlets.Int()).tag(sync=True)
    format = traitlets.Enum(SUFFIXES, "mp4").tag(sync=True)
    formats = traitlets.List(traitlets.Unicode()).tag(sync=True)
    busy = traitlets.Bool(False).tag(sync=True)
    status = traitlets.Unicode("").tag(sync=True)

    def __init__(
        self,
        ranked: Sequence[Cinemagraph],
        width: int = 480,
        folder: str | Path = ".",
        transport: str = "vp9",
    ) -> None:
        self.cinemagraphs = tuple(ranked)
        if not self.cinemagraphs:
            raise SemcineError("There is no cinemagraph to choose from.")
        self.folder = Path(folder)
        small = reduced(clip_of(self.cinemagraphs, "a gallery"), width)
        shape = small.frames.shape[1:3]
        self._labels = [(nearest(c.period, shape), nearest(c.start, shape)) for c in self.cinemagraphs]
        places = getattr(ranked, "places", None) or [None] * len(self.cinemagraphs)
        super().__init__(
            small,
            transport,
            labels=pack_labels([(period, start, 0) for period, start in self._labels]),
            tiles=[_tile(c, place) for c, place in zip(self.cinemagraphs, places, strict=True)],
            basis=getattr(ranked, "basis", _UNRANKED),
            formats=list(SUFFIXES),
        )
        self.on_msg(lambda _widget, content, _buffers: self._asked(content))

    def __repr__(self) -> str:
        return f"CandidateGallery({', '.join(c.candidate.label for c in self.cinemagraphs)})"

    @property
    def cinemagraph(self) -> Cinemagraph:
        """The chosen cinemagraph."""
        return self.cinemagraphs[self.chosen]

    def choose(self, which: int | str, suffix: str | None = None) -> Cinemagraph:
        """Choose a cinemagraph by place (0 is the best) or by name, and the format to save it as.

        Raises
        ------
        SemcineError
            If there is no such cinemagraph or format.
        """
        place = self._place(which)
        if suffix is not None and suffix not in SUFFIXES:
            raise SemcineError(f"There is no format {suffix!r}; choose from {', '.join(SUFFIXES)}.")
        self.chosen, self.format = place, suffix or self.format
        return self.cinemagraph

    def compare(self, one: int | str | None = None, other: int | str | None = None) -> None:
        """Show two candidates large, side by side; without arguments, show all again."""
        if one is None and other is None:
            self.compared = []
            return
        if one is None or other is None:
            raise SemcineError("Two cinemagraphs are needed to compare.")
        self.compared = [self._place(one), self._place(other)]

    def why(self, which: int | str | None = None) -> str:
        """The reasons for the order of all candidates, or for the place of one."""
        if which is not None:
            place = self._place(which)
            return f"{place + 1}. {self.tiles[place]['label']}: {self.tiles[place]['why']}"
        return "\n".join([self.basis, *(self.why(place) for place in range(len(self.tiles)))])

    def save(self, path: str | Path | None = None, **options: Any) -> Path:
        """Save the chosen cinemagraph as ``path``, or into the folder under its own name; return the path.

        ``options`` go to ``Cinemagraph.save``.
        """
        name = plain_name(self.cinemagraph.candidate.label)
        target = Path(path) if path is not None else self.folder / f"{name}.{self.format}"
        self.busy, self.status = True, f"Saving {target.name} …"
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            self.cinemagraph.save(target, **options)
            self.status = f"Saved {target}."
        except (SemcineError, OSError) as error:
            self.status = str(error)
            raise
        finally:
            self.busy = False
        return target

    def _wanted_loops(self) -> tuple[Any, Sequence[Loop]]:
        return "as saved", [partial(rendered_loop, self._sent, *labels) for labels in self._labels]

    def _place(self, which: int | str) -> int:
        return place_of(which, [cinema.candidate.label for cinema in self.cinemagraphs], "cinemagraph")

    def _asked(self, content: Any) -> None:
        if content == {"do": "save"} and not self.busy:
            try:
                self.save()
            except (SemcineError, OSError):
                return  # the status says it

    @traitlets.validate("chosen")
    def _valid_chosen(self, proposal: Any) -> int:
        if not 0 <= proposal["value"] < len(self.cinemagraphs):
            raise traitlets.TraitError(f"There is no place {proposal['value']}.")
        return int(proposal["value"])

    @traitlets.validate("compared")
    def _valid_compared(self, proposal: Any) -> list[int]:
        value, count = list(proposal["value"]), len(self.cinemagraphs)
        if len(value) > 2 or len(set(value)) < len(value) or not all(0 <= place < count for place in value):
            raise traitlets.TraitError(f"{value} are not two different places below {count}.")
        return value


def _tile(cinema: Cinemagraph, place: Any) -> dict[str, Any]:
    """The text and numbers of a tile: stars where somebody rated, else the unrated score."""
    tile: dict[str, Any] = {
        "label": cinema.candidate.label,
        "moves": float(cinema.dynamic.mean()),
        "notes": [note for note in (cinema.candidate.note, *cinema.notes) if note],
        "rating": None,
        "std": None,
        "score": None,
        "parts": {},
        "why": "",
    }
    if place is not None:
        unrated = place.unrated
        parts = {
            "seamless": unrated.seamless,
            "whole": unrated.covered,
            "lively": unrated.lively,
            "visible": unrated.present,
        }
        tile |= {"rating": place.rating, "std": place.std, "why": place.why}
        tile |= {"score": float(unrated.value), "parts": {k: float(v) for k, v in parts.items()}}
    return tile
