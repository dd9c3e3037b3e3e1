"""What the widgets that play a clip share: the clip that goes to the browser, and what it says of it.

The counterpart is ``shared/clip_playback.js``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import anywidget
import traitlets

from semcine_nb.errors import SemcineError
from semcine_nb.looping import Cinemagraph
from semcine_nb.video import Video

from .transport import pack_clip


class ClipWidget(anywidget.AnyWidget):
    """A clip and label maps that a view decodes and plays.

    Attributes
    ----------
    playing : whether the common clock runs
    drawn, decoded : renderer and transport that the browser reports, empty before anything was drawn
    needs : transport that the browser asks for, where it cannot decode the one it was sent
    error : what went wrong in the browser
    """

    # CBytes: Bytes would reject the memoryview that a browser sends
    clip = traitlets.CBytes(b"").tag(sync=True)
    clip_info = traitlets.Dict().tag(sync=True)
    labels = traitlets.CBytes(b"").tag(sync=True)
    playing = traitlets.Bool(True).tag(sync=True)
    drawn = traitlets.Unicode("").tag(sync=True)
    decoded = traitlets.Unicode("").tag(sync=True)
    needs = traitlets.Unicode("").tag(sync=True)
    error = traitlets.Unicode("").tag(sync=True)

    def __init__(self, video: Video, transport: str, **state: Any) -> None:
        self._sent = video
        packed = pack_clip(video, transport)
        super().__init__(clip=packed.data, clip_info=packed.info, **state)

    def use_transport(self, transport: str) -> None:
        """Send the clip in another way; the view goes on by itself."""
        packed = pack_clip(self._sent, transport)
        with self.hold_sync():
            self.clip_info, self.clip = packed.info, packed.data
            self.needs = ""

    @traitlets.observe("needs")
    def _asked(self, change: Any) -> None:
        if change["new"]:
            self.use_transport(change["new"])


def clip_of(cinemagraphs: Sequence[Cinemagraph], what: str) -> Video:
    """The one clip that cinemagraphs are of; SemcineError, saying ``what`` shows one, if they differ."""
    video = cinemagraphs[0].video
    if any(c.video is not video and c.video.digest != video.digest for c in cinemagraphs[1:]):
        raise SemcineError(f"These cinemagraphs are of different clips; {what} shows one clip.")
    return video
