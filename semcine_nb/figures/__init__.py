"""The paper's pictures, drawn from this project's results: one file a topic."""

from .cinemagraphs import show_candidates, show_labels
from .colors import LABEL_COLORS, STATIC_GREY, label_map, mask_overlay
from .scene import show_scene

__all__ = [
    "LABEL_COLORS",
    "STATIC_GREY",
    "label_map",
    "mask_overlay",
    "show_candidates",
    "show_labels",
    "show_scene",
]
