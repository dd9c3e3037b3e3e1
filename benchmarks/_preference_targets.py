"""The targets of preference prediction beside what a run of ``benchmarks.preference`` measured."""

from __future__ import annotations

import pandas as pd

from semcine_nb.study.simulation import STRUCTURES


def targets(
    costs: pd.DataFrame, order: pd.DataFrame, leads: pd.DataFrame, new: pd.DataFrame, asked: pd.DataFrame
) -> pd.DataFrame:
    """What the project set out to reach and whether this run did: means over seeds, worst structure."""

    def row(
        name: str, must: float | None, aim: float | None, got: float, more: bool = True
    ) -> dict[str, str]:
        def kept(bound: float | None) -> bool:
            return bound is not None and (got >= bound if more else got <= bound)

        missed = "aim missed" if must is None else "missed"
        verdict = "aim reached" if kept(aim) else "must reached" if kept(must) else missed
        sign = "≥" if more else "≤"
        shown = ["—" if bound is None else f"{sign} {bound:g}" for bound in (must, aim)]
        return {
            "target": name,
            "must": shown[0],
            "aim": shown[1],
            "measured": f"{got:.3f}",
            "verdict": verdict,
        }

    counts = [int(text.split(" ")[0]) for text in order["intervals above zero"]]
    total = int(order["intervals above zero"].iloc[0].split(" ")[-1])
    gaps = [float(v) for column in STRUCTURES for cell in order[column] for v in str(cell).split(" ")]
    seconds = costs["fit, CPU s"]
    product = leads.loc["product model less joint RBF"]
    rows = [
        row("joint RBF, fit, CPU s", 3, 1, seconds["Joint (RBF)"], more=False),
        row("product model, fit, CPU s", 5, 2, seconds["Gaussian process"], more=False),
        row("order of Fig. 8, smallest difference of pooled AP", 0, None, min(gaps)),
        row("order of Fig. 8, share of intervals above zero", None, 1, sum(counts) / (total * len(counts))),
        row(
            "product model over joint RBF, mAP",
            0.015,
            0.025,
            product.groupby("structure")["difference"].mean().min(),
        ),
        row(
            "product model over f, unseen items, mAP",
            0.05,
            0.08,
            new.groupby("structure")["lead over f"].mean().min(),
        ),
        row("newcomer: 5 chosen less 15 random, mAP", 0, None, asked["5 chosen − 15 random"].min()),
        row(
            "newcomer: 5 chosen less 20 random, mAP", None, 0, (asked["5 chosen"] - asked["20 random"]).min()
        ),
    ]
    return pd.DataFrame(rows).set_index("target")
