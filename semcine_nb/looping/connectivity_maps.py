"""Where a seam is cheap: γ_s of eq. (5) and that of Liao et al., spread over the picture (Fig. 2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .baselines import LIAO_2013, _colour_connectivity
from .energy import connectivity
from .parameters import LoopParameters

if TYPE_CHECKING:
    from ..semantics import SemanticResponse
    from ..video import Video


@dataclass(frozen=True, eq=False)
class ConnectivityMaps:
    """γ_s, of a pixel's pairs to the right and below the smaller one: 1 where neighbours belong together.

    Attributes
    ----------
    colour : (H, W) float32, Liao et al. 2013: small where the difference of colours varies over time
    semantic : (H, W) float32, eq. (5): small where different categories occur
    """

    colour: NDArray[np.float32]
    semantic: NDArray[np.float32]


def connectivity_maps(
    clip: Video,
    response: SemanticResponse,
    parameters: LoopParameters | None = None,
    liao: LoopParameters = LIAO_2013,
) -> ConnectivityMaps:
    """Both potentials of a clip; ``parameters`` hold λ_s of eq. (5), ``liao`` that of Liao et al."""
    height, width = clip.frames.shape[1:3]
    colour = np.ones((height, width), np.float32), np.ones((height, width), np.float32)
    _colour_connectivity(clip.frames, np.float32(liao.lambda_spatial / 255), *colour)
    semantic = np.ones((2, height, width), np.float32)
    semantic[0, :, :-1], semantic[1, :-1] = connectivity(response, parameters or LoopParameters())
    return ConnectivityMaps(np.minimum(*colour), np.minimum(*semantic))
