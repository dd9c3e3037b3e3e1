"""FCN-8s: the published sizes on the meta device, and the converter on a narrow copy of the network."""

import numpy as np
import pytest
import torch
from safetensors.numpy import save_file

from semcine_nb.errors import SegmentationError
from semcine_nb.semantics.segmenters.caffe import convert_blobs, load_weights, read_caffemodel
from semcine_nb.semantics.segmenters.fcn8s import FCN8s, Fcn8sSegmenter
from semcine_nb.video import Video

VGG16_CONVOLUTIONS = 14_714_688
FC6, FC7 = 512 * 7 * 7 * 4096 + 4096, 4096 * 4096 + 4096
SCORES = (4096 + 512 + 256) * 60 + 3 * 60
UPSAMPLING = 60 * 60 * (4 * 4 + 4 * 4 + 16 * 16)


@pytest.fixture(scope="module")
def published():
    with torch.device("meta"):
        return FCN8s().eval()


def test_published_parameter_counts(published):
    count = {name: sum(p.numel() for p in layer.parameters()) for name, layer in published.named_children()}
    assert sum(n for name, n in count.items() if name.startswith("conv")) == VGG16_CONVOLUTIONS
    assert count["fc6"] == FC6 == 102_764_544
    assert count["fc7"] == FC7 == 16_781_312
    assert sum(count.values()) == VGG16_CONVOLUTIONS + FC6 + FC7 + SCORES + UPSAMPLING == 135_589_364


def test_published_shapes(published):
    shapes = {name: tuple(value.shape) for name, value in published.state_dict().items()}
    assert shapes["conv1_1.weight"] == (64, 3, 3, 3)
    assert shapes["conv5_3.weight"] == (512, 512, 3, 3)
    assert shapes["fc6.weight"] == (4096, 512, 7, 7)
    assert shapes["score_fr.weight"] == (60, 4096, 1, 1)
    assert shapes["score_pool4.weight"] == (60, 512, 1, 1)
    assert shapes["score_pool3.weight"] == (60, 256, 1, 1)
    assert shapes["upscore8.weight"] == (60, 60, 16, 16)
    assert published.conv1_1.padding == (100, 100)
    assert len(shapes) == 2 * (13 + 2 + 3) + 3


@pytest.mark.parametrize("size", [(540, 960), (375, 500), (37, 53), (1, 1)])
def test_output_has_the_pictures_size(published, size):
    with torch.device("meta"):
        assert published(torch.empty(1, 3, *size)).shape == (1, 60, *size)


def test_skips_are_aligned_with_the_picture():
    """A bright square must come back in its place through each of the three branches."""
    for branch in ("score_pool3", "score_pool4"):
        network = FCN8s(width=1 / 64)
        with torch.no_grad():
            for parameter in network.parameters():
                parameter.zero_()
            for name, layer in network.named_children():
                if name.startswith("conv"):
                    layer.weight[0, 0, 1, 1] = 1  # each passes its picture through the first channel
            getattr(network, branch).weight[0, 0] = 1
            for name in ("upscore2", "upscore_pool4", "upscore8"):
                layer = getattr(network, name)
                layer.weight[0, 0] = _bilinear(layer.kernel_size[0])
        picture = torch.zeros(1, 3, 160, 160)
        picture[:, :, 64:96, 96:128] = 1
        with torch.inference_mode():
            score = network(picture)[0, 0]
        rows, columns = torch.nonzero(score > 0.5 * score.max(), as_tuple=True)
        # the square's middle is (79.5, 111.5); max pooling may shift it by a cell of the branch
        reach = 8 if branch == "score_pool3" else 16
        assert abs(rows.float().mean() - 79.5) <= reach / 2 + 1
        assert abs(columns.float().mean() - 111.5) <= reach / 2 + 1


def _bilinear(size):
    factor = (size + 1) // 2
    center = factor - 0.5 if size % 2 == 0 else factor - 1
    line = 1 - (torch.arange(size) - center).abs() / factor
    return line[:, None] * line[None]


@pytest.fixture
def narrow():
    torch.manual_seed(0)
    return FCN8s(width=1 / 64)


def blobs_of(network, separator="/"):
    part = {"weight": "0", "bias": "1"}
    return {
        separator.join([name.rsplit(".", 1)[0], part[name.rsplit(".", 1)[1]]]): value.numpy()
        for name, value in network.state_dict().items()
    }


def shapes_of(network):
    return {name: tuple(value.shape) for name, value in network.state_dict().items()}


def test_converter_folds_fully_connected_layers(narrow):
    blobs = blobs_of(narrow)
    blobs["fc6/0"] = blobs["fc6/0"].reshape(len(blobs["fc6/0"]), -1)  # as in VGG's own file
    blobs["fc8/0"] = np.zeros((1000, 64), np.float32)  # VGG's classifier is left out
    state = convert_blobs(blobs, shapes_of(narrow))
    assert set(state) == set(narrow.state_dict())
    for name, value in narrow.state_dict().items():
        np.testing.assert_array_equal(state[name], value.numpy())


@pytest.mark.parametrize("suffix", ["npz", "safetensors", "pth", "caffemodel", "old.caffemodel"])
def test_every_file_kind_loads_and_segments(narrow, suffix, tmp_path):
    path = tmp_path / f"weights.{suffix}"
    if suffix == "npz":
        np.savez(path, **blobs_of(narrow, "_"))
    elif suffix == "safetensors":
        save_file(blobs_of(narrow, "."), path)
    elif suffix == "pth":
        torch.save(narrow.state_dict(), path)
    else:
        path.write_bytes(caffemodel(blobs_of(narrow), old=suffix.startswith("old")))
    with torch.device("meta"):
        empty = FCN8s(width=1 / 64)
    segmenter = Fcn8sSegmenter(path, every=2, network=empty)
    assert len(segmenter.fingerprint()) > 64
    frames = np.random.default_rng(0).integers(0, 256, (3, 32, 48, 3), dtype=np.uint8)
    response = segmenter(Video(frames, 30.0))
    assert response.shape == (3, 32, 48, 32)
    np.testing.assert_allclose(response.scores[0].sum(axis=2), 1, atol=0.1)  # 32 roundings to uint8
    pixels = torch.from_numpy(
        (frames[0, ..., ::-1] - np.array([104.00698793, 116.66876762, 122.67891434])).copy()
    )
    with torch.inference_mode():
        expected = narrow(pixels.permute(2, 0, 1)[None].float()).softmax(dim=1)[0]
    water = expected[51] + expected[57]  # snow and water: the rows 52 and 58 of Fig. 8
    got = response.scores[0][..., response.index("water")]
    np.testing.assert_allclose(got, water.numpy(), atol=0.01)


def test_converter_refuses(narrow, tmp_path):
    shapes = shapes_of(narrow)
    blobs = blobs_of(narrow)
    with pytest.raises(SegmentationError, match=r"fc7.weight is \(2, 2\)"):
        convert_blobs(blobs | {"fc7/0": np.zeros((2, 2))}, shapes)
    del blobs["score_fr/1"]
    with pytest.raises(SegmentationError, match=r"lacks 1 of 39 blobs, first 'score_fr.bias'"):
        convert_blobs(blobs, shapes)
    (tmp_path / "w.txt").write_text("")
    with pytest.raises(SegmentationError, match=r"is no \.caffemodel"):
        load_weights(tmp_path / "w.txt", shapes)
    (tmp_path / "w.npz").write_bytes(b"junk")
    with pytest.raises(SegmentationError, match="cannot read"):
        load_weights(tmp_path / "w.npz", shapes)


def test_a_caffemodel_cut_short(narrow):
    data = caffemodel(blobs_of(narrow))
    with pytest.raises(SegmentationError, match="cut short"):
        read_caffemodel(data[:-3])


def test_pickles_that_run_code_are_refused(tmp_path):
    class Evil:
        def __reduce__(self):
            return (print, ("executed",))

    path = tmp_path / "evil.pth"
    torch.save({"conv1_1.weight": Evil()}, path)
    with pytest.raises(SegmentationError, match="cannot read"):
        load_weights(path, {"conv1_1.weight": (1,)})


def varint(value):
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)


def field(number, payload):
    return varint(number << 3 | 2) + varint(len(payload)) + payload


def caffemodel(blobs, old=False):
    """Blobs as NetParameter: of today, or with the V1 layers and (num, channels, height, width) of 2014."""
    layers = {}
    for name, blob in blobs.items():
        layers.setdefault(name.split("/")[0], []).append(blob)
    net = b""
    for name, parts in layers.items():
        layer = field(4 if old else 1, name.encode())
        for blob in parts:
            if old:
                legacy = (1,) * (4 - blob.ndim) + blob.shape
                shape = b"".join(varint(i << 3) + varint(n) for i, n in enumerate(legacy, 1))
            else:
                shape = field(7, field(1, b"".join(map(varint, blob.shape))))
            layer += field(6 if old else 7, shape + field(5, blob.astype("<f4").tobytes()))
        net += field(2 if old else 100, layer)
    return net
