"""The prepared clips that one process holds in memory: as many at once as fit."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

PER_CLIP, PER_CANDIDATE = 24, 11
"""Bytes per T·H·W of a prepared clip, and of each candidate in work beside it (measured)."""

PROCESS = 1_000_000_000
"""Bytes of a worker before any clip: libraries, compiled loops, the segmenter's network."""


def needed(pixels: int) -> int:
    """Bytes that a worker needs for one clip of ``pixels`` = T·H·W, with one candidate at a time."""
    return PROCESS + (PER_CLIP + PER_CANDIDATE) * pixels


@dataclass(eq=False)
class _Clip:
    pixels: int
    users: int = 0
    prepared: Any = None
    making: threading.Lock = field(default_factory=threading.Lock)


class ClipsInMemory:
    """Prepared clips of one process, by key.

    Tasks wait until there is memory for theirs; the first one always gets in, however large. A clip stays
    after its task, for the next candidate, until its memory is wanted.
    """

    def __init__(self) -> None:
        self._clips: dict[str, _Clip] = {}
        self._changed = threading.Condition()

    @contextmanager
    def holding(self, key: str, pixels: int, budget: float, make: Callable[[], Any]) -> Iterator[Any]:
        """The prepared clip ``key``, made by ``make`` where it is not at hand; waits for memory.

        Parameters
        ----------
        pixels : its T·H·W
        budget : bytes that all clips together may take
        """
        with self._changed:
            while not self._fits(key, pixels, budget):
                self._changed.wait()
            clip = self._clips.pop(key, None) or _Clip(pixels)
            self._clips[key] = clip  # last: used last
            clip.users += 1
        try:
            with clip.making:
                if clip.prepared is None:
                    clip.prepared = make()
            yield clip.prepared
        finally:
            with self._changed:
                clip.users -= 1
                if clip.prepared is None and not clip.users:
                    self._clips.pop(key, None)
                self._changed.notify_all()

    def drop(self, key: str) -> None:
        """Forget a clip that nobody will ask for again."""
        with self._changed:
            if key in self._clips and not self._clips[key].users:
                del self._clips[key]
                self._changed.notify_all()

    def _fits(self, key: str, pixels: int, budget: float) -> bool:
        """Tell whether one more task fits; lets go of clips that nobody uses, the longest unused first."""
        idle = [other for other, clip in self._clips.items() if other != key and not clip.users]
        while self._taken(key, pixels) > budget and idle:
            del self._clips[idle.pop(0)]
        busy = any(clip.users for clip in self._clips.values())
        return not busy or self._taken(key, pixels) <= budget

    def _taken(self, key: str, pixels: int) -> int:
        """Bytes with one more task on ``key``."""
        others = sum((PER_CLIP + PER_CANDIDATE * clip.users) * clip.pixels for clip in self._clips.values())
        return others + (PER_CANDIDATE if key in self._clips else PER_CLIP + PER_CANDIDATE) * pixels
