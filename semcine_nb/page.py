"""One self-contained page on which all candidates of a clip play side by side, ranked, with their maps."""

from __future__ import annotations

import base64
import io
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import cv2
import numpy as np
from jinja2 import Environment, PackageLoader, StrictUndefined
from matplotlib.colors import to_hex
from numpy.typing import NDArray
from PIL import Image

from . import __version__
from .figures import LABEL_COLORS, label_map, mask_overlay
from .looping.cinemagraph import Cinemagraph
from .pipeline import Place, RankedCinemagraphs
from .video import Video

_WIDTH = 640  # pixels of the videos on the page
_SECONDS = 12.0  # a browser pauses for a moment where a video starts again: make that rare


def page(
    ranked: RankedCinemagraphs,
    frames: Mapping[int, NDArray[np.uint8]],
    files: Sequence[Sequence[str]],
    title: str,
) -> str:
    """The page as HTML text.

    Parameters
    ----------
    frames : by ``id`` of each cinemagraph its rendered frames (N, H, W, 3) uint8
    files : for each cinemagraph the names of the files written beside the page
    """
    # names of files, categories and people are other people's words: everything is escaped
    environment = Environment(
        loader=PackageLoader("semcine_nb", "."), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    clip = ranked.clip
    t, h, w = clip.frames.shape[:3]
    return environment.get_template("page.html.j2").render(
        title=title,
        basis=ranked.basis,
        clip=f"{w}×{h} pixels, {t} frames at {clip.fps:.4g} a second",
        notes=(*clip.notes, *ranked.solver.notes),
        gradient=", ".join(to_hex(LABEL_COLORS(x)) for x in np.linspace(0, 1, 6)),
        cards=[
            _card(cinema, place, frames[id(cinema)], own)
            for cinema, place, own in zip(ranked, ranked.places, files, strict=True)
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


def _card(
    cinema: Cinemagraph, place: Place, frames: NDArray[np.uint8], files: Sequence[str]
) -> dict[str, Any]:
    dynamic, facts = cinema.dynamic, statistics(cinema, place)
    maps = []
    for symbol, name, values in (("p", "period", cinema.period), ("s", "start", cinema.start)):
        ends = (int(values[dynamic].min()), int(values[dynamic].max())) if dynamic.any() else (None, None)
        picture = _data_uri(label_map(values, dynamic), "png")
        maps.append({"symbol": symbol, "name": name, "image": picture, "low": ends[0], "high": ends[1]})
    middle = cinema.video.frames[len(cinema.video.frames) // 2]
    figures = [
        ("E total", f"{cinema.energy.total:.2f}"),
        ("E temporal", f"{cinema.energy.temporal:.2f}"),
        ("E label", f"{cinema.energy.label:.2f}"),
        ("E spatial", f"{cinema.energy.spatial:.2f}"),
        ("target that moves", _percent(facts["target_dynamic_share"])),
        ("picture that moves", _percent(facts["dynamic_share"])),
        ("jump at the loop's start (1: none above the clip's own)", _text(facts["wrap_jump"])),
        ("change a frame, grey levels", f"{place.quality.dynamism:.2f}"),
        ("pieces of one (p, s) in the target", str(facts["label_pieces"])),
        ("overlap of movement and target", _text(facts["alignment"])),
    ]
    return {
        "name": cinema.candidate.label,
        "video": _video_uri(frames, cinema.video.fps),
        "poster": _data_uri(frames[0], "jpeg"),
        "rating": place.rating,
        "std": place.std,
        "score": place.unrated.value,
        "why": place.why,
        "notes": [*([cinema.candidate.note] if cinema.candidate.note else []), *cinema.notes],
        "mask": _data_uri(mask_overlay(middle, cinema.candidate.mask), "jpeg"),
        "maps": maps,
        "files": files,
        "figures": figures,
    }


def resized(frames: NDArray[np.uint8], width: int) -> NDArray[np.uint8]:
    """Frames (N, H, W, 3) at another width, the height in proportion; never enlarged."""
    h, w = frames.shape[1:3]
    if width >= w:
        return frames
    size = width, max(2, round(h * width / w))
    return np.stack([cv2.resize(frame, size, interpolation=cv2.INTER_AREA) for frame in frames])


def _video_uri(frames: NDArray[np.uint8], fps: float) -> str:
    small = Video(resized(frames, _WIDTH), fps)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "loop.mp4"
        small.save(path, repeat=max(1, math.ceil(_SECONDS * fps / len(frames))), quality=60)
        return "data:video/mp4;base64," + base64.b64encode(path.read_bytes()).decode()


def _data_uri(picture: NDArray[np.uint8], kind: str) -> str:
    buffer = io.BytesIO()
    Image.fromarray(resized(picture[None], _WIDTH)[0]).save(buffer, format=kind, quality=85)
    return f"data:image/{kind};base64," + base64.b64encode(buffer.getvalue()).decode()


def _number(value: float) -> float | None:
    return None if math.isnan(value) else float(value)


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.1f} %"


def _text(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"
