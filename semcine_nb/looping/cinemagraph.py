"""A solved candidate: which loop every pixel plays; rendered, saved and loaded again."""

from __future__ import annotations

import json
import tempfile
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, PngImagePlugin

from ..counting import counted
from ..errors import LoopError, SemcineError, StoreError
from ..files import whole_file
from ..limits import PICTURE_FAULTS, current_limits, open_picture
from ..progress import Progress, silent
from .energy import LoopEnergy
from .labels import check_labelling
from .parameters import LoopParameters

if TYPE_CHECKING:
    from ..rendering.fullsize import FullSize
    from ..semantics import Candidate, SemanticResponse
    from ..video import Video, Written

_MAGIC = "semcine labels 1"
# what reading a text that somebody else wrote may raise
_STRANGE = (SemcineError, ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError)


@dataclass(frozen=True, eq=False)
class Cinemagraph:
    """One candidate with its loops.

    Attributes
    ----------
    video : the clip, T frames
    candidate : what was to move
    period, start : (H, W) int32, frames; p = 1 is static and shows frame s
    energy : eq. (1) of this labelling, by term
    parameters : the constants it was solved with
    response : the kept channels, None when loaded from a file without them
    notes : what a person should know, one sentence each
    """

    video: Video
    candidate: Candidate
    period: NDArray[np.int32]
    start: NDArray[np.int32]
    energy: LoopEnergy
    parameters: LoopParameters
    response: SemanticResponse | None = None
    notes: tuple[str, ...] = field(default=())

    @property
    def dynamic(self) -> NDArray[np.bool_]:
        """(H, W): the pixels that loop."""
        return self.period > 1

    def render(
        self,
        length: int | None = None,
        timing: str = "scaled",
        blend: bool = True,
        still: int | str | None = None,
        size: tuple[int, int] | str | None = None,
        **options: Any,
    ) -> NDArray[np.uint8]:
        """Frames of the endless loop, (N, H, W, 3) uint8.

        Parameters
        ----------
        length : N; chosen from the periods by default
        timing : "scaled" fits a whole number of loops of each pixel into N frames, "exact" is φ itself
        blend : gradient-domain blending of seams
        still : what static pixels show: None, the frame of each one's label; a frame's index; "median"
        size : (width, height) that the source, read again, is fitted into at the clip's frame rate; "source":
            its own size and frame rate; None: the size that the labels were solved at
        options : of ``semcine_nb.rendering.render.RenderOptions``, e.g. ``crossfade``, ``ping_pong``

        Raises
        ------
        LoopError
            For an option that is not possible.
        VideoError
            If ``size`` is given and the clip was not read from a file, or the file is gone.
        """
        from ..rendering.labelling import Labelling
        from ..rendering.render import render

        options |= {"length": length, "timing": timing, "blend": blend, "still": still}
        if size is None:
            return render(self.video.frames, Labelling(self.period, self.start), **options)
        full = self._at_source(size, **options)
        frames = np.empty((full.length, *full.labels.period.shape, 3), np.uint8)
        for i, frame in enumerate(full.frames):
            frames[i] = frame
        return frames

    def _at_source(self, size: tuple[int, int] | str, **options: Any) -> FullSize:
        from ..rendering.fullsize import render_at_source
        from ..rendering.labelling import Labelling

        labels = Labelling(self.period, self.start)
        if isinstance(size, str):
            if size != "source":
                raise LoopError(f"The size is {size!r}; use (width, height) in pixels, 'source' or None.")
            return render_at_source(self.video, labels, **options)
        return render_at_source(self.video, labels, size, self.video.fps, **options)

    def save(
        self,
        path: str | Path,
        repeat: int = 1,
        max_mb: float | None = None,
        progress: Progress = silent,
        **options: Any,
    ) -> Written:
        """Render and write by suffix: mp4, webm, gif, webp, apng; ``options`` go to ``render``.

        With a ``size`` the frames wait in a scratch file, so that they need not fit into memory.
        """
        from ..video import Video

        size = options.pop("size", None)
        if size is None:
            frames = self.render(progress=progress, **options)
            return Video(frames, self.video.fps).save(path, repeat=repeat, max_mb=max_mb)
        full = self._at_source(size, progress=progress, **options)
        with tempfile.TemporaryDirectory(prefix="semcine-", ignore_cleanup_errors=True) as folder:
            scratch = Path(folder, "frames")
            with scratch.open("wb") as file:
                for frame in full.frames:
                    file.write(frame.data)
            shape = full.length, *full.labels.period.shape, 3
            mapped = np.memmap(scratch, np.uint8, "r", shape=shape)
            return Video(mapped, full.fps).save(path, repeat=repeat, max_mb=max_mb)

    def save_labels(self, path: str | Path) -> None:
        """Write p, s and the mask as one lossless PNG that ``load_cinemagraph`` reads.

        Red and green hold the low bytes of p and s, blue the high bits of p (0–2) and s (3–6) and π_ID (7);
        the text chunk holds everything else. The file appears whole or not at all.

        Raises
        ------
        LoopError
            If the name does not end in .png, or a label does not fit.
        StoreError
            If the file cannot be written.
        """
        path = Path(path)
        if path.suffix.lower() != ".png":
            raise LoopError(f"Labels are saved as .png, not as {path.name!r}.")
        if self.period.max() >= 2**11 or self.start.max() >= 2**12:
            raise LoopError("Labels beyond 2048 frames of period or 4096 of start do not fit into the file.")
        high = (self.period >> 8) | ((self.start >> 8) << 3) | (self.candidate.mask.astype(np.int32) << 7)
        pixels = np.stack([self.period & 255, self.start & 255, high], axis=-1).astype(np.uint8)
        text = PngImagePlugin.PngInfo()
        text.add_text(
            "semcine",
            json.dumps(
                {
                    "format": _MAGIC,
                    "categories": self.candidate.categories,
                    "name": self.candidate.name,
                    "note": self.candidate.note,
                    "guesses": self.candidate.guesses,
                    "energy": asdict(self.energy),
                    "parameters": asdict(self.parameters),
                    "notes": self.notes,
                    "frames": len(self.video.frames),
                    "fps": self.video.fps,
                    "clip": self.video.digest,
                }
            ),
        )
        try:
            with whole_file(path) as part:
                Image.fromarray(pixels).save(part, format="PNG", pnginfo=text)
        except OSError as error:
            raise StoreError(f"Cannot write {path}: {error.strerror or error}.") from error


def load_cinemagraph(path: str | Path, clip: Video) -> Cinemagraph:
    """Read what ``Cinemagraph.save_labels`` wrote, for the same clip.

    Raises
    ------
    LoopError
        If the file is not one of ours, or belongs to another clip.
    """
    from ..semantics import Candidate

    path = Path(path)
    try:
        with open_picture(path, LoopError, current_limits()) as image:
            image.load()
            text = getattr(image, "text", {}).get("semcine")
            pixels = np.asarray(image)
    except FileNotFoundError:
        raise LoopError(f"There is no file {path}.") from None
    except LoopError:
        raise
    except PICTURE_FAULTS as error:
        raise LoopError(f"{path} cannot be read as a PNG of labels: {error}.") from error
    try:
        facts = json.loads(text or "")
        if facts["format"] != _MAGIC or pixels.ndim != 3 or pixels.shape[-1] != 3:
            raise ValueError("unknown format")
        red, green, blue = (pixels[..., i].astype(np.int32) for i in range(3))
        period, start = red | ((blue & 7) << 8), green | (((blue >> 3) & 15) << 8)
        candidate = Candidate(
            tuple(facts["categories"]),
            blue >= 128,
            facts["name"],
            facts["note"],
            tuple(facts.get("guesses", ())),
        )
        energy, parameters = LoopEnergy(**facts["energy"]), LoopParameters(**facts["parameters"])
        notes, frames, digest = tuple(facts["notes"]), int(facts["frames"]), facts["clip"]
    except _STRANGE as error:
        raise LoopError(
            f"{path} is a PNG, but not one that save_labels wrote ({error}): choose the file that it saved."
        ) from error
    if digest != clip.digest:
        raise LoopError(
            f"{path} belongs to another clip: it was made for {counted(frames, 'frame')} of "
            f"{period.shape[1]}×{period.shape[0]} px, this one has {len(clip.frames)} of "
            f"{clip.frames.shape[2]}×{clip.frames.shape[1]} px or other pictures. "
            "Read the clip with the same arguments as then.",
            topic="another-clip",
        )
    check_labelling(period, start, len(clip.frames))
    return Cinemagraph(clip, candidate, period, start, energy, parameters, notes=notes)
