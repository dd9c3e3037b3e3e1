"""The paper's figures on looping (Section 3), from this project's results: claimed, drawn, measured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ..lessons.clips import careful_map
from ..lessons.measures import (
    commonest_label,
    connectivity_maps,
    lasso,
    loop_frame,
    out_of_step,
    outlines,
    seam_step,
    worst_place,
)
from ..looping import LoopSolver
from ..looping.baselines import liao_2013, tompkin_2011, yeh_2012
from ..looping.quality import alignment, tearing
from ..samples import make_sample
from ..semantics import SemanticResponse, segment, select_candidates
from .comparison import compare_methods, show_alignment, show_closeups, show_connectivity, show_methods
from .editing import show_edit
from .panels import draw, grid
from .scene import show_scene

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from ..looping import Cinemagraph
    from ..samples import Sample
    from ..semantics import Selection

SIMULATED = "on a painted clip with exact masks"


@dataclass(frozen=True, eq=False)
class Reproduction:
    """One figure of the paper beside this project's.

    ``name`` in the paper; ``claim``, what the paper says it shows, in other words; ``drawn``, what is drawn
    here and from what data; ``measured``, a sentence with numbers; ``shows``, whether the numbers agree with
    the claim; ``figures``, one or more pictures by a short name; ``basis``, what the verdict rests on.
    """

    name: str
    claim: str
    drawn: str
    measured: str
    shows: bool
    figures: Mapping[str, Figure]
    basis: str = "on painted clips"

    @property
    def text(self) -> str:
        """Claim, drawing, measurement and verdict as a Markdown list."""
        return (
            f"- **The paper claims:** {self.claim}\n- **Drawn here:** {self.drawn}\n"
            f"- **Measured:** {self.measured}\n- **Verdict:** {self.verdict}."
        )

    @property
    def verdict(self) -> str:
        return f"{'shows' if self.shows else 'does not show'} what the paper claims, {self.basis}"


@dataclass(frozen=True, eq=False)
class Scene:
    """A painted clip, its exact response, candidates and solver, and a cinemagraph a candidate."""

    sample: Sample
    response: SemanticResponse
    selection: Selection
    solver: LoopSolver
    cinemagraphs: Mapping[str, Cinemagraph]

    @classmethod
    def of(cls, name: str, size: tuple[int, int] = (240, 135), seconds: float = 2.5) -> Scene:
        """Paint ``name`` in ``size`` (width, height) and solve all its candidates on its exact masks."""
        sample = make_sample(name, size=size, seconds=seconds)
        response = SemanticResponse(sample.scores(), sample.categories)
        selection = select_candidates(sample.video, response)
        solver = LoopSolver(sample.video, selection.response)
        cinemagraphs = {c.label: solver.solve(c) for c in selection.candidates}
        return cls(sample, response, selection, solver, cinemagraphs)


def overview(scene: Scene) -> Reproduction:
    """Fig. 1: segmentation, candidates, a loop for each; the ranking stands in Fig. 4 of the supplement."""
    found = ", ".join(scene.cinemagraphs)
    inside = [float(c.dynamic[c.candidate.mask].mean()) for c in scene.cinemagraphs.values()]
    shares = ", ".join(f"{share:.0%}" for share in inside)
    return Reproduction(
        "Fig. 1",
        "One clip gives several cinemagraphs, each animating another object that the segmentation found.",
        f"What wins where, and p and s of every candidate, {SIMULATED}.",
        f"{len(inside)} candidates ({found}); of each one's map moves {shares}.",
        len(inside) > 1 and min(inside) > 0.5,
        {
            "scene": show_scene(scene.sample.video, scene.response),
            "candidates": show_methods(scene.cinemagraphs),
        },
    )


def connectivity_figure(scene: Scene) -> Reproduction:
    """Fig. 2: γ_s by colors and by semantics, and how much of what is dark lies at outlines."""
    near = outlines(scene.sample)
    dark = [1 - gamma for gamma in connectivity_maps(scene.sample.video, scene.selection.response)]
    color, semantic = (float(each[near].sum() / max(float(each.sum()), 1e-9)) for each in dark)
    return Reproduction(
        "Fig. 2",
        "Seams by semantics follow the boundaries of moving things better than seams by colors.",
        f"γ_s of Liao et al. and of eq. (5), {SIMULATED}.",
        f"Of what makes seams cheap (1 − γ_s), {semantic:.0%} of ours and {color:.0%} of Liao's lies within "
        f"three pixels of a true outline, which is {near.mean():.0%} of the picture.",
        semantic > color,
        {"": show_connectivity(scene.sample.video, scene.selection.response)},
    )


def liao_figures(scene: Scene, thing: str) -> tuple[Reproduction, Reproduction]:
    """Fig. 3 and 5: the labels of Liao et al. and ours, and close-ups where Liao's seams inside ``thing``
    cost most."""
    ours = scene.cinemagraphs[thing]
    mask = ours.candidate.mask
    liao = liao_2013(scene.sample.video)
    both = {"Liao et al.": liao, "ours": ours}
    table: Any = compare_methods(both, scene.solver, ours.candidate)
    torn = {name: tearing(c.labels, mask) for name, c in both.items()}
    total = {name: float(table.loc[name, "total"]) for name in both}
    fewer = torn["ours"].pieces < torn["Liao et al."].pieces
    more = " Ours is not in fewer pieces: the painted person moves as one, and colors alone see that."
    labels = Reproduction(
        "Fig. 3",
        "Our labels p and s hold together along semantic regions; those of Liao et al. do not.",
        f"p and s of both methods, {SIMULATED}.",
        f"Inside “{thing}” Liao's labels fall into {torn['Liao et al.'].pieces} pieces, ours into "
        f"{torn['ours'].pieces}; neighbors out of step: {torn['Liao et al.'].cut} and {torn['ours'].cut}; "
        f"the energy of eq. (1) for this target is {total['Liao et al.']:.1f} and {total['ours']:.1f}; "
        f"IoU of what moves with it {alignment(liao.period, mask):.2f} and "
        f"{alignment(ours.period, mask):.2f}.{'' if fewer else more}",
        fewer and total["ours"] < total["Liao et al."],
        {"": show_methods(both)},
    )
    step = {name: seam_step(c, mask) for name, c in both.items()}
    tears = step["Liao et al."] > max(10.0, 2 * step["ours"])
    seen = "Liao's seams are plainly visible."
    if not tears:
        seen = (
            "No face is torn: the painted person repeats exactly, so colors alone find its loop. This "
            "needs a clip of a real person."
        )
    closeups = Reproduction(
        "Fig. 5",
        "Liao et al. tear or distort faces and bodies; our results have no such artifacts.",
        f"The place where Liao's seams inside “{thing}” cost most, unblended, {SIMULATED}.",
        f"Across a seam inside “{thing}” colors are off by {step['Liao et al.']:.1f} gray levels (RMS) with "
        f"Liao and {step['ours']:.1f} with ours. {seen}",
        tears,
        {"": show_closeups(both, worst_place(liao, mask), (0, 20, 40, 60))},
    )
    return labels, closeups


def alignment_figure(scene: Scene, things: tuple[str, ...]) -> Reproduction:
    """Fig. 6: what moves by Tompkin et al., Yeh and Li, and by ours, against the true object."""
    yeh = yeh_2012(scene.sample.video)
    figures, said, better, than_yeh = {}, [], [], []
    for thing in things:
        ours = scene.cinemagraphs[thing]
        mask = ours.candidate.mask
        every = {
            "Tompkin et al.": tompkin_2011(scene.sample.video, lasso(mask)),
            "Yeh and Li": yeh,
            "ours": ours,
        }
        shared = {name: alignment(c.period, mask) for name, c in every.items()}
        said.append(f"{thing}: " + ", ".join(f"{name} {iou:.2f}" for name, iou in shared.items()))
        better.append(shared["ours"] == max(shared.values()))
        than_yeh.append(shared["ours"] > shared["Yeh and Li"])
        figures[thing] = show_alignment(every, mask)
    order = f"Ours is {'' if all(than_yeh) else 'not always '}nearer than Yeh and Li. "
    if not all(better):
        order += (
            "A lasso around an object that is known is nearer still: ours moves some of "
            "what surrounds the object where that costs nothing."
        )
    return Reproduction(
        "Fig. 6",
        "What moves in our results follows the outline of the object better than with Tompkin et al. or Yeh "
        "and Li.",
        f"Mean size of optical flow of each result, dark where large, {SIMULATED}. Tompkin's region is drawn "
        "by hand in the paper; here it is the convex hull of the object, as with a lasso, so its share is "
        "the drawing's, not the method's. Yeh and Li choose one region in the clip, whatever the target.",
        f"IoU of dynamic pixels and object: {'; '.join(said)}. {order}",
        all(better),
        figures,
    )


def editing_figure(scene: Scene, thing: str) -> Reproduction:
    """Fig. 7: a map as the embedded segmenter draws it, its loop, and that of a mended map."""
    clip = scene.sample.video
    selection = select_candidates(clip, segment(clip))
    truth = careful_map(scene.sample.name, clip, scene.cinemagraphs[thing].candidate)
    shared = {c.label: float((c.mask & truth).sum()) for c in selection.candidates}
    candidate = max(selection.candidates, key=lambda c: shared[c.label])
    solver = LoopSolver(clip, selection.response)
    before = solver.solve(candidate)
    after = solver.edit(before, truth)
    follow = [float(c.dynamic[truth].mean()) for c in (before, after)]
    return Reproduction(
        "Fig. 7",
        "A segmentation with faults spoils the loops; a rough correction of π by hand mends them.",
        "π by the embedded segmenter on a painted clip, s before and after; the true map stands for what a "
        "person would paint. The 19 seconds that an edit took people are not measured.",
        f"Of the true “{thing}” {follow[0]:.0%} moves before the edit and {follow[1]:.0%} after it.",
        follow[1] > follow[0],
        {"": show_edit(before, after)},
    )


def eyes_figure(scene: Scene) -> Reproduction:
    """Supplement, Fig. 3: two eyes as two regions of Tompkin et al., against ours for the person."""
    eyes = [scene.sample.parts[name] for name in ("left eye", "right eye")]
    alone = [tompkin_2011(scene.sample.video, eye) for eye in eyes]
    ours = scene.cinemagraphs["person"]
    apart = {
        "Tompkin et al.": out_of_step([commonest_label(c, eye) for c, eye in zip(alone, eyes, strict=True)]),
        "ours": out_of_step([commonest_label(ours, eye) for eye in eyes]),
    }
    rows, columns = np.nonzero(eyes[0] | eyes[1])
    box = np.s_[max(rows.min() - 8, 0) : rows.max() + 9, max(columns.min() - 8, 0) : columns.max() + 9]
    times = tuple(range(0, 72, 9))
    figure, axes = grid(2, len(times), (13, 2.6))
    for k, t in enumerate(times):
        picture = loop_frame(alone[0], t)
        picture[eyes[1]] = loop_frame(alone[1], t)[eyes[1]]
        pictures = {"Tompkin et al.": picture, "ours": loop_frame(ours, t)}
        for axis, (name, shown) in zip(axes[:, k], pictures.items(), strict=True):
            draw(axis, shown[box], f"{name}, t = {t}", 7, interpolation="nearest")
    return Reproduction(
        "Supplement, Fig. 3",
        "Regions that loop each for itself (Tompkin et al.) let two eyes blink out of step; ours keeps them "
        "together.",
        f"Each eye with its own best loop, and ours with the person as target, {SIMULATED}.",
        f"The two eyes show different moments of the clip {apart['Tompkin et al.']:.0%} of the time with "
        f"Tompkin, {apart['ours']:.0%} with ours.",
        apart["ours"] < apart["Tompkin et al."],
        {"": figure},
    )


def show(*results: Reproduction) -> None:
    """In a notebook: for each figure its name, the claim, what is drawn and measured, and the pictures."""
    from IPython.display import Markdown, display

    for result in results:
        display(Markdown(f"### {result.name}\n\n{result.text}"))
        for figure in result.figures.values():
            display(figure)
