"""The painter's super-pixels, and the scribbles that teach the segmenter."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import traitlets
from numpy.typing import NDArray

from semcine_nb.errors import SemcineError
from semcine_nb.semantics import Clicks
from semcine_nb.video import Video

from .geometry import Mask, Points


class Lessons(traitlets.HasTraits):
    """The part of MaskPainter that learns from the clip."""

    superpixels = traitlets.CBytes().tag(sync=True)  # (H, W) uint16
    lessons = traitlets.List(traitlets.Dict()).tag(sync=True)
    preview = traitlets.CBytes().tag(sync=True)  # (h, w) uint8, indices into preview_info["names"]
    preview_info = traitlets.Dict().tag(sync=True)

    video: Video
    mask: Mask
    category: Any
    frame: Any
    status: Any
    _clicks: Clicks | None = None
    _cells: NDArray[np.uint16] | None = None

    def _edit(self, kind: str, mask: Mask) -> None:
        raise NotImplementedError

    def find_superpixels(self) -> NDArray[np.uint16]:
        """The number of each pixel's super-pixel, (H, W): SLIC of the middle frame, computed once."""
        if self._cells is None:
            from skimage.segmentation import slic

            middle = self.video.frames[len(self.video.frames) // 2]
            count = int(np.clip(self.video.width * self.video.height / 500, 60, 900))
            self._cells = slic(middle, n_segments=count, compactness=12, start_label=0).astype(np.uint16)
            self.superpixels = self._cells.tobytes()
        return self._cells

    def toggle_superpixel(self, x: int, y: int) -> None:
        """Add the super-pixel at (x, y), or remove it where most of it is set."""
        cells = self.find_superpixels()
        part = cells == cells[y, x]
        self._edit("superpixel", np.where(part, self.mask[part].mean() <= 0.5, self.mask))

    @property
    def clicks(self) -> Clicks:
        """The segmenter that is taught; ``segment(video, painter.clicks)`` applies it to the whole clip."""
        if self._clicks is None:
            self._clicks = Clicks(self.video)
        return self._clicks

    def teach(self, category: str, points: Points, frame: int | None = None) -> None:
        """Name the category under a click or scribble through ``points`` (x, y); the refit maps show."""
        frame = self.frame if frame is None else frame
        size = np.array([self.video.width, self.video.height]) - 1e-3
        inside = [np.clip(np.asarray(tuple(point), float) - 0.5, 0, size - 1).tolist() for point in points]
        self.clicks.scribble(category, inside, frame)
        self.lessons = [*self.lessons, {"category": category, "points": inside, "frame": frame}]
        self._show_lesson()

    def unteach(self) -> None:
        """Take the last click or scribble back."""
        self.clicks.undo()
        self.lessons = self.lessons[:-1]
        self._show_lesson()

    def _show_lesson(self) -> None:
        names = self.clicks.categories
        if len(names) < 2:
            self.preview, self.status = b"", "Scribble on one more category, or on background."
            return
        labels = self.clicks.preview(self.frame).argmax(axis=-1).astype(np.uint8)
        self.preview_info = {"names": list(names), "width": labels.shape[1], "height": labels.shape[0]}
        self.preview, self.status = labels.tobytes(), ""

    def accept(self) -> None:
        """Take the preview of the active category as its map."""
        names = self.preview_info.get("names", [])
        if not self.preview or self.category not in names:
            raise SemcineError(f"Scribble on {self.category} and on something else first.")
        scores = self.clicks.preview(self.frame)
        fine = cv2.resize(scores, (self.video.width, self.video.height), interpolation=cv2.INTER_LINEAR)
        self._edit("teach", np.asarray(fine.argmax(axis=-1) == names.index(self.category)))
