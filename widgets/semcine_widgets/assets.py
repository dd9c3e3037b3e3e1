"""A widget's script and style as text: shared parts in front, since anywidget loads one module a widget."""

from __future__ import annotations

from pathlib import Path

_HERE = Path(__file__).parent
PLAYER_PARTS = (
    "shared/elements.js",
    "shared/clip_transport.js",
    "shared/loop_renderers.js",
    "shared/loop_engine.js",
    "shared/clip_playback.js",
)


def joined(*names: str) -> str:
    """The named files of this folder, one after the other."""
    return "\n".join((_HERE / name).read_text(encoding="utf-8") for name in names)
