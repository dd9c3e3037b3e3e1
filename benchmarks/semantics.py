"""What is claimed of segmentation, measured in one run: accuracy, clicks, cost, flicker, outlines, loops.

    SEMCINE_REAL_CLIPS=FOLDER python -m benchmarks.semantics [--images IMAGES] [--quick]
        [--out benchmarks/results/semantics.md]

IMAGES is the folder that ``training/embedded/fetch.py`` fills; it is fetched by package name into a temporary
place when it is not given, which needs a Debian machine. What cannot be measured is said in the report. Seconds
are processor seconds, since machines are shared.
"""  # noqa: E501

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "training" / "embedded"))

from train import load_split, measure  # noqa: E402

from benchmarks import semantics_clips as clips  # noqa: E402
from benchmarks import semantics_cost as costs  # noqa: E402
from benchmarks import semantics_photographs as photos  # noqa: E402
from semcine_nb.semantics.segmenters.decoder import load_decoder  # noqa: E402


def table(head: list[str], rows: list[list[Any]]) -> str:
    """A Markdown table; floats with three decimals."""
    cells = [[f"{v:.3f}" if isinstance(v, float) else str(v) for v in row] for row in rows]
    return "\n".join("| " + " | ".join(row) + " |" for row in [head, ["---"] * len(head), *cells])


def verdict(value: float, must: float, aim: float, less: bool = False) -> str:
    """Whether a target is reached."""
    sign = -1 if less else 1
    for goal, word in ((aim, "aim reached"), (must, "must reached")):
        if sign * value >= sign * goal:
            return word
    return "missed"


def machine() -> str:
    """Processor, cores, load and commit, for whoever compares."""
    model = platform.processor() or platform.machine()
    for line in Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else ():
        if line.startswith("model name"):
            model = line.partition(":")[2].strip()
            break
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True
    ).stdout.strip()
    load = os.getloadavg()[0]
    python = platform.python_version()
    return f"{model}, {os.cpu_count()} cores, load {load:.1f}, Python {python}, commit {commit}"


def photographs(images: Path | None, targets: list[list[Any]]) -> str:
    """Accuracy on the fixed test list, of the decoders alone and of clicks."""
    folder = photos.fetched(images)
    examples = load_split(folder, "test") if folder else []
    if not examples:
        return "Not measured: the photographs are not at hand (see `training/embedded/fetch.py`).\n"
    report = measure(load_decoder(), examples)
    accuracy = float(report["pixel accuracy"])  # type: ignore[arg-type]
    targets.append(
        [
            f"embedded, {len(examples)} test photographs, pixel accuracy",
            0.75,
            0.82,
            accuracy,
            verdict(accuracy, 0.75, 0.82),
        ]
    )
    clicked = photos.click_accuracy(examples)
    three = float(np.mean(clicked["accuracy"][3]))
    targets.append(
        ["three clicks a category, the same photographs", 0.85, 0.90, three, verdict(three, 0.85, 0.90)]
    )
    targets.append(
        ["refit after a click, CPU s", "0.3", "—", clicked["refit"], verdict(clicked["refit"], 0.3, 0, True)]
    )
    rows = [[n, float(np.mean(v)), *map(float, v)] for n, v in clicked["accuracy"].items()]
    ious = [[name, value] for name, value in report["IoU"].items()]  # type: ignore[attr-defined]
    return (
        f"Decoders alone, no motion: pixel accuracy {accuracy:.3f}, mean over pictures"
        f" {report['mean picture accuracy']:.3f}.\n\n"
        + table(["category", "IoU"], ious)
        + f"\n\nSimulated clicks on {clicked['pictures']} of them (those of two categories or more):\n\n"
        + table(["clicks a category", "mean", *(f"seed {s}" for s in photos.SEEDS)], rows)
        + "\n"
    )


def real(targets: list[list[Any]]) -> str:
    """Accuracy, candidates, flicker and outlines on real clips."""
    rows = clips.measure_real()
    if not rows:
        return "Not measured: SEMCINE_REAL_CLIPS names no folder of clips.\n"
    accuracy = sum(row["right"] for row in rows) / sum(row["pixels"] for row in rows)
    mean = float(np.mean([row["pixel accuracy"] for row in rows]))
    targets.append(
        [
            "embedded, real clips, middle frame, pixel accuracy",
            0.70,
            0.80,
            accuracy,
            verdict(accuracy, 0.70, 0.80),
        ]
    )
    hit, moving = clips.found(rows)
    targets.append(
        [
            f"of {moving} clips that move, a candidate holds half of the motion",
            "8",
            "10",
            hit,
            verdict(hit, 8, 10),
        ]
    )
    told = [row for row in rows if row["clip"] in clips.STILL]
    flagged = sum(bool(row["has a note"]) for row in told)
    targets.append(
        [
            f"of {len(told)} that hardly move, offered and flagged",
            len(told),
            "the breathing loops",
            flagged,
            verdict(flagged, len(told), len(told) + 1),
        ]
    )
    head = [name for name in rows[0] if name not in ("pixels", "right")]
    return (
        f"Pixel accuracy {accuracy:.3f} over all labelled pixels, {mean:.3f} the clips' mean.\n\n"
        + table(head, [[row[name] for name in head] for row in rows])
        + "\n"
    )


def samples() -> str:
    """What errors of F do to loops, on clips with true masks."""
    rows = clips.measure_samples()
    head = [
        "clip",
        "candidate",
        "embedded's",
        "pixel accuracy",
        "IoU of π",
        "IoU of what moves",
        "E, true F",
        "E, embedded F",
        "ratio",
    ]
    loops = [
        [
            r["clip"],
            r["candidate"],
            r["twin"],
            r["pixel accuracy"],
            r["maps"],
            r["moving"],
            r["energy"],
            r["energy with embedded"],
            r["energy with embedded"] / max(r["energy"], 1e-9),
        ]
        for r in rows
    ]
    each = {r["clip"]: r for r in rows}
    steady = [
        [name, r["flicker"], r["true flicker"], *map(float, r["outlines"]), *map(float, r["true outlines"])]
        for name, r in each.items()
    ]
    return (
        table(head, loops)
        + "\n\n"
        + table(
            [
                "clip",
                "flicker",
                "true",
                "motion's outline",
                "names' outline",
                "true: motion's",
                "true: names'",
            ],
            steady,
        )
        + "\n"
    )


def cost(kinds: list[str], threads: int, targets: list[list[Any]]) -> str:
    """Seconds and memory a segmenter."""
    rows = []
    for kind in kinds:
        made = costs.cost(kind, threads)
        if isinstance(made, str):
            rows.append([kind, costs.KINDS[kind], "not measured", made, "", ""])
            continue
        cpu, wall, peak, shape = made
        rows.append([kind, costs.KINDS[kind], cpu, wall, peak, "×".join(map(str, shape))])
        if kind == "embedded":
            targets.append(
                [
                    "3 s at 960×540, embedded, every frame's scores, CPU s",
                    "30",
                    "10",
                    cpu,
                    verdict(cpu, 30, 10, True),
                ]
            )
            targets.append(
                ["peak memory of the same, C = 32, GB", "3", "1.5", peak, verdict(peak, 3, 1.5, True)]
            )
    return table(["segmenter", "what", "CPU s", "wall s", "peak GB", "scores"], rows) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--images", type=Path)
    parser.add_argument("--quick", action="store_true", help="leave out the segmenters of random weights")
    parser.add_argument("--threads", type=int, default=2, help="of the cost measurements")
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    targets: list[list[Any]] = []
    kinds = [kind for kind in costs.KINDS if kind in ("embedded", "clicks") or not arguments.quick]
    sections: dict[str, Callable[[], str]] = {
        "Test photographs": lambda: photographs(arguments.images, targets),
        "Real clips": lambda: real(targets),
        "Procedural clips: what errors of F do to loops": samples,
        "Time and memory": lambda: cost(kinds, arguments.threads, targets),
    }
    about = machine()
    parts: dict[str, str] = {}
    for number, (name, section) in enumerate(sections.items(), 1):
        sys.stderr.write(f"{number} of {len(sections)}: {name}\n")
        parts[name] = section()
        if arguments.out:  # after each, so that an interrupted run leaves what it measured
            arguments.out.write_text(report(about, targets, parts), encoding="utf-8")
    sys.stdout.write(report(about, targets, parts))


def report(about: str, targets: list[list[Any]], parts: dict[str, str]) -> str:
    """The page, from what was measured so far."""
    return (
        f"# Segmentation, measured\n\n{about}. Seconds are processor seconds unless they say wall."
        " Made by `benchmarks/semantics.py`.\n\n## Against the targets\n\n"
        + table(["target", "must", "aim", "measured", "verdict"], targets)
        + "\n\n"
        + "\n".join(f"## {name}\n\n{EXPLAINED[name]}\n\n{part}" for name, part in parts.items())
    )


EXPLAINED = {
    "Test photographs": "Labeled by hand, never trained on. The list was fixed before training.",
    "Real clips": (
        "None of these clips is in training. The middle frame is compared with an outline by hand.\n\n"
        "- *holds the motion*: the candidate whose map π has most of the clip's motion; then its share of the"
        " motion, and the share of its map that moves.\n"
        "- *flicker*: mean share of frames at which the winner changes.\n"
        "- *motion's outline*: share of the moving region's outline within 1 % of the diagonal of an outline"
        " of what may move by its name. *names' outline*: the reverse."
    ),
    "Procedural clips: what errors of F do to loops": (
        "320×180, 3 s. Each clip is solved twice: with true masks and with the embedded response. Both"
        " labellings are judged by eq. (1) with the true masks. A ratio of 1: the errors of F cost nothing."
    ),
    "Time and memory": (
        "3 s at 960×540, on two threads: segment, then read the scores of every frame. Memory is the peak of"
        " a process of its own. It includes the clip, imports, 32 channels and the selection."
    ),
}

if __name__ == "__main__":
    main()
