"""``onnx:PATH``: a semantic-segmentation model in ONNX, run by onnxruntime."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from scipy.special import softmax

from ...errors import SegmentationError
from ...progress import Progress, silent
from ..caching import file_fingerprint
from ..class_tables import COCO_STUFF_UNUSED, class_table, match_classes
from ..response import SemanticResponse
from .keyframes import IMAGENET_MEAN, IMAGENET_STD, aligned_size, first_line, segment_key_frames

if TYPE_CHECKING:
    from ...video import Video

_log = logging.getLogger("semcine")

_BY_COUNT = {150: "ade20k", 133: "coco_panoptic", 171: "coco_stuff", 182: "coco_stuff", 21: "pascal_voc"}
_BY_COUNT |= {19: "cityscapes", 60: "pascal_context"}


class OnnxSegmenter:
    """An ONNX model with one image in, (1, 3, H, W) or (1, H, W, 3), and class scores or class ids out.

    What the model means is read from a JSON file beside it (``model.json`` for ``model.onnx``), from
    ``id2label`` in the model's own metadata, or guessed from the number of classes (150 is ADE20K, 21 PASCAL
    VOC, …), which is logged. The JSON may hold ``id2label``, ``mean``, ``std`` (of a picture in [0, 1]),
    ``size`` (shorter side in pixels) and ``license``.

    Parameters
    ----------
    path : Path
    mapping : mapping of str to str, or str, optional
        Label → category, or a table's name.
    labels : mapping of int to str, optional
        In place of those found.
    every : int
        Look at every so many frames; see `key_frames`.
    extended : bool
        Whether labels may become fire, flag, smoke and cloth.

    Raises
    ------
    SegmentationError
        If onnxruntime is missing, the file cannot be loaded, or labels are missing or have no category.
    """

    def __init__(
        self,
        path: Path | str,
        mapping: Mapping[str, str] | str | None = None,
        labels: Mapping[int, str] | None = None,
        every: int = 4,
        extended: bool = True,
    ) -> None:
        self.path = Path(path)
        self.name = f"onnx:{self.path}"
        if not self.path.is_file():
            raise SegmentationError(
                f"there is no ONNX model at {self.path}: check its name", topic="model-does-not-load"
            )
        try:
            import onnxruntime
        except ImportError as error:
            raise SegmentationError(
                "ONNX models need the package onnxruntime: pip install 'semcine-nb[onnx]'",
                topic="missing-package",
            ) from error
        try:
            self._session = onnxruntime.InferenceSession(
                self.path, providers=onnxruntime.get_available_providers()
            )
        except Exception as error:  # onnxruntime's errors have no public base class
            raise SegmentationError(
                f"cannot load {self.path}: {first_line(error)}; download or export it again",
                topic="model-does-not-load",
            ) from error
        meta = self._session.get_modelmeta().custom_metadata_map
        settings = _json(meta.get("semcine", "{}"), self.path)
        sidecar = self.path.with_suffix(".json")
        if sidecar.is_file():
            settings |= _json(sidecar.read_bytes(), sidecar)
        self.license = str(settings.get("license") or meta.get("license") or "not stated")
        self._read_layout()
        found = labels or settings.get("id2label") or _json(meta.get("id2label", "{}"), self.path)
        try:
            self._mean = np.broadcast_to(np.float32(settings.get("mean", IMAGENET_MEAN)), 3)
            self._std = np.broadcast_to(np.float32(settings.get("std", IMAGENET_STD)), 3)
            self._size = int(settings.get("size", 512))
            self._given = {int(index): str(label) for index, label in found.items()} or None
            if self._size < 1 or not (np.isfinite(self._mean).all() and (self._std > 0).all()):
                raise ValueError("size and std must be above 0, mean finite")
        except (TypeError, ValueError, AttributeError, OverflowError) as error:
            raise SegmentationError(
                f"the description of {self.path} is not understood ({error}): id2label maps numbers to "
                "labels, mean and std are three numbers each, size is one"
            ) from error
        self._mapping, self._extended = mapping, extended
        self.every = every
        self.targets: tuple[str, ...] = ()

    def __call__(self, video: Video, progress: Progress = silent) -> SemanticResponse:
        """Scores on the model's own grid, stored as uint8."""
        first = self._run(video.frames[0])
        self.targets = match_classes(self._labels(first), self._mapping, self._extended)
        return segment_key_frames(video, self._predict, self.targets, self.every, progress, self.name)

    def fingerprint(self) -> str:
        """The file's content, labels, mapping, size and step."""
        mapping = sorted(self._mapping.items()) if isinstance(self._mapping, Mapping) else self._mapping
        settings = (self._given, mapping, self._extended, self._size, self.every)
        return repr((file_fingerprint(self.path), settings, self._mean.tolist(), self._std.tolist()))

    def _read_layout(self) -> None:
        """Find where the channels stand and which sizes are fixed."""
        inputs = self._session.get_inputs()
        shape = inputs[0].shape
        if len(inputs) != 1 or len(shape) != 4 or 3 not in (shape[1], shape[3]):
            shapes = [one.shape for one in inputs]
            raise SegmentationError(
                f"{self.path} takes {shapes}, not one image (1, 3, H, W) or (1, H, W, 3): "
                "choose another model"
            )
        if inputs[0].type not in ("tensor(float)", "tensor(uint8)"):
            raise SegmentationError(f"{self.path} takes {inputs[0].type}, not float or uint8 pixels")
        self._input, self._bytes = inputs[0].name, inputs[0].type == "tensor(uint8)"
        self._channels_first = shape[1] == 3
        height, width = shape[2:4] if self._channels_first else shape[1:3]
        self._fixed = (width, height) if isinstance(width, int) and isinstance(height, int) else None

    def _labels(self, output: np.ndarray) -> dict[int, str]:
        if self._given is not None:
            return self._given
        count = output.shape[2]
        if output.dtype.kind in "iu" or count not in _BY_COUNT:
            raise SegmentationError(
                f"{self.path} names no labels and its output {output.shape} tells no data set; write"
                f' {self.path.with_suffix(".json").name} with {{"id2label": {{"0": "wall", …}}}} beside it'
            )
        table = class_table(_BY_COUNT[count])
        _log.info("%s has %d outputs and no labels: taken for %s", self.path, count, table.name)
        names = zip(table.ids, table.classes, strict=True)
        return dict(enumerate(name for id_, name in names if count != 171 or id_ not in COCO_STUFF_UNUSED))

    def _predict(self, frame: np.ndarray) -> np.ndarray:
        """(H, W, 3) uint8 → (h, w, n) probabilities."""
        output = self._run(frame)
        count = len(self.targets)
        if output.dtype.kind in "iu":
            ids = output[..., 0]
            if ids.max() >= count or ids.min() < 0:
                raise SegmentationError(
                    f"{self.path} gave class {ids.max()}, but only {count} labels are known"
                )
            return np.eye(count, dtype=np.float32)[ids]
        probabilities = output.min() >= 0 and np.allclose(output.sum(axis=2), 1, atol=1e-2)
        return output if probabilities else np.asarray(softmax(output.astype(np.float32, copy=False), axis=2))

    def _run(self, frame: np.ndarray) -> np.ndarray:
        """The first output as (h, w, n), or (h, w, 1) integers where the model gives class ids."""
        height, width = frame.shape[:2]
        factor = self._size / min(height, width)
        size = self._fixed or aligned_size(width * factor, height * factor)
        picture = cv2.resize(frame, size, interpolation=cv2.INTER_AREA)
        pixels = picture if self._bytes else (picture.astype(np.float32) / 255 - self._mean) / self._std
        batch = (pixels.transpose(2, 0, 1) if self._channels_first else pixels)[None]
        try:
            output = np.asarray(self._session.run(None, {self._input: np.ascontiguousarray(batch)})[0])
        except Exception as error:  # as above
            raise SegmentationError(
                f"{self.path} does not run on a picture of {size[0]}×{size[1]} pixels: "
                f"{first_line(error)}; choose another model",
                topic="model-does-not-load",
            ) from error
        if output.ndim == 3:  # (1, h, w) class ids
            output = output[:, None]
        if output.ndim != 4 or len(output) != 1:
            raise SegmentationError(f"{self.path} gave {output.shape}, not scores (1, n, h, w)")
        count, first, last = len(self._given or ()), output.shape[1], output.shape[3]
        classes_last = not self._channels_first and first != 1
        if (first == count) != (last == count):
            classes_last = last == count
        return np.ascontiguousarray(output[0] if classes_last else output[0].transpose(1, 2, 0))


def _json(text: str | bytes, path: Path) -> dict[str, Any]:
    try:
        found = json.loads(text) or {}
    except (ValueError, RecursionError) as error:
        raise SegmentationError(
            f"the description of {path} is no JSON: {error}; mend or remove it"
        ) from error
    if not isinstance(found, dict):
        raise SegmentationError(f"the description of {path} must be like {{…}}, not {str(found)[:60]}")
    return found
