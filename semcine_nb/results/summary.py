"""The file ``summary.json``: facts about the cinemagraphs in a folder, for other programs."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from .. import __version__
from ..figures.html import Loop
from ..looping.cinemagraph import Cinemagraph
from ..ordering import Place
from ..steps import RankedCinemagraphs

SUMMARY = "summary.json"
_MADE_BY = "semcine-nb "


def summary(
    ranked: RankedCinemagraphs, loops: Sequence[Loop], notes: Sequence[Sequence[str]], title: str
) -> dict[str, Any]:
    """The facts, as JSON takes them.

    Parameters
    ----------
    loops, notes : one each cinemagraph, in the order of ``ranked``; notes on its files
    title : what the clip is called
    """
    return {
        "made_by": f"{_MADE_BY}{__version__}",
        "clip": title,
        "digest": ranked.clip.digest,
        "size": [ranked.clip.width, ranked.clip.height],
        "frames": len(ranked.clip),
        "fps": ranked.clip.fps,
        "notes": list(dict.fromkeys((*ranked.clip.notes, *ranked.solver.notes))),
        "basis": ranked.basis,
        "categories": [
            {"category": r.category, "guess": r.guess, "share": r.share, "kept": r.kept, "reason": r.reason}
            for r in ranked.selection.reasons
        ],
        "candidates": [
            {"files": list(loop.files), "file_notes": list(said), **statistics(cinema, place)}
            for cinema, place, loop, said in zip(ranked, ranked.places, loops, notes, strict=True)
        ],
    }


def statistics(cinema: Cinemagraph, place: Place) -> dict[str, Any]:
    """Labels, energies and measures of a cinemagraph as plain numbers."""
    quality, dynamic = place.quality, cinema.dynamic
    periods, counts = np.unique(cinema.period[dynamic], return_counts=True)
    starts = cinema.start[dynamic]
    return {
        "candidate": cinema.candidate.label,
        "categories": list(cinema.candidate.categories),
        "guessed": cinema.candidate.guessed,
        "note": cinema.candidate.note,
        "notes": list(cinema.notes),
        "why": place.why,
        "rating": place.rating,
        "rating_std": place.std,
        "unrated_score": place.unrated.value,
        "energy": {"total": cinema.energy.total, **asdict(cinema.energy)},
        "target_share": float(cinema.candidate.mask.mean()),
        "dynamic_share": float(dynamic.mean()),
        "target_dynamic_share": _number(quality.tearing.coverage),
        "periods": {int(p): int(n) for p, n in zip(periods, counts, strict=True)},
        "start_range": [int(starts.min()), int(starts.max())] if starts.size else None,
        "label_pieces": quality.tearing.pieces,
        "wrap_jump": _number(quality.wrap_jump),
        "dynamism": quality.dynamism,
        "alignment": _number(quality.alignment),
    }


def read_summary(folder: Path) -> tuple[dict[str, Any], list[str]] | None:
    """The facts in a folder and the names of its cinemagraphs' files; None unless this program wrote them."""
    try:
        facts = json.loads((folder / SUMMARY).read_text(encoding="utf-8"))
        if not facts["made_by"].startswith(_MADE_BY):
            return None
        return facts, [str(name) for candidate in facts["candidates"] for name in candidate["files"]]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def listed_files(folder: Path) -> set[str]:
    """Names of the files that an earlier run of this program wrote into the folder, by its summary."""
    found = read_summary(folder)
    # the summary may have been edited: only plain names in this folder, of the form that is written here
    return {name for name in found[1] if re.fullmatch(r"\d+-[a-z0-9-]+\.[a-z0-9]+", name)} if found else set()


def _number(value: float) -> float | None:
    return None if math.isnan(value) else float(value)
