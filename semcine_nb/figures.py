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
    from .semantics import SemanticResponse
    from .video import Video

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


def show_scene(video: Video, scene: SemanticResponse, frame: int | None = None) -> Figure:
    """A frame, and over it the category that wins at each pixel, the largest named first (Fig. 2).

    Parameters
    ----------
    video, scene : a clip and what ``segment`` says is in it
    frame : which frame, the middle one by default
    """
    from matplotlib import colormaps
    from matplotlib.patches import Patch

    t = len(video) // 2 if frame is None else frame
    winner = np.asarray(scene.scores[t]).argmax(axis=-1)
    share = np.bincount(winner.ravel(), minlength=len(scene.categories)) / winner.size
    order = [int(c) for c in np.argsort(-share, kind="stable") if share[c] > 0]
    colors = {c: colormaps["tab10" if len(order) <= 10 else "tab20"](i % 20)[:3] for i, c in enumerate(order)}
    tints = np.zeros((len(scene.categories), 3), np.float32)
    for c, color in colors.items():
        tints[c] = 255 * np.asarray(color)
    figure, axes = _panels(2, 3.6)
    axes[0].imshow(video.frames[t])
    axes[0].set_title(f"frame {t}")
    axes[1].imshow((0.45 * video.frames[t] + 0.55 * tints[winner]).astype(np.uint8))
    axes[1].set_title("what wins where")
    names = [Patch(color=colors[c], label=f"{scene.categories[c]} ({share[c]:.1%})") for c in order]
    figure.legend(handles=names, loc="outside right center", frameon=False)
    return figure


def show_labels(cinemagraph: Cinemagraph, frame: int | None = None) -> Figure:
    """π, p and s of a cinemagraph side by side, with their scales (Fig. 3 and supplement Fig. 4)."""
    clip = cinemagraph.video.frames
    shown = clip[len(clip) // 2 if frame is None else frame]
    figure, axes = _panels(3, 3.2)
    axes[0].imshow(mask_overlay(shown, cinemagraph.candidate.mask))
    axes[0].set_title(f"π: {cinemagraph.candidate.label}")
    dynamic = cinemagraph.dynamic
    for axis, name, values in ((axes[1], "p", cinemagraph.period), (axes[2], "s", cinemagraph.start)):
        axis.imshow(label_map(values, dynamic))
        axis.set_title(f"{name} (frames), grey: static")
        if dynamic.any():
            _scale(figure, axis, values[dynamic])
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


def _panels(count: int, height: float) -> tuple[Figure, Any]:
    """A row of panels without axes."""
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, count, figsize=(13, height), layout="constrained")
    plt.close(figure)  # a notebook draws the figure that a cell returns; an open one it would draw again
    for axis in axes:
        axis.set_axis_off()
    return figure, axes


def _scale(figure: Figure, axis: Any, values: NDArray[np.integer]) -> None:
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import Normalize

    low, high = int(values.min()), int(values.max())
    norm = Normalize(low, max(high, low + 1))
    figure.colorbar(ScalarMappable(norm, LABEL_COLORS), ax=axis, shrink=0.8, ticks=sorted({low, high}))
