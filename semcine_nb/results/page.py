"""One self-contained page on which all candidates of a clip play side by side, ranked, with their maps."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from matplotlib.colors import to_hex
from numpy.typing import NDArray

from .. import __version__
from ..figures import LABEL_COLORS, label_map, mask_overlay
from ..figures.html import Loop, data_uri, picture_uri
from ..looping.cinemagraph import Cinemagraph
from ..ordering import Place
from ..steps import RankedCinemagraphs
from .summary import statistics

_PAGE, _ROW, _TALL = 1248, 612, 480  # CSS pixels: the page's width, one of two in a row, the tallest video
_MAGNIFIED = 2.0  # a small clip is shown at most this much larger


@cache
def html_template(package: str, name: str) -> Template:
    """A page's template, a file of a package.

    Names of files, categories and people are other people's words: whatever is put in is escaped. A template
    is read once: a batch of days does not mind an upgrade of the package.
    """
    environment = Environment(
        loader=PackageLoader(package, "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(name)


def page(ranked: RankedCinemagraphs, loops: Sequence[Loop], title: str) -> str:
    """The page as HTML text: no other file and no network is needed to look at it.

    Parameters
    ----------
    loops : one each cinemagraph, in the order of ``ranked``
    title : what the clip is called
    """
    clip = ranked.clip
    frames = f"{len(clip)} frames at {clip.fps:.4g} a second ({clip.duration:.1f} s)"
    return html_template("semcine_nb.results", "page.html.j2").render(
        title=title,
        basis=ranked.basis,
        clip=f"{clip.width}×{clip.height} pixels, {frames}",
        notes=tuple(dict.fromkeys((*clip.notes, *ranked.solver.notes))),
        gradient=", ".join(to_hex(LABEL_COLORS(x)) for x in np.linspace(0, 1, 6)),
        tile=_tile_width(clip.width, clip.height, len(ranked)),
        cards=[
            _card(cinema, place, loop, ranked.solver.notes)
            for cinema, place, loop in zip(ranked, ranked.places, loops, strict=True)
        ],
        reasons=ranked.selection.reasons,
        version=__version__,
    )


def label_picture(cinema: Cinemagraph) -> NDArray[np.uint8]:
    """p and s in the paper's colors beside each other, (H, 2 W + 8, 3) uint8."""
    maps = [label_map(values, cinema.dynamic) for values in (cinema.period, cinema.start)]
    gap = np.full((maps[0].shape[0], 8, 3), 255, np.uint8)
    return np.concatenate([maps[0], gap, maps[1]], axis=1)


def _tile_width(width: int, height: int, count: int) -> int:
    """CSS pixels: two in a row, or one alone a little larger; never taller than a screen, never blown up."""
    room = _ROW if count > 1 else _PAGE * 0.7
    return round(max(240.0, min(room, _TALL * width / height, _MAGNIFIED * width)))


def _card(cinema: Cinemagraph, place: Place, loop: Loop, told: Sequence[str]) -> dict[str, Any]:
    dynamic, facts = cinema.dynamic, statistics(cinema, place)
    name = cinema.candidate.label
    middle = cinema.video.frames[len(cinema.video) // 2]
    mask = mask_overlay(middle, cinema.candidate.mask)
    maps: list[dict[str, Any]] = [
        {"alt": f"Where {name} is, over a frame", "image": picture_uri(mask, "jpeg"), "ends": None}
    ]
    for symbol, values in (("period p", cinema.period), ("start s", cinema.start)):
        ends, said = None, "static everywhere"
        if dynamic.any():
            ends = int(values[dynamic].min()), int(values[dynamic].max())
            said = f"{ends[0]} to {ends[1]} frames where it moves, grey elsewhere"
        alt = f"Heat map of the {symbol} of {name}: {said}"
        maps.append({"alt": alt, "image": picture_uri(label_map(values, dynamic), "png"), "ends": ends})
    own = [cinema.candidate.note] if cinema.candidate.note else []
    return {
        "name": name,
        "video": data_uri(loop.video, "video/mp4"),
        "poster": data_uri(loop.poster, "image/jpeg"),
        "rating": place.rating,
        "std": place.std,
        "score": place.unrated.value,
        "why": place.why,
        # what holds for every candidate stands at the top of the page, once
        "notes": [*own, *(note for note in cinema.notes if note not in told)],
        "maps": maps,
        "files": [(_kind(file), file) for file in loop.files],
        "figures": _figures(facts),
    }


def _figures(facts: dict[str, Any]) -> list[tuple[str, str]]:
    energy = facts["energy"]
    return [
        ("target that moves", _percent(facts["target_dynamic_share"])),
        ("picture that moves", _percent(facts["dynamic_share"])),
        ("energy, eq. (1)", _text(energy["total"])),
        ("– temporal", _text(energy["temporal"])),
        ("– label", _text(energy["label"])),
        ("– spatial", _text(energy["spatial"])),
        ("jump at the loop's start (1: the clip's own)", _text(facts["wrap_jump"])),
        ("change a frame, grey levels", _text(facts["dynamism"])),
        ("pieces of one (p, s) in the target", str(facts["label_pieces"])),
        ("overlap of movement and target", _text(facts["alignment"])),
    ]


def _kind(file: str) -> str:
    """The text of a link to a file: MP4, GIF, poster, labels …"""
    path = Path(file)
    return path.stem.rsplit("-", 1)[-1] if path.suffix == ".png" else path.suffix[1:].upper()


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.1f} %"


def _text(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"
