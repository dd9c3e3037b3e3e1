"""Context features: what can be measured of a cinemagraph, without torch until the motion block needs it."""

from __future__ import annotations

from .context import ContextFeatures, context_features

__all__ = ["ContextFeatures", "context_features"]
