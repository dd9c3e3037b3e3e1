"""The options of cinemagraphs, each named once: for one call, a folder, a batch and the command line."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from pathlib import Path

    from .cache import ArrayCache
    from .looping.parameters import LoopParameters
    from .study import RatingStore

Function = TypeVar("Function", bound=Callable[..., Any])

LATER = {"later": True}
_NOT_COUNTED = ("segmenter", "threads", "cache")  # in a fingerprint: the first stands apart in it


@dataclass(frozen=True)
class Recipe:
    """All options of what is made of a clip; the clip itself is no part of it.

    An option that is added one day is ``field(default=…, metadata=LATER)``: it counts in the fingerprint only
    where it is set, so that clips that were finished before stay finished.

    Attributes
    ----------
    k : how many categories are kept (the paper: 4)
    combinations : how many sets of categories are candidates besides the single ones
    segmenter : see ``segment``
    user : the person to rank for; None: everybody on average
    ratings : a ``RatingStore`` or its URL. Without ratings the order is by loop quality and dynamism
        (``UnratedScore``), which predicts nobody's taste.
    parameters : constants of the loop optimization
    read, select, render : further arguments of ``read_video``, ``select_candidates`` and
        ``Cinemagraph.render``
    formats : of the files: mp4, webm, gif, webp, apng
    width : of the files, pixels; never enlarged
    max_mb : largest file, millions of bytes
    repeat : how often the loop is written in a row
    measure_features : measure the context features even where there are no ratings to rank by. A folder
        keeps them beside the files, for a study (``semcine rate``) from which a person's taste is learned.
    threads : candidates that are solved at once
    cache : where segmentation and stage 1 are kept by content for the next time: an `ArrayCache`, a folder,
        None, or "default" (a folder of the user's, moved or switched off by ``SEMCINE_CACHE``)
    """

    k: int = 4
    combinations: int = 0
    segmenter: Any = "embedded"
    user: str | None = None
    ratings: RatingStore | str | None = field(default=None, repr=False)  # the URL may hold a password
    parameters: LoopParameters | None = None
    read: Mapping[str, Any] = field(default_factory=dict)
    select: Mapping[str, Any] = field(default_factory=dict)
    render: Mapping[str, Any] = field(default_factory=dict)
    formats: Sequence[str] = ("mp4", "gif")
    width: int | None = None
    max_mb: float | None = None
    repeat: int = 1
    measure_features: bool = True
    threads: int = 2
    cache: ArrayCache | Path | str | None = "default"

    def __post_init__(self) -> None:
        for name in ("read", "select", "render"):
            object.__setattr__(self, name, dict(getattr(self, name) or {}))

    def fingerprint(self) -> str:
        """A text that differs when results would; threads and cache do not count."""
        facts = vars(self) | {"parameters": self.parameters and asdict(self.parameters)}
        segmenter = self.segmenter
        if not isinstance(segmenter, str):
            own = getattr(segmenter, "fingerprint", None)
            segmenter = (type(segmenter).__name__, getattr(segmenter, "name", ""), own() if own else "")
        if isinstance(self.ratings, str):
            from .study.addresses import public_name

            # a hash of this goes into every summary, and a password could be guessed by it
            facts["ratings"] = public_name(self.ratings)
        counted = [
            (option.name, facts[option.name])
            for option in sorted(fields(self), key=lambda option: option.name)
            if option.name not in _NOT_COUNTED
            and ("later" not in option.metadata or facts[option.name] != option.default)
        ]
        return repr((segmenter, counted))


def shows_options(defaults: Recipe) -> Callable[[Function], Function]:
    """Show each option, with its default, in the signature of a function that takes ``**options``.

    Help and completion in a notebook read the signature.
    """

    def decorate(function: Function) -> Function:
        signature = inspect.signature(function)
        own = [one for one in signature.parameters.values() if one.kind is not one.VAR_KEYWORD]
        options = [
            one.replace(kind=one.KEYWORD_ONLY, default=getattr(defaults, one.name))
            for one in inspect.signature(Recipe).parameters.values()
        ]
        vars(function)["__signature__"] = signature.replace(parameters=[*own, *options])
        return function

    return decorate
