"""Parts that several widgets share. A Python file and its counterpart in the browser have the same name.

anywidget loads one module and one style a widget, so `joined` puts the shared files in front of its own.
"""

from __future__ import annotations

from pathlib import Path

_WIDGETS = Path(__file__).parents[1]
CLIP_PARTS = ("shared/elements.js", "shared/clip_transport.js", "shared/clip_playback.js")
PLAYER_PARTS = (
    *CLIP_PARTS,
    "shared/loop_renderers.js",
    "shared/loop_engine.js",
)


def joined(*names: str) -> str:
    """The text of files, one after the other; names are relative to the package's folder."""
    return "\n".join((_WIDGETS / name).read_text(encoding="utf-8") for name in names)
