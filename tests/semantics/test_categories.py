"""The categories: Fig. 8's counts and marks, the extended set, and what a caller may register."""

import pytest

from semcine_nb.errors import SegmentationError
from semcine_nb.semantics import categories as c


def test_figure_8_has_60_classes_and_32_categories():
    table = c.pascal_context()
    assert [row[0] for row in table] == list(range(1, 61))
    assert len(c.PAPER_CATEGORIES) == 32
    assert c.PAPER_CATEGORIES[:4] == ("background", "aeroplane", "bike", "animal")


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("snow", "water"),
        ("tree", "sky & tree"),
        ("sky", "sky & tree"),
        ("clothes", "person"),
        ("sofa", "chair"),
        ("boat", "boat"),
        ("motorbike", "bike"),
        ("track", "background"),
    ],
)
def test_rows_of_figure_8(source, target):
    assert {row[1]: row[2] for row in c.pascal_context()}[source] == target


def test_natural_is_what_figure_8_marks():
    natural = {name for name in c.PAPER_CATEGORIES if c.is_natural(name)}
    assert natural == {
        "background", "grass", "fence", "light", "mountain", "curtain", "rock", "sky & tree", "water", "wood"
    }  # fmt: skip
    assert sum(row[3] for row in c.pascal_context()) == 23


def test_a_category_is_marked_alike_in_all_its_rows():
    for name in c.PAPER_CATEGORIES:
        assert len({row[3] for row in c.pascal_context() if row[2] == name}) == 1, name


def test_static_list():
    assert len(c.STATIC_CATEGORIES) == 18
    assert set(c.PAPER_CATEGORIES) >= c.STATIC_CATEGORIES
    assert not c.is_static("water")
    assert not c.is_static("fire")


def test_extended_set_comes_after_the_32_and_says_why():
    assert c.known_categories()[:36] == (*c.PAPER_CATEGORIES, "fire", "flag", "smoke", "cloth")
    assert [c.is_natural(name) for name in c.EXTENDED_CATEGORIES] == [True, False, True, False]
    assert all(c.category(name).note for name in c.EXTENDED_CATEGORIES)


def test_unknown_category_names_the_nearest():
    with pytest.raises(SegmentationError, match="did you mean 'water'"):
        c.category("watr")


def test_proposals_are_known_without_registering():
    assert c.category("object 12") == c.Category("object 12", False, note="a proposal without a name")
    with pytest.raises(SegmentationError):
        c.category("object")


def test_registering(monkeypatch):
    monkeypatch.setattr(c, "_registered", {})
    c.register_category("steam", natural=False)
    assert c.register_category("steam", natural=True).natural
    assert c.check_categories(["steam", "water"]) == ("steam", "water")
    assert c.known_categories()[-1] == "steam"
    assert c.register_category("water", natural=True, static=False) is c.category("water")
    with pytest.raises(SegmentationError, match="built in"):
        c.register_category("water", natural=False)
    with pytest.raises(SegmentationError, match="name"):
        c.register_category(" ", natural=True)


@pytest.mark.parametrize(
    ("names", "message"), [([], "at least one"), (["water", "water"], "twice"), ("water", "sequence")]
)
def test_check_categories_refuses(names, message):
    with pytest.raises(SegmentationError, match=message):
        c.check_categories(names)
