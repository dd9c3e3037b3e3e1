"""A clip: read, trimmed, down-sampled, stabilized and written."""

from .clip import Origin, Video
from .reading import planned_shape, read_source, read_video
from .stabilization import Drift, camera_drift, measure_drift, stabilize_video
from .writing import Written, write_video

__all__ = [
    "Drift",
    "Origin",
    "Video",
    "Written",
    "camera_drift",
    "measure_drift",
    "planned_shape",
    "read_source",
    "read_video",
    "stabilize_video",
    "write_video",
]
