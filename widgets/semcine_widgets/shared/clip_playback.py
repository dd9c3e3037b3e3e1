"""The base of the widgets that show a clip: what goes to the browser, and what the browser reports."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import anywidget
import traitlets

from semcine_nb.errors import SemcineError
from semcine_nb.looping import Cinemagraph
from semcine_nb.video import Video

from .clip_transport import pack_clip


class ClipWidget(anywidget.AnyWidget):
    """A clip, and label maps where it has some, that a view decodes and plays.

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
    def _send_again(self, change: Any) -> None:
        if change["new"]:
            self.use_transport(change["new"])


def distinct(names: Sequence[str], taken: Sequence[str] = ()) -> list[str]:
    """Names told apart by a number where two are alike, or like one that is ``taken``."""
    found: list[str] = []
    for name in names:
        unique, number = name, 2
        while unique in found or unique in taken:
            unique, number = f"{name} {number}", number + 1
        found.append(unique)
    return found


def place_of(which: int | str, names: Sequence[str], what: str) -> int:
    """The place of one of ``names``, given as a place (0 is the first) or as a name.

    Raises
    ------
    SemcineError
        If there is no such one; it says that there is no ``what`` of this name, and which there are.
    """
    place = names.index(which) if which in names else which
    if not isinstance(place, int) or not 0 <= place < len(names):
        raise SemcineError(f"There is no {what} {which!r}; there are {', '.join(names)}.")
    return place


def clip_of(cinemagraphs: Sequence[Cinemagraph], what: str) -> Video:
    """The one clip that cinemagraphs are of.

    Raises
    ------
    SemcineError
        If they are of different clips; it says that ``what`` shows one clip.
    """
    video = cinemagraphs[0].video
    if any(c.video is not video and c.video.digest != video.digest for c in cinemagraphs[1:]):
        raise SemcineError(f"These cinemagraphs are of different clips; {what} shows one clip.")
    return video
