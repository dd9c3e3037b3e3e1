"""Several segmenters as one: a base, and another one for single categories (a face or person model, say)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from ...errors import SegmentationError
from ...progress import Progress, silent
from ..response import SemanticResponse
from ..storage import FrameScores, frame_index
from .registry import resolve_segmenter, segment

if TYPE_CHECKING:
    from ...video import Video


class Combined:
    """Take some categories from other segmenters than the rest.

    The special score s of a category replaces the base's, and the base's other scores are scaled by 1 − s, so
    that the special segmenter decides where the thing is and the base what surrounds it.

    Parameters
    ----------
    base : anything that `segment` takes
    special : mapping of str to anything that `segment` takes
        Category → the segmenter whose channel of that name is used.
    """

    def __init__(self, base: Any, special: Mapping[str, Any]) -> None:
        def resolve(source: Any) -> Any:
            return source if isinstance(source, SemanticResponse) else resolve_segmenter(source)

        self._base = resolve(base)
        self._special = {name: resolve(source) for name, source in special.items()}
        parts = [self._base, *self._special.values()]
        names = [getattr(part, "name", "response") for part in parts]
        self.name = (
            f"combined({names[0]}; " + ", ".join(map("=".join, zip(special, names[1:], strict=True))) + ")"
        )
        self.license = "; ".join(dict.fromkeys(getattr(part, "license", "not stated") for part in parts))

    def __call__(self, video: Video, progress: Progress = silent) -> SemanticResponse:
        """Run all of them; one that serves several categories runs once."""
        base = segment(video, self._base, progress)
        done: dict[int, SemanticResponse] = {}
        extra: list[tuple[str, SemanticResponse]] = []
        for name, source in self._special.items():
            if id(source) not in done:
                done[id(source)] = segment(video, source, progress)
            response = done[id(source)]
            if name not in response.categories:
                raise SegmentationError(
                    f"the segmenter chosen for {name!r} gives only {', '.join(response.categories)}"
                )
            extra.append((name, response))
        categories = (*base.categories, *(name for name, _ in extra if name not in base.categories))
        return SemanticResponse(_CombinedScores(base, extra, categories), categories)


class _CombinedScores:
    """The combination, one frame at a time."""

    def __init__(
        self, base: SemanticResponse, extra: list[tuple[str, SemanticResponse]], categories: tuple[str, ...]
    ) -> None:
        self._base: FrameScores = base.scores
        self._extra = [
            (categories.index(name), response.scores, response.index(name)) for name, response in extra
        ]
        self._channels = len(base.categories)
        self.shape = (*base.shape[:3], len(categories))

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, t: int) -> np.ndarray:
        t = frame_index(t, len(self))
        frame = np.zeros(self.shape[1:], np.float32)
        frame[..., : self._channels] = self._base[t]
        special = [(channel, np.asarray(scores[t])[..., index]) for channel, scores, index in self._extra]
        for channel, score in special:
            frame *= 1 - score[..., None]
            frame[..., channel] = 0
        for channel, score in special:
            frame[..., channel] = score
        return frame
