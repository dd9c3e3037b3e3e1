"""Pictures of a result: its labels, and candidates playing side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from .colors import mask_overlay
from .html import data_uri, make_loop
from .panels import draw, draw_labels, panels

if TYPE_CHECKING:
    from IPython.display import HTML
    from matplotlib.figure import Figure

    from ..looping import Cinemagraph


def show_labels(cinemagraph: Cinemagraph, frame: int | None = None) -> Figure:
    """π, p and s of a cinemagraph side by side, with their scales (Fig. 3 and supplement Fig. 4)."""
    clip = cinemagraph.video.frames
    shown = clip[len(clip) // 2 if frame is None else frame]
    figure, axes = panels(3, 3.2)
    draw(axes[0], mask_overlay(shown, cinemagraph.candidate.mask), f"π: {cinemagraph.candidate.label}")
    for axis, name in zip(axes[1:], ("period", "start"), strict=True):
        draw_labels(figure, [axis], [cinemagraph], name)
        axis.set_title(f"{name[0]} (frames), gray: static")
    return figure


def show_candidates(cinemagraphs: Sequence[Cinemagraph], width: int = 320, **options: Any) -> HTML:
    """All candidates playing side by side in a notebook, numbered in their order.

    Parameters
    ----------
    cinemagraphs : best first, as ``make_cinemagraphs`` gives them, or in any order
    width : of each video, pixels on the screen
    options : of ``Cinemagraph.render``
    """
    from html import escape

    from IPython.display import HTML

    tiles = []
    for number, cinema in enumerate(cinemagraphs, start=1):
        video = data_uri(make_loop(cinema.render(**options), cinema.video.fps).video, "video/mp4")
        name = escape(f"{number}. {cinema.candidate.label}")
        tiles.append(
            f'<figure style="margin:0; width:{width}px; max-width:100%">'
            f'<video autoplay loop muted playsinline controls style="width:100%" aria-label="{name}"'
            f' src="{video}"></video><figcaption>{name}</figcaption></figure>'
        )
    return HTML(f'<div style="display:flex; flex-wrap:wrap; gap:12px">{"".join(tiles)}</div>')
