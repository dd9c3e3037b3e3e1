"""What fuzzing gives bytes to: each reader of things from outside, which may refuse in one sentence only."""

from __future__ import annotations

import io
import json
import struct
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
from odd_clips import encode
from PIL import Image
from ranked_clips import ranked_of
from safetensors.numpy import save
from small_pool import pool, save_mask
from traitlets import TraitError

from semcine_nb.errors import SemcineError
from semcine_nb.limits import Limits
from semcine_nb.looping import Cinemagraph, LoopEnergy, LoopParameters, load_cinemagraph
from semcine_nb.semantics import Candidate, SemanticResponse, segment
from semcine_nb.semantics.segmenters.caffe import load_weights
from semcine_nb.study import Protocol, RatingStore, Review
from semcine_nb.study.feature_files import ENDING, StoredFeatures, features_beside, save_features
from semcine_nb.study.preparation import Entry
from semcine_nb.video import Video, read_video
from semcine_widgets import CandidateGallery, CinemagraphPlayer, LoopExplorer, MaskPainter, RatingSession

SMALL = Limits(pixels=250_000, frames=300, memory=100_000_000)
Target = Callable[[bytes, Path], None]


def _clip(suffix: str) -> Target:
    def target(data: bytes, folder: Path) -> None:
        (folder / f"clip{suffix}").write_bytes(data)
        read_video(folder / f"clip{suffix}", max_seconds=2, limits=SMALL)

    return target


@cache
def _cinema() -> Cinemagraph:
    start = np.ones((48, 64), np.int32)
    mask = np.zeros((48, 64), bool)
    mask[24:] = True
    period = np.where(mask, 8, 1).astype(np.int32)
    response = SemanticResponse(np.ones((12, 48, 64, 1), np.float32), ("water",))
    candidate = Candidate(("water",), mask)
    clip = Video(pool(12), 25)
    return Cinemagraph(clip, candidate, period, start, LoopEnergy(0, 0, 0), LoopParameters(), response)


def _labels(data: bytes, folder: Path) -> None:
    (folder / "labels.png").write_bytes(data)
    load_cinemagraph(folder / "labels.png", _cinema().video)


def _mask(data: bytes, folder: Path) -> None:
    (folder / "masks").mkdir(exist_ok=True)
    (folder / "masks" / "water.png").write_bytes(data)
    segment(_cinema().video, f"masks:{folder / 'masks'}")


def _names(data: bytes, folder: Path) -> None:
    save_mask(folder / "ids", "0")
    (folder / "ids" / "labels.json").write_bytes(data)
    segment(_cinema().video, f"masks:{folder / 'ids'}")


def _table(suffix: str) -> Target:
    def target(data: bytes, folder: Path) -> None:
        (folder / f"table{suffix}").write_bytes(data)
        with RatingStore("sqlite://") as store:
            store.import_ratings(folder / f"table{suffix}", add_items=True)

    return target


def _weights(suffix: str) -> Target:
    def target(data: bytes, folder: Path) -> None:
        (folder / f"w{suffix}").write_bytes(data)
        load_weights(folder / f"w{suffix}", {"conv1_1.weight": (2, 3)})

    return target


def _features(data: bytes, folder: Path) -> None:
    (folder / f"1{ENDING}").write_bytes(data)
    with RatingStore("sqlite://") as store:
        store.add_cinemagraph("1", features_beside(folder / "1.mp4"))


def _review(data: bytes, folder: Path) -> None:
    (folder / "review.json").write_bytes(data)
    Review.load(folder / "review.json").having("accepted")


def _scores(data: bytes, folder: Path) -> None:
    """Five bytes for type and shape, the rest values."""
    kinds = ("f4", "f8", "f2", "u1", "i4", "?", "U1", "c8")
    kind, *shape = (*data[:5], 0, 0, 0, 0, 0)[:5]
    dtype = np.dtype(kinds[kind % len(kinds)])
    shape = [n % 5 for n in shape][: 2 + kind % 3]
    values = np.frombuffer(data[5:].ljust(2500, b"\0")[:2500], np.uint8)
    if dtype.kind == "U":
        array = np.full(shape, "a")
    else:
        array = (
            np.resize(values.view(np.uint8), int(np.prod(shape)) * dtype.itemsize).view(dtype).reshape(shape)
        )
    with np.errstate(all="ignore"):
        response = SemanticResponse(array, ("water", "background", "grass", "person")[: shape[-1]])
        response.occurrences()
        response.select(response.categories[:1]).scores[0]


def _message(data: bytes, folder: Path) -> None:
    """Any JSON as what a page sends to each widget, as a message and as a change of its state."""
    try:
        content = json.loads(data)
    except (ValueError, RecursionError):
        return
    session, painter, explorer, gallery, player = _widgets(str(folder))
    session._asked(content)
    if not isinstance(content, dict):
        return
    session.set_state(content)
    for widget in (painter, explorer, gallery, player):
        with suppress(TraitError):  # what a trait refuses, ipywidgets logs
            widget.set_state(content)
    with suppress(SemcineError):
        painter._asked(content)
    explorer._asked(content)
    gallery._asked(content)
    assert all(event.value in (None, 1, 2, 3, 4, 5) for event in session.session.store.history())


@cache
def _widgets(
    folder: str,
) -> tuple[RatingSession, MaskPainter, LoopExplorer, CandidateGallery, CinemagraphPlayer]:
    clip = Path(folder) / "shown.mp4"
    _cinema().video.save(clip)
    store = RatingStore("sqlite://")
    for i in range(3):
        store.add_cinemagraph(f"item {i}", path=clip)
    session = RatingSession(store, person="ann", protocol=Protocol(pilot=0))
    gallery = CandidateGallery(ranked_of(48, 32, ("water", "sea")), folder=folder)
    players = gallery, CinemagraphPlayer(_cinema())
    return session, MaskPainter(_cinema().video), LoopExplorer(_cinema()), *players


def _animation(kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    first, *rest = [Image.fromarray(frame) for frame in pool(6)[:, 24:, :32]]
    first.save(buffer, kind, save_all=True, append_images=rest, duration=40, **options)
    return buffer.getvalue()


def _file(suffix: str, folder: Path, **options: str) -> bytes:
    path = encode(folder / f"seed{suffix}", pool(8)[:, 24:, :32], **options)
    return path.read_bytes()


TARGETS: dict[str, Target] = {
    "mp4": _clip(".mp4"), "mkv": _clip(".mkv"), "avi": _clip(".avi"), "ts": _clip(".ts"),
    "gif": _clip(".gif"), "png": _clip(".png"), "webp": _clip(".webp"),
    "labels": _labels, "mask": _mask, "labels.json": _names, "scores": _scores,
    "csv": _table(".csv"), "parquet": _table(".parquet"),
    "npz": _weights(".npz"), "safetensors": _weights(".safetensors"), "caffemodel": _weights(".caffemodel"),
    "pth": _weights(".pth"), "features": _features, "review": _review, "message": _message,
}  # fmt: skip
MESSAGES = (
    {"do": "rate", "value": 5, "serial": 1, "loops": 2.5}, {"do": "begin", "agreed": True}, {"do": "undo"},
    {"do": "skip", "serial": 1}, {"do": "pause"}, {"do": "resume"},
    {"mask_bits": "", "change": {"kind": "stroke"}},
    {"do": "superpixel", "x": 3, "y": 4}, {"kind": "clip", "x": 1, "y": 2}, {"category": "water"},
    {"do": "save"}, {"chosen": 1, "compared": [0, 1]}, {"format": "gif", "still": 3},
)  # fmt: skip


def seeds(folder: Path) -> dict[str, list[bytes]]:
    """Valid input of each kind, which mutation starts from."""
    _cinema().save_labels(folder / "seed.png")
    save_mask(folder / "seed", "water")
    save_features(folder / "seed-features.npz", StoredFeatures(np.ones(3), {"a": slice(0, 3)}, ("", "", "")))
    table = pd.DataFrame({"person": ["ann", "ben"], "item": ["pond", "sea"], "value": [4, 5]})
    weights = {"conv1_1.weight": np.ones((2, 3), np.float32)}
    packed, tables = io.BytesIO(), io.BytesIO()
    np.savez(packed, **weights)
    table.to_parquet(tables)
    state = io.BytesIO()
    import torch

    torch.save({"conv1_1.weight": torch.ones(2, 3)}, state)
    blob = b"\x3a\x04\x0a\x02\x02\x03\x2a\x18" + struct.pack("<6f", *range(6))
    layer = b"\x0a\x07conv1_1" + b"\x3a" + bytes([len(blob)]) + blob
    return {
        "mp4": [_file(".mp4", folder)], "mkv": [_file(".mkv", folder)], "ts": [_file(".ts", folder)],
        "avi": [_file(".avi", folder, codec="mjpeg", pix_fmt="yuvj420p")],
        "gif": [_animation("GIF")], "png": [_animation("PNG")], "webp": [_animation("WEBP")],
        "labels": [(folder / "seed.png").read_bytes()],
        "mask": [(folder / "seed" / "water.png").read_bytes()],
        "labels.json": [b'{"0": "background", "255": "water"}'],
        "scores": [bytes([5, 2, 3, 4, 2, *range(200)]), bytes([2, 1, 2, 2, 2, 0, 60])],
        "csv": [table.to_csv(index=False).encode()], "parquet": [tables.getvalue()],
        "npz": [packed.getvalue()], "safetensors": [save(weights)], "pth": [state.getvalue()],
        "caffemodel": [b"\xa2\x06" + bytes([len(layer)]) + layer],
        "features": [(folder / "seed-features.npz").read_bytes()],
        "review": [json.dumps({"folder": ".", "entries": [asdict(Entry("1", "1.mp4"))]}).encode()],
        "message": [json.dumps(message).encode() for message in MESSAGES],
    }  # fmt: skip


def attempt(name: str, data: bytes, folder: Path) -> bool:
    """Give a reader bytes; whether it took them. Anything but a SemcineError of one line comes through."""
    try:
        TARGETS[name](data, folder)
    except SemcineError as error:
        said = str(error)
    else:
        return True
    assert said.strip()
    assert len(said) < 3000
    return False
