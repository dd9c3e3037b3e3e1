"""The paper's figures on people, from simulated ratings; its tables; what needs data that it kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import silhouette_score

from ..looping.parameters import LoopParameters
from ..preference import GaussianProcessModel, JointModel, MatrixCompletion, compare
from ..preference.groups import embed_people, group_people, sample_groups
from .paper import Reproduction
from .preference import PAPER, show_comparison, show_completed, show_people, show_predicted, spread
from .ratings import show_groups, show_rating_statistics

if TYPE_CHECKING:
    import pandas as pd

    from ..lessons.studies import StudyData
    from ..looping import Cinemagraph

SIMULATED = "on simulated ratings"
NOT_MADE = (
    ("Fig. 4", "a drawing of the model, no result; docs/method.md links its parts to the code"),
    ("Supplement, Fig. 1", "the page that people rated on; lesson 5 opens this project's"),
    ("User study of 59 people", "its ratings and cinemagraphs are not published; ratings here are simulated"),
    ("Clips of Fig. 1 to 7", "not published with a licence to use them; painted clips stand in"),
    ("Supplement, time profile", "times belong to a machine; docs/performance.md has this project's"),
    ("Supplementary videos", "of the paper's clips; lessons 3 and 4 play this project's"),
)
"""What has no counterpart here: (what, why)."""


def statistics_figure(study: StudyData) -> Reproduction:
    """Supplement, Fig. 2: how people use the scale. The simulation is drawn to meet these numbers."""
    from ..study.simulation import diversity

    sigma = diversity(study.ratings)
    sigma = sigma[np.isfinite(sigma)]
    above, below = float((sigma > 1).mean()), float((sigma < 0.5).mean())
    return Reproduction(
        "Supplement, Fig. 2",
        "People use the stars very differently and agree little: σ > 1 for 72.66 % of the cinemagraphs, "
        "σ < 0.5 for almost none.",
        "Ratings of people drawn at random, and σ of each cinemagraph, simulated. The simulation was made to "
        "meet the paper's share, so this checks the simulation, not the claim.",
        f"σ > 1 for {above:.1%}, σ < 0.5 for {below:.1%} (simulated).",
        abs(above - 0.7266) < 0.05 and below < 0.02,
        {"": show_rating_statistics(study.ratings, note=study.note)},
        "by design of the simulation",
    )


def comparison_figure(study: StudyData, folds: int = 3) -> Reproduction:
    """Fig. 8: the paper's models on the same folds, and this project's."""
    models = [*PAPER, "MC (exact)", "Gaussian process"]
    result = compare(study.ratings, study.features, models=models, blocks=study.blocks, folds=folds)
    table: Any = result.table()
    pooled, mean = table["pooled_AP"], table["mAP"]
    by_pooled, by_mean = (
        list(values.loc[list(PAPER)].sort_values(ascending=False).index) for values in (pooled, mean)
    )
    order = " > ".join(f"{name} {pooled[name]:.3f}" for name in by_pooled)
    together = min(pooled[["S-RF + MC", "S-RF + AEm", "S-RF + Joint", "Joint (RBF)"]]) > pooled["I-RF"]
    return Reproduction(
        "Fig. 8",
        "Learning from all people together (S-RF, Joint) beats learning from each alone (I-RF); the joint "
        "model with RBF maps is best.",
        f"mAP and pooled AP over {folds} folds of {study.ratings.shape[0]} cinemagraphs × "
        f"{study.ratings.shape[1]} people, simulated. The paper does not define its mAP; these definitions "
        "are in semcine_nb.preference.evaluation.",
        f"By pooled AP: {order}. By mAP "
        f"the best of the paper's is {by_mean[0]} ({mean[by_mean[0]]:.3f}), I-RF has "
        f"{mean['I-RF']:.3f}, this project's Gaussian process {mean['Gaussian process']:.3f} (simulated).",
        bool(together) and by_pooled[0] == "Joint (RBF)",
        {"": show_comparison(result, note=study.note)},
        SIMULATED,
    )


def people_figures(study: StudyData) -> tuple[Reproduction, ...]:
    """Fig. 9, Fig. 10 and the supplement's Fig. 6, all of one joint model."""
    joint = JointModel(blocks=study.blocks).fit(study.ratings, study.features)
    positions = embed_people(joint.users_)
    return (
        _completion(study, joint),
        _clusters(study, joint.users_, positions),
        _neighbors(study, positions),
    )


def _completion(study: StudyData, joint: JointModel) -> Reproduction:
    completed = {
        "MC (exact)": MatrixCompletion("exact").fit(study.ratings).predict(),
        "Joint (RBF)": joint.predict(),
    }
    known = np.isfinite(study.ratings)
    apart = {name: spread(np.asarray(matrix), known) for name, matrix in completed.items()}
    return Reproduction(
        "Fig. 9",
        "The joint model fills the gaps more plausibly and more diversely than matrix completion.",
        "The ratings and what two models fill in, simulated.",
        f"σ between people over what is filled in for a cinemagraph: {apart['Joint (RBF)']:.2f} with "
        f"the joint model, {apart['MC (exact)']:.2f} with matrix completion (simulated). “Plausibly” is "
        "Fig. 8's business.",
        apart["Joint (RBF)"] > apart["MC (exact)"],
        {"": show_completed(study.ratings, completed, note=study.note)},
        SIMULATED,
    )


def _clusters(study: StudyData, users: NDArray[np.floating], positions: NDArray[np.floating]) -> Reproduction:
    types = group_people(users)
    small, clear = int((np.bincount(types) == 1).sum()), float(silhouette_score(users, types))
    return Reproduction(
        "Fig. 10 (supplement, Fig. 5)",
        "People fall into a few clusters.",
        "t-SNE of the coordinates u of the joint model, colored by k-means, simulated; the people were "
        "drawn from six types, so clusters are there to be found.",
        f"k-means finds {len(np.unique(types))} groups (8 are the most it tries), {small} of them of one "
        f"person; silhouette {clear:.2f}, where less than 0.25 is taken for no structure (simulated).",
        clear >= 0.25,
        {"": show_people(positions, types, note=study.note)},
        SIMULATED,
    )


def _neighbors(study: StudyData, positions: NDArray[np.floating]) -> Reproduction:
    sample = sample_groups(positions, study.ratings, items=8)
    inside, between = _disagreement(study, sample.people)
    return Reproduction(
        "Supplement, Fig. 6",
        "People who lie close together in Fig. 10 like the same cinemagraphs.",
        "What people of three tight groups gave, simulated. The cinemagraphs are those on which "
        "the groups differ most, as rated by all of them.",
        f"Over all that both rated, two people of a group differ by {inside:.2f} stars, two of different "
        f"groups by {between:.2f} (mean; simulated).",
        inside < between,
        {"": show_groups(study.ratings, sample, note=study.note)},
        SIMULATED,
    )


def unseen_figure(study: StudyData, cinemagraphs: Sequence[Cinemagraph], people: int = 5) -> Reproduction:
    """Supplement, Fig. 4: candidates of a clip that no model has seen, predicted and given ratings.

    ``cinemagraphs`` of a painted clip stand in for the pictures, which a simulated study has none of.
    """
    sizes = np.bincount(study.clips)
    count = min(len(cinemagraphs), int(sizes.max()))
    held = study.clips == int(np.flatnonzero(sizes >= count)[0])
    model = GaussianProcessModel(blocks=study.blocks).fit(study.ratings[~held], study.features[~held])
    guess, given = model.predict_items(study.features[held])[:count], study.ratings[held][:count]
    some = np.argsort(-np.isfinite(given).sum(axis=0), kind="stable")[:people]
    full = np.isfinite(given).all(axis=0) & ((given == given.max(axis=0)).sum(axis=0) == 1)
    _, best = np.unique(given[:, full].argmax(axis=0), return_counts=True)
    usual = int(best.max(initial=0))
    hits = int((guess[:, full].argmax(axis=0) == given[:, full].argmax(axis=0)).sum())
    picture = show_predicted(
        cinemagraphs[:count],
        guess[:, some],
        given[:, some],
        [study.people[j] for j in some],
        note=f"{study.note} of an unseen clip; its pictures are those of a painted stand-in",
    )
    return Reproduction(
        "Supplement, Fig. 4",
        "People differ in which candidate they like best, and the predictions mostly find it.",
        f"p, s and the ratings of {count} candidates of a clip held out of the training, simulated; the "
        "pictures are those of a painted stand-in. Predicted by this project's Gaussian process: the paper's "
        "f gives everybody the same order.",
        f"Of {int(full.sum())} people who rated all {count} and one best, it is predicted for {hits}: "
        f"{hits / max(int(full.sum()), 1):.0%}; naming one to everybody would be right for {usual} at "
        "most (simulated, one clip).",
        hits > usual,
        {"": picture},
        SIMULATED,
    )


def paper_tables() -> dict[str, pd.DataFrame]:
    """The supplement's tables as they stand here: parameters, 55 features (Fig. 7), classes (Fig. 8)."""
    import pandas as pd

    from ..preference.features.hand_designed import QUANTITIES, STATISTICS
    from ..semantics.categories import pascal_context

    ours = LoopParameters()
    rows = [
        ("thr. / T", 0.15, ours.occurrence_threshold),
        ("α₁", 1, ours.alpha_label),
        ("α₂", 15, ours.alpha_spatial),
        ("w", 0.2, ours.w),
        ("λ_t, natural", 125, ours.lambda_temporal),
        ("λ_s·√K", 10, ours.lambda_spatial),
        ("α_∞", 1000, ours.alpha_infinity),
        ("P_short at 30 fps", 20, ours.short_range(30)),
        ("λ_sta", 100, ours.lambda_static),
        ("α_sta", 0.03, ours.alpha_static),
        ("σ_x", 0.9, ours.sigma_space),
        ("σ_t", 1.2, ours.sigma_time),
        ("shortest period at 30 fps", 32, ours.shortest_period(30)),
        ("grid, frames", 4, ours.step),
    ]
    features = [(q.name, q.unit, ", ".join(STATISTICS)) for q in QUANTITIES]
    classes = [(i, name, to, "natural" if natural else "") for i, name, to, natural in pascal_context()]
    return {
        "Supplement, parameters": pd.DataFrame(rows, columns=["parameter", "paper", "here"]),
        "Supplement, Fig. 7 (features)": pd.DataFrame(features, columns=["quantity", "unit", "statistics"]),
        "Supplement, Fig. 8 (classes)": pd.DataFrame(classes, columns=["id", "class", "category", "kind"]),
    }


def summary(results: Sequence[Reproduction]) -> pd.DataFrame:
    """One row a figure: what is claimed, what was measured here, and whether they agree."""
    import pandas as pd

    rows = {r.name: (r.claim, r.measured, r.verdict) for r in results}
    columns = ["the paper says", "measured here", "verdict"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns)


def _disagreement(study: StudyData, groups: Sequence[Sequence[int]]) -> tuple[float, float]:
    """Mean |difference| of two people's ratings of what both rated, within groups and between them."""
    people = [(g, j) for g, group in enumerate(groups) for j in group]
    inside: list[float] = []
    between: list[float] = []
    for a, (g, i) in enumerate(people):
        for h, j in people[a + 1 :]:
            gap = np.nanmean(np.abs(study.ratings[:, i] - study.ratings[:, j]))
            (inside if g == h else between).append(float(gap))
    return float(np.mean(inside)), float(np.mean(between))
