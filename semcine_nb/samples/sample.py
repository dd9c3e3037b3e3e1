"""A procedural clip with its truth, and how a scene becomes one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ..errors import VideoError
from .canvas import Canvas, Stage

if TYPE_CHECKING:
    from ..video import Video

SENSOR_NOISE = 1.5 / 255
"""Standard deviation of the sensor noise of each channel: about 1.5 gray levels."""

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Layer:
    """One thing in a scene.

    ``periods``, in frames at 30 fps: after each it repeats, exactly or nearly; none if it stands still or
    moves once. ``part_of`` names the layer whose extent includes this one (an eye, of a person).
    """

    name: str
    category: str
    periods: tuple[int, ...] = ()
    moves: bool = False
    part_of: str | None = None


@dataclass(frozen=True)
class Scene:
    """A clip before it is filmed.

    ``layers``: what is in it; a label is an index into them. ``draw(t)``: the picture at frame time t
    (at 30 fps).
    """

    layers: tuple[Layer, ...]
    draw: Callable[[float], Canvas]


SetUp = Callable[[Stage, np.random.Generator], Scene]


class OneHotScores:
    """Scores (T, H, W, C) of a known labelling: 1 in the true category, 0 elsewhere.

    A frame is made when asked for: ``scores[t]`` is (H, W, C) float32; ``numpy.asarray(scores)`` is all.
    """

    dtype = np.dtype(np.float32)
    ndim = 4

    def __init__(self, masks: Iterable[Mask]) -> None:
        self._masks = tuple(masks)
        self.shape = (*self._masks[0].shape, len(self._masks))

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, key: Any) -> NDArray[np.float32]:
        time, rest = (key[0], key[1:]) if isinstance(key, tuple) else (key, ())
        frames = np.stack([mask[time] for mask in self._masks], axis=-1).astype(np.float32)
        if not rest:
            return frames
        return frames[rest] if isinstance(time, (int, np.integer)) else frames[(slice(None), *rest)]

    def pixels(self, t: int, where: NDArray[np.intp]) -> NDArray[np.float32]:
        """Pixels of one frame, counted along the rows: (N, C) float32."""
        return np.stack([mask[t].ravel()[where] for mask in self._masks], axis=-1).astype(np.float32)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        return np.stack(self._masks, axis=-1).astype(dtype or np.float32)


@dataclass(frozen=True)
class Sample:
    """A clip whose content is known exactly.

    ``video``: the clip, (T, H, W, 3) uint8. ``masks``: category → (T, H, W) bool; every pixel is in exactly
    one, and "background" is always among them. ``objects``: moving object → (H, W) bool, where it ever is.
    ``parts``: part of an object (an eye) → (H, W) bool. ``periods``: object or part → the periods in frames
    at 30 fps after which it repeats, exactly or nearly; empty for one that does not. ``object_categories``:
    object or part → its category.
    """

    name: str
    video: Video
    masks: Mapping[str, Mask]
    objects: Mapping[str, Mask]
    parts: Mapping[str, Mask]
    periods: Mapping[str, tuple[int, ...]]
    object_categories: Mapping[str, str]

    @property
    def categories(self) -> tuple[str, ...]:
        """Category names in the order of the scores' last axis."""
        return tuple(self.masks)

    @property
    def loopable(self) -> tuple[str, ...]:
        """The objects that were made to loop."""
        return tuple(name for name in self.objects if self.periods[name])

    def scores(self) -> OneHotScores:
        """The true categories as scores (T, H, W, C), for ``SemanticResponse(scores, sample.categories)``."""
        return OneHotScores(self.masks.values())


def film(name: str, set_up: SetUp, seed: int, size: tuple[int, int], seconds: float, fps: float) -> Sample:
    """Set a scene up, film every frame and add the sensor's noise.

    ``size`` (width, height) in pixels, ``seconds`` and ``fps`` as of `make_sample`. Raises `VideoError`.
    """
    from ..video import Video

    width, height = size
    if min(width, height) < 64:
        raise VideoError(f"a sample needs at least 64 × 64 pixels, not {width} × {height}")
    if not (fps > 0 and seconds * fps >= 2):
        raise VideoError(f"a sample needs two frames at least: {seconds} s at {fps} frames a second is less")
    count = round(seconds * fps)
    # the scene and the sensor draw apart: the same scene at another length stays the same scene
    scene_rng, sensor_rng = (np.random.default_rng(s) for s in np.random.SeedSequence(seed).spawn(2))
    scene = set_up(Stage(width, height), scene_rng)
    frames = np.empty((count, height, width, 3), np.uint8)
    labels = np.empty((count, height, width), np.uint8)
    for i in range(count):
        canvas = scene.draw(i * 30.0 / fps)
        # a lens is never perfectly sharp
        image = cv2.GaussianBlur(canvas.image, (0, 0), max(0.3, 0.0014 * height))
        image = image + np.float32(SENSOR_NOISE) * sensor_rng.standard_normal(image.shape, np.float32)
        np.clip(image * 255 + 0.5, 0, 255, out=image)
        frames[i], labels[i] = image, canvas.labels
    return _with_truth(name, scene.layers, Video(frames, float(fps)), labels)


def _with_truth(name: str, layers: tuple[Layer, ...], video: Video, labels: NDArray[np.uint8]) -> Sample:
    categories = sorted({layer.category for layer in layers} | {"background"})
    masks = {
        category: np.isin(labels, [i for i, layer in enumerate(layers) if layer.category == category])
        for category in categories
    }
    moving = [layer for layer in layers if layer.moves]

    def extent(layer: Layer) -> Mask:
        own = [i for i, other in enumerate(layers) if layer.name in (other.name, other.part_of)]
        return np.asarray(np.isin(labels, own).any(axis=0))

    return Sample(
        name=name,
        video=video,
        masks=masks,
        objects={layer.name: extent(layer) for layer in moving if layer.part_of is None},
        parts={layer.name: extent(layer) for layer in moving if layer.part_of is not None},
        periods={layer.name: layer.periods for layer in moving},
        object_categories={layer.name: layer.category for layer in moving},
    )
