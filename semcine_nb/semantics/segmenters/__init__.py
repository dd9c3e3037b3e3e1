"""Segmenters: one file each, and one function to call any of them."""

from .clicks import Clicks
from .combined import Combined
from .keyframes import segment_key_frames
from .masks import MaskFolder, Masks
from .protocol import Segmenter
from .registry import KINDS, resolve_segmenter, segment

__all__ = [
    "KINDS",
    "Clicks",
    "Combined",
    "MaskFolder",
    "Masks",
    "Segmenter",
    "resolve_segmenter",
    "segment",
    "segment_key_frames",
]
