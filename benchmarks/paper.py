"""The paper's figures and tables that need none of its data: ``python -m benchmarks.paper --out X``.

Writes PNGs and ``paper.md``, which sets what the paper claims beside what was measured here.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import pandas as pd

from benchmarks.preference import table
from semcine_nb.figures import paper, paper_people
from semcine_nb.lessons.studies import open_ratings


def reproduce(size: tuple[int, int], cinemagraphs: int, folds: int) -> list[paper.Reproduction]:
    """All figures, in the order of the page."""
    portrait, pond = (paper.Scene.of(name, size) for name in ("portrait", "pond"))
    study = open_ratings(cinemagraphs=cinemagraphs)
    return [
        paper.overview(pond),
        paper.connectivity_figure(portrait),
        *paper.liao_figures(portrait, "person"),
        paper.alignment_figure(pond, ("animal", "water")),
        paper.editing_figure(portrait, "person"),
        paper.eyes_figure(portrait),
        paper_people.statistics_figure(study),
        paper_people.comparison_figure(study, folds),
        *paper_people.people_figures(study),
        paper_people.unseen_figure(study, list(pond.cinemagraphs.values())),
    ]


def write(results: list[paper.Reproduction], folder: Path) -> Path:
    """The pictures and ``paper.md`` into ``folder``; returns the page."""
    folder.mkdir(parents=True, exist_ok=True)
    agree = sum(result.shows for result in results)
    note = (
        "Clips are painted and ratings are **simulated**: the paper's were not published. "
        f"{agree} of {len(results)} figures show what the paper claims; where one does not, it says so."
    )
    parts = ["# The paper's figures, made by this project", note]
    for result in results:
        parts.append(f"## {result.name}\n\n{result.text}")
        for short, figure in result.figures.items():
            name = "-".join(
                "".join(c if c.isalnum() else " " for c in f"{result.name} {short}").lower().split()
            )
            figure.savefig(folder / f"{name}.png", dpi=100)
            parts.append(f"![{result.name} {short}]({name}.png)")
    parts += [
        f"## {name}\n\n{table(rows.set_index(rows.columns[0]), 2)}"
        for name, rows in paper_people.paper_tables().items()
    ]
    missing = pd.DataFrame(paper_people.NOT_MADE, columns=["what", "why not"]).set_index("what")
    parts.append(f"## Not made\n\n{table(missing)}")
    page = folder / "paper.md"
    page.write_text("\n\n".join(parts) + "\n", encoding="utf-8")
    return page


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="folder for the pictures and paper.md")
    parser.add_argument("--width", type=int, default=240, help="of the painted clips, 16:9")
    parser.add_argument("--cinemagraphs", type=int, default=200, help="of the simulated study of 59 people")
    parser.add_argument("--folds", type=int, default=3)
    options = parser.parse_args()
    size = options.width, options.width * 9 // 16
    print(write(reproduce(size, options.cinemagraphs, options.folds), options.out))


if __name__ == "__main__":
    main()
