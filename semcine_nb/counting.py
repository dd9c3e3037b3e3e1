"""Numbers in sentences: "1 frame", but "2 frames"."""

from __future__ import annotations


def counted(count: int, noun: str, plural: str = "") -> str:
    """``count`` with its noun, in the plural (by default with an s) unless there is exactly one."""
    return f"{count} {noun if count == 1 else plural or noun + 's'}"
