"""The painter's solver: it solves again in a thread, and shows the clips before and after."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import traitlets

from semcine_nb.errors import SemcineError
from semcine_nb.looping import Cinemagraph, LoopSolver
from semcine_nb.semantics import Candidate

from ..shared.rendered_loops import as_mp4
from .geometry import Mask

_FINE = 0.1  # seconds between two reports of progress to the browser


class _Stopped(Exception):
    """A person stopped the work; raised through the solver by its progress hook."""


class _Bar:
    """A `semcine_nb.progress.Bar` that shows in a widget."""

    def __init__(self, show: Callable[[float, str], None], total: float | None, desc: str) -> None:
        self._show, self._total, self._desc = show, total or 1, desc
        self._done, self._told = 0.0, 0.0
        show(0.0, desc)

    def update(self, n: float = 1) -> None:
        self._done += n
        if time.monotonic() - self._told > _FINE:
            self._told = time.monotonic()
            self._show(min(1.0, self._done / self._total), self._desc)

    def set_description_str(self, desc: str) -> None:
        self._desc, self._told = desc, 0.0

    def close(self) -> None:
        pass


class Solving(traitlets.HasTraits):
    """The part of MaskPainter that runs the solver."""

    can_solve = traitlets.Bool(False).tag(sync=True)
    solving = traitlets.Bool(False).tag(sync=True)
    progress = traitlets.Float(0.0).tag(sync=True)
    before_clip = traitlets.CBytes().tag(sync=True)  # MP4
    after_clip = traitlets.CBytes().tag(sync=True)

    solver: LoopSolver | None
    mask: Mask
    category: Any
    status: Any
    _cinemagraphs: dict[str, Cinemagraph]
    _candidates: dict[str, Candidate]
    _work: threading.Thread | None = None

    @property
    def cinemagraph(self) -> Cinemagraph | None:
        """The active map's last cinemagraph; None before there was one."""
        return self._cinemagraphs.get(self.category)

    def solve(self, wait: bool = True) -> Cinemagraph | None:
        """Solve again with the active map (``solver.edit``), in a thread; the picture shows both results.

        A map that came without a cinemagraph is solved as it was given first. ``wait`` for the new one and
        return it, or return None at once: it will be `cinemagraph`.

        Raises
        ------
        SemcineError
            Without a solver, while another solution is under way, or what the solver raises.
        """
        if self.solver is None:
            raise SemcineError(
                "Give the painter a solver: MaskPainter(video, cinemagraph, solver=LoopSolver(...))."
            )
        if self._work is not None and self._work.is_alive():
            raise SemcineError("The last map is being solved: wait for it, or call stop().")
        self._halt = threading.Event()
        self._failed: Exception | None = None
        name, mask = self.category, self.mask
        self.solving, self.progress = True, 0.0
        self._work = threading.Thread(target=self._solve, args=(self.solver, name, mask), daemon=True)
        self._work.start()
        if not wait:
            return None
        self._work.join()
        if self._failed is not None:
            raise self._failed
        return self._cinemagraphs.get(name)

    def stop(self) -> None:
        """Stop solving at the next report of progress."""
        if self._work is not None and self._work.is_alive():
            self._halt.set()

    def _bar(self, total: float | None = None, desc: str = "") -> _Bar:
        return _Bar(self._show_progress, total, desc)

    def _show_progress(self, share: float, what: str) -> None:
        if self._halt.is_set():
            raise _Stopped
        self.progress, self.status = share, what

    def _solve(self, solver: LoopSolver, name: str, mask: Mask) -> None:
        said = ""
        try:
            before = self._cinemagraphs.get(name)
            if before is None:
                before = solver.solve(
                    self._candidates.get(name) or Candidate((name,), mask), progress=self._bar
                )
            after = solver.edit(before, mask, progress=self._bar)
            clips = [as_mp4(c.render(progress=self._bar), c.video.fps) for c in (before, after)]
            self._cinemagraphs[name] = after
            self.before_clip = clips[0]
            self.after_clip = clips[1]
            said = (
                after.notes[-1]
                if after.notes
                else f"{name}: {after.dynamic.mean():.1%} of the picture moves."
            )
        except _Stopped:
            said = "Stopped."
        except Exception as error:  # the thread has nobody else to tell; solve(wait=True) raises it again
            self._failed, said = error, str(error)
        finally:
            self.status = said
            self.solving = False
