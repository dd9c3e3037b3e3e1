"""What is claimed of preference prediction, measured in one run: cost, order of Fig. 8, unseen items,
newcomers.

    OMP_NUM_THREADS=1 python -m benchmarks.preference [--quick] [--folds 9] [--figures FOLDER]
        [--bound] [--out benchmarks/results/preference.md]

All ratings are simulated (``semcine_nb.study.simulation``), at the paper's size and published statistics.
"""

from __future__ import annotations

import argparse
import resource
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import clone

from benchmarks._preference_newcomers import newcomers
from benchmarks._preference_targets import targets
from semcine_nb.preference import ForestModel, GaussianProcessModel, JointModel, compare, evaluate_models
from semcine_nb.preference.data import check_ratings, split_validation
from semcine_nb.preference.factors import predict_known
from semcine_nb.study.simulation import STRUCTURES, simulate_study

# (better, worse) of Fig. 8 by pooled AP, as the paper's text orders them
ORDER = [
    ("Joint (RBF)", "Joint (linear)"),
    ("Joint (RBF)", "S-RF + Joint"),
    ("Joint (RBF)", "S-RF + MC"),
    ("S-RF + Joint", "G-RF"),
    ("S-RF + Joint", "I-RF"),
    ("S-RF + MC", "G-RF"),
    ("S-RF + MC", "I-RF"),
    ("G-RF", "CR"),
    ("I-RF", "CR"),
    ("G-RF", "Rand"),
    ("I-RF", "Rand"),
]
SHOWN = ["mAP", "mAP_se", "pooled_AP", "pooled_AP_se", "RMSE", "MAE", "Spearman", "NDCG@10", "fit_seconds"]


def table(frame: pd.DataFrame, digits: int = 3) -> str:
    """A Markdown table with the index as first column."""
    shown = frame.reset_index()
    cells = [
        [f"{v:.{digits}f}" if isinstance(v, float) else str(v) for v in row] for row in shown.to_numpy(object)
    ]
    head = [str(c) for c in shown.columns]
    return "\n".join("| " + " | ".join(row) + " |" for row in [head, ["---"] * len(head), *cells])


def fit_costs() -> pd.DataFrame:
    """CPU seconds of one fit at 459 × 59 × 4215, the best of three."""
    study = simulate_study("continuous")
    models = {
        "Joint (RBF)": JointModel(blocks=study.blocks),
        "Joint (linear)": JointModel("linear", blocks=study.blocks),
        "Gaussian process": GaussianProcessModel(blocks=study.blocks),
    }
    seconds = {}
    for name, model in models.items():
        runs = []
        for _ in range(3):
            start = time.process_time()
            clone(model).fit(study.ratings, study.features)
            runs.append(time.process_time() - start)
        seconds[name] = {"fit, CPU s": min(runs)}
    return pd.DataFrame.from_dict(seconds, orient="index").rename_axis("model")


# (what is measured, model, less another, by which metric)
LEADS = [
    ("product model less joint RBF", "Gaussian process", "Joint (RBF)", "mAP"),
    ("joint RBF less its start", "Joint (RBF)", "Joint (iteration 0)", "mAP"),
    ("joint RBF less its start", "Joint (RBF)", "Joint (iteration 0)", "RMSE"),
    ("joint RBF less MC (soft)", "Joint (RBF)", "MC (soft)", "mAP"),
]


def figure_8(seeds: range, folds: int) -> tuple[dict[str, pd.DataFrame], pd.DataFrame, pd.DataFrame]:
    """Tables a structure (means over seeds), the order's pairs, and the paired differences of ``LEADS``."""
    tables, pairs, leads = {}, [], []
    for structure in STRUCTURES:
        parts = []
        for seed in seeds:
            study = simulate_study(structure, seed=seed)
            result = compare(study.ratings, study.features, blocks=study.blocks, folds=folds, seed=seed)
            parts.append(result.table()[SHOWN])
            for better, worse in ORDER:
                row = result.paired(better).loc[(worse, "pooled_AP")]
                pairs.append((f"{better} > {worse}", structure, seed, *row[["difference", "low", "high"]]))
            for what, model, other, metric in LEADS:
                row = result.paired(model).loc[(other, metric)]
                leads.append((what, metric, structure, seed, *row[["difference", "low", "high"]]))
        tables[structure] = sum(parts[1:], parts[0]) / len(parts)
    names = ["pair", "structure", "seed", "difference", "low", "high"]
    found = pd.DataFrame(pairs, columns=names)
    found["verdict"] = np.select(
        [found.low > 0, found.difference > 0, found.high < 0],
        ["holds", "holds, not clear", "contradicted"],
        "open",
    )
    order = found.pivot_table(
        index="pair",
        columns="structure",
        values="difference",
        aggfunc=lambda d: " ".join(f"{v:+.3f}" for v in d),
    ).loc[[f"{b} > {w}" for b, w in ORDER]]
    clear = found.assign(clear=found.verdict == "holds").groupby("pair")["clear"].sum()
    order["intervals above zero"] = [
        f"{clear[pair]} of {len(seeds) * len(STRUCTURES)}" for pair in order.index
    ]
    return tables, order, pd.DataFrame(leads, columns=["what", "metric", *names[1:]]).set_index("what")


def unseen(seeds: range, folds: int) -> pd.DataFrame:
    """mAP of cinemagraphs of held-out clips, and the product model's paired lead over the paper's f."""
    rows = []
    for structure in STRUCTURES:
        for seed in seeds:
            study = simulate_study(structure, seed=seed)
            given: dict[str, Any] = {"blocks": study.blocks}
            models = {
                "Gaussian process": GaussianProcessModel(refit=False, **given),
                "f": JointModel(**given),
                "G-RF": ForestModel("global", **given),
                "I-RF": ForestModel("individual", **given),
                "S-RF": ForestModel("subjective", **given),
            }
            result = evaluate_models(
                models, study.ratings, study.features, study.groups, folds=folds, seed=seed
            )
            scores = result.table()["mAP"].to_dict()
            gap = result.paired("Gaussian process").loc[("f", "mAP")]
            rows.append(
                {
                    "structure": structure,
                    "seed": seed,
                    **scores,
                    "lead over f": gap["difference"],
                    "low": gap["low"],
                    "high": gap["high"],
                }
            )
    return pd.DataFrame(rows).set_index("structure")


def scale(sizes: tuple[int, ...]) -> pd.DataFrame:
    """Fit of the product model to 2 % of n × 2,000 ratings: time, memory, error against that of the mean."""
    rows = []
    for n in sizes:
        study = simulate_study("continuous", n, 2000, rated=0.02, sparse=True, seed=1)
        train, test = split_validation(check_ratings(study.ratings), None, 0.1, np.random.default_rng(0))
        wall, cpu = time.perf_counter(), time.process_time()
        model = GaussianProcessModel(blocks=study.blocks).fit(train, study.features)
        error = test.values - predict_known(model.factors_, test)
        rows.append(
            {
                "people": n,
                "ratings": len(train),
                "CPU ms a rating": 1e3 * (time.process_time() - cpu) / len(train),
                "wall s": time.perf_counter() - wall,
                "CPU s": time.process_time() - cpu,
                "peak memory of the process, MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
                "RMSE": float(np.sqrt(np.mean(error**2))),
                "RMSE of the mean": float(np.std(test.values)),
            }
        )
    return pd.DataFrame(rows).set_index("people")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one seed, three folds, no large studies")
    parser.add_argument("--folds", type=int, default=9)
    parser.add_argument("--figures", type=Path, help="draw the paper's figures into this folder, and no more")
    parser.add_argument("--bound", action="store_true", help="what five questions can reach, and no more")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    if options.figures:
        from benchmarks._preference_figures import draw

        print("\n".join(str(path) for path in draw(options.figures, options.folds)))
        return
    if options.bound:
        from benchmarks._preference_bound import bounds

        print(table(bounds(seed=0)))
        return
    seeds, folds = (range(1), 3) if options.quick else (range(3), options.folds)
    start = time.process_time()
    parts = [
        "# Preference prediction, measured",
        f"""All ratings are **simulated**: 459 cinemagraphs of 244 clips, 59 people, 63 % rated, σ > 1 for
72.66 %. {len(seeds)} seed(s) a structure, {folds} folds. No model trains on a tenth, kept for validation.
Errors and intervals are over people (bootstrap). Made by `benchmarks/preference.py`.""",
    ]
    costs = fit_costs()
    parts.append("## Cost of a fit, 459 × 59 × 4215\n\n" + table(costs, 2))
    tables, order, leads = figure_8(seeds, folds)
    parts += [
        f"## Fig. 8, structure “{name}” (simulated)\n\n" + table(frame) for name, frame in tables.items()
    ]
    parts.append("## Order of Fig. 8 by pooled AP, differences by seed (simulated)\n\n" + table(order))
    parts.append("## Paired differences, 95 % intervals over people (simulated)\n\n" + table(leads))
    new, asked = unseen(seeds, 3), newcomers(seeds)
    parts.append("## Unseen cinemagraphs, whole clips held out, mAP (simulated)\n\n" + table(new))
    parts.append("## Newcomers, mAP (simulated)\n\n" + table(asked.T.rename_axis("after")))
    parts.insert(
        2, "## Against the targets (simulated)\n\n" + table(targets(costs, order, leads, new, asked))
    )
    if not options.quick:
        parts.append("## Large sparse studies (simulated)\n\n" + table(scale((1000, 3000, 10000)), 2))
    parts.append(f"CPU time of the run: {time.process_time() - start:.0f} s.")
    text = "\n\n".join(parts) + "\n"
    print(text)
    if options.out:
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
