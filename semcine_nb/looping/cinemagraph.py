"""A solved candidate: which loop every pixel plays; rendered, saved and loaded again."""

from __future__ import annotations

import tempfile
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..counting import counted
from ..errors import LoopError
from ..progress import Progress, silent
from ..rendering.labelling import Labelling
from ..semantics import Candidate
from .energy import LoopEnergy
from .label_files import STRANGE, not_ours, read_labels, write_labels
from .parameters import LoopParameters

if TYPE_CHECKING:
    from ..rendering.fullsize import FullSize
    from ..semantics import SemanticResponse
    from ..video import Video, Written


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
    def labels(self) -> Labelling:
        """Period and start, as looping and rendering take them."""
        return Labelling.of(self.period, self.start)

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
        from ..rendering.render import render

        options |= {"length": length, "timing": timing, "blend": blend, "still": still}
        if size is None:
            return render(self.video.frames, self.labels, **options)
        full = self._at_source(size, **options)
        frames = np.empty((full.length, *full.labels.period.shape, 3), np.uint8)
        for i, frame in enumerate(full.frames):
            frames[i] = frame
        return frames

    def _at_source(self, size: tuple[int, int] | str, **options: Any) -> FullSize:
        from ..rendering.fullsize import render_at_source

        if isinstance(size, str):
            if size != "source":
                raise LoopError(f"The size is {size!r}; use (width, height) in pixels, 'source' or None.")
            return render_at_source(self.video, self.labels, **options)
        return render_at_source(self.video, self.labels, size, self.video.fps, **options)

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
        """Write p, s and the mask as one lossless PNG that `load_cinemagraph` reads: whole or not at all.

        Raises
        ------
        LoopError
            If the name does not end in .png, or a label does not fit.
        StoreError
            If the file cannot be written.
        """
        facts = {
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
        write_labels(Path(path), self.labels, self.candidate.mask, facts)


def load_cinemagraph(path: str | Path, clip: Video) -> Cinemagraph:
    """Read what `Cinemagraph.save_labels` wrote, for the same clip.

    Raises
    ------
    LoopError
        If the file is not one of ours, or belongs to another clip.
    """
    path = Path(path)
    labels, mask, facts = read_labels(path)
    try:
        candidate = Candidate(
            tuple(facts["categories"]), mask, facts["name"], facts["note"], tuple(facts.get("guesses", ()))
        )
        energy, parameters = LoopEnergy(**facts["energy"]), LoopParameters(**facts["parameters"])
        notes, frames, digest = tuple(facts["notes"]), int(facts["frames"]), facts["clip"]
    except STRANGE as error:
        raise not_ours(path, error) from error
    if digest != clip.digest:
        height, width = mask.shape
        raise LoopError(
            f"{path} belongs to another clip: it was made for {counted(frames, 'frame')} of "
            f"{width}×{height} px, this one has {len(clip.frames)} of "
            f"{clip.frames.shape[2]}×{clip.frames.shape[1]} px or other pictures. "
            "Read the clip with the same arguments as then.",
            topic="another-clip",
        )
    labels.check(len(clip.frames))
    return Cinemagraph(clip, candidate, *labels, energy, parameters, notes=notes)
