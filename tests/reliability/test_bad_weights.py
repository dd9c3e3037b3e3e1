"""Weights and models that are missing, cut short, of another network, or would run code."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from reliability_table import Case
from safetensors.numpy import save, save_file
from small_pool import Make

from semcine_nb.errors import RatingError, SegmentationError
from semcine_nb.preference.features.c3d import load_c3d
from semcine_nb.semantics.segmenters.caffe import load_weights


class Runs:
    """What a pickle would run when it is read."""

    def __reduce__(self) -> tuple[object, ...]:
        return (Path.touch, (Path("was-run"),))


def garbage(path: Path) -> Path:
    path.write_bytes(b"no weights at all " * 50)
    return path


def cut(path: Path) -> Path:
    data = save({"conv1_1.weight": np.zeros((64, 3, 3, 3), np.float32)})
    path.write_bytes(data[: len(data) // 2])
    return path


def other_network(path: Path) -> Path:
    save_file({"resnet.weight": np.zeros((2, 3), np.float32)}, path)
    return path


def pickled(path: Path) -> Path:
    import torch

    torch.save({"conv1_1.weight": Runs()}, path)
    return path


def object_array(path: Path) -> Path:
    np.savez(path, **{"conv1_1/0": np.array([Runs()], dtype=object)})
    return path


def zip_bomb(path: Path) -> Path:
    """Nine members of a billion zeros each, in nine megabytes less 99.9 %."""
    head = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        head, {"descr": "<f4", "fortran_order": False, "shape": (250_000_000,)}
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.npy", head.getvalue() + bytes(1_000_000))
    data = path.read_bytes()
    # what the directory says of the size is all that a reader knows before it unpacks
    said = (head.tell() + 1_000_000).to_bytes(4, "little")
    path.write_bytes(data.replace(said, (4_000_000_000).to_bytes(4, "little")))
    return path


WEIGHTS: dict[str, Callable[[Path], str]] = {
    "fcn8s missing": lambda folder: f"fcn8s:{folder / 'none.npz'}",
    "fcn8s garbage": lambda folder: f"fcn8s:{garbage(folder / 'a.pth')}",
    "fcn8s cut": lambda folder: f"fcn8s:{cut(folder / 'a.safetensors')}",
    "fcn8s other": lambda folder: f"fcn8s:{other_network(folder / 'a.safetensors')}",
    "fcn8s pickle": lambda folder: f"fcn8s:{pickled(folder / 'a.pth')}",
    "fcn8s objects": lambda folder: f"fcn8s:{object_array(folder / 'a.npz')}",
    "fcn8s suffix": lambda folder: f"fcn8s:{garbage(folder / 'a.h5')}",
    "onnx missing": lambda folder: f"onnx:{folder / 'none.onnx'}",
    "onnx garbage": lambda folder: f"onnx:{garbage(folder / 'a.onnx')}",
    "hub folder": lambda folder: f"huggingface:{folder}",
}


@pytest.mark.parametrize("name", WEIGHTS)
def test_bad_weights(name: str, make: Make, case: Case, clip: Path, tmp_path: Path) -> None:
    case.holds(*make(clip, "--segmenter", WEIGHTS[name](tmp_path)))
    assert not (tmp_path / "was-run").exists()


def test_an_archive_that_unpacks_to_gigabytes(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEMCINE_LIMITS", "0.1")
    with pytest.raises(SegmentationError) as refused:
        load_weights(zip_bomb(tmp_path / "a.npz"), {"conv1_1.weight": (1,)})
    case.says(str(refused.value))


def test_c3d_weights_that_would_run_code(case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(RatingError) as refused:
        load_c3d(pickled(tmp_path / "c3d.pth"))
    case.says(str(refused.value))
    assert not (tmp_path / "was-run").exists()
