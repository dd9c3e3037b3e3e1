"""Pictures of lesson 6: how models learn, what they give new cinemagraphs, and how a newcomer is served."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from .panels import BLUE, RED, charts, draw, say
from .preference import PAPER_COLOR

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from ..preference.walk import Walk


def show_learning(models: Mapping[str, Any], note: str = "") -> Figure:
    """Error on the validation ratings by outer iteration (0 is the start), and where each model stopped."""
    figure, (axis,) = charts(1, (7.5, 3.4))
    for name, model in models.items():
        error = np.asarray(model.history_)
        (line,) = axis.plot(error, marker="o", label=name)
        best = int(error[1:].argmin()) + 1 if len(error) > 1 else 0
        axis.plot(best, error[best], "o", ms=13, mfc="none", color=line.get_color())
    axis.set(xlabel="outer iteration", ylabel="RMSE (stars)", title="error on the validation ratings")
    axis.xaxis.get_major_locator().set_params(integer=True)
    axis.legend(frameon=False)
    axis.spines[["top", "right"]].set_visible(False)
    say(figure, note, "ring: the iteration that is kept")
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

    figure, axes = charts(len(predictions), (4.2 * len(predictions) + 0.6, 4), sharey=True)
    matrices = {name: np.asarray(matrix, float) for name, matrix in predictions.items()}
    first = next(iter(matrices.values()))
    order = np.argsort(-first.mean(axis=1), kind="stable")
    look = {"cmap": "RdBu_r", "vmin": -1.5, "vmax": 1.5, "aspect": "auto", "interpolation": "nearest"}
    for axis, (name, matrix) in zip(axes, matrices.items(), strict=True):
        ranks = np.corrcoef(np.apply_along_axis(rankdata, 0, matrix).T)
        alike = ranks[np.triu_indices(len(ranks), 1)].mean()
        left = (matrix - matrix.mean(axis=0))[order].T
        image = draw(axis, left, f"{name}: orders of two people\ncorrelate by {alike:.2f}", 10, **look)
        axis.set_xlabel("new cinemagraphs")
    axes[0].set_ylabel("people")
    figure.colorbar(image, ax=axes, label="stars above the person's mean", shrink=0.8)
    say(figure, note, "cinemagraphs in the order of the first panel")
    return figure


def show_walks(walks: Mapping[str, Sequence[Walk]], person: int = 0, step: int = 3, note: str = "") -> Figure:
    """Newcomers after ``step`` answers, as ``walk_newcomers`` gives them.

    Left every prediction for one of them with its deviation, by the first of the walks; right how good the
    order of what is never asked about becomes, the mean over all of them, with its standard error.
    """
    walk = next(iter(walks.values()))[person]
    step = min(step, len(walk.asked))
    figure, (left, right) = charts(2, (13, 4))
    _draw_step(left, walk, step)
    left.set_title(f"newcomer {person + 1} after {step} answers")
    for (name, every), color in zip(walks.items(), (RED, BLUE), strict=False):
        steps = min(len(one.precision) for one in every)
        curves = np.stack([one.precision[:steps] for one in every])
        value, error = np.nanmean(curves, axis=0), np.nanstd(curves, axis=0) / np.sqrt(len(curves))
        look = {"marker": "o", "color": color, "capsize": 2, "label": f"{name} questions"}
        right.errorbar(np.arange(steps), value, error, **look)
    right.axvline(step, color="#999999", ls=":")
    right.set_title(f"average precision on what is never asked, mean of {len(walks[next(iter(walks))])}")
    right.set_xlabel("answers")
    right.legend(frameon=False)
    right.spines[["top", "right"]].set_visible(False)
    say(figure, note, "relevant: 4 or 5 stars; bars: standard error over newcomers")
    return figure


def _draw_step(axis: Any, walk: Walk, step: int) -> None:
    """Predictions for a newcomer after ``step`` answers, what was told, and what is asked next."""
    order = np.argsort(walk.rating[step], kind="stable")
    place = np.empty(len(order), int)
    place[order] = np.arange(len(order))
    asked = walk.asked[:step]
    known = np.isfinite(walk.truth)
    known[asked] = False
    mean, std = walk.rating[step][order], walk.std[step][order]
    axis.fill_between(np.arange(len(order)), mean - std, mean + std, color="#dde5ee")
    axis.plot(np.arange(len(order)), mean, color=PAPER_COLOR, label="predicted ± one deviation")
    axis.scatter(place[known], walk.truth[known], s=9, color="#555555", label="would give (not told)")
    axis.scatter(place[asked], walk.answers[:step], s=50, color=RED, label="told")
    if step < len(walk.asked):
        axis.axvline(place[walk.asked[step]], color=RED, ls=":", label="asked next")
    axis.set_ylim(0, 6.9)
    axis.set_yticks(range(1, 6))
    axis.set(xlabel="cinemagraphs by predicted rating", ylabel="stars")
    axis.legend(fontsize=8, loc="upper left", ncols=4)
