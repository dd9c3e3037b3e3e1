"""Caffe's weights as a torch state dict: ``.caffemodel``, and npz or safetensors files of its blobs.

A ``.caffemodel`` is a protocol buffer; the few fields that carry weights are read here, so that Caffe is not
needed. Nothing in such a file is executed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ...errors import SegmentationError
from ...limits import check_archive, current_limits

_BLOB = re.compile(r"(?P<layer>.+?)[./_](?P<part>0|1|w|b|weight|weights|bias|biases)")
_WEIGHT = {"0", "w", "weight", "weights"}

# field numbers of caffe.proto
_NET_LAYERS = (100, 2)  # NetParameter.layer, and .layers of older files
_LAYER_NAME = {100: 1, 2: 4}
_LAYER_BLOBS = {100: 7, 2: 6}
_BLOB_DATA, _BLOB_SHAPE, _SHAPE_DIM = 5, 7, 1
_BLOB_LEGACY = (1, 2, 3, 4)  # num, channels, height, width


def load_weights(path: Path, shapes: Mapping[str, tuple[int, ...]]) -> dict[str, np.ndarray]:
    """Read a network's weights and bring them into the given shapes, as float32 arrays.

    Parameters
    ----------
    path : Path
        ``.caffemodel``, ``.npz``, ``.safetensors``, ``.pth`` or ``.pt``.
    shapes : mapping of str to tuple of int
        Of the state dict: names ``layer.weight`` and ``layer.bias``.

    Raises
    ------
    SegmentationError
        If the file is missing, is of another kind, lacks a layer, or a layer has another size.
    """
    if not path.is_file():
        raise SegmentationError(f"there are no weights at {path}: check its name")
    try:
        return convert_blobs(_read(path), shapes, path.name)
    except SegmentationError:
        raise
    except Exception as error:  # each library has its own way to say that a file is broken
        raise SegmentationError(f"cannot read the weights in {path}: {brief_fault(error)}") from error


def brief_fault(error: BaseException) -> str:
    """A clause on why a file of weights cannot be read; torch's own text advises to run its code."""
    text = " ".join(str(error).split())
    if any(word in text for word in ("weights_only", "WeightsUnpickler", "allow_pickle")):
        return (
            "it is damaged, or would need code of its own to be read, which is never run; export a state dict"
        )
    return f"{text[:200] or type(error).__name__}; download or export it again"


def convert_blobs(
    blobs: Mapping[str, Any], shapes: Mapping[str, tuple[int, ...]], source: str = "the weights"
) -> dict[str, np.ndarray]:
    """Caffe's blobs, named ``conv1_1/0``, ``conv1_1_w``, ``conv1_1.weight`` or the like, as a state dict.

    Fully connected layers (VGG's fc6 as 4096×25088) are folded into the convolutions they stand for; other
    sizes must agree. Blobs of layers that the network lacks are left out.
    """
    named: dict[str, np.ndarray] = {}
    for name, blob in blobs.items():
        match = _BLOB.fullmatch(name)
        if match:
            part = "weight" if match["part"] in _WEIGHT else "bias"
            named[f"{match['layer']}.{part}"] = np.asarray(blob)
    missing = [name for name in shapes if name not in named]
    if missing:
        raise SegmentationError(
            f"{source} lacks {len(missing)} of {len(shapes)} blobs, first {missing[0]!r}: "
            "it is of another network"
        )
    state: dict[str, np.ndarray] = {}
    for name, shape in shapes.items():
        blob = named[name]
        if blob.size != int(np.prod(shape)) or (blob.ndim == len(shape) and blob.shape != tuple(shape)):
            raise SegmentationError(
                f"{source}: {name} is {blob.shape}, the network has {tuple(shape)}: it is of another network"
            )
        state[name] = np.ascontiguousarray(blob.reshape(shape), dtype=np.float32)
    return state


def read_caffemodel(data: bytes) -> dict[str, np.ndarray]:
    """The blobs of a ``.caffemodel`` as ``layer/0``, ``layer/1``."""
    blobs: dict[str, np.ndarray] = {}
    for field, layer in _fields(memoryview(data)):
        if field not in _NET_LAYERS or isinstance(layer, int):
            continue
        name, found = "", []
        for part, value in _fields(layer):
            if part == _LAYER_NAME[field] and not isinstance(value, int):
                name = bytes(value).decode()
            elif part == _LAYER_BLOBS[field] and not isinstance(value, int):
                found.append(_blob(value))
        blobs |= {f"{name}/{i}": blob for i, blob in enumerate(found)}
    return blobs


def _read(path: Path) -> Mapping[str, Any]:
    kind = path.suffix.lower()
    if kind == ".caffemodel":
        try:
            return read_caffemodel(path.read_bytes())
        except SegmentationError as error:
            raise SegmentationError(
                f"cannot read the weights in {path}: {error}; download it again"
            ) from error
    if kind == ".npz":
        check_archive(path, current_limits().weights, SegmentationError)
        with np.load(path, allow_pickle=False) as file:
            return dict(file)
    if kind == ".safetensors":
        from safetensors.numpy import load_file

        return load_file(path)
    if kind in (".pth", ".pt"):
        import torch

        state = torch.load(path, map_location="cpu", weights_only=True)
        return {str(name): tensor.numpy() for name, tensor in state.items()}
    raise SegmentationError(
        f"{path} is no .caffemodel, .npz, .safetensors, .pth or .pt file: convert it to one of them"
    )


def _blob(message: memoryview) -> np.ndarray:
    parts: list[np.ndarray] = []
    legacy = dict.fromkeys(_BLOB_LEGACY, 1)
    shape: list[int] = []
    for field, value in _fields(message):
        if field == _BLOB_DATA and not isinstance(value, int):
            parts.append(np.frombuffer(value, "<f4"))
        elif field in legacy and isinstance(value, int):
            legacy[field] = value
        elif field == _BLOB_SHAPE and not isinstance(value, int):
            for part, dim in _fields(value):
                if part == _SHAPE_DIM:
                    shape += [dim] if isinstance(dim, int) else _varints(dim)
    data = np.concatenate(parts) if parts else np.zeros(0, np.float32)
    if not shape:
        shape = list(legacy.values())
        if shape[:3] == [1, 1, 1]:  # a bias
            shape = shape[3:]
    return data.reshape(shape)


def _fields(message: memoryview) -> Iterator[tuple[int, int | memoryview]]:
    """The fields of a protocol-buffer message: (number, varint or bytes)."""
    at = 0
    while at < len(message):
        tag, at = _varint(message, at)
        kind = tag & 7
        value: int | memoryview
        if kind == 0:
            value, at = _varint(message, at)
        else:
            if kind == 2:
                size, at = _varint(message, at)
            elif kind in (1, 5):
                size = 8 if kind == 1 else 4
            else:
                raise SegmentationError("this is no .caffemodel")
            if at + size > len(message):
                raise SegmentationError("the .caffemodel is cut short")
            value, at = message[at : at + size], at + size
        yield tag >> 3, value


def _varint(message: memoryview, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        if at >= len(message):
            raise SegmentationError("the .caffemodel is cut short")
        byte = message[at]
        if shift > 63:
            raise SegmentationError("this is no .caffemodel")
        value |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return value, at


def _varints(message: memoryview) -> list[int]:
    values, at = [], 0
    while at < len(message):
        value, at = _varint(message, at)
        values.append(value)
    return values
