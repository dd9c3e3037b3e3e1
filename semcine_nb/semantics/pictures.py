"""Pictures of a selection: where each category shows, and why it was kept or dropped."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from ..errors import SegmentationError
from .selection import Selection

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from ..video import Video

KEPT, GUESSED, DROPPED = (60, 220, 90), (255, 190, 30), (230, 70, 60)
"""Colours of π, RGB."""


def tint(frame: np.ndarray, mask: np.ndarray, colour: tuple[int, int, int] = KEPT) -> np.ndarray:
    """A mask laid over a frame: half the colour inside, its outline full, the rest greyed a little.

    Parameters
    ----------
    frame : (H, W, 3) uint8
    mask : (H, W) bool
    colour : (int, int, int)
        RGB.

    Returns
    -------
    (H, W, 3) uint8

    Raises
    ------
    SegmentationError
        If the mask has another size than the frame.
    """
    mask = np.asarray(mask, bool)
    if mask.shape != frame.shape[:2]:
        raise SegmentationError(f"the mask is {mask.shape}, the frame {frame.shape[:2]}")
    out = (0.6 * frame.astype(np.float32) + 0.4 * frame.mean(axis=2, keepdims=True)) * 0.8
    out[mask] = 0.5 * frame[mask] + 0.5 * np.asarray(colour, np.float32)
    inner = cv2.erode(mask.astype(np.uint8), np.ones((3, 3), np.uint8), borderValue=0)
    out[mask & (inner == 0)] = colour
    return np.rint(out).astype(np.uint8)


def show_selection(video: Video, selection: Selection, columns: int = 3) -> Figure:
    """One panel a category in the order of h_g: π over the middle frame, green if kept, amber if kept
    as a first guess, red if dropped.

    Each title has the category, its share of all pixels, the figures of filters (b) and (c), and the reason.

    Parameters
    ----------
    video : Video
        The clip of the selection.
    selection : Selection
    columns : int
        Panels side by side.
    """
    from textwrap import fill

    from matplotlib.figure import Figure

    frame = video.frames[len(video.frames) // 2]
    rows = -(-len(selection.reasons) // columns)
    aspect = frame.shape[0] / frame.shape[1]
    figure = Figure(figsize=(3.4 * columns, rows * (3.4 * aspect + 1.0)), layout="constrained")
    axes = figure.subplots(rows, columns, squeeze=False).ravel()
    for axis in axes:
        axis.set_axis_off()
    for axis, reason in zip(axes, selection.reasons, strict=False):
        colour = (GUESSED if reason.guess else KEPT) if reason.kept else DROPPED
        axis.imshow(tint(frame, selection.maps[reason.category], colour))
        figures = f"{reason.share:.1%} · std {reason.std:.3f} · blob {reason.mean_blob:.0f} px"
        axis.set_title(f"{reason.label}\n{figures}\n{fill(reason.reason, 52)}", fontsize=8, loc="left")
    return figure
