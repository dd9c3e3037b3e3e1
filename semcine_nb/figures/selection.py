"""A picture of a selection: where each category shows, and why it was kept or dropped."""

from __future__ import annotations

from textwrap import fill
from typing import TYPE_CHECKING

import cv2
import numpy as np

from ..errors import SegmentationError
from .panels import grid

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from ..semantics import Selection
    from ..video import Video

KEPT, GUESSED, DROPPED = (60, 220, 90), (255, 190, 30), (230, 70, 60)
"""Colors of π, RGB."""


def show_selection(video: Video, selection: Selection, columns: int = 3) -> Figure:
    """One panel a category in the order of h_g: π over the middle frame of the selection's clip.

    Green is kept, amber kept as a first guess, red dropped; ``columns`` panels stand side by side. Each title
    has the category, its share of all pixels, the figures of filters (b) and (c), and the reason.
    """
    frame = video.frames[len(video.frames) // 2]
    rows = -(-len(selection.reasons) // columns)
    figure, axes = grid(rows, columns, (3.4 * columns, rows * (3.4 * video.height / video.width + 1.0)))
    for axis, reason in zip(axes.flat, selection.reasons, strict=False):
        color = (GUESSED if reason.guess else KEPT) if reason.kept else DROPPED
        axis.imshow(tint(frame, selection.maps[reason.category], color))
        figures = f"{reason.share:.1%} · std {reason.std:.3f} · blob {reason.mean_blob:.0f} px"
        axis.set_title(f"{reason.label}\n{figures}\n{fill(reason.reason, 52)}", fontsize=8, loc="left")
    return figure


def tint(frame: np.ndarray, mask: np.ndarray, color: tuple[int, int, int] = KEPT) -> np.ndarray:
    """A mask (H, W) bool laid over a frame (H, W, 3) uint8: half the color inside, its outline full, the rest
    grayed a little. Raises SegmentationError if the mask has another size than the frame.
    """
    mask = np.asarray(mask, bool)
    if mask.shape != frame.shape[:2]:
        raise SegmentationError(f"the mask is {mask.shape}, the frame {frame.shape[:2]}")
    out = (0.6 * frame.astype(np.float32) + 0.4 * frame.mean(axis=2, keepdims=True)) * 0.8
    out[mask] = 0.5 * frame[mask] + 0.5 * np.asarray(color, np.float32)
    inner = cv2.erode(mask.astype(np.uint8), np.ones((3, 3), np.uint8), borderValue=0)
    out[mask & (inner == 0)] = color
    return np.rint(out).astype(np.uint8)
