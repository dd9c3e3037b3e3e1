"""Pictures of what the models of Section 4 predict: Fig. 8, 9 and 10, and Fig. 4 of the supplement.

Each takes a ``note`` that is written into the picture: "simulated ratings" where they are
(``SimulatedStudy.note``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from .colors import mask_overlay
from .panels import BLUE, RED, charts, draw, draw_frame, draw_labels, grid, say

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from ..looping import Cinemagraph
    from ..preference import Evaluation

PAPER = (
    "Rand", "CR", "G-RF", "I-RF", "S-RF + MC", "S-RF + AEm", "S-RF + Joint", "Joint (linear)", "Joint (RBF)",
)  # fmt: skip
PAPER_COLOR, OTHER_COLOR = "#3b6fb6", "#b9c2cc"
UNRATED_COLOR = "white"  # as in Fig. 9
METRIC_NAMES = {"pooled_AP": "pooled AP"}


def show_comparison(
    evaluation: Evaluation | pd.DataFrame, metrics: Sequence[str] = ("mAP", "pooled_AP"), note: str = ""
) -> Figure:
    """Fig. 8: a bar a model with its standard error over people, the paper's own models in blue.

    Parameters
    ----------
    evaluation : what ``compare`` or ``evaluate_models`` gives, or its ``table()``
    metrics : columns of that table, a panel each
    note : written into the picture
    """
    table: Any = evaluation if hasattr(evaluation, "columns") else evaluation.table()
    names = [str(name) for name in table.index]
    place = np.arange(len(names))[::-1]
    colors = [PAPER_COLOR if name in PAPER else OTHER_COLOR for name in names]
    figure, axes = charts(len(metrics), (6.2 * len(metrics), 0.29 * len(names) + 1.3), sharey=True)
    for axis, metric in zip(axes, metrics, strict=True):
        value, error = table[metric].to_numpy(float), table[f"{metric}_se"].to_numpy(float)
        axis.barh(place, value, xerr=error, color=colors, ecolor="#333333", capsize=2.5)
        for y, v, e in zip(place, value, error, strict=True):
            axis.text(v + e + 0.012 * value.max(), y, f"{v:.3f}", va="center", fontsize=8)
        axis.set_xlim(0, 1.14 * float((value + error).max()))
        axis.set_yticks(place, names)
        axis.set_xlabel(METRIC_NAMES.get(metric, metric))
        axis.spines[["top", "right"]].set_visible(False)
    say(figure, note, "bars: standard error over people; blue: in the paper's Fig. 8")
    return figure


def show_completed(ratings: ArrayLike, completed: Mapping[str, ArrayLike], note: str = "") -> Figure:
    """Fig. 9: the ratings (m, n) with their gaps, and the matrices (m, n) by which models fill these.

    Given ratings are drawn as given in every panel. Who rated least is on the left, what was rated least at
    the bottom. Above a completion stands how much its entries for one cinemagraph differ between people.
    """
    from matplotlib import colormaps
    from matplotlib.colors import Normalize

    given = np.asarray(ratings, float)
    known = np.isfinite(given)
    rows = np.argsort(-known.sum(axis=1), kind="stable")
    columns = np.argsort(known.sum(axis=0), kind="stable")
    figure, axes = charts(1 + len(completed), (3.4 * (1 + len(completed)) + 0.8, 5.2), sharey=True)
    colors = colormaps["viridis"].with_extremes(bad=UNRATED_COLOR)
    matrices = {"given": given, **{name: np.asarray(matrix, float) for name, matrix in completed.items()}}
    look = {"cmap": colors, "norm": Normalize(1, 5), "aspect": "auto", "interpolation": "nearest"}
    for axis, (name, matrix) in zip(axes, matrices.items(), strict=True):
        shown = np.where(known, given, np.clip(matrix, 1, 5))[np.ix_(rows, columns)]
        title = f"{name}\nspread {spread(matrix, known):.2f}"
        if name == "given":
            title = f"given: {known.mean():.0%} rated"
        image = draw(axis, shown, title, 10, **look)
        axis.set_xlabel("people")
    axes[0].set_ylabel("cinemagraphs")
    figure.colorbar(image, ax=axes, label="rating", ticks=[1, 2, 3, 4, 5], shrink=0.8)
    say(figure, note, "spread: σ between people over completed entries of one cinemagraph, mean")
    return figure


def show_people(
    positions: ArrayLike, groups: ArrayLike | None = None, names: Sequence[str] | None = None, note: str = ""
) -> Figure:
    """Fig. 10: people in the plane (n, 2), colored by their group (n,) and numbered (or named).

    ``positions`` are those of ``embed_people``, ``groups`` those of ``group_people`` or any others.
    """
    from matplotlib import colormaps

    where = np.asarray(positions, float)
    label = np.unique(np.zeros(len(where)) if groups is None else groups, return_inverse=True)[1]
    figure, (axis,) = charts(1, (6.6, 5.4))
    for group in np.unique(label):
        inside = label == group
        color = colormaps["tab10"](group % 10)
        name = f"group {group + 1} ({inside.sum()})"
        axis.scatter(*where[inside].T, s=150, color=color, alpha=0.55, label=name)
    for j, point in enumerate(where):
        axis.text(*point, str(j + 1) if names is None else names[j], ha="center", va="center", fontsize=7)
    axis.set(xticks=[], yticks=[], title="people by t-SNE of their coordinates u")
    if groups is not None:
        figure.legend(loc="outside right center", frameon=False)
    say(figure, note, "far distances mean little in t-SNE")
    return figure


def show_predicted(
    cinemagraphs: Sequence[Cinemagraph],
    predicted: ArrayLike,
    given: ArrayLike | None = None,
    people: Sequence[str] | None = None,
    note: str = "",
) -> Figure:
    """Supplement Fig. 4: candidates of one clip with p and s, and what people are predicted to give each.

    Parameters
    ----------
    cinemagraphs : k candidates
    predicted : (k, n) ratings; given : (k, n) what was really given, NaN where nobody knows ("?")
    people : n names
    note : written into the picture

    Red frames the candidate that is predicted to be a person's best, blue the one that they rated best.
    """
    guess = np.asarray(predicted, float)
    k, n = guess.shape
    truth = np.full(guess.shape, np.nan) if given is None else np.asarray(given, float)
    labels = [f"person {j + 1}" for j in range(n)] if people is None else list(people)
    figure, axes = grid(k, 4, (13.5, 2.1 * k + 0.8), bare=False, width_ratios=[1, 1, 1, max(0.34 * n, 1)])
    for row, cinema in zip(axes, cinemagraphs, strict=True):
        middle = cinema.video.frames[len(cinema.video) // 2]
        draw(row[0], mask_overlay(middle, cinema.dynamic), f"{cinema.candidate.label}, green: dynamic", 9)
        for axis, name in zip(row[1:3], ("period", "start"), strict=True):
            draw_labels(figure, [axis], [cinema], name)
        for axis in row[:3]:
            axis.set_axis_off()
    titles = "p (frames)", "s (frames)", "predicted (given) ratings"
    for axis, title in zip(axes[0][1:], titles, strict=True):
        axis.set_title(title, fontsize=9)
    known = np.isfinite(truth)
    best = np.where(known.any(axis=0), np.where(known, truth, -np.inf).max(axis=0), np.nan)
    for i, axis in enumerate(axes[:, 3]):
        _draw_predictions(axis, guess[i], truth[i])
        axis.set_xticks(np.arange(n), labels if i == k - 1 else [""] * n, fontsize=9)
        for j in range(n):
            if i == int(np.argmax(guess[:, j])):
                draw_frame(axis, (j - 0.46, -0.46, 0.92, 0.92), RED, 2)
            if known[i, j] and truth[i, j] == best[j]:
                draw_frame(axis, (j - 0.40, -0.40, 0.80, 0.80), BLUE, 2)
    say(figure, note, "red: predicted best; blue: rated best; ?: not rated")
    return figure


def _draw_predictions(axis: Any, guess: np.ndarray, truth: np.ndarray) -> None:
    """One cinemagraph's predicted ratings (n,) as shades of gray, and in brackets what was given."""
    axis.imshow(guess[None], cmap="Greys", vmin=0, vmax=9, aspect="auto")
    axis.set_yticks([])
    axis.tick_params(length=0)
    axis.spines[:].set_visible(False)
    for j, (predicted, given) in enumerate(zip(guess, truth, strict=True)):
        said = f"{given:.0f}" if np.isfinite(given) else "?"
        axis.text(j, 0, f"{predicted:.1f}\n({said})", ha="center", va="center")


def spread(completed: np.ndarray, known: np.ndarray) -> float:
    """Mean over cinemagraphs of σ between people over the entries that were completed."""
    some = np.where(known, np.nan, completed)
    enough = (~known).sum(axis=1) >= 2
    return float(np.nanstd(some[enough], axis=1).mean()) if enough.any() else float("nan")
