"""The painter: paint π over a clip, teach the segmenter, solve again; a method stands for each tool."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import traitlets
from numpy.typing import NDArray

from semcine_nb.errors import SemcineError
from semcine_nb.looping import Cinemagraph, LoopSolver
from semcine_nb.semantics import Candidate, Clicks
from semcine_nb.video import Video

from .painter import geometry
from .painter.geometry import Mask, Points
from .painter.history import History, Step
from .painter.lessons import Lessons
from .painter.solving import Solving
from .shared import CLIP_PARTS, joined
from .shared.clip_playback import ClipWidget, distinct

TOOLS = ("brush", "eraser", "fill", "lasso", "polygon", "superpixel", "teach")
_PARTS = ("geometry", "history", "playback", "stage", "lessons", "solving", "panel", "pointers")


class MaskPainter(Lessons, Solving, ClipWidget):
    """The frames of a clip with a map over them that a person paints.

    Parameters
    ----------
    video : the clip, (H, W) a frame
    mask : the first map: None (an empty map), an (H, W) bool array, a Candidate, a Cinemagraph, a
        sequence of these, or a mapping from names to these; a map each
    solver : makes "Solve again" possible
    segmenter : the one that clicks teach, made from the clip by default

    Attributes
    ----------
    mask : (H, W) bool, the active map; can be set
    category : name of the active map; can be set
    tool, brush (pixels), opacity, outline, pressure, frame, playing : as the person sees them; can be set
    editing_seconds : spent painting so far; gaps of more than ten seconds do not count
    cinemagraph : the active map's last one, None before it was solved
    status : the last message
    error : see `ClipWidget`

    Raises
    ------
    SemcineError
        For a mask of another size than the frames.
    """

    _esm = joined(*CLIP_PARTS, *(f"painter/{name}.js" for name in _PARTS), "mask_painter.js")
    _css = joined("shared/base.css", "mask_painter.css")

    frame = traitlets.Int(0).tag(sync=True)
    categories = traitlets.List(traitlets.Unicode()).tag(sync=True)
    category = traitlets.Unicode().tag(sync=True)
    mask_bits = traitlets.CBytes().tag(sync=True)  # the active map
    maps_bits = traitlets.CBytes().tag(sync=True)  # all maps in a row, for a page that opens
    change = traitlets.Dict().tag(sync=True)  # what was done last, and by whom
    undo_steps = traitlets.Int(0).tag(sync=True)
    redo_steps = traitlets.Int(0).tag(sync=True)

    tool = traitlets.Enum(TOOLS, "brush").tag(sync=True)
    brush = traitlets.Int(24, min=1, max=200).tag(sync=True)
    opacity = traitlets.Float(0.45, min=0, max=1).tag(sync=True)
    outline = traitlets.Bool(False).tag(sync=True)
    pressure = traitlets.Bool(False).tag(sync=True)
    editing_seconds = traitlets.Float(0.0).tag(sync=True)
    status = traitlets.Unicode("").tag(sync=True)

    def __init__(
        self,
        video: Video,
        mask: Any = None,
        solver: LoopSolver | None = None,
        segmenter: Clicks | None = None,
    ) -> None:
        self.video, self.solver = video, solver
        self._shape = (video.frames.shape[1], video.frames.shape[2])
        sources = _named(mask)
        self._maps = {name: self._checked(_mask_of(source, self._shape)) for name, source in sources.items()}
        self._cinemagraphs = {k: v for k, v in sources.items() if isinstance(v, Cinemagraph)}
        self._candidates = {k: v for k, v in sources.items() if isinstance(v, Candidate)}
        self._history, self._receiving, self._changes = History(), False, 0
        self._clicks = segmenter
        self._lock = threading.RLock()
        first = next(iter(self._maps))
        super().__init__(
            video,
            "jpeg",  # each frame by itself: the page decodes those that show, and plays them on any host
            playing=False,
            frame=len(video) // 2,
            categories=list(self._maps),
            category=first,
            mask_bits=geometry.pack(self._maps[first]),
            can_solve=solver is not None,
        )
        self.on_msg(lambda _widget, content, _buffers: self._asked(content))

    def __repr__(self) -> str:
        return f"MaskPainter({self.category}, {self.video.width}×{self.video.height})"

    # --- the maps ------------------------------------------------------------------------------------------

    @property
    def mask(self) -> Mask:
        return self._maps[self.category].copy()

    @mask.setter
    def mask(self, mask: NDArray[Any]) -> None:
        self._edit("set", self._checked(np.asarray(mask)))

    @property
    def maps(self) -> dict[str, Mask]:
        """A copy of every map by its name."""
        return {name: mask.copy() for name, mask in self._maps.items()}

    def add_category(self, name: str, mask: NDArray[Any] | None = None) -> None:
        """Add a map, empty by default; it becomes the active one."""
        if name in self._maps:
            raise SemcineError(f"There is a map {name!r} already.")
        self._maps[name] = self._checked(np.zeros(self._shape, bool) if mask is None else np.asarray(mask))
        self.categories = list(self._maps)
        self.send_state("maps_bits")
        self.category = name

    def get_state(self, key: Any = None, drop_defaults: bool = False) -> Any:
        # a page that opens needs every map; sending all of them with each stroke would be a waste
        state = super().get_state(key, drop_defaults)
        if "maps_bits" in state:
            state["maps_bits"] = b"".join(geometry.pack(mask) for mask in self._maps.values())
        return state

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Take over what the browser sends: among it the active map's bits, once a stroke."""
        with self._lock:
            self._receiving = True
            try:
                super().set_state(sync_data)
            finally:
                self._receiving = False
            if "mask_bits" in sync_data:
                kind = sync_data.get("change", {}).get("kind", "stroke")
                step = Step(self.category, geometry.pack(self._maps[self.category]), self.mask_bits)
                if kind != "choose":
                    self._history.follow(kind, step)
                    self._maps[self.category] = geometry.unpack(self.mask_bits, self._shape)
                    self._count()

    @traitlets.validate("category")
    def _known_category(self, proposal: Any) -> Any:
        if proposal["value"] not in self._maps:
            raise traitlets.TraitError(
                f"there is no map {proposal['value']!r}; there are {', '.join(self._maps)}"
            )
        return proposal["value"]

    @traitlets.validate("mask_bits")
    def _right_size(self, proposal: Any) -> bytes:
        bits, wanted = bytes(proposal["value"]), (self._shape[0] * self._shape[1] + 7) // 8
        if len(bits) != wanted:
            raise traitlets.TraitError(
                f"a map of {self.video.width}×{self.video.height} has {wanted} bytes of bits, not {len(bits)}"
            )
        return bits

    @traitlets.observe("category")
    def _chosen(self, _: Any) -> None:
        if not self._receiving:
            self._tell("choose", geometry.pack(self._maps[self.category]))

    def _tell(self, kind: str, bits: bytes) -> None:
        self._changes += 1
        with self.hold_sync():
            self.mask_bits = bits
            self.change = {"kind": kind, "n": self._changes, "from": "python"}
            self._count()

    def _count(self) -> None:
        self.undo_steps, self.redo_steps = len(self._history.past), len(self._history.future)

    def _edit(self, kind: str, mask: Mask) -> None:
        with self._lock:
            before, after = geometry.pack(self._maps[self.category]), geometry.pack(mask)
            if before != after:
                self._history.follow(kind, Step(self.category, before, after))
                self._maps[self.category] = np.array(mask, bool)
                self._tell(kind, after)

    def _checked(self, mask: NDArray[Any]) -> Mask:
        if mask.shape != self._shape:
            raise SemcineError(f"The mask has shape {mask.shape}; the clip's frames are {self._shape}.")
        return mask.astype(bool)

    # --- tools ---------------------------------------------------------------------------------------------

    def paint(self, points: Points, size: float | None = None, erase: bool = False) -> None:
        """Draw a stroke through ``points`` (x, y), in pixels, as wide as ``size`` or else as the brush."""
        size = self.brush if size is None else size
        self._edit("stroke", geometry.stroke(self.mask, points, size, not erase))

    def polygon(self, points: Points, erase: bool = False) -> None:
        """Set the pixels inside the polygon through ``points`` (x, y)."""
        self._edit("polygon", geometry.polygon(self.mask, points, not erase))

    def fill(self, x: int, y: int) -> None:
        """Invert the connected region around a pixel: fill a hole, or remove a blob."""
        self._edit("fill", geometry.flip_region(self.mask, x, y))

    def grow(self, pixels: int = 2) -> None:
        """Add a border of so many pixels."""
        self._edit("grow", geometry.spread(self.mask, pixels, True))

    def shrink(self, pixels: int = 2) -> None:
        """Take a border of so many pixels away."""
        self._edit("shrink", geometry.spread(self.mask, pixels, False))

    def feather(self, radius: int = 3) -> None:
        """Round the outline: parts that jut out less than ``radius`` pixels go, and gaps as narrow close.

        A map is bool: nothing becomes half-transparent as in photo editors. Blending softens the seams.
        """
        self._edit("feather", geometry.feather(self.mask, radius))

    def invert(self) -> None:
        """Set the pixels that are not set, and clear the others."""
        self._edit("invert", ~self.mask)

    def clear(self) -> None:
        """Empty the map."""
        self._edit("clear", np.zeros(self._shape, bool))

    def undo(self) -> None:
        """Take the last step of any map back."""
        with self._lock:
            self._go("undo", self._history.undo())

    def redo(self) -> None:
        """Repeat the step that was taken back last."""
        with self._lock:
            self._go("redo", self._history.redo())

    def _go(self, kind: str, step: Step | None) -> None:
        if step is not None:
            bits = step.before if kind == "undo" else step.after
            self._maps[step.name] = geometry.unpack(bits, self._shape)
            self.category = step.name
            self._tell(kind, bits)

    def _asked(self, content: dict[str, Any]) -> None:
        """Do what the page asks for; show errors there, for nobody reads the kernel's log."""
        wanted = content.get("do")
        try:
            if wanted == "teach":
                self.status = "Looking …"
                self.teach(content["category"], content["points"], int(content["frame"]))
            elif wanted == "superpixels":
                self.status = "Finding super-pixels …"
                self.find_superpixels()
                self.status = ""
            elif wanted == "solve":
                self.solve(wait=False)
            elif wanted in ("stop", "undo", "redo", "unteach", "accept"):
                getattr(self, wanted)()
        except (SemcineError, KeyError, ValueError, TypeError) as error:
            self.status = str(error)


def _named(mask: Any) -> dict[str, Any]:
    """Sources of the maps by name; two of a kind get a number."""
    if isinstance(mask, Mapping):
        named = {str(name): source for name, source in mask.items()}
    else:
        several = isinstance(mask, Sequence) and not isinstance(mask, (str, bytes))
        sources = list(mask) if several else [mask]
        named = dict(zip(distinct([_label(source) for source in sources]), sources, strict=True))
    if not named:
        raise SemcineError(f"There is no map to paint: the {type(mask).__name__} is empty.")
    return named


def _label(source: Any) -> str:
    candidate = getattr(source, "candidate", source)
    return candidate.label if isinstance(candidate, Candidate) else "object"


def _mask_of(source: Any, shape: tuple[int, int]) -> NDArray[Any]:
    if source is None:
        return np.zeros(shape, bool)
    if isinstance(source, Cinemagraph):
        return source.candidate.mask
    return np.asarray(source.mask if isinstance(source, Candidate) else source)
