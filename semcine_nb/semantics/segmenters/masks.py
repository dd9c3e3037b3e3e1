"""Masks as a segmenter: painted by hand, known from a procedural clip, or read from a folder of PNG files."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ...counting import counted
from ...errors import SegmentationError
from ...limits import PICTURE_FAULTS, Limits, current_limits, open_picture, too_large
from ...progress import Progress, silent, track
from ..categories import check_categories, known_categories
from ..class_tables import class_table, match_classes
from ..response import SemanticResponse
from ..storage import StoredScores

if TYPE_CHECKING:
    from ...video import Video

_ASPECT = 0.02  # masks whose aspect differs by more were made for another picture


class Masks:
    """One mask a category, given by hand.

    What no mask covers is background: its score is one minus the largest of the others. Where masks overlap
    with equal scores the one named first wins.

    Parameters
    ----------
    masks : mapping of str to (H, W) or (T, H, W)
        bool, 0/1 or 0…255 integers, or floats in [0, 1]. Another size of the same aspect is scaled to the
        clip's.

    Raises
    ------
    SegmentationError
        For an unknown category, a wrong shape, or values outside the range.
    """

    license = "the masks are yours"

    def __init__(self, masks: Mapping[str, Any], name: str = "masks") -> None:
        self.name = name
        self.categories = check_categories(masks)
        self._masks = {category: _as_bytes(mask, category) for category, mask in masks.items()}
        sizes = {mask.shape[1:] for mask in self._masks.values()}
        if len(sizes) > 1:
            raise SegmentationError(f"all masks must be of one size, not {sorted(sizes)}")
        lengths = {len(mask) for mask in self._masks.values()} - {1}
        if len(lengths) > 1:
            raise SegmentationError(f"masks have different numbers of frames: {sorted(lengths)}")

    def __call__(self, video: Video, progress: Progress = silent) -> SemanticResponse:
        """The masks as a response of the clip's size."""
        frames, height, width = video.frames.shape[:3]
        first = next(iter(self._masks.values()))
        length = max(len(mask) for mask in self._masks.values())
        if length not in (1, frames):
            raise SegmentationError(
                f"{self.name} has {length} frames, the clip {frames}: give one mask a frame, or one for all"
            )
        aspect = first.shape[2] / first.shape[1] / (width / height)
        if abs(aspect - 1) > _ASPECT:
            raise SegmentationError(
                f"{self.name} is {first.shape[2]}×{first.shape[1]} pixels, the clip {width}×{height}: "
                "another aspect; make the masks for this clip, at any scale"
            )
        names = self.categories
        if "background" not in names:
            names = (*names, "background")
        values = np.zeros((length, *first.shape[1:], len(names)), np.uint8)
        for channel, name in enumerate(self.categories):
            values[..., channel] = self._masks[name]
        if len(names) > len(self.categories):
            for frame in values:
                frame[..., -1] = 255 - frame.max(axis=2)
        times = [0] if length == 1 else None
        return SemanticResponse(StoredScores(values, (frames, height, width), times), names)


class MaskFolder:
    """Masks, or label images, from a folder.

    Three layouts are read; images are PNG, one for the whole clip or one a frame in the order of their names:

    - ``water.png``, ``sky & tree.png`` …: a mask a category (also ``sky_and_tree.png``);
    - ``water/0000.png``, ``water/0001.png`` …: a mask a category and frame;
    - ``0000.png`` … whose values are class ids, with ``labels.json``: ``{"0": "background", "3": "water"}``,
      names being categories or classes of a known data set, or ``{"table": "ade20k"}``.

    Raises
    ------
    SegmentationError
        If the folder is missing, holds none of these, or an image cannot be read.
    """

    license = "the masks are yours"

    def __init__(self, folder: Path | str) -> None:
        self.folder = Path(folder)
        self.name = f"masks:{self.folder}"
        if not self.folder.is_dir():
            raise SegmentationError(f"there is no folder of masks at {self.folder}: check its name")
        self._labels = self._read_labels()

    def __call__(self, video: Video, progress: Progress = silent) -> SemanticResponse:
        """Read the images and give them the clip's size."""
        if self._labels is None:
            return Masks(self._by_category(progress), self.name)(video, progress)
        files = _images(self.folder)
        if not files:
            raise SegmentationError(f"{self.folder} has labels.json, but no PNG beside it")
        images = _stacked(files, track(files, progress, "reading label images"))
        unknown = sorted(set(np.unique(images).tolist()) - set(self._labels))
        if unknown:
            raise SegmentationError(
                f"{self.folder}: no category for the ids {unknown[:10]}: name them in its labels.json"
            )
        names = [name for name in known_categories() if name in self._labels.values()]
        masks = {
            name: np.isin(images, [id_ for id_, target in self._labels.items() if target == name])
            for name in names
        }
        return Masks({name: mask for name, mask in masks.items() if mask.any()}, self.name)(video, progress)

    def _read_labels(self) -> dict[int, str] | None:
        file = self.folder / "labels.json"
        if not file.exists():
            return None
        try:
            labels = json.loads(file.read_text(encoding="utf-8"))
            if set(labels) == {"table"}:
                return class_table(labels["table"]).by_id()
            ids = {int(key): str(value) for key, value in labels.items()}
        except (OSError, ValueError, TypeError, AttributeError, RecursionError) as error:
            raise SegmentationError(
                f'{file} must map ids to names, like {{"3": "water"}}: {error}'
            ) from error
        return dict(zip(sorted(ids), match_classes(ids), strict=True))

    def _by_category(self, progress: Progress) -> dict[str, np.ndarray]:
        spelled = {_spelling(name): name for name in known_categories()}
        sources: dict[str, list[Path]] = {file.stem: [file] for file in _images(self.folder)}
        sources |= {path.name: _images(path) for path in sorted(self.folder.iterdir()) if path.is_dir()}
        if not sources:
            raise SegmentationError(
                f"{self.folder} holds no PNG named by a category, and no folder of them: name each mask like "
                "water.png"
            )
        masks: dict[str, np.ndarray] = {}
        for stem, files in track(sources.items(), progress, "reading masks", len(sources)):
            name = spelled.get(_spelling(stem), stem)
            check_categories([name])
            if not files:
                raise SegmentationError(f"{self.folder / stem} holds no PNG")
            # a mask may be drawn as 0/1 or as black and white, or as any gray above zero
            masks[name] = _stacked(files, files) > 0
        return masks


def _as_bytes(mask: Any, name: str) -> np.ndarray:
    """A mask as (1 or T, H, W) uint8, 255 where it is full."""
    mask = np.asarray(mask)
    if mask.ndim == 2:
        mask = mask[None]
    if mask.ndim != 3 or 0 in mask.shape or mask.dtype.kind not in "biuf":
        raise SegmentationError(
            f"the mask of {name!r} must be (H, W) or (T, H, W), not {mask.dtype} {mask.shape}"
        )
    low, high = mask.min(), mask.max()
    limit = 1 if mask.dtype.kind == "f" else 255
    if not (low >= 0 and high <= limit):  # NaN fails too
        raise SegmentationError(f"the mask of {name!r} lies in [{low}, {high}], not in [0, {limit}]")
    if mask.dtype.kind == "f":
        return np.rint(mask * 255).astype(np.uint8)
    return mask.astype(np.uint8) * np.uint8(255 if high <= 1 else 1)


def _images(folder: Path) -> list[Path]:
    """PNG files in the order of the numbers in their names."""
    files = [path for path in folder.iterdir() if path.suffix.lower() == ".png"]
    return sorted(
        files, key=lambda path: [int(s) if s.isdecimal() else s for s in re.split(r"(\d+)", path.stem)]
    )


def _stacked(files: list[Path], order: Iterable[Path]) -> np.ndarray:
    """The pictures in ``order`` as (N, H, W), which must be of one size and within the limits together."""
    limits = current_limits()
    images: list[np.ndarray] = []
    for file in order:
        images.append(_read(file, limits))
        if images[-1].shape != images[0].shape:
            sizes = [f"{image.shape[1]}×{image.shape[0]}" for image in (images[-1], images[0])]
            raise SegmentationError(
                f"{file} is {sizes[0]} but {files[0].name} is {sizes[1]}: make all masks the same size"
            )
        if images[0].nbytes * len(files) > limits.memory:
            said = f"holds {counted(len(files), 'image')} of {images[0].shape[1]}×{images[0].shape[0]} pixels"
            raise too_large(str(file.parent), said, f"{limits.memory / 1e9:g} GB", SegmentationError)
    return np.stack(images)


def _read(file: Path, limits: Limits) -> np.ndarray:
    try:
        with open_picture(file, SegmentationError, limits) as image:
            # palette images keep their indices: these are the labels
            return np.asarray(image if image.mode in ("P", "L", "1", "I;16", "I") else image.convert("L"))
    except PICTURE_FAULTS as error:
        raise SegmentationError(f"cannot read the mask {file}: {error}; save it again as PNG") from error


def _spelling(name: str) -> str:
    """ "Sky_and_Tree" and "sky & tree" alike."""
    return re.sub(r"[^a-z0-9]+", "", re.sub(r"\band\b", "", re.sub(r"[_\-]+", " ", name.lower())))
