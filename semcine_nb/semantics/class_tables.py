"""From other datasets' classes to the paper's categories: ADE20K, COCO, VOC, Cityscapes, ImageNet.

Where a class has no better place it falls to ``"background"`` (what stands or lies there: walls, floors,
buildings, ground) or to ``"household item"`` (any other thing one can carry or use); both are static. Cloth
that can flutter falls to ``"curtain"``, the only such category among the 32, and to ``"flag"`` or ``"cloth"``
in the extended set. ImageNet-1k has no class for trees or sky.
"""

from __future__ import annotations

import csv
from collections import ChainMap
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from ..errors import SegmentationError
from .categories import category, known_categories, pascal_context

TABLES = ("pascal_context", "ade20k", "coco_panoptic", "coco_stuff", "pascal_voc", "cityscapes", "imagenet")
"""Data sets whose classes `class_table` maps to categories."""

COCO_STUFF_UNUSED = frozenset({12, 26, 29, 30, 45, 66, 68, 69, 71, 83, 91})
"""Ids of COCO-Stuff's 182 that no image carries; the other 171 are the classes models are trained on."""


@dataclass(frozen=True)
class ClassTable:
    """One dataset's classes and the category of each.

    Attributes
    ----------
    name : str
        One of `TABLES`.
    ids : tuple of int
        The dataset's own ids (Fig. 8 counts from 1; ADE20K here from 0, as models do).
    classes : tuple of str
        Class names; ImageNet's are its indices as text.
    paper : tuple of str
        The category among the 32.
    extended : tuple of str
        The category with fire, flag, smoke and cloth allowed.
    """

    name: str
    ids: tuple[int, ...]
    classes: tuple[str, ...]
    paper: tuple[str, ...]
    extended: tuple[str, ...]

    def targets(self, extended: bool = True) -> tuple[str, ...]:
        """The categories, one a class."""
        return self.extended if extended else self.paper

    def by_class(self, extended: bool = True) -> dict[str, str]:
        """Class name → category; names are normalized as `match_classes` reads them."""
        return {
            _plain(name): target for name, target in zip(self.classes, self.targets(extended), strict=True)
        }

    def by_id(self, extended: bool = True) -> dict[int, str]:
        """The dataset's id → category."""
        return dict(zip(self.ids, self.targets(extended), strict=True))


@cache
def class_table(name: str) -> ClassTable:
    """Load one of `TABLES`.

    Raises
    ------
    SegmentationError
        If there is no such table.
    """
    if name not in TABLES:
        raise SegmentationError(f"no class table {name!r}; there are {', '.join(TABLES)}")
    if name == "pascal_context":
        ids, classes, paper, _ = zip(*pascal_context(), strict=True)
        return ClassTable(name, ids, classes, paper, paper)
    text = files(__package__).joinpath("tables", f"{name}.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    if name == "imagenet":
        rows = [row | dict.fromkeys(("id", "class"), i) for row in rows for i in _indices(row["indices"])]
        rows.sort(key=lambda row: int(row["id"]))
    return ClassTable(
        name,
        tuple(int(row["id"]) for row in rows),
        tuple(row["class"] for row in rows),
        tuple(row["category"] for row in rows),
        tuple(row["extended"] or row["category"] for row in rows),
    )


def match_classes(
    id2label: Mapping[int, str],
    mapping: Mapping[str, str] | str | None = None,
    extended: bool = True,
) -> tuple[str, ...]:
    """The category of each of a model's outputs, in the order of their ids.

    A label's category is, first that holds: what a caller's ``mapping`` says; the table that shares most
    labels with the model (or the one named by ``mapping``); any other table; a category of the same name.

    Parameters
    ----------
    id2label : mapping of int to str
        As in a model's configuration; ids 0 … n−1.
    mapping : mapping of str to str, or str, optional
        Label → category, for all or some labels; or the name of a table.
    extended : bool
        Whether fire, flag, smoke and cloth may be used.

    Raises
    ------
    SegmentationError
        If a label finds no category (all such labels are listed) or a mapping names an unknown one.
    """
    labels = [str(id2label[index]) for index in sorted(id2label)]
    own: dict[str, str] = {}
    tables = [class_table(name).by_class(extended) for name in TABLES if name != "imagenet"]
    if isinstance(mapping, str):
        tables = [class_table(mapping).by_class(extended)]
    else:
        own = {_plain(label): target for label, target in (mapping or {}).items()}
        # each label is counted once, so that a dataset's own table wins over one that merely shares words
        tables.sort(key=lambda table: -sum(_plain(label) in table for label in labels))
    for target in own.values():
        category(target)
    known = ChainMap(own, *tables, {_plain(name): name for name in known_categories()})
    if missing := [label for label in labels if _plain(label) not in known]:
        some = ", ".join(map(repr, missing[:8])) + (" …" if len(missing) > 8 else "")
        raise SegmentationError(
            f"{len(missing)} of the model's {len(labels)} labels have no category: {some};"
            ' give mapping={"label": "category", …} or the name of a table'
        )
    return tuple(known[_plain(label)] for label in labels)


def _plain(label: str) -> str:
    """A class name without the decorations that models' configurations add to it.

    >>> _plain("wall-other-merged"), _plain("bannister, banister"), _plain("Door-stuff")
    ('wall-other', 'bannister', 'door')
    """
    label = label.replace(";", ",").split(",")[0].strip().lower().replace("_", " ")
    return label.removesuffix("-merged").removesuffix("-stuff")


def _indices(text: str) -> list[str]:
    """``"0-2 7"`` → ["0", "1", "2", "7"]."""
    numbers: list[str] = []
    for part in text.split():
        first, _, last = part.partition("-")
        numbers.extend(map(str, range(int(first), int(last or first) + 1)))
    return numbers
