"""One self-contained page on which all candidates of a clip play side by side, ranked, with their maps."""

from __future__ import annotations

import base64
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import cv2
import numpy as np
from jinja2 import Environment, PackageLoader, StrictUndefined
from matplotlib.colors import to_hex
from numpy.typing import NDArray
from PIL import Image

from .. import __version__
from ..figures import LABEL_COLORS, label_map, mask_overlay
from ..looping.cinemagraph import Cinemagraph
from ..ordering import Place
from ..pipeline import RankedCinemagraphs
from ..video import Video

_WIDTH = 640  # pixels of the videos on the page
_SECONDS = 12.0  # a browser pauses for a moment where a video starts again: make that rare
_PAGE, _ROW, _TALL = 1248, 612, 480  # CSS pixels: the page's width, one of two in a row, the tallest video
_MAGNIFIED = 2.0  # a small clip is shown at most this much larger


@dataclass(frozen=True)
class Loop:
    """A rendered loop as the page shows it.

    Attributes
    ----------
    video : MP4, the loop repeated for some seconds
    poster : JPEG of its first frame
    files : names of the files written beside the page
    """

    video: bytes
    poster: bytes
    files: tuple[str, ...] = ()


def make_loop(frames: NDArray[np.uint8], fps: float, files: Sequence[str] = ()) -> Loop:
    """Encode rendered frames (N, H, W, 3) for the page."""
    small = Video(resized(frames, _WIDTH), fps)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "loop.mp4"
        small.save(path, repeat=max(1, math.ceil(_SECONDS * fps / len(frames))), quality=60)
        return Loop(path.read_bytes(), _encoded(small.frames[0], "jpeg"), tuple(files))


def page(ranked: RankedCinemagraphs, loops: Sequence[Loop], title: str) -> str:
    """The page as HTML text: no other file and no network is needed to look at it.

    Parameters
    ----------
    loops : one each cinemagraph, in the order of ``ranked``
    title : what the clip is called
    """
    # names of files, categories and people are other people's words: everything is escaped
    environment = Environment(
        loader=PackageLoader("semcine_nb.results", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    clip = ranked.clip
    facts = (
        f"{clip.width}×{clip.height} pixels, {len(clip)} frames at {clip.fps:.4g} a second "
        f"({clip.duration:.1f} s)"
    )
    return environment.get_template("page.html.j2").render(
        title=title,
        basis=ranked.basis,
        clip=facts,
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


def statistics(cinema: Cinemagraph, place: Place) -> dict[str, Any]:
    """Labels, energies and measures of a cinemagraph as plain numbers (for summary.json)."""
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
        "energy": {
            "total": cinema.energy.total,
            "temporal": cinema.energy.temporal,
            "label": cinema.energy.label,
            "spatial": cinema.energy.spatial,
        },
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


def label_picture(cinema: Cinemagraph) -> NDArray[np.uint8]:
    """p and s in the paper's colours beside each other, (H, 2 W + 8, 3) uint8."""
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
        {"alt": f"Where {name} is, over a frame", "image": _data_uri(mask, "jpeg"), "ends": None}
    ]
    for symbol, values in (("period p", cinema.period), ("start s", cinema.start)):
        ends = (int(values[dynamic].min()), int(values[dynamic].max())) if dynamic.any() else None
        alt = f"Heat map of the {symbol} of {name}: "
        alt += (
            f"{ends[0]} to {ends[1]} frames where it moves, grey elsewhere" if ends else "static everywhere"
        )
        maps.append({"alt": alt, "image": _data_uri(label_map(values, dynamic), "png"), "ends": ends})
    own = [cinema.candidate.note] if cinema.candidate.note else []
    return {
        "name": name,
        "video": "data:video/mp4;base64," + base64.b64encode(loop.video).decode(),
        "poster": "data:image/jpeg;base64," + base64.b64encode(loop.poster).decode(),
        "rating": place.rating,
        "std": place.std,
        "score": place.unrated.value,
        "why": place.why,
        # what holds for every candidate stands at the top of the page, once
        "notes": [*own, *(note for note in cinema.notes if note not in told)],
        "maps": maps,
        "files": [(_kind(file), file) for file in loop.files],
        "figures": _figures(cinema, place, facts),
    }


def _figures(cinema: Cinemagraph, place: Place, facts: dict[str, Any]) -> list[tuple[str, str]]:
    return [
        ("target that moves", _percent(facts["target_dynamic_share"])),
        ("picture that moves", _percent(facts["dynamic_share"])),
        ("energy, eq. (1)", f"{cinema.energy.total:.2f}"),
        ("– temporal", f"{cinema.energy.temporal:.2f}"),
        ("– label", f"{cinema.energy.label:.2f}"),
        ("– spatial", f"{cinema.energy.spatial:.2f}"),
        ("jump at the loop's start (1: the clip's own)", _text(facts["wrap_jump"])),
        ("change a frame, grey levels", f"{place.quality.dynamism:.2f}"),
        ("pieces of one (p, s) in the target", str(facts["label_pieces"])),
        ("overlap of movement and target", _text(facts["alignment"])),
    ]


def _kind(file: str) -> str:
    """What a link to a file is called: MP4, GIF, poster, labels …"""
    path = Path(file)
    return path.stem.rsplit("-", 1)[-1] if path.suffix == ".png" else path.suffix[1:].upper()


def resized(frames: NDArray[np.uint8], width: int) -> NDArray[np.uint8]:
    """Frames (N, H, W, 3) at another width, the height in proportion; never enlarged."""
    h, w = frames.shape[1:3]
    if width >= w:
        return frames
    size = width, max(2, round(h * width / w))
    return np.stack([cv2.resize(frame, size, interpolation=cv2.INTER_AREA) for frame in frames])


def _encoded(picture: NDArray[np.uint8], kind: str) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(resized(picture[None], _WIDTH)[0]).save(buffer, format=kind, quality=85)
    return buffer.getvalue()


def _data_uri(picture: NDArray[np.uint8], kind: str) -> str:
    return f"data:image/{kind};base64," + base64.b64encode(_encoded(picture, kind)).decode()


def _number(value: float) -> float | None:
    return None if math.isnan(value) else float(value)


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.1f} %"


def _text(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"
