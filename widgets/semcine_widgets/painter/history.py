"""The painter's last fifty steps, back and forth; ``history.js`` keeps the same in the browser."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

STEPS = 50


@dataclass(frozen=True)
class Step:
    """One change of the map called ``name``: its bits before and after."""

    name: str
    before: bytes
    after: bytes


class History:
    """The last fifty steps of all maps together."""

    def __init__(self) -> None:
        self.past: deque[Step] = deque(maxlen=STEPS)
        self.future: list[Step] = []

    def follow(self, kind: str, step: Step) -> None:
        """Follow a step of the browser: of ``kind`` "undo", "redo", or any edit."""
        if kind == "undo" and self.past:
            self.future.append(self.past.pop())
        elif kind == "redo" and self.future:
            self.past.append(self.future.pop())
        elif step.before != step.after:
            self.past.append(step)
            self.future.clear()

    def undo(self) -> Step | None:
        """Go one step back; return it, or None if there is none."""
        if not self.past:
            return None
        self.future.append(self.past.pop())
        return self.future[-1]

    def redo(self) -> Step | None:
        """Go one step forward; return it, or None if there is none."""
        if not self.future:
            return None
        self.past.append(self.future.pop())
        return self.past[-1]
