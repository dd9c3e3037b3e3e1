"""A clip: read, trimmed, down-sampled, stabilised and written."""

from .clip import Origin, Video
from .reading import read_video

__all__ = ["Origin", "Video", "read_video"]
