"""Pictures of the lessons on rating and preference: agreement, learning, new cinemagraphs, a newcomer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from ..counting import counted
from .preference import PAPER_COLOR, _row, _say

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from ..preference.walk import Walk
    from ..study import RatingStore

RED, BLUE = "#c4161c", "#2138c4"


def show_consistency(store: RatingStore, note: str = "") -> Figure:
    """How often people gave the same stars on a second look, and when in the study they looked how long.

    Left the differences of all pairs of looks; right the seconds a cinemagraph was on show by its place.
    """
    from ..study import rater_consistency

    events = [
        event for event in store.history(effective=True) if event.kind == "rate" and event.phase != "pilot"
    ]
    last: dict[tuple[str, str], int] = {}
    gaps = []
    for event in events:
        key = event.person, event.item
        if event.phase == "repeat" and key in last:
            gaps.append(int(event.value or 0) - last[key])
        last[key] = int(event.value or 0)
    figure, axes = _row(2, (12, 3.6))
    axes[0].bar(*np.unique(gaps, return_counts=True), color=PAPER_COLOR)
    own = [c for c in rater_consistency(events).values() if c.pairs]
    same = np.average([c.same for c in own], weights=[c.pairs for c in own]) if own else float("nan")
    axes[0].set_title(f"second look less first: the same in {same:.0%} of {len(gaps)} pairs")
    axes[0].set_xticks(range(-4, 5))
    axes[0].set_xlabel("stars")
    timed = [(event.order, event.response_time) for event in events if event.response_time is not None]
    if timed:
        axes[1].scatter(*np.array(timed, float).T, s=4, alpha=0.4, color=PAPER_COLOR)
        axes[1].axhline(np.mean([seconds for _, seconds in timed]), color=RED)
    axes[1].set_title("how long it was looked at (red: mean)")
    axes[1].set_xlabel("place in the person's order")
    axes[1].set_ylabel("seconds")
    _say(
        figure,
        note,
        f"{counted(len(events), 'rating')} of "
        f"{counted(len({event.person for event in events}), 'person', 'people')}",
    )
    return figure


def try_agreement(shared: float = 0.2, error: float = 0.6, people: int = 20) -> Figure:
    """Simulated ratings by how much of the liking all share and how sure each is: α, σ and a second look."""
    from ..lessons.studies import draw_ratings
    from ..study import krippendorff_alpha
    from ..study.simulation import diversity

    first, second = draw_ratings(shared, error, people)
    order = np.argsort(-first.mean(axis=1), kind="stable")
    figure, axes = _row(2, (11, 4))
    image = axes[0].imshow(
        first[order].T, cmap="viridis", vmin=1, vmax=5, aspect="auto", interpolation="nearest"
    )
    figure.colorbar(image, ax=axes[0], ticks=range(1, 6), label="stars")
    axes[0].set_title(f"Krippendorff's α between people: {krippendorff_alpha(first):.2f}")
    axes[0].set_xlabel("cinemagraphs, best liked on average first")
    axes[0].set_ylabel("people")
    axes[0].set_yticks([])
    pairs = np.histogram2d(first.ravel(), second.ravel(), bins=np.arange(0.5, 6))[0]
    axes[1].imshow(pairs, cmap="Blues", origin="lower", extent=(0.5, 5.5, 0.5, 5.5))
    axes[1].set_title(f"a second look gives the same in {np.mean(first == second):.0%}")
    axes[1].set_xlabel("second look")
    axes[1].set_ylabel("first look")
    sigma = diversity(first)
    _say(figure, "simulated ratings", f"σ > 1 for {np.mean(sigma > 1):.0%} of the cinemagraphs")
    return figure


def show_learning(models: Mapping[str, Any], note: str = "") -> Figure:
    """Error on the validation ratings by outer iteration (0 is the start), and where each model stopped."""
    figure, axes = _row(1, (7.5, 3.4))
    for name, model in models.items():
        error = np.asarray(model.history_)
        (line,) = axes[0].plot(error, marker="o", label=name)
        best = int(error[1:].argmin()) + 1 if len(error) > 1 else 0
        axes[0].plot(best, error[best], "o", ms=13, mfc="none", color=line.get_color())
    axes[0].set_xlabel("outer iteration")
    axes[0].xaxis.get_major_locator().set_params(integer=True)
    axes[0].set_ylabel("RMSE (stars)")
    axes[0].set_title("error on the validation ratings")
    axes[0].legend(frameon=False)
    axes[0].spines[["top", "right"]].set_visible(False)
    _say(figure, note, "ring: the iteration that is kept")
    return figure


def try_basis(study: Any, basis: int = 10, dimension: int = 10) -> Figure:
    """The joint model with d = ``basis`` bumps and L = ``dimension`` coordinates: how it learns.

    ``study`` has ``ratings``, ``features``, ``blocks`` and a ``note``, as ``open_ratings`` gives them.
    """
    from ..preference import JointModel

    models = {
        f"{mapping}, L = {dimension}{f', d = {basis}' if mapping == 'rbf' else ''}": JointModel(
            mapping, dimension=dimension, basis=basis, n_iter=6, patience=6, blocks=study.blocks
        ).fit(study.ratings, study.features)
        for mapping in ("rbf", "linear")
    }
    return show_learning(models, note=study.note)


def show_new_items(predictions: Mapping[str, ArrayLike], note: str = "") -> Figure:
    """What people are predicted to give cinemagraphs that nobody rated (m, n), a panel a model.

    Each row is a person, less their own mean: what is left decides what they see first. The title says how
    alike the orders of two people are.
    """
    from scipy.stats import rankdata

    figure, axes = _row(len(predictions), (4.2 * len(predictions) + 0.6, 4), sharey=True)
    panels = {name: np.asarray(matrix, float) for name, matrix in predictions.items()}
    first = next(iter(panels.values()))
    order = np.argsort(-first.mean(axis=1), kind="stable")
    for axis, (name, matrix) in zip(axes, panels.items(), strict=True):
        left = (matrix - matrix.mean(axis=0))[order].T
        image = axis.imshow(left, cmap="RdBu_r", vmin=-1.5, vmax=1.5, aspect="auto", interpolation="nearest")
        ranks = np.corrcoef(np.apply_along_axis(rankdata, 0, matrix).T)
        alike = ranks[np.triu_indices(len(ranks), 1)].mean()
        axis.set_title(f"{name}: orders of two people\ncorrelate by {alike:.2f}", fontsize=10)
        axis.set_xlabel("new cinemagraphs")
    axes[0].set_ylabel("people")
    figure.colorbar(image, ax=axes, label="stars above the person's mean", shrink=0.8)
    _say(figure, note, "cinemagraphs in the order of the first panel")
    return figure


def show_walks(walks: Mapping[str, Sequence[Walk]], person: int = 0, step: int = 3, note: str = "") -> Figure:
    """Newcomers after ``step`` answers, as ``walk_newcomers`` gives them.

    Left every prediction for one of them with its deviation, by the first of the walks; right how good the
    order of what is never asked about becomes, the mean over all of them, with its standard error.
    """
    walk = next(iter(walks.values()))[person]
    step = min(step, len(walk.asked))
    figure, axes = _row(2, (13, 4))
    order = np.argsort(walk.rating[step], kind="stable")
    place = np.empty(len(order), int)
    place[order] = np.arange(len(order))
    known = np.isfinite(walk.truth)
    known[walk.asked[:step]] = False
    mean, std = walk.rating[step][order], walk.std[step][order]
    axes[0].fill_between(np.arange(len(order)), mean - std, mean + std, color="#dde5ee")
    axes[0].plot(np.arange(len(order)), mean, color=PAPER_COLOR, label="predicted ± one deviation")
    axes[0].scatter(place[known], walk.truth[known], s=9, color="#555555", label="would give (not told)")
    axes[0].scatter(place[walk.asked[:step]], walk.answers[:step], s=50, color=RED, label="told")
    if step < len(walk.asked):
        axes[0].axvline(place[walk.asked[step]], color=RED, ls=":", label="asked next")
    axes[0].set_ylim(0, 6.9)
    axes[0].set_yticks(range(1, 6))
    axes[0].set_title(f"newcomer {person + 1} after {step} answers")
    axes[0].set_xlabel("cinemagraphs by predicted rating")
    axes[0].set_ylabel("stars")
    axes[0].legend(fontsize=8, loc="upper left", ncols=4)
    for (name, all_), color in zip(walks.items(), (RED, BLUE), strict=False):
        steps = min(len(one.precision) for one in all_)
        curves = np.stack([one.precision[:steps] for one in all_])
        value, error = np.nanmean(curves, axis=0), np.nanstd(curves, axis=0) / np.sqrt(len(curves))
        axes[1].errorbar(
            np.arange(steps), value, error, marker="o", color=color, capsize=2, label=f"{name} questions"
        )
    axes[1].axvline(step, color="#999999", ls=":")
    axes[1].set_title(f"average precision on what is never asked, mean of {len(walks[next(iter(walks))])}")
    axes[1].set_xlabel("answers")
    axes[1].legend(frameon=False)
    axes[1].spines[["top", "right"]].set_visible(False)
    _say(figure, note, "relevant: 4 or 5 stars; bars: standard error over newcomers")
    return figure
