"""Matrices, gamuts and high dynamic range, against figures of the standards."""

from __future__ import annotations

import numpy as np
import pytest

from semcine_nb.video import color


@pytest.mark.parametrize(
    ("named", "size", "matrix"),
    [
        (1, (320, 240), 1),
        (5, (1920, 1080), 5),
        (6, (1920, 1080), 5),
        (9, (320, 240), 9),
        (2, (1280, 534), 1),
        (2, (768, 576), 5),
    ],
)
def test_the_named_matrix_wins_and_size_decides_where_none_is(
    named: int, size: tuple[int, int], matrix: int
) -> None:
    assert color.matrix_of(named, *size) == matrix


def gray(code: float) -> np.ndarray:
    return np.full((1, 1, 3), round(code * 65535), np.uint16)


def test_pq_levels_are_those_of_st_2084() -> None:
    # SMPTE ST 2084: 100 cd/m² is coded 0.5081, 1000 cd/m² 0.7518, 10000 cd/m² 1
    table = color._eotf(color.PQ)
    assert table[round(0.5081 * 65535)] == pytest.approx(100, rel=2e-3)
    assert table[round(0.7518 * 65535)] == pytest.approx(1000, rel=2e-3)
    assert table[65535] == pytest.approx(10000)


def test_hlg_levels_are_those_of_b67() -> None:
    table = color._eotf(color.HLG)
    assert table[round(0.5 * 65535)] == pytest.approx(1 / 12, rel=1e-3)
    assert table[65535] == pytest.approx(1, rel=1e-3)


@pytest.mark.parametrize("transfer", [color.PQ, color.HLG])
def test_tone_mapping_keeps_black_white_grays_and_order(transfer: int) -> None:
    ramp = np.repeat(np.linspace(0, 65535, 512).astype(np.uint16)[None, :, None], 3, axis=2)
    mapped = color.tone_map(ramp, transfer, 9).astype(int)
    assert mapped[0, 0].tolist() == [0, 0, 0]
    assert mapped[0, -1].tolist() == [255, 255, 255]
    assert np.ptp(mapped, axis=2).max() <= 1  # BT.2020's gray is BT.709's
    assert np.diff(mapped[0, :, 0]).min() >= 0


def test_reference_white_of_hdr_is_bright_but_not_cut() -> None:
    # ITU-R BT.2408: reference white, 203 cd/m², is 58 % PQ and 75 % HLG: both must look alike
    from_pq = int(color.tone_map(gray(0.58), color.PQ, 9)[0, 0, 0])
    from_hlg = int(color.tone_map(gray(0.75), color.HLG, 9)[0, 0, 0])
    assert 215 <= from_pq <= 240
    assert abs(from_pq - from_hlg) <= 4


def test_a_bt709_red_within_bt2020_comes_back_as_pure_red() -> None:
    to_2020 = np.linalg.inv(np.array(color._TO_BT709[9]))
    light = to_2020 @ np.array([0.5, 0.0, 0.0])
    coded = np.rint(65535 * np.clip(light, 0, 1) ** (1 / 2.4)).astype(np.uint16).reshape(1, 1, 3)
    red, green, blue = (int(v) for v in color.narrow(coded, 9)[0, 0])
    assert abs(red - 255 * 0.5 ** (1 / 2.4)) <= 1
    assert max(green, blue) <= 12  # rounding of a level near black, through the steep end of the gamma


@pytest.mark.parametrize("primaries", [9, 12])
def test_gamut_matrices_keep_white(primaries: int) -> None:
    np.testing.assert_allclose(np.sum(color._TO_BT709[primaries], axis=1), 1, atol=2e-5)
