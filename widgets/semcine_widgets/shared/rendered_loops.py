"""The loops as `save` writes them, with blended seams, beside or in place of the live ones."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import traitlets
from numpy.typing import NDArray

from semcine_nb.rendering.labelling import Labelling
from semcine_nb.rendering.render import render
from semcine_nb.video import Video

Loop = Callable[[], bytes]


def as_mp4(frames: NDArray[np.uint8], fps: float) -> bytes:
    """Frames (N, H, W, 3) as the bytes of an MP4 file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "loop.mp4"
        Video(frames, fps).save(path)
        return path.read_bytes()


def rendered_loop(video: Video, period: NDArray[np.int32], start: NDArray[np.int32], **options: Any) -> bytes:
    """The endless loop of a labelling (H, W), time-scaled and blended, as the bytes of an MP4 file."""
    return as_mp4(render(video.frames, Labelling(period, start), **options), video.fps)


class RenderedLoops(traitlets.HasTraits):
    """The part of player and gallery that renders in a thread, once somebody asks for it.

    Attributes
    ----------
    as_rendered : whether the loops show as `save` writes them: beside the live one in the player, in place of
        the live ones in the gallery, at the size that is shown
    rendering : whether some are being made
    rendered, rendered_sizes : MP4 files in a row, and the bytes of each
    """

    as_rendered = traitlets.Bool(False).tag(sync=True)
    rendering = traitlets.Bool(False).tag(sync=True)
    rendered = traitlets.CBytes(b"").tag(sync=True)
    rendered_sizes = traitlets.List(traitlets.Int()).tag(sync=True)

    error: Any
    _rendered_for: Any = None
    _render_work: threading.Thread | None = None

    def show_rendered(self, on: bool = True, wait: bool = True) -> None:
        """Show the rendered loops, or hide them. ``wait`` until they are rendered."""
        self.as_rendered = on
        if on and wait and self._render_work is not None:
            self._render_work.join()

    def _wanted_loops(self) -> tuple[Any, Sequence[Loop]]:
        """A key of everything that the loops depend on, and one function a loop that renders it."""
        raise NotImplementedError

    @traitlets.observe("as_rendered", "controls")
    def _render_what_is_wanted(self, _: Any) -> None:
        if not self.as_rendered:
            return
        key, makers = self._wanted_loops()
        if key == self._rendered_for:
            return
        self._rendered_for = key
        self.rendering = True
        work = threading.Thread(target=self._make, args=(key, makers), daemon=True)
        self._render_work = work
        work.start()

    def _make(self, key: Any, makers: Sequence[Loop]) -> None:
        loops: list[bytes] = []
        self._hand_over(loops)
        try:
            for maker in makers:
                loops.append(maker())
                if key != self._rendered_for:
                    return  # another still frame was chosen meanwhile: its own thread is at work
                self._hand_over(loops)
        except Exception as error:  # the thread has nobody else to tell
            self.error, self._rendered_for = str(error), None
        if key == self._rendered_for or self._rendered_for is None:
            self.rendering = False

    def _hand_over(self, loops: Sequence[bytes]) -> None:
        self.rendered, self.rendered_sizes = b"".join(loops), [len(loop) for loop in loops]
