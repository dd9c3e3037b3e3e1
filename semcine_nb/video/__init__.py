"""A clip: read, trimmed, down-sampled, stabilised and written."""

from .clip import Origin, Video
from .reading import read_video
from .writing import Written, write_video

__all__ = ["Origin", "Video", "Written", "read_video", "write_video"]
