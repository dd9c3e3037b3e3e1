"""Parts of a selection: candidates, the reasons for them, and the kept channels."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import SegmentationError
from .categories import check_categories, is_proposal
from .response import SemanticResponse

if TYPE_CHECKING:
    import pandas as pd


def guess_label(name: str, guess: str) -> str:
    """The name of something that the segmenter is not sure of.

    >>> guess_label("flag", "flag"), guess_label("object 1", "flag"), guess_label("water", "")
    ('flag (guess)', 'object 1 (maybe flag)', 'water')
    """
    if not guess:
        return name
    # "boat 2" is the second of the guess "boat"; "object 1" is no name of anything
    return f"{name} (guess)" if name.startswith(guess) else f"{name} (maybe {guess})"


def guess_note(name: str, guess: str) -> str:
    """One sentence that tells a person about such a candidate; "" where there is nothing to tell."""
    if name == guess:
        return f"first guess of the segmenter: look before you trust that this is {name!r}"
    nearest = f", perhaps {guess!r}" if guess else ""
    return f"something that moves and has no name{nearest}" if guess or is_proposal(name) else ""


@dataclass(frozen=True, eq=False)
class Candidate:
    """One thing, or a set of things, to bring to life.

    Attributes
    ----------
    categories : tuple of str
        The target 𝕀𝔻: names from the kept channels.
    mask : (H, W) bool
        π: where E_static asks for movement. The union of the categories' maps, or what a person painted.
    name : str, optional
        To tell two of a kind apart, e.g. ``"boat 2"``.
    note : str, optional
        A warning for a person: a filter dropped it and it is offered all the same, or it is a first guess.
    guesses : tuple of str
        The segmenter's guess of each category that it is not sure of, "" for the others; empty if it is sure
        of all. See `SemanticResponse.guesses`.
    """

    categories: tuple[str, ...]
    mask: np.ndarray
    name: str | None = None
    note: str | None = None
    guesses: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "categories", check_categories(self.categories))
        object.__setattr__(self, "guesses", tuple(self.guesses))
        if len(self.guesses) not in (0, len(self.categories)):
            raise SegmentationError(
                f"{len(self.guesses)} guesses were given for {len(self.categories)} categories"
            )
        mask = np.asarray(self.mask)
        if mask.ndim != 2 or (mask.dtype != np.bool_ and not np.isin(mask, (0, 1)).all()):
            raise SegmentationError(f"a mask must be (H, W) of 0 and 1, not {mask.dtype} of {mask.shape}")
        object.__setattr__(self, "mask", mask.astype(bool))

    @property
    def label(self) -> str:
        """Its name, or its categories joined by " + ", each guess called one."""
        guesses = self.guesses or ("",) * len(self.categories)
        if self.name is not None:
            return guess_label(self.name, guesses[0]) if len(guesses) == 1 else self.name
        return " + ".join(map(guess_label, self.categories, guesses))

    @property
    def guessed(self) -> bool:
        """Whether one of its categories is a guess of the segmenter, or a proposal without a name."""
        return any(self.guesses) or any(map(is_proposal, self.categories))


@dataclass(frozen=True)
class Reason:
    """Why a category was kept or dropped, with the figures it was judged by.

    Attributes
    ----------
    category : str
    pixels : int
        h_g: pixels of all frames in which it wins.
    share : float
        The same as a share of all pixels of all frames.
    std : float
        Filter (b): temporal standard deviation of gray intensity in [0, 1], mean over π; NaN where π is
        empty.
    mean_blob : float
        Filter (c): mean area of π's connected components, in pixels; 0 where π is empty.
    motion : float
        Sum over π of the deviation above sensor noise: it decides which category is offered when none
        passes.
    kept : bool
    reason : str
        One sentence.
    guess : str
        What the segmenter takes it for if it is not sure; else "".
    """

    category: str
    pixels: int
    share: float
    std: float
    mean_blob: float
    motion: float
    kept: bool
    reason: str
    guess: str = ""

    @property
    def label(self) -> str:
        """The category, and that it is a guess where it is one."""
        return guess_label(self.category, self.guess)


class Reasons(tuple[Reason, ...]):
    """The reasons in the order of h_g."""

    __slots__ = ()

    def table(self) -> pd.DataFrame:
        """One row a category, indexed by its name."""
        import pandas as pd

        return pd.DataFrame(list(self), columns=list(Reason.__dataclass_fields__)).set_index("category")

    def __getitem__(self, key: Any) -> Any:
        """By position, or by a category's name."""
        if isinstance(key, str):
            return {reason.category: reason for reason in self}[key]
        return super().__getitem__(key)


@dataclass(frozen=True, eq=False)
class Selection:
    """The result of `select_candidates`.

    Attributes
    ----------
    response : SemanticResponse
        The K kept channels, normalized, with h_t counted among all categories. K may be less than asked for.
    candidates : tuple of Candidate
        Single categories in the order of h_g, then sets of them by joint area.
    reasons : Reasons
        One for each category that wins anywhere, kept or not; ``.table()`` is a DataFrame.
    maps : dict of str to (H, W) bool
        π of each of these categories.
    """

    response: SemanticResponse
    candidates: tuple[Candidate, ...]
    reasons: Reasons
    maps: dict[str, np.ndarray] = field(default_factory=dict, repr=False)
