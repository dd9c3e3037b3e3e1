"""Weights and models that are missing, cut short, of another network, or would run code."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from broken_files import half_of
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


def cut_caffemodel(path: Path) -> Path:
    """A layer that announces 100 bytes and has 2."""
    path.write_bytes(b"\xa2\x06\x64\x0a\x07")
    return path


def numbered(path: Path) -> Path:
    """A list of tensors, as some programs save them, instead of names."""
    import torch

    torch.save({1: torch.ones(2), 2: torch.ones(3)}, path)
    return path


def onnx_model(path: Path, shape: tuple[Any, ...] = (1, 3, "h", "w"), description: str = "") -> Path:
    """A model that gives its picture back as three classes."""
    onnx = pytest.importorskip("onnx")
    one, number = onnx.helper, onnx.TensorProto.FLOAT
    node = one.make_node("Identity", ["x"], ["y"])
    ends = [[one.make_tensor_value_info(name, number, shape)] for name in "xy"]
    model = one.make_model(one.make_graph([node], "test", *ends), opset_imports=[one.make_opsetid("", 17)])
    model.ir_version = 9
    onnx.save(model, str(path))
    if description:
        path.with_suffix(".json").write_text(description)
    return path


def hub_model(folder: Path, labels: tuple[str, ...]) -> Path:
    """A tiny network as transformers saves it."""
    transformers = pytest.importorskip("transformers")
    transformers.utils.logging.disable_progress_bar()  # a line of its own, and not of ours
    config = transformers.SegformerConfig(
        depths=[1] * 4,
        hidden_sizes=[4, 4, 8, 8],
        num_attention_heads=[1] * 4,
        decoder_hidden_size=8,
        id2label=dict(enumerate(labels)),
    )
    transformers.SegformerForSemanticSegmentation(config).save_pretrained(folder)
    return folder


def hub_cut(folder: Path) -> Path:
    weights = hub_model(folder, ("wall", "river")) / "model.safetensors"
    half_of(weights, weights)
    return folder


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
    "fcn8s caffemodel": lambda folder: f"fcn8s:{cut_caffemodel(folder / 'a.caffemodel')}",
    "fcn8s unnamed": lambda folder: f"fcn8s:{numbered(folder / 'a.pth')}",
    "fcn8s bomb": lambda folder: f"fcn8s:{zip_bomb(folder / 'a.npz')}",
    "fcn8s suffix": lambda folder: f"fcn8s:{garbage(folder / 'a.h5')}",
    "onnx missing": lambda folder: f"onnx:{folder / 'none.onnx'}",
    "onnx garbage": lambda folder: f"onnx:{garbage(folder / 'a.onnx')}",
    "onnx other": lambda folder: f"onnx:{onnx_model(folder / 'a.onnx', (1, 7))}",
    "onnx unnamed": lambda folder: f"onnx:{onnx_model(folder / 'a.onnx')}",
    "onnx broken description": lambda folder: f"onnx:{onnx_model(folder / 'a.onnx', description='{')}",
    "onnx odd description": lambda folder: f"onnx:{onnx_model(folder / 'a.onnx', description=ODD_SIZE)}",
    "hub folder": lambda folder: f"huggingface:{folder}",
    "hub cut": lambda folder: f"huggingface:{hub_cut(folder / 'model')}",
    "hub labels": lambda folder: f"huggingface:{hub_model(folder / 'model', ('wall', 'zeppelin'))}",
}
ODD_SIZE = '{"id2label": {"0": "water", "1": "person", "2": "tree"}, "size": "large"}'


@pytest.mark.parametrize("name", WEIGHTS)
def test_bad_weights(
    name: str, make: Make, case: Case, clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if name == "fcn8s bomb":
        monkeypatch.setenv("SEMCINE_LIMITS", "0.1")
    case.holds(*make(clip, "--segmenter", WEIGHTS[name](tmp_path)))
    assert not (tmp_path / "was-run").exists()


def test_weights_that_are_text_are_refused_in_a_sentence(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", **{"conv1_1/0": np.full((1,), "a")})
    with pytest.raises(SegmentationError, match=r"cannot read the weights in .*a\.npz: .*export it again"):
        load_weights(tmp_path / "a.npz", {"conv1_1.weight": (1,)})


def test_c3d_weights_that_are_no_tensors_are_refused_in_a_sentence(tmp_path: Path) -> None:
    import torch

    torch.save({"conv1a.weight": 5, 7: "seven"}, tmp_path / "c3d.pth")
    with pytest.raises(RatingError, match=r"has no conv1a\.weight, so it is of another network"):
        load_c3d(tmp_path / "c3d.pth")


def test_c3d_weights_that_would_run_code(case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(RatingError) as refused:
        load_c3d(pickled(tmp_path / "c3d.pth"))
    case.says(str(refused.value))
    assert not (tmp_path / "was-run").exists()
