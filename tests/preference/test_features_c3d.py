"""C3D: the published shapes, its windows, and weights from files good and bad."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
import torch
from torch import nn

from semcine_nb.errors import RatingError
from semcine_nb.preference.features.c3d import _LAYERS, C3D, c3d_motion, load_c3d, windows


@pytest.fixture
def published():
    """Names and shapes of the published layers, as zeros that take no memory."""
    state = {}
    for name, inputs, outputs in _LAYERS:
        state[f"{name}.weight"] = torch.zeros(1).expand(outputs, inputs, 3, 3, 3)
        state[f"{name}.bias"] = torch.zeros(1).expand(outputs)
    state["fc6.weight"] = torch.zeros(1).expand(4096, 8192)
    state["fc6.bias"] = torch.arange(4096.0) - 1000
    return state


def test_the_published_shapes_on_the_meta_device():
    shapes = {}

    def note(name):
        return lambda module, inputs, output: shapes.update({name: tuple(output.shape[1:])})

    with torch.device("meta"):
        network = C3D()
        for name, module in network.named_children():
            module.register_forward_hook(note(name))
        out = network(torch.empty(2, 3, 16, 112, 112))
    assert out.shape == (2, 4096)
    # Tran et al. (2015), Fig. 3: channels, frames, height, width before each pooling
    assert shapes == {
        "conv1a": (64, 16, 112, 112),
        "conv2a": (128, 16, 56, 56),
        "conv3a": (256, 8, 28, 28),
        "conv3b": (256, 8, 28, 28),
        "conv4a": (512, 4, 14, 14),
        "conv4b": (512, 4, 14, 14),
        "conv5a": (512, 2, 7, 7),
        "conv5b": (512, 2, 7, 7),
        "fc6": (4096,),
    }


def test_the_published_number_of_parameters():
    with torch.device("meta"):
        counts = {name: sum(p.numel() for p in m.parameters()) for name, m in C3D().named_children()}
    assert counts["conv1a"] == 64 * 3 * 27 + 64
    assert counts["conv5b"] == 512 * 512 * 27 + 512
    assert counts["fc6"] == 8192 * 4096 + 4096
    assert sum(counts.values()) - counts["fc6"] == 27_655_936  # the eight convolutions


@pytest.mark.parametrize(("frames", "count"), [(16, 1), (23, 1), (24, 2), (40, 4), (5, 1)])
def test_windows_of_sixteen_every_eight(frames, count):
    # frame t is t gray levels bright
    loop = np.stack([np.full((30, 40, 3), t, np.uint8) for t in range(frames)])
    found = list(windows(loop))
    assert len(found) == count
    for i, window in enumerate(found):
        assert window.shape == (3, 16, 112, 112)
        levels = window[0, :, 50, 50] + 90  # blue is first, its mean is 90
        assert levels.tolist() == [(8 * i + t) % frames for t in range(16)]


def test_blue_comes_first_and_the_center_is_kept():
    picture = np.zeros((128, 171, 3), np.uint8)
    picture[8:120, 29:141] = (10, 20, 30)  # exactly the crop
    window = next(windows(np.repeat(picture[None], 16, axis=0)))
    assert [float(c) for c in window.amin((1, 2, 3))] == [30 - 90, 20 - 98, 10 - 102]
    assert torch.equal(window.amin((1, 2, 3)), window.amax((1, 2, 3)))


def test_windows_are_averaged():
    class First(nn.Module):
        """Says the brightness of its window's first frame 4096 times."""

        def forward(self, x):
            return (x[:, 0, 0, 0, 0] + 90)[:, None].expand(-1, 4096)

    loop = np.stack([np.full((30, 40, 3), t, np.uint8) for t in range(40)])
    assert c3d_motion(loop, First()) == pytest.approx((0 + 8 + 16 + 24) / 4)


def rename(state):
    """As PyTorch conversions call the layers, and with what they carry besides."""
    renamed = {
        "module." + k.replace("conv1a", "conv1").replace("conv2a", "conv2"): v for k, v in state.items()
    }
    return {"epoch": 3, "state_dict": {**renamed, "module.fc8.bias": torch.zeros(487)}}


@pytest.mark.parametrize("dress", [dict, rename])
def test_weights_load_and_run(tmp_path, published, dress):
    torch.save(dress(published), tmp_path / "c3d.pt")
    network = load_c3d(tmp_path / "c3d.pt")
    assert not any(p.requires_grad for p in network.parameters())
    assert torch.equal(network.fc6.bias, published["fc6.bias"])


def test_fc6_is_rectified(tmp_path, published):
    torch.save(published, tmp_path / "c3d.pt")
    values = c3d_motion(np.zeros((16, 8, 8, 3), np.uint8), load_c3d(tmp_path / "c3d.pt"))
    assert values.tolist() == np.maximum(np.arange(4096.0) - 1000, 0).tolist()


def test_weights_from_safetensors(tmp_path, published):
    from safetensors.torch import save_file

    half = {name: value.to(torch.float16).contiguous() for name, value in published.items()}
    save_file(half, tmp_path / "c3d.safetensors")
    network = load_c3d(tmp_path / "c3d.safetensors")
    assert network.fc6.bias.dtype == torch.float32
    assert network.fc6.bias[-2] == 3094  # which half precision holds exactly


def test_a_missing_layer_is_named(tmp_path, published):
    del published["conv4b.bias"]
    torch.save(published, tmp_path / "c3d.pt")
    with pytest.raises(RatingError, match=r"no conv4b\.bias"):
        load_c3d(tmp_path / "c3d.pt")


def test_a_layer_of_another_shape_is_named(tmp_path, published):
    published["fc6.bias"] = torch.zeros(487)
    torch.save(published, tmp_path / "c3d.pt")
    with pytest.raises(RatingError, match=r"fc6\.bias .* is \(487,\); C3D's is \(4096,\)"):
        load_c3d(tmp_path / "c3d.pt")


class Harmful:
    def __reduce__(self):
        return RuntimeError, ("this code was run",)


@pytest.mark.parametrize("content", [b"", b"not weights", pickle.dumps(Harmful(), protocol=2), None])
@pytest.mark.parametrize("suffix", [".pt", ".safetensors"])
def test_a_file_that_is_none_is_refused(tmp_path, content, suffix):
    path = tmp_path / f"weights{suffix}"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(RatingError, match="cannot be read") as raised:
        load_c3d(path)
    assert "this code was run" not in str(raised.value)


def test_what_is_no_state_dict_is_refused(tmp_path):
    torch.save([1, 2], tmp_path / "list.pt")
    with pytest.raises(RatingError, match="holds a list"):
        load_c3d(tmp_path / "list.pt")
