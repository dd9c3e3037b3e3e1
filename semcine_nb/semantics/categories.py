"""The categories of a scene: the paper's 32, an extended set, and whatever a caller registers.

Each category says whether it is *natural* (a texture whose pixels may loop on their own, like water) and
whether it is *static* by common sense (a wall is never a candidate). Source: the class mapping table, Fig. 8
of the supplement; the static list is this project's, since the text of the paper does not carry one.
"""

from __future__ import annotations

import csv
import difflib
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from ..errors import SegmentationError


@dataclass(frozen=True)
class Category:
    """One kind of thing in a scene.

    Attributes
    ----------
    name : str
        As it stands in responses and candidates, e.g. ``"sky & tree"``.
    natural : bool
        Member of the natural set H_nat of Section 3.2: 125 rather than 125/2 for λ_t.
    static : bool
        Filter (a) of Section 3.1: not a candidate unless pinned.
    note : str
        Why it is natural or not, where Fig. 8 does not say.
    """

    name: str
    natural: bool
    static: bool = False
    note: str = ""


@cache
def pascal_context() -> tuple[tuple[int, str, str, bool], ...]:
    """Fig. 8 of the supplement as rows ``(id, PASCAL-Context class, category, natural)``, 60 of them.

    The file keeps the printed table: a dot means that the class keeps its own name.
    """
    text = files(__package__).joinpath("tables", "pascal_context.csv").read_text(encoding="utf-8")
    return tuple(
        (
            int(row["id"]),
            row["class"],
            row["class"] if row["mapping_class"] == "." else row["mapping_class"],
            row["natural_category"] == "natural",
        )
        for row in csv.DictReader(text.splitlines())
    )


STATIC_CATEGORIES: frozenset[str] = frozenset(
    {
        "background", "bag", "bed", "bedcloth", "book", "chair", "computer", "door", "fence",
        "household item", "keyboard", "mountain", "mouse", "rock", "sign", "tvmonitor", "window", "wood",
    }
)  # fmt: skip
"""Objects that do not ordinarily move by themselves (filter (a))."""

PAPER_CATEGORIES: tuple[str, ...] = tuple(dict.fromkeys(row[2] for row in pascal_context()))
"""The 32 categories in the order in which Fig. 8 names them first; background is 0."""

_NATURAL = {row[2] for row in pascal_context() if row[3]}

_EXTENDED = (
    Category("fire", natural=True, note="a texture without fixed parts: each flame may loop on its own"),
    Category("flag", natural=False, note="one piece of cloth: its folds travel and must stay in step"),
    Category("smoke", natural=True, note="a texture without fixed parts, like water and clouds"),
    Category("cloth", natural=False, note="one connected surface: out of step it would tear"),
)
EXTENDED_CATEGORIES: tuple[str, ...] = tuple(category.name for category in _EXTENDED)
"""Things that move in cinemagraphs and are not in Fig. 8; they come after the 32 and change none of them."""

_BUILT_IN: dict[str, Category] = {
    **{name: Category(name, name in _NATURAL, name in STATIC_CATEGORIES) for name in PAPER_CATEGORIES},
    **{category.name: category for category in _EXTENDED},
}
_registered: dict[str, Category] = {}

_PROPOSAL = re.compile(r"object \d+")


def register_category(name: str, *, natural: bool, static: bool = False, note: str = "") -> Category:
    """Make ``name`` known, so that responses may use it; registering it again replaces it.

    Parameters
    ----------
    name : str
        A new name; those of Fig. 8 and of the extended set are fixed.
    natural, static : bool
        See `Category`.

    Raises
    ------
    SegmentationError
        If the name is empty, or is a built-in category's with other properties.
    """
    if not isinstance(name, str) or not name.strip():
        raise SegmentationError(f"a category needs a name, not {name!r}")
    new = Category(name, bool(natural), bool(static), note)
    old = _BUILT_IN.get(name)
    if old is not None:
        if (old.natural, old.static) != (new.natural, new.static):
            raise SegmentationError(
                f"category {name!r} is built in (natural={old.natural}, static={old.static}) and stays"
                " as it is; choose another name, or pass static= to select_candidates"
            )
        return old
    _registered[name] = new
    return new


def category(name: str) -> Category:
    """The category called ``name``.

    ``"object 1"``, ``"object 2"``, … are always known: a segmenter's proposals for things it has no name for,
    non-natural (they may have parts that must stay in step) and not static.

    Raises
    ------
    SegmentationError
        If no such category is built in or registered; the nearest names are given.
    """
    found = _BUILT_IN.get(name) or _registered.get(name)
    if found is not None:
        return found
    if is_proposal(name):
        return Category(name, natural=False, note="a proposal without a name")
    near = difflib.get_close_matches(str(name), known_categories(), n=3)
    hint = f"; did you mean {', '.join(map(repr, near))}?" if near else ""
    raise SegmentationError(
        f"unknown category {name!r}{hint} (register_category(name, natural=, static=) makes a new one known)",
        topic="unknown-category",
    )


def is_proposal(name: str) -> bool:
    """Whether this is a segmenter's "object 1", "object 2", …: something that moves, without a name."""
    return isinstance(name, str) and _PROPOSAL.fullmatch(name) is not None


def known_categories() -> tuple[str, ...]:
    """All names: the paper's 32, the extended set, then registered ones in order."""
    return (*_BUILT_IN, *_registered)


def check_categories(names: Iterable[str]) -> tuple[str, ...]:
    """``names`` as a tuple, each of them known and none twice.

    Raises
    ------
    SegmentationError
        For an unknown or repeated name, or none at all.
    """
    if isinstance(names, str):
        raise SegmentationError(f"categories must be a sequence of names, not the single text {names!r}")
    names = tuple(names)
    if not names:
        raise SegmentationError("at least one category is needed")
    for name in names:
        category(name)
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise SegmentationError(f"category {twice[0]!r} is named twice")
    return names


def check_choice(pin: Collection[str], drop: Collection[str], k: int) -> None:
    """Refuse what cannot be meant together, whatever the clip.

    Raises
    ------
    SegmentationError
        If a category is both pinned and dropped, or more than ``k`` are pinned.
    """
    if both := sorted(set(pin) & set(drop)):
        raise SegmentationError(f"{both[0]!r} is both pinned and dropped: choose one")
    if len(pin) > k:
        raise SegmentationError(
            f"{len(pin)} categories are pinned, but only k = {k} are kept: pin fewer, or keep more"
        )


def is_natural(name: str) -> bool:
    """Whether the category belongs to the natural set of Section 3.2."""
    return category(name).natural


def is_static(name: str) -> bool:
    """Whether filter (a) of Section 3.1 drops the category."""
    return category(name).static
