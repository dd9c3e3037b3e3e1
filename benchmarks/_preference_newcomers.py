"""Newcomers to simulated studies: what a few ratings are worth, drawn at random or chosen by the model."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from semcine_nb.preference import GaussianProcessModel, JointModel
from semcine_nb.preference.metrics import average_precision
from semcine_nb.study.simulation import STRUCTURES, simulate_study

DRAWN = (0, 1, 5, 10, 15, 20)  # ratings of items drawn at random
CHOSEN = (5, 8)  # and of items that the model asked about


def newcomers(seeds: range) -> pd.DataFrame:
    """mAP of people who were not in the study, by how many ratings they gave and who chose the items.

    Each arm is tested on the items that no arm asked about; ``… chosen − 15 random`` is paired over
    newcomers, and ``… are worth`` counts random ratings (at most as many as were drawn).
    """
    rows = []
    for structure in STRUCTURES:
        scores: dict[str, list[float]] = {}
        for seed in seeds:
            study = simulate_study(structure, seed=seed)
            rng = np.random.default_rng(seed)
            for part in range(4):
                away = np.arange(59)[part::4]
                ratings = np.delete(study.ratings, away, axis=1)
                model = GaussianProcessModel(blocks=study.blocks).fit(ratings, study.features)
                joint = JointModel(blocks=study.blocks).fit(ratings, study.features)
                for j in away:
                    newcomer_scores(model, joint, study.complete[:, j].astype(float), rng, scores)
        row: dict[str, Any] = {name: float(np.nanmean(values)) for name, values in scores.items()}
        random = np.maximum.accumulate([row[f"{k} random"] for k in DRAWN])
        for k in CHOSEN:
            lead = np.array(scores[f"{k} chosen"]) - np.array(scores["15 random"])
            row[f"{k} chosen − 15 random"] = float(np.nanmean(lead))
            row[f"se of {k}"] = float(np.nanstd(lead) / np.sqrt(len(lead)))
            row[f"{k} chosen are worth"] = float(np.interp(row[f"{k} chosen"], random, DRAWN))
        rows.append({"structure": structure, **row})
    return pd.DataFrame(rows).set_index("structure")


def newcomer_scores(
    model: GaussianProcessModel,
    joint: JointModel,
    truth: Any,
    rng: np.random.Generator,
    scores: dict[str, list[float]],
) -> None:
    drawn = rng.permutation(len(truth))[: max(DRAWN)]
    chosen: list[int] = []
    for _ in range(max(CHOSEN)):
        chosen += model.next_items(chosen, truth[chosen]).tolist()
    arms = {f"{k} random": drawn[:k] for k in DRAWN}
    arms |= {f"{k} chosen": np.array(chosen[:k]) for k in CHOSEN}
    test = np.setdiff1d(np.arange(len(truth)), np.concatenate([drawn, chosen]))
    for name, asked in arms.items():
        guess = model.predict_newcomer(asked, truth[asked])
        scores.setdefault(name, []).append(average_precision(truth[test], guess[test], rng))
    for way in ("nearest", "fit"):
        guess = joint.set_params(newcomer=way).predict_newcomer(drawn[:5], truth[drawn[:5]])
        scores.setdefault(f"5 random, joint {way}", []).append(
            average_precision(truth[test], guess[test], rng)
        )
