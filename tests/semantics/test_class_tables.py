"""The tables from other datasets: counts, targets that exist, and how a model's labels find theirs."""

import pytest

from semcine_nb.errors import SegmentationError
from semcine_nb.semantics.categories import EXTENDED_CATEGORIES, PAPER_CATEGORIES
from semcine_nb.semantics.class_tables import COCO_STUFF_UNUSED, TABLES, class_table, match_classes

COUNTS = {
    "pascal_context": 60,
    "ade20k": 150,
    "coco_panoptic": 133,
    "coco_stuff": 182,
    "pascal_voc": 21,
    "cityscapes": 19,
    "imagenet": 1000,
}


@pytest.mark.parametrize("name", TABLES)
def test_every_class_is_mapped_and_every_target_exists(name):
    table = class_table(name)
    assert len(table.ids) == len(set(table.ids)) == COUNTS[name]
    assert len(table.classes) == len(set(table.classes)) == len(table.paper) == len(table.extended)
    assert set(table.paper) <= set(PAPER_CATEGORIES)
    assert set(table.extended) <= {*PAPER_CATEGORIES, *EXTENDED_CATEGORIES}


def test_coco_ids():
    stuff = class_table("coco_stuff")
    assert stuff.ids == tuple(range(1, 183))
    assert len(set(stuff.ids) - COCO_STUFF_UNUSED) == 171
    panoptic = class_table("coco_panoptic")
    assert sum(i <= 90 for i in panoptic.ids) == 80
    assert max(panoptic.ids) == 200
    assert not set(panoptic.ids) & COCO_STUFF_UNUSED
    shared = [i for i in panoptic.ids if i <= 182]
    assert [stuff.by_id()[i] for i in shared] == [panoptic.by_id()[i] for i in shared]


@pytest.mark.parametrize(
    ("name", "index", "paper", "extended"),
    [
        ("ade20k", 0, "background", "background"),
        ("ade20k", 2, "sky & tree", "sky & tree"),
        ("ade20k", 113, "water", "water"),
        ("ade20k", 149, "curtain", "flag"),
        ("pascal_voc", 4, "boat", "boat"),
        ("cityscapes", 8, "sky & tree", "sky & tree"),
        ("coco_stuff", 148, "water", "water"),
        ("imagenet", 0, "animal", "animal"),
        ("imagenet", 397, "animal", "animal"),
        ("imagenet", 398, "household item", "household item"),
        ("imagenet", 470, "light", "fire"),
        ("imagenet", 557, "curtain", "flag"),
        ("imagenet", 562, "water", "water"),
        ("imagenet", 814, "boat", "boat"),
        ("imagenet", 981, "person", "person"),
        ("imagenet", 985, "grass", "grass"),
    ],
)
def test_spot_checks(name, index, paper, extended):
    table = class_table(name)
    assert table.by_id(extended=False)[index] == paper
    assert table.by_id()[index] == extended


def test_match_classes_reads_decorated_labels():
    labels = {0: "wall", 1: "bannister, banister, balustrade", 2: "Sky", 3: "flag", 4: "windowpane"}
    assert match_classes(labels) == ("background", "fence", "sky & tree", "flag", "window")
    assert match_classes(labels, extended=False)[3] == "curtain"
    assert match_classes({0: "tree-merged", 1: "door-stuff"}) == ("sky & tree", "door")


def test_match_classes_prefers_the_models_own_table():
    table = class_table("ade20k")
    assert match_classes(dict(enumerate(table.classes))) == table.extended


def test_match_classes_takes_a_mapping_and_category_names():
    assert match_classes({0: "foam", 1: "smoke", 2: "tree"}, {"foam": "water"}) == (
        "water",
        "smoke",
        "sky & tree",
    )


def test_match_classes_lists_what_it_cannot_place():
    with pytest.raises(SegmentationError, match=r"2 of the model's 3 labels.*LABEL_0"):
        match_classes({0: "LABEL_0", 1: "LABEL_1", 2: "water"})
    with pytest.raises(SegmentationError, match="unknown category"):
        match_classes({0: "foam"}, {"foam": "watre"})
    with pytest.raises(SegmentationError, match="no class table"):
        match_classes({0: "foam"}, "ade21k")
