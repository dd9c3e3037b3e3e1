"""The scene (Section 3.1): semantic response, categories, candidates and segmenters."""

from .candidates import Candidate, Reason, Reasons, Selection, select_candidates
from .categories import (
    EXTENDED_CATEGORIES,
    PAPER_CATEGORIES,
    STATIC_CATEGORIES,
    Category,
    category,
    is_natural,
    is_static,
    known_categories,
    register_category,
)
from .class_tables import TABLES, ClassTable, class_table, match_classes
from .response import SemanticResponse
from .segmenters import Clicks, Combined, segment
from .storage import StoredScores

__all__ = [
    "EXTENDED_CATEGORIES",
    "PAPER_CATEGORIES",
    "STATIC_CATEGORIES",
    "TABLES",
    "Candidate",
    "Category",
    "ClassTable",
    "Clicks",
    "Combined",
    "Reason",
    "Reasons",
    "Selection",
    "SemanticResponse",
    "StoredScores",
    "category",
    "class_table",
    "is_natural",
    "is_static",
    "known_categories",
    "match_classes",
    "register_category",
    "segment",
    "select_candidates",
]
