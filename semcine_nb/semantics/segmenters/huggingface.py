"""``huggingface:MODEL``: any semantic-segmentation model of transformers, from the hub or a folder."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from scipy.special import softmax

from ...errors import SegmentationError
from ...progress import Progress, silent
from ..class_tables import match_classes
from ..response import SemanticResponse
from .keyframes import IMAGENET_MEAN, IMAGENET_STD, aligned_size, first_line, segment_key_frames

if TYPE_CHECKING:
    from ...video import Video

_log = logging.getLogger("semcine")

_NON_COMMERCIAL = "NVIDIA Source Code License for SegFormer: non-commercial use only"


class HuggingFaceSegmenter:
    """A model that ``AutoModelForSemanticSegmentation`` or ``AutoModelForUniversalSegmentation`` loads.

    The latter are those that predict masks with a class each (MaskFormer, Mask2Former, EoMT, …).

    Weights are read with transformers' own safe loaders, and no code of the model's repository is run.
    Frames are scaled so that the shorter side has the size that the model's preprocessor states, and
    normalized by its mean and standard deviation; both by hand, so that torchvision is not needed.

    Parameters
    ----------
    model : str
        A name on the hub, which is downloaded once, or a folder made by ``save_pretrained``.
    mapping : mapping of str to str, or str, optional
        Label → category, or a table's name, where `match_classes` needs help.
    every : int
        Look at every so many frames; see `key_frames`. Time is proportional to the number of frames looked
        at.
    size : int, optional
        Shorter side in pixels in place of the preprocessor's.
    extended : bool
        Whether labels may become fire, flag, smoke and cloth.
    device : str
        Where torch runs it.

    Raises
    ------
    SegmentationError
        If transformers is missing, the model cannot be loaded, or a label has no category.
    """

    def __init__(
        self,
        model: str,
        mapping: Mapping[str, str] | str | None = None,
        every: int = 4,
        size: int | None = None,
        extended: bool = True,
        device: str = "cpu",
    ) -> None:
        try:
            import transformers  # noqa: F401
        except ImportError as error:
            raise SegmentationError(
                "huggingface models need the package transformers: pip install 'semcine-nb[hub]'",
                topic="missing-package",
            ) from error
        self.name = f"huggingface:{model}"
        try:
            self._model = _load(model)
        except Exception as error:  # safetensors and torch have errors of their own for damaged weights
            raise SegmentationError(
                f"cannot load {self.name}: {first_line(error)}; check its name, or download it again",
                topic="model-does-not-load",
            ) from error
        self._model.eval().to(device)
        self._device = device
        self.license = _license(model)
        self.labels = {int(index): str(label) for index, label in self._model.config.id2label.items()}
        self.targets = match_classes(self.labels, mapping, extended)
        self.every = every
        settings = _preprocessor(model)
        self._size = size or _shorter_side(settings.get("size"))
        self._mean = np.asarray(settings.get("image_mean", IMAGENET_MEAN), np.float32)
        self._std = np.asarray(settings.get("image_std", IMAGENET_STD), np.float32)

    def __call__(self, video: Video, progress: Progress = silent) -> SemanticResponse:
        """Scores on the model's own grid, stored as uint8."""
        return segment_key_frames(video, self._predict, self.targets, self.every, progress, self.name)

    def fingerprint(self) -> str:
        """Weights, size, categories and step."""
        weights = [float(one.double().abs().sum()) for one in self._model.state_dict().values()]
        return repr((weights, self._size, self.targets, self.every, self._mean.tolist(), self._std.tolist()))

    def _predict(self, frame: np.ndarray) -> np.ndarray:
        """(H, W, 3) uint8 → (h, w, n) probabilities."""
        import torch

        height, width = frame.shape[:2]
        factor = self._size / min(height, width)
        size = aligned_size(width * factor, height * factor)
        picture = cv2.resize(frame, size, interpolation=cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR)
        pixels = (picture.astype(np.float32) / 255 - self._mean) / self._std
        batch = torch.from_numpy(pixels).permute(2, 0, 1)[None].to(self._device)
        with torch.inference_mode():
            outputs = self._model(pixel_values=batch)
            if getattr(outputs, "masks_queries_logits", None) is not None:
                return _of_queries(outputs)
            logits = outputs.logits[0]
        return np.asarray(softmax(logits.permute(1, 2, 0).float().cpu().numpy(), axis=2))


def _load(model: str) -> Any:
    """The model, by its configuration: one that labels pixels, or one that labels masks.

    Raises ValueError if it is of neither kind, and whatever transformers raises if it cannot be read.
    """
    from transformers import AutoConfig, AutoModelForSemanticSegmentation, AutoModelForUniversalSegmentation

    config = AutoConfig.from_pretrained(model, trust_remote_code=False)
    for kind in (AutoModelForSemanticSegmentation, AutoModelForUniversalSegmentation):
        # DETR and OneFormer answer other questions, or need a task as a text beside the picture
        if type(config) in kind._model_mapping and config.model_type not in ("detr", "oneformer"):
            return kind.from_pretrained(model, trust_remote_code=False)
    raise ValueError(f"a model of type {config.model_type!r} does not segment whole pictures by category")


def _of_queries(outputs: Any) -> np.ndarray:
    """(h, w, n) scores of a model that predicts masks with a class each.

    p(class) · p(mask) summed over the queries, without the class "nothing" (Cheng et al. 2021, Section 3.4,
    arXiv:2107.06278); where the sum over classes exceeds one, it is scaled to one.
    """
    import torch

    classes = outputs.class_queries_logits[0].float().softmax(-1)[:, :-1]
    masks = outputs.masks_queries_logits[0].float().sigmoid()
    scores = torch.einsum("qc,qhw->hwc", classes, masks)
    return (scores / scores.sum(2, keepdim=True).clamp_min(1.0)).cpu().numpy()


def _preprocessor(model: str) -> dict[str, Any]:
    """The preprocessor's settings; ImageNet's are used where a model states none."""
    from transformers.image_processing_base import ImageProcessingMixin

    try:
        settings, _ = ImageProcessingMixin.get_image_processor_dict(model)
    except (OSError, ValueError):
        _log.info("%s states no preprocessing; ImageNet's mean and deviation are used", model)
        return {}
    return dict(settings)


def _shorter_side(size: Any) -> int:
    stated = [size.get("height"), size.get("shortest_edge")] if isinstance(size, dict) else [size]
    return next((side for side in stated if isinstance(side, int)), 512)


def _license(model: str) -> str:
    """The license in the model's card; what NVIDIA's SegFormer weights allow is known."""
    if "nvidia/segformer" in model.lower():
        return _NON_COMMERCIAL
    try:
        from huggingface_hub import ModelCard

        card = Path(model) / "README.md"
        if Path(model).is_dir() and not card.exists():
            return "not stated"
        data = ModelCard.load(card if card.exists() else model).data
        return str(getattr(data, "license_name", None) or getattr(data, "license", None) or "not stated")
    except Exception as error:  # a card is courtesy: whatever is wrong with it, the model can be used
        _log.info("the card of %s cannot be read: %s", model, first_line(error))
        return "not stated"
