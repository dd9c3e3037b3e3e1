"""What a segmenter is: something with a name and a licence that turns a clip into a semantic response."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

from ...progress import Progress, silent
from ..response import SemanticResponse

if TYPE_CHECKING:
    from ...video import Video


@runtime_checkable
class Segmenter(Protocol):
    """Any object of this kind can be given to `segment`.

    It may also have ``fingerprint() -> str``: whatever else than its name and the clip its scores depend on.
    Its responses can then be kept on disk.

    Attributes
    ----------
    name : str
        For messages and caches, e.g. ``"onnx:model.onnx"``.
    license : str
        The model's licence as its makers state it, or "not stated".
    """

    name: str
    license: str

    def __call__(self, video: Video, progress: Progress = silent) -> SemanticResponse:
        """Scores of the clip's own size (T, H, W, C), best as `StoredScores`."""
        ...
