"""Reads the table of bad input in docs/reliability.md, which the tests hold to its word."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "reliability.md"


@dataclass(frozen=True)
class Case:
    """One row: what is given, what a person reads ("…" is anything), the exit code ("–": an exception)."""

    number: int
    given: str
    said: str
    code: str
    test: str

    def holds(self, code: int, text: str) -> None:
        """Assert that a command ended and spoke as the row says."""
        assert str(code) == self.code, f"exit {code}: {text}"
        self.says(text)

    def says(self, text: str) -> None:
        """Assert that ``text`` holds the row's sentence; nothing need be said where "it is made"."""
        if self.said == "it is made":
            return
        words = [re.escape(part) for part in " ".join(self.said.split()).split("…")]
        plain = " ".join(text.split())
        assert re.search(".*".join(words), plain), f"the page says {self.said!r}, the product {plain!r}"


@cache
def read_table() -> tuple[Case, ...]:
    """All rows, in order."""
    rows = []
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split(" | ")]
        if len(cells) == 5 and cells[0].isdigit():
            number, given, said, code, test = cells
            rows.append(Case(int(number), given, said.strip("`"), code, test.strip("`")))
    return tuple(rows)
