"""An order without any ratings: seamless, lively loops of whole objects come first.

This is a rule of thumb and not the paper's model; it serves until people have rated.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..looping.quality import LoopQuality

_LIVELY = 2.0  # gray levels a frame at which liveliness is one half
_PRESENT = 0.02  # share of the picture from which on a target counts as well visible


@dataclass(frozen=True)
class UnratedScore:
    """``value`` in [0, 1] is the product of the five parts, each in [0, 1]."""

    seamless: float  # 1 where the loop's jump is not above the clip's own change from frame to frame
    covered: float  # root of the share of the target that moves
    lively: float  # how much the target changes from frame to frame, saturating
    present: float  # fourth root of the target's share of the picture, full from 2 % on
    kept: float  # how much of the target's movement in the clip its loops show

    @property
    def value(self) -> float:
        """The score by which candidates are ordered."""
        return self.seamless * self.covered * self.lively * self.present * self.kept

    def sentence(self) -> str:
        """Why it stands where it stands, in words."""
        if self.value == 0:
            return "Nothing in it moves."
        parts = {
            "seamless": self.seamless,
            "moving as a whole": self.covered,
            "lively": self.lively,
            "well visible": self.present,
            "true to its movement": self.kept,
        }
        good = [name for name, part in parts.items() if part >= 0.7]
        weak = [name for name, part in parts.items() if part < 0.4]
        text = "Loop quality and dynamism: " + (", ".join(good) or "nothing stands out")
        return text + (f"; but less {' and '.join(weak)}." if weak else ".")


def unrated_score(quality: LoopQuality, area: float, kept: float = 1.0) -> UnratedScore:
    """Score a measured loop.

    Parameters
    ----------
    quality : ``semcine_nb.looping.quality.measure`` of the rendered loop over its target
    area : share of the picture that the target covers
    kept : ``semcine_nb.looping.evaluation.motion_kept``. Sensor noise makes every loop look lively, also one
        that shows a street while the people who cross it are away; of their movement it keeps nothing.
    """
    coverage = quality.tearing.coverage
    if not coverage or math.isnan(coverage) or math.isnan(kept):
        return UnratedScore(0.0, 0.0, 0.0, 0.0, 0.0)
    jump = 1.0 if math.isnan(quality.wrap_jump) else quality.wrap_jump
    return UnratedScore(
        seamless=1 / (1 + max(0.0, jump - 1)),
        covered=math.sqrt(coverage),
        # what moves, moves by dynamism / coverage a frame
        lively=quality.dynamism / (quality.dynamism + _LIVELY * coverage),
        present=min(1.0, area / _PRESENT) ** 0.25,
        kept=min(1.0, max(0.0, kept)),
    )
