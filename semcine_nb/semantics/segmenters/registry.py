"""Every segmenter by its name, and one function to call any of them.

torch, transformers and onnxruntime are imported by the segmenter that needs them, when it is used.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from ...cache import ArrayCache, as_cache
from ...errors import SegmentationError
from ...progress import Progress, silent
from ..caching import load_response, response_key, save_response
from ..response import SemanticResponse
from .masks import Masks
from .protocol import Segmenter

if TYPE_CHECKING:
    from ...video import Video


class Kind(NamedTuple):
    """A kind of segmenter: its class as "file.Class" of this folder, imported when used, and what it is."""

    made_by: str
    about: str


KINDS = {
    "embedded": Kind(
        "embedded.EmbeddedSegmenter",
        "the default: a small decoder on EfficientNet features, shipped with this package",
    ),
    "huggingface:MODEL": Kind(
        "huggingface.HuggingFaceSegmenter",
        "a semantic-segmentation model of transformers, by hub name or folder",
    ),
    "onnx:PATH": Kind("onnx.OnnxSegmenter", "an ONNX model"),
    "fcn8s:PATH": Kind(
        "fcn8s.Fcn8sSegmenter", "FCN-8s on VGG-16 with weights you have, as .safetensors, .npz or .pth"
    ),
    "masks:FOLDER": Kind(
        "masks.MaskFolder", "a folder of PNG masks named by category, or of label images with a labels.json"
    ),
}
"""Names by which `segment` finds a segmenter.

A key with a colon needs a source: for ``"onnx:model.onnx"`` the class is called with the string
``"model.onnx"``. A key without a colon takes none. Another segmenter gets a name by one entry here."""

_log = logging.getLogger("semcine")


def segment(
    video: Video,
    segmenter: Any = "embedded",
    progress: Progress = silent,
    cache: ArrayCache | Path | str | None = None,
) -> SemanticResponse:
    """Find what is where in a clip: a response of the clip's own (T, H, W).

    Parameters
    ----------
    video : Video
    segmenter : str, SemanticResponse, mapping, or Segmenter
        A string of `KINDS`; a response that is only checked; masks by hand as category → (H, W) or (T, H, W);
        or any object with ``name``, ``license`` and ``__call__(video, progress)``.
    progress : Progress
    cache : ArrayCache, Path or "default", optional
        Keeps responses by content, for segmenters that have ``fingerprint()``; the same clip, segmenter and
        settings are then read from there. One that cannot be written only warns.

    Raises
    ------
    SegmentationError
        If there is no such segmenter, it cannot be loaded, or its scores do not fit the clip.
    """
    if isinstance(segmenter, SemanticResponse):
        response = segmenter
    else:
        response = _run(video, resolve_segmenter(segmenter), progress, as_cache(cache))
    if not isinstance(response, SemanticResponse):
        raise SegmentationError(f"a segmenter must return a SemanticResponse, not {type(response).__name__}")
    if response.shape[:3] != video.frames.shape[:3]:
        raise SegmentationError(
            f"the response is (T, H, W) = {response.shape[:3]}, the clip {video.frames.shape[:3]}: "
            "segment this very clip"
        )
    return response


def _run(video: Video, found: Segmenter, progress: Progress, cache: ArrayCache | None) -> SemanticResponse:
    """The response of a segmenter, read from the cache where it is kept."""
    key = response_key(video, found) if cache else None
    if cache is None or key is None:
        return found(video, progress)
    response = load_response(cache, key, video)
    if response is None:
        response = found(video, progress)
        if isinstance(response, SemanticResponse):
            save_response(cache, key, response)
    return response


def resolve_segmenter(segmenter: Any) -> Segmenter:
    """The segmenter that a string, a mapping of masks or an object stands for; its license is logged.

    Raises
    ------
    SegmentationError
        If there is none; the message lists what exists.
    """
    found = _resolve(segmenter)
    _log.info("segmenter %s, license: %s", found.name, found.license)
    return found


def _resolve(segmenter: Any) -> Segmenter:
    if isinstance(segmenter, Mapping):
        return Masks(segmenter)
    if callable(segmenter) and isinstance(segmenter, Segmenter):
        return segmenter
    if not isinstance(segmenter, str):
        raise SegmentationError(
            f"{type(segmenter).__name__} is no segmenter: it needs name, license and"
            f" __call__(video, progress). {_listed()}",
            topic="no-such-segmenter",
        )
    kind, _, source = segmenter.partition(":")
    if kind == "clicks":
        raise SegmentationError(
            "clicks need a person, so the word alone is not enough. From Python: clicks = Clicks(video), then"
            " clicks.add('water', x, y) and clicks.add('background', x, y) in pixels of the clip, then"
            " segment(video, clicks). In a notebook: painter = semcine_widgets.MaskPainter(video), its tool"
            " 'teach', then segment(video, painter.clicks)"
        )
    found = next((name for name in KINDS if name.partition(":")[0] == kind), None)
    if found is None or (source and ":" not in found):
        raise SegmentationError(
            f"there is no segmenter {segmenter!r}. {_listed()}", topic="no-such-segmenter"
        )
    if ":" in found and not source:
        raise SegmentationError(
            f"{kind!r} needs to know what to load, as in {kind}:SOURCE. {_listed()}",
            topic="no-such-segmenter",
        )
    file, _, made_by = KINDS[found].made_by.partition(".")
    make = getattr(import_module(f".{file}", __package__), made_by)
    return cast(Segmenter, make(source) if source else make())


def _listed() -> str:
    kinds = "; ".join(f"{name} ({kind.about})" for name, kind in KINDS.items())
    others = "Clicks(video); a mapping of category to masks; a SemanticResponse; or an object of your own"
    return f"There are: {kinds}; {others}."
