"""Algorithm 1 for a person: stage 1 once a clip, stages 2 and 3 and merging for each candidate and edit."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..cache import ArrayCache
from ..errors import LoopError
from ..progress import Progress, silent
from .borders import enlarge
from .cinemagraph import Cinemagraph
from .costs import loop_tables
from .energy import candidate_maps
from .evaluation import evaluate, motion_kept
from .keeping import kept_starts
from .labels import Labels, LabelSpace, check_labelling
from .merging import merge_pieces, object_region
from .parameters import LoopParameters
from .periods import choose_periods, revise_periods, shared_tables
from .problem import LoopProblem
from .starts import BLOCK, Schedule, all_starts, blocks, grow, refine_starts

if TYPE_CHECKING:
    from ..semantics import Candidate, SemanticResponse
    from ..video import Video

_LOG = logging.getLogger("semcine")
_LITTLE = 0.2  # share of a target's movement below which a person is told that it cannot loop
_MARGIN = 16  # pixels around a target, or an edit, in which labels are sought


class LoopSolver:
    """Solves eq. (1) for the candidates of one clip; stage 1 runs when it is made and is shared by all.

    Parameters
    ----------
    clip : Video, T frames
    response : SemanticResponse of the K kept categories (``Selection.response``)
    parameters : the constants; the paper's by default
    threads : how many work at once; the result does not depend on it
    backend : "grid" or "pymaxflow" (reference)
    cache : where stage 1 is kept by the content it was made from, None: nowhere

    Attributes
    ----------
    starts : (periods, H, W) int32, s*(x|p) of stage 1
    both_starts : (2, periods, H, W) int32, the same and stage 1's second solution, which stage 2 offers too
    notes : what a person should know, one sentence each

    Raises
    ------
    LoopError
        If the clip is too short for a loop or the response does not cover it.
    """

    def __init__(
        self,
        clip: Video,
        response: SemanticResponse,
        parameters: LoopParameters | None = None,
        threads: int = 2,
        progress: Progress = silent,
        backend: str = "grid",
        cache: ArrayCache | None = None,
    ):
        self.clip, self.response = clip, response
        self.parameters = parameters or LoopParameters()
        self.schedule = Schedule(backend=backend)
        self.space = LabelSpace.of_clip(len(clip.frames), clip.fps, self.parameters)
        self.notes = _rate_notes(clip.fps, self.space, self.parameters)
        for note in self.notes:
            _LOG.info(note)
        self.tables = loop_tables(clip, response, self.parameters, threads, progress)
        self.both_starts = self._stage_one(threads, progress, cache)
        self.starts = self.both_starts[0]
        anyone = self._problem(np.zeros_like(self.tables.static_penalty), self.parameters)
        self._shared = shared_tables(anyone, self.space, self.starts, self.schedule, threads)

    def solve(self, candidate: Candidate, progress: Progress = silent) -> Cinemagraph:
        """Stages 2 and 3 for one candidate; then pieces of what is not natural are merged.

        Raises
        ------
        LoopError
            If the candidate's mask is not (H, W).
        """
        return self._solve(candidate, self.parameters, progress)

    def edit(
        self, cinemagraph: Cinemagraph, mask: NDArray[np.bool_], progress: Progress = silent
    ) -> Cinemagraph:
        """Stages 2 and 3 again with a painted mask as π_ID and twice α_sta (supplement, Section 2).

        However often a cinemagraph is edited, α_sta is doubled once. What cannot loop stays static. Labels
        change, and pieces are merged, only near pixels whose price of standing still has changed.

        Raises
        ------
        LoopError
            If the mask or the cinemagraph is not of this clip's size, or a label does not fit into it.
        """
        check_labelling(cinemagraph.period, cinemagraph.start, len(self.clip))
        candidate = replace(cinemagraph.candidate, mask=np.asarray(mask))
        stronger = replace(self.parameters, alpha_static=2 * self.parameters.alpha_static)
        if cinemagraph.period.shape != self.clip.frames.shape[1:3]:
            raise LoopError(
                f"The cinemagraph has shape {cinemagraph.period.shape}; the clip's frames are "
                f"{self.clip.frames.shape[1:3]}."
            )
        return self._solve(candidate, stronger, progress, cinemagraph)

    def problem(self, candidate: Candidate, parameters: LoopParameters | None = None) -> LoopProblem:
        """Eq. (1) of a candidate in the form that the moves work on."""
        used = parameters or self.parameters
        if candidate.mask.shape != self.clip.frames.shape[1:3]:
            raise LoopError(
                f"The mask has shape {candidate.mask.shape}; the clip's frames are "
                f"{self.clip.frames.shape[1:3]}."
            )
        stronger = used.alpha_label * used.alpha_static / max(self.parameters.alpha_static, 1e-300)
        return self._problem(stronger * self.tables.static_penalty * candidate.mask, used)

    def _problem(self, static_cost: NDArray[np.floating], used: LoopParameters) -> LoopProblem:
        """Eq. (1) with any price of standing still."""
        return LoopProblem(
            tables=self.tables,
            static_cost=static_cost.astype(np.float32),
            short_cost=(used.alpha_label * used.alpha_infinity * self.tables.natural).astype(np.float32),
            short_range=used.short_range(self.clip.fps),
        )

    def _stage_one(self, threads: int, progress: Progress, cache: ArrayCache | None) -> Labels:
        targets = np.asarray(candidate_maps(self.response, self.parameters).any(axis=-1))
        # loops spread beyond a target wherever something moves
        active = grow(targets, _MARGIN) | enlarge(blocks(self.tables.moving, BLOCK), BLOCK, targets.shape)
        h, w = active.shape
        # starts do not depend on the label costs
        nothing = np.zeros((h, w), np.float32)
        problem = LoopProblem(self.tables, nothing, nothing, 0)

        def find() -> Labels:
            return all_starts(problem, self.space, active, self.schedule, threads, progress)

        return kept_starts(cache, self.tables, self.space, active, self.schedule, find)

    def _solve(
        self,
        candidate: Candidate,
        parameters: LoopParameters,
        progress: Progress,
        edited: Cinemagraph | None = None,
    ) -> Cinemagraph:
        problem, mask = self.problem(candidate, parameters), candidate.mask
        bar = progress(total=3, desc=f"{candidate.label}: stage 2, periods")
        try:
            where = None
            common = problem, self.space, self.both_starts
            if edited is None:
                period, start = choose_periods(*common, self._shared, mask, self.schedule)
            else:
                where = grow((mask != edited.candidate.mask) | (mask & ~edited.dynamic), _MARGIN)
                labels = edited.period, edited.start
                period, start = revise_periods(*common, mask, self.schedule, labels, where)
            bar.update(1)
            bar.set_description_str(f"{candidate.label}: stage 3, starts and pieces")
            refine_starts(problem, self.space, period, start, self.schedule, where)
            region = object_region(candidate, self.response, parameters)
            merge_pieces(problem, period, start, region, parameters.merging, where)
            bar.update(1)
            bar.set_description_str(f"{candidate.label}: energy")
            energy = evaluate(problem, self.clip.frames, self.response.scores, period, start, parameters)
            bar.update(1)
        finally:
            bar.close()
        kept = motion_kept(self.clip.frames, period, start, candidate.mask)
        notes = self.notes + _outcome_notes(candidate, period, kept)
        return Cinemagraph(self.clip, candidate, period, start, energy, parameters, self.response, notes)


def _rate_notes(fps: float, space: LabelSpace, parameters: LoopParameters) -> tuple[str, ...]:
    if parameters.min_period is None and parameters.shortest_period(fps) != 32:
        shortest = space.periods[0]
        return (f"At {fps:.3g} frames a second the shortest loop is {shortest} frames instead of 32.",)
    return ()


def _outcome_notes(candidate: Candidate, period: Labels, kept: float) -> tuple[str, ...]:
    if not candidate.mask.any():
        return (f"{candidate.label}: its map is empty, so nothing is asked to move.",)
    share = float((period[candidate.mask] > 1).mean())
    if share == 0:
        sentence = (
            f"{candidate.label} stays static: no loop of this clip repeats it well enough. What crosses or "
            "happens once cannot loop; a longer clip, or painting only the part that repeats, may help."
        )
        return (sentence,)
    if kept < _LITTLE:
        sentence = (
            f"{candidate.label} looks static: it moves through the picture or moves once, and what does so "
            f"cannot loop. The loops that were found show only {kept:.0%} of its movement, mostly what lies "
            "behind it; a longer clip, or painting only the part that repeats, may help."
        )
        return (sentence,)
    if share < 0.2:
        return (f"{candidate.label}: only {share:.0%} of it can loop; the rest stays static.",)
    return ()
