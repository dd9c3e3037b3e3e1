"""Ranked cinemagraphs of any size and number for tests of what shows them, made without solving anything."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import numpy as np

from semcine_nb.looping import Cinemagraph, LoopEnergy, LoopParameters
from semcine_nb.looping.quality import measure
from semcine_nb.ordering import Place, order_places
from semcine_nb.preference.unrated import unrated_score
from semcine_nb.semantics import Candidate, Selection, SemanticResponse
from semcine_nb.semantics.selection import Reason, Reasons
from semcine_nb.steps import RankedCinemagraphs
from semcine_nb.video import Video


def drifting_clip(width: int, height: int, frames: int = 40) -> Video:
    """Stripes that move to the right and repeat after 32 frames, on a slope of colour."""
    x, y = np.meshgrid(np.arange(width), np.arange(height))
    waves = [np.sin(2 * np.pi * (x / 24 - t / 32)) for t in range(frames)]
    pictures = [np.stack([127 + 90 * w, 90 + 100 * y / height, 60 + 150 * x / width], -1) for w in waves]
    return Video(np.asarray(pictures).astype(np.uint8), 30.0)


def ranked_of(
    width: int, height: int, names: tuple[str, ...], title_notes: tuple[str, ...] = ()
) -> RankedCinemagraphs:
    """One candidate a name, each a vertical strip of the picture looping; of several the last is static."""
    clip = drifting_clip(width, height)
    clip = Video(clip.frames, clip.fps, title_notes)
    energy = LoopEnergy(temporal=0.5, label=0.25, spatial=0.25)
    cinemas, places = [], []
    for i, name in enumerate(names):
        mask = np.zeros((height, width), bool)
        mask[height // 4 :, i * width // len(names) : (i + 1) * width // len(names)] = True
        still = len(names) > 1 and i == len(names) - 1
        period = np.where(mask & (not still), 32, 1).astype(np.int32)
        start = np.where(mask & (not still), 4, 0).astype(np.int32)
        notes = (f"{name} stays static: no loop of this clip repeats it well enough.",) if still else ()
        candidate = Candidate(("water",), mask, name=name)
        cinema = Cinemagraph(clip, candidate, period, start, energy, LoopParameters(), notes=notes)
        quality = measure(clip.frames, cinema.labels, cinema.render(), mask)
        cinemas.append(cinema)
        places.append(Place(unrated_score(quality, float(mask.mean())), quality))
    order, places, basis = order_places(places)
    reasons = Reasons((Reason("water", 100, 0.5, 0.07, 400.0, 12.0, True, "kept: passes all filters"),))
    none = cast(Any, None)
    selection = Selection(cast(SemanticResponse, none), tuple(c.candidate for c in cinemas), reasons)
    return RankedCinemagraphs(
        clip,
        none,
        selection,
        cast(Any, SimpleNamespace(notes=())),
        tuple(cinemas[i] for i in order),
        tuple(places[i] for i in order),
        basis,
    )
