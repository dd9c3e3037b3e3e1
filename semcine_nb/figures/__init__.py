"""The paper's pictures, drawn from this project's results: one file a topic."""

from .cinemagraphs import show_candidates, show_labels
from .colors import LABEL_COLORS, STATIC_GRAY, label_map, mask_overlay
from .preference import show_comparison, show_completed, show_people, show_predicted
from .ratings import show_groups, show_rating_statistics
from .scene import show_scene

__all__ = [
    "LABEL_COLORS",
    "STATIC_GRAY",
    "label_map",
    "mask_overlay",
    "show_candidates",
    "show_comparison",
    "show_completed",
    "show_groups",
    "show_labels",
    "show_people",
    "show_predicted",
    "show_rating_statistics",
    "show_scene",
]
