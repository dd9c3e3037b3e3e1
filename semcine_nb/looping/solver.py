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
from ..rendering.labelling import Labelling
from .blocks import any_in_blocks, enlarge
from .cinemagraph import Cinemagraph
from .costs import Costs, clip_costs
from .evaluation import evaluate, motion_kept
from .labels import Labels, LabelSpace
from .merging import merge_pieces, object_region
from .parameters import LoopParameters
from .periods import PeriodSearch, grow
from .starts import BLOCK, all_starts, kept_starts, refine_starts

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
    cache : where stage 1 is kept by the content it was made from, None: nowhere

    Attributes
    ----------
    clip_costs : what the costs of all candidates share
    both_starts : (2, periods, H, W) int32, s*(x|p) of stage 1 and its second solution
    search : stage 2, with the tables that candidates share
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
        cache: ArrayCache | None = None,
    ):
        self.clip, self.response = clip, response
        self.parameters = parameters or LoopParameters()
        self.space = LabelSpace.of_clip(len(clip.frames), clip.fps, self.parameters)
        self.notes = _rate_notes(clip.fps, self.space, self.parameters)
        for note in self.notes:
            _LOG.info(note)
        self.clip_costs = clip_costs(clip, response, self.parameters, threads, progress)
        self.both_starts = self._stage_one(threads, progress, cache)
        self.search = PeriodSearch(self.clip_costs, self.space, self.both_starts, threads)

    @property
    def starts(self) -> Labels:
        """s*(x|p) of stage 1, (periods, H, W) int32."""
        return self.both_starts[0]

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
        cinemagraph.labels.check(len(self.clip))
        candidate = replace(cinemagraph.candidate, mask=np.asarray(mask))
        stronger = replace(self.parameters, alpha_static=2 * self.parameters.alpha_static)
        if cinemagraph.period.shape != self.clip.frames.shape[1:3]:
            raise LoopError(
                f"The cinemagraph has shape {cinemagraph.period.shape}; the clip's frames are "
                f"{self.clip.frames.shape[1:3]}."
            )
        return self._solve(candidate, stronger, progress, cinemagraph)

    def costs(self, candidate: Candidate, parameters: LoopParameters | None = None) -> Costs:
        """Eq. (1) of a candidate in the form that the moves work on.

        Raises
        ------
        LoopError
            If the candidate's mask is not (H, W).
        """
        if candidate.mask.shape != self.clip.frames.shape[1:3]:
            raise LoopError(
                f"The mask has shape {candidate.mask.shape}; the clip's frames are "
                f"{self.clip.frames.shape[1:3]}."
            )
        return self.clip_costs.of(candidate, parameters or self.parameters)

    def _stage_one(self, threads: int, progress: Progress, cache: ArrayCache | None) -> Labels:
        moving, costs = self.clip_costs.moving, self.clip_costs.unlabeled  # starts depend on no label cost
        maps = self.response.candidate_maps(self.parameters.occurrence_threshold)
        targets = np.asarray(maps.any(axis=-1))
        # loops spread beyond a target wherever something moves
        active = grow(targets, _MARGIN) | enlarge(any_in_blocks(moving, BLOCK), BLOCK, moving.shape)

        def find() -> Labels:
            return all_starts(costs, self.space, active, threads, progress)

        return kept_starts(cache, costs, self.space, active, find)

    def _solve(
        self,
        candidate: Candidate,
        parameters: LoopParameters,
        progress: Progress,
        edited: Cinemagraph | None = None,
    ) -> Cinemagraph:
        costs, mask, where = self.costs(candidate, parameters), candidate.mask, None
        bar = progress(total=3, desc=f"{candidate.label}: stage 2, periods")
        try:
            if edited is None:
                labels = self.search.choose(costs, mask)
            else:
                where = grow((mask != edited.candidate.mask) | (mask & ~edited.dynamic), _MARGIN)
                labels = self.search.revise(costs, mask, edited.labels, where)
            bar.update(1)
            bar.set_description_str(f"{candidate.label}: stage 3, starts and pieces")
            refine_starts(costs, self.space, labels, where)
            region = object_region(candidate, self.response, parameters)
            merge_pieces(costs, labels, region, parameters.merging, where)
            bar.update(1)
            bar.set_description_str(f"{candidate.label}: energy")
            energy = evaluate(costs, self.clip, self.response, labels, parameters)
            bar.update(1)
        finally:
            bar.close()
        notes = self.notes + _outcome_notes(candidate, labels, motion_kept(self.clip.frames, labels, mask))
        return Cinemagraph(self.clip, candidate, *labels, energy, parameters, self.response, notes)


def _rate_notes(fps: float, space: LabelSpace, parameters: LoopParameters) -> tuple[str, ...]:
    if parameters.min_period is None and parameters.shortest_period(fps) != 32:
        shortest = space.periods[0]
        return (f"At {fps:.3g} frames a second the shortest loop is {shortest} frames instead of 32.",)
    return ()


def _outcome_notes(candidate: Candidate, labels: Labelling, kept: float) -> tuple[str, ...]:
    if not candidate.mask.any():
        return (f"{candidate.label}: its map is empty, so nothing is asked to move.",)
    share = float(labels.dynamic[candidate.mask].mean())
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
