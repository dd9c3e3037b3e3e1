"""Every constant of the loop optimisation, with the paper's value, symbol and source."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields

from ..errors import LoopError


@dataclass(frozen=True)
class LoopParameters:
    """Constants of eq. (1)–(7) and of Algorithm 1; the defaults are the supplement's, Section 2.

    Colors are in [0, 1] and lengths in frames. ``None`` means "from the clip", as each field says.
    """

    w: float = 0.2  # w: weight of semantics against color in eq. (2) and (4)
    alpha_label: float = 1.0  # α₁: weight of E_label in eq. (1)
    alpha_spatial: float = 15.0  # α₂: weight of E_spa in eq. (1)
    lambda_temporal: float = 125.0  # λ_t on natural categories, eq. (3); half of it elsewhere
    lambda_spatial: float = 10.0  # λ_s·√K, eq. (5): the factor is lambda_spatial / √K
    alpha_static: float = 0.03  # α_sta, eq. (7)
    lambda_static: float = 100.0  # λ_sta, eq. (7)
    sigma_space: float = 0.9  # σ_x of N in eq. (7), pixels
    sigma_time: float = 1.2  # σ_t of N in eq. (7), frames
    alpha_infinity: float = 1000.0  # α_∞, eq. (6): price of a short period on a natural category
    occurrence_threshold: float = 0.15  # thr. / T of the candidate maps π, Section 3.1
    merging: float = 0.01  # not in the paper: share of the energy that merging pieces of objects may cost
    step: int = 4  # grid of periods and starts, frames
    min_period: int | None = None  # shortest loop, frames; None: 32, less below 24 frames a second
    max_period: int | None = None  # longest loop, frames; None: what the clip holds
    short_period: int | None = None  # P_short, eq. (6), frames; None: 20, less below 24 frames a second

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if value is None and field.default is None:
                continue
            if value is None or not (math.isfinite(value) and value >= 0):
                raise LoopError(f"LoopParameters.{field.name} is {value!r}; it must be a finite number >= 0.")
        if self.w > 1:
            raise LoopError(f"LoopParameters.w is {self.w!r}; it weighs two terms and must lie in [0, 1].")
        if self.step < 1:
            raise LoopError(f"LoopParameters.step is {self.step!r}; it must be at least 1 frame.")
        if self.min_period is not None and self.min_period < 2:
            raise LoopError(
                f"LoopParameters.min_period is {self.min_period!r}; a loop needs at least 2 frames."
            )

    def shortest_period(self, fps: float) -> int:
        """Shortest period in frames: 32 (supplement, Section 2), scaled with the rate below 24 fps."""
        if self.min_period is not None:
            return self.min_period
        return 32 if fps >= 24 else max(8, 4 * round(32 * fps / 120))

    def short_range(self, fps: float) -> int:
        """P_short of eq. (6) in frames: 20, scaled like the shortest period."""
        if self.short_period is not None:
            return self.short_period
        return 20 if fps >= 24 else 4 * round(20 * fps / 120)
