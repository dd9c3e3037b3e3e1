"""The paper's pictures, drawn from this project's results: colours of p and s, maps over frames."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from numpy.typing import NDArray

if TYPE_CHECKING:
    from IPython.display import HTML
    from matplotlib.figure import Figure

    from .looping import Cinemagraph

STATIC_GREY = 160
# "ranging from blue through yellow to red as values increase, with gray indicating static pixels"
LABEL_COLORS = LinearSegmentedColormap.from_list(
    "labels", ["#2138c4", "#2f9bd8", "#f4e04d", "#f08a24", "#c4161c"]
)


def label_map(
    values: NDArray[np.integer],
    dynamic: NDArray[np.bool_],
    low: float | None = None,
    high: float | None = None,
) -> NDArray[np.uint8]:
    """Periods or starts (H, W) in the paper's colours, (H, W, 3) uint8, grey where static (Fig. 3)."""
    picture = np.full((*values.shape, 3), STATIC_GREY, np.uint8)
    if dynamic.any():
        low = float(values[dynamic].min()) if low is None else low
        high = float(values[dynamic].max()) if high is None else high
        scaled = (values[dynamic] - low) / max(high - low, 1e-9)
        picture[dynamic] = np.rint(255 * LABEL_COLORS(scaled)[:, :3]).astype(np.uint8)
    return picture


def mask_overlay(
    frame: NDArray[np.uint8],
    mask: NDArray[np.bool_],
    color: tuple[int, int, int] = (60, 200, 90),
    opacity: float = 0.45,
) -> NDArray[np.uint8]:
    """π over a frame as in Fig. 7: (H, W, 3) uint8, tinted inside and outlined."""
    inner = mask.copy()
    inner[1:] &= mask[:-1]
    inner[:-1] &= mask[1:]
    inner[:, 1:] &= mask[:, :-1]
    inner[:, :-1] &= mask[:, 1:]
    picture = frame.astype(np.float32)
    picture[mask] = (1 - opacity) * picture[mask] + opacity * np.asarray(color, np.float32)
    picture[mask & ~inner] = color
    return np.rint(picture).astype(np.uint8)


def show_labels(cinemagraph: Cinemagraph, frame: int | None = None) -> Figure:
    """π, p and s of a cinemagraph side by side, with their scales (Fig. 3 and supplement Fig. 4)."""
    import matplotlib.pyplot as plt

    clip = cinemagraph.video.frames
    shown = clip[len(clip) // 2 if frame is None else frame]
    figure, axes = plt.subplots(1, 3, figsize=(13, 3.2), layout="constrained")
    axes[0].imshow(mask_overlay(shown, cinemagraph.candidate.mask))
    axes[0].set_title(f"π: {cinemagraph.candidate.label}")
    dynamic = cinemagraph.dynamic
    for axis, name, values in ((axes[1], "p", cinemagraph.period), (axes[2], "s", cinemagraph.start)):
        axis.imshow(label_map(values, dynamic))
        axis.set_title(f"{name} (frames), grey: static")
        if dynamic.any():
            _scale(figure, axis, values[dynamic])
    for axis in axes:
        axis.set_axis_off()
    return figure


def show_candidates(cinemagraphs: Sequence[Cinemagraph], width: int = 320, **options: Any) -> HTML:
    """All candidates playing side by side in a notebook, numbered in their order.

    Parameters
    ----------
    cinemagraphs : best first, as ``make_cinemagraphs`` gives them, or in any order
    width : of each video, pixels on the screen
    options : of ``Cinemagraph.render``
    """
    from base64 import b64encode
    from html import escape

    from IPython.display import HTML

    from .page import make_loop

    tiles = []
    for number, cinema in enumerate(cinemagraphs, start=1):
        video = b64encode(make_loop(cinema.render(**options), cinema.video.fps).video).decode()
        name = escape(f"{number}. {cinema.candidate.label}")
        tiles.append(
            f'<figure style="margin:0; width:{width}px; max-width:100%">'
            f'<video autoplay loop muted playsinline controls style="width:100%" aria-label="{name}"'
            f' src="data:video/mp4;base64,{video}"></video><figcaption>{name}</figcaption></figure>'
        )
    return HTML(f'<div style="display:flex; flex-wrap:wrap; gap:12px">{"".join(tiles)}</div>')


def _scale(figure: Figure, axis: Any, values: NDArray[np.integer]) -> None:
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import Normalize

    norm = Normalize(values.min(), max(values.max(), values.min() + 1))
    figure.colorbar(ScalarMappable(norm, LABEL_COLORS), ax=axis, shrink=0.8)
