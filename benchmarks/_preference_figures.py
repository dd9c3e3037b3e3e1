"""The preference figures from a simulated study, for ``python -m benchmarks.preference --figures``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from semcine_nb.figures.preference import show_comparison, show_completed, show_people, show_predicted
from semcine_nb.figures.ratings import show_groups, show_rating_statistics
from semcine_nb.preference import GaussianProcessModel, JointModel, MatrixCompletion, compare
from semcine_nb.preference.groups import embed_people, group_people, sample_groups
from semcine_nb.study.simulation import SimulatedStudy, simulate_study


def draw(folder: Path, folds: int) -> list[Path]:
    """Draw Fig. 8, 9 and 10 and the supplement's Fig. 2, 4 and 6; returns the files."""
    study = simulate_study("groups")
    joint = JointModel(blocks=study.blocks).fit(study.ratings, study.features)
    positions = embed_people(joint.users_)
    completed = {
        "MC (exact)": MatrixCompletion("exact").fit(study.ratings).predict(),
        "Joint (RBF)": joint.predict(),
    }
    figures = {
        "supplement-2-ratings": show_rating_statistics(study.ratings, note=study.note),
        "9-completed": show_completed(study.ratings, completed, note=study.note),
        "10-people": show_people(positions, group_people(joint.users_), note=study.note),
        "supplement-6-groups": show_groups(
            study.ratings, sample_groups(positions, study.ratings), note=study.note
        ),
        "supplement-4-candidates": unseen_candidates(study),
        "8-comparison": show_comparison(
            compare(study.ratings, study.features, blocks=study.blocks, folds=folds), note=study.note
        ),
    }
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, figure in figures.items():
        paths.append(folder / f"figure-{name}.png")
        figure.savefig(paths[-1], dpi=110)
    return paths


def unseen_candidates(study: SimulatedStudy, people: int = 5) -> Any:
    """Supplement Fig. 4 for one clip that no model has seen: three candidates, predicted and given.

    The simulation has no pictures: those of a procedural clip stand in, and the figure says so.
    """
    from semcine_nb import make_cinemagraphs
    from semcine_nb.samples import make_sample
    from semcine_nb.semantics import SemanticResponse

    sizes = np.bincount(study.groups)
    clip = int(np.flatnonzero(sizes == 3)[0]) if (sizes == 3).any() else int(sizes.argmax())
    held = study.groups == clip
    ratings = np.asarray(study.ratings)
    model = GaussianProcessModel(blocks=study.blocks).fit(ratings[~held], study.features[~held])
    guess = model.predict_items(study.features[held])
    # the people who rated most of them, and differ
    some = np.argsort(-np.isfinite(ratings[held]).sum(axis=0), kind="stable")[:people]
    sample = make_sample("harbour", size=(240, 136), seconds=2)
    response = SemanticResponse(sample.scores(), sample.categories)
    cinemas = make_cinemagraphs(sample.video, k=3, combinations=3, segmenter=response)
    shown = list(cinemas)[: int(held.sum())]
    return show_predicted(
        shown,
        guess[: len(shown), some],
        ratings[held][: len(shown), some],
        [f"person {j + 1}" for j in some],
        note=f"{study.note} of an unseen clip; its pictures are those of a procedural stand-in",
    )
