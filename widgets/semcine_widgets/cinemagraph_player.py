"""The endless player: the browser draws L(x, t) = V(x, φ(x, t)) from the clip and its label maps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import traitlets
from numpy.typing import NDArray

from semcine_nb.errors import SemcineError
from semcine_nb.looping import Cinemagraph, phi

from .shared import PLAYER_PARTS, joined
from .shared.clip_playback import ClipWidget, clip_of, distinct
from .shared.clip_transport import pack_labels
from .shared.rendered_loops import Loop, RenderedLoops, rendered_loop

RESTING = "still part"
_MAX_SPEED = 16.0


class CinemagraphPlayer(RenderedLoops, ClipWidget):
    """One cinemagraph, or several of one clip as the objects of one picture, playing endlessly.

    It needs no file, and the loops need no common period.

    Parameters
    ----------
    cinema : one cinemagraph, or several of the same clip. Of several, each is an object that can be frozen by
        itself; a pixel belongs to the first in which it moves.
    objects : name → (H, W) bool, the objects in place of those; what moves outside them is "the rest"
    transport : "vp9" (small; where the page has no video decoder, as on a plain-http hub, the player asks for
        "webp"), "webp", "jpeg", or exact: "png", "vp9-lossless"
    renderer : "auto" (the faster one, measured), "canvas" or "webgl"
    still : frame that the resting part shows; None, each pixel's own

    Attributes
    ----------
    time : of the common clock, in frames, where it was last set or stopped
    controls : one dict an object: name, playing, speed, still (frame of the clip or −1), at (time or −1)
    playing, drawn, decoded, error : see `ClipWidget`
    as_rendered : see `RenderedLoops`

    Raises
    ------
    SemcineError
        If the cinemagraphs are of different clips, or a transport, renderer or mask does not fit.
    """

    _esm = joined(*PLAYER_PARTS, "shared/rendered_loops.js", "cinemagraph_player.js")
    _css = joined("shared/base.css", "cinemagraph_player.css")

    controls = traitlets.List(traitlets.Dict()).tag(sync=True)
    time = traitlets.Float(0.0).tag(sync=True)
    renderer = traitlets.Enum(("auto", "canvas", "webgl"), "auto").tag(sync=True)
    caption = traitlets.Unicode("").tag(sync=True)

    def __init__(
        self,
        cinema: Cinemagraph | Sequence[Cinemagraph],
        objects: Mapping[str, NDArray[np.bool_]] | None = None,
        transport: str = "vp9",
        renderer: str = "auto",
        still: int | None = None,
    ) -> None:
        cinemas = (cinema,) if isinstance(cinema, Cinemagraph) else tuple(cinema)
        if not cinemas:
            raise SemcineError("There is no cinemagraph to play.")
        if renderer not in ("auto", "canvas", "webgl"):
            raise SemcineError(f"There is no renderer {renderer!r}; choose auto, canvas or webgl.")
        self.video = cinemas[0].video
        self.period, self.start, owner, names = compose(cinemas, objects)
        self.owner = owner
        self._names = [RESTING, *names]
        super().__init__(
            self.video,
            transport,
            labels=pack_labels([(self.period, self.start, owner)]),
            controls=[_control(name) for name in self._names],
            renderer=renderer,
            caption=" + ".join(names),
        )
        if still is not None:
            self.choose_still(still)

    def __repr__(self) -> str:
        return f"CinemagraphPlayer({self.caption})"

    @property
    def objects(self) -> tuple[str, ...]:
        """The names of the objects that can be played and frozen."""
        return tuple(self._names[1:])

    def play(self, name: str | None = None) -> None:
        """Let a frozen object move on; without a name, start the common clock."""
        if name is None:
            self.playing = True
        else:
            self._change(name, playing=True, at=-1)

    def freeze(self, name: str, still: int | None = None, at: int | None = None) -> None:
        """Stop an object: at the frame ``still`` of the clip, at its own time ``at``, or now."""
        changes = {} if still is None else {"still": self._frame(still)}
        self._change(name, playing=False, at=-1 if at is None else int(at), **changes)

    def set_speed(self, name: str, speed: float) -> None:
        """Set the speed of an object; 1 is as filmed."""
        self._change(name, speed=float(speed))

    def choose_still(self, frame: int | None, name: str = RESTING) -> None:
        """Choose the frame of the clip that the resting part, or a frozen object, shows; None for its own."""
        self._change(name, still=-1 if frame is None else self._frame(frame))

    def pause(self) -> None:
        """Stop the common clock."""
        self.playing = False

    def seek(self, time: float) -> None:
        """Stop the common clock at a time in frames; the time of each object is its speed times this."""
        self.playing = False
        self.time = float(time)

    def picture(self, time: float) -> NDArray[np.uint8]:
        """The picture that the browser shows after `seek`, from the clip itself: (H, W, 3) uint8."""
        shown = np.zeros(self.period.shape, np.int64)
        for index, control in enumerate(self.controls):
            here = self.owner == index
            moment = control["at"] if not control["playing"] and control["at"] >= 0 else None
            moment = int(np.floor(control["speed"] * time)) if moment is None else moment
            frame = phi(self.period[here], self.start[here], moment)
            if control["still"] >= 0 and (index == 0 or not control["playing"]):
                frame = control["still"]
            shown[here] = frame
        rows, columns = np.indices(shown.shape)
        return self.video.frames[shown, rows, columns]

    def _wanted_loops(self) -> tuple[Any, Sequence[Loop]]:
        still = self.controls[0]["still"]
        options = {"still": None if still < 0 else still}
        return still, [lambda: rendered_loop(self.video, self.period, self.start, **options)]

    @traitlets.validate("controls")
    def _valid_controls(self, proposal: Any) -> list[dict[str, Any]]:
        value = proposal["value"]
        last = len(self.video) - 1
        # not compared with the trait itself: while a message is taken over, that already holds the new value
        if [control.get("name") for control in value] != self._names:
            raise traitlets.TraitError("Controls must keep the names of the objects.")
        for control in value:
            if not 0 < float(control["speed"]) <= _MAX_SPEED or not -1 <= int(control["still"]) <= last:
                raise traitlets.TraitError(
                    f"{control!r} does not fit: speed must be in (0, {_MAX_SPEED:g}], still in −1 … {last}."
                )
        return list(value)

    def _frame(self, frame: int) -> int:
        if not 0 <= frame < len(self.video):
            raise SemcineError(f"Frame {frame} is outside the clip's 0 … {len(self.video) - 1}.")
        return int(frame)

    def _change(self, name: str, **changes: Any) -> None:
        if name not in self._names:
            raise SemcineError(f"There is no object {name!r}; there are {', '.join(self._names)}.")
        if not 0 < changes.get("speed", 1) <= _MAX_SPEED:
            raise SemcineError(f"A speed of {changes['speed']} is outside (0, {_MAX_SPEED:g}].")
        self.controls = [
            {**control, **changes} if control["name"] == name else control for control in self.controls
        ]


def _control(name: str) -> dict[str, Any]:
    return {"name": name, "playing": True, "speed": 1.0, "still": -1, "at": -1}


def compose(
    cinemas: Sequence[Cinemagraph], objects: Mapping[str, NDArray[np.bool_]] | None = None
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.uint8], list[str]]:
    """One labelling of several cinemagraphs of a clip: period, start, owner (H, W), and the objects' names.

    Owner 0 is static; others are one more than the place of the object's name.

    Raises
    ------
    SemcineError
        If the clips differ, a mask has another size, or there are more than 255 objects.
    """
    clip_of(cinemas, "a player")
    period, start = cinemas[0].period.copy(), cinemas[0].start.copy()
    owner = np.where(period > 1, 1, 0).astype(np.uint8)
    for number, cinema in enumerate(cinemas[1:], start=2):
        new = (period == 1) & (cinema.period > 1)
        period[new], start[new], owner[new] = cinema.period[new], cinema.start[new], number
    names = distinct([cinema.candidate.label for cinema in cinemas], taken=[RESTING])
    if objects is not None:
        owner, names = _owners(period, objects), [*objects, "the rest"]
    if len(names) > 255:
        raise SemcineError(f"{len(names)} objects are more than the 255 that a player controls.")
    return period, start, owner, names


def _owners(period: NDArray[np.int32], objects: Mapping[str, NDArray[np.bool_]]) -> NDArray[np.uint8]:
    owner = np.where(period > 1, len(objects) + 1, 0).astype(np.uint8)
    for number, (name, mask) in reversed(list(enumerate(objects.items(), start=1))):
        if np.shape(mask) != period.shape:
            raise SemcineError(
                f"The mask of {name!r} is {np.shape(mask)}; the clip's frames are {period.shape}."
            )
        owner[np.asarray(mask, bool) & (period > 1)] = number
    return owner
