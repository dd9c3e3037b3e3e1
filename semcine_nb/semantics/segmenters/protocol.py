"""The segmenter protocol: anything with a name and a license that turns a clip into a semantic response."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

from ...progress import Progress, silent
from ..response import SemanticResponse

if TYPE_CHECKING:
    from ...video import Video


@runtime_checkable
class Segmenter(Protocol):
    """Any object of this kind can be given to `segment`; it need not derive from this class.

    It may also have ``fingerprint() -> str``: everything but its name and the clip that its scores depend on.
    Its responses can then be kept on disk.

    A model that labels one picture is run on few frames by `segment_key_frames`:

    >>> import numpy as np
    >>> from semcine_nb.progress import silent
    >>> from semcine_nb.semantics.segmenters import segment_key_frames
    >>> class Greener:
    ...     name, license = "greener", "CC0"
    ...
    ...     def __call__(self, video, progress=silent):
    ...         return segment_key_frames(video, self.shares, ("background", "grass"), progress=progress)
    ...
    ...     def shares(self, frame):  # (H, W, 3) uint8 RGB → (h, w, 2), any h and w
    ...         green = frame[..., 1] / np.maximum(frame.sum(axis=2), 1)
    ...         return np.stack([1 - green, green], axis=2)

    Attributes
    ----------
    name : str
        For messages and caches, e.g. ``"onnx:model.onnx"``.
    license : str
        The model's license as its makers state it, or "not stated".
    """

    name: str
    license: str

    def __call__(self, video: Video, progress: Progress = silent) -> SemanticResponse:
        """Scores of the clip's own size (T, H, W, C), best as `StoredScores`."""
        ...
