"""Train, measure and write the embedded segmenter's decoders: minutes on one core, reproducible by seed.

    PYTHONPATH=. python training/embedded/train.py IMAGES

IMAGES is the folder that ``fetch.py`` fills. Features of augmented views are computed once and kept in
memory; only the decoders learn. Measured on the test list of ``images.csv``, which never trains, and, where
the environment variable SEMCINE_REAL_CLIPS names a folder of clips, on the middle frame of each that
``clip_outlines`` describes.
"""

from __future__ import annotations

import argparse
import csv
import json
import logging
import os
import time
from pathlib import Path

import numpy as np
import torch
from outlines import CATEGORIES, IGNORE, load_outlines, rasterize
from paint import cut_out, make_view
from PIL import Image
from safetensors.torch import load_file, save_file
from torch import nn
from torch.nn import functional

from semcine_nb.semantics.segmenters.backbone import load_backbone
from semcine_nb.semantics.segmenters.decoder import (
    DECODER_CATEGORIES,
    WEIGHTS,
    Decoder,
    activation_scores,
    load_decoder,
    look,
)

HERE = Path(__file__).parent
PACKAGE_WEIGHTS = HERE.parents[1] / "semcine_nb" / "semantics" / "segmenters" / WEIGHTS
MEMBERS = ((0, 1.0), (1, 0.4))
"""Seed and share of painted views of each member of the committee; see ``make_view``."""

FREQUENCY = 0.3
"""Power of the classes' shares given back to the logits, of the half that ``class_weights`` takes away."""

log = logging.getLogger("train")

Views = dict[str, torch.Tensor]
Example = tuple[str, np.ndarray, np.ndarray]


def load_split(images: Path, split: str) -> list[Example]:
    """Identity, picture (H, W, 3) and labels (H, W) of every photograph of a split that has outlines."""
    found = []
    with (HERE / "images.csv").open(encoding="utf-8") as table:
        for row in csv.DictReader(table):
            outlines = HERE / "outlines" / f"{row['id']}.json"
            if row["split"] == split and outlines.exists():
                image = np.array(Image.open(images / f"{row['id']}.jpg").convert("RGB"))
                found.append((row["id"], image, rasterize(load_outlines(outlines), image.shape[:2])))
    return found


def load_clip_frames() -> list[Example]:
    """The middle frame of each real clip with its outlines; empty where no clips are at hand."""
    folder = os.environ.get("SEMCINE_REAL_CLIPS")
    if not folder:
        return []
    import av

    found = []
    for outlines in sorted((HERE / "clip_outlines").glob("*.json")):
        clip = Path(folder) / f"{outlines.stem}.mp4"
        if clip.exists():
            with av.open(str(clip)) as container:
                frames = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
            frame = frames[len(frames) // 2]
            found.append((outlines.stem, frame, rasterize(load_outlines(outlines), frame.shape[:2])))
    return found


def cache_views(examples: list[Example], views: int, rng: np.random.Generator, fakes: float) -> Views:
    """Features (float16) and labels at stride 4 of ``views`` augmented views of each photograph."""
    backbone = load_backbone()
    cutouts = [cut for _, image, labels in examples for cut in cut_out(image, labels)]
    rows: dict[str, list[torch.Tensor]] = {key: [] for key in ("4", "8", "16", "32", "activations", "labels")}
    for number in range(views):
        for _, image, labels in examples:
            view, seen = make_view(image, labels, rng, cutouts, fakes)
            features = backbone(view)
            for stride, values in features.strides.items():
                rows[str(stride)].append(values[0].half())
            rows["activations"].append(activation_scores(features.logits).half())
            rows["labels"].append(torch.from_numpy(seen[2::4, 2::4].copy()))
        log.info("view %d of %d cached", number + 1, views)
    return {key: torch.stack(values).contiguous() for key, values in rows.items()}


def class_weights(labels: torch.Tensor) -> torch.Tensor:
    """One over the square root of each class's share, mean 1, at most 5."""
    counts = torch.bincount(labels[labels != IGNORE].long(), minlength=len(CATEGORIES)).float()
    weights = (counts.clamp_min(1) / counts.sum()).rsqrt()
    weights[counts == 0] = 0
    return (weights / weights[counts > 0].mean()).clamp_max(5.0)


def train(views: Views, epochs: int, seed: int, batch: int = 16) -> Decoder:
    """AdamW, one cycle up to 3e-3; unlabelled pixels do not count."""
    torch.manual_seed(seed)
    decoder = Decoder()
    for stride in (4, 8, 16, 32):
        x = views[str(stride)][::3].float()
        if stride == 32:
            x = torch.cat([x, views["activations"][::3].float()], 1)
        getattr(decoder, f"mean{stride}").copy_(x.mean((0, 2, 3)))
        getattr(decoder, f"scale{stride}").copy_(1 / x.std((0, 2, 3)).clamp_min(1e-3))
    weights = class_weights(views["labels"])
    count = len(views["labels"])
    steps = epochs * (count // batch)
    optimizer = torch.optim.AdamW(decoder.parameters(), lr=3e-3, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 3e-3, total_steps=steps, pct_start=0.25)
    decoder.train()
    for epoch in range(epochs):
        order, total = torch.randperm(count), 0.0
        for first in range(0, count - batch + 1, batch):
            rows = order[first : first + batch]
            strides = {stride: views[str(stride)][rows].float() for stride in (4, 8, 16, 32)}
            logits = decoder(strides, views["activations"][rows].float())
            loss = functional.cross_entropy(
                logits, views["labels"][rows].long(), weights, ignore_index=IGNORE, label_smoothing=0.05
            )
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            total += float(loss.detach())
        log.info("epoch %d of %d: loss %.3f", epoch + 1, epochs, total / (count // batch))
    return decoder.eval()


def measure(decoder: nn.Module, examples: list[Example]) -> dict[str, object]:
    """Pixel accuracy, each picture's accuracy, and each class's IoU over all labelled pixels."""
    backbone = load_backbone()
    confusion = np.zeros((len(CATEGORIES), len(CATEGORIES)), np.int64)
    each = {}
    for identity, image, labels in examples:
        logits, _ = look(backbone, decoder, image)
        whole = functional.interpolate(logits[None], labels.shape, mode="bilinear", align_corners=False)[0]
        guess, known = whole.argmax(0).numpy(), labels != IGNORE
        confusion += np.bincount(
            labels[known].astype(np.int64) * len(CATEGORIES) + guess[known], minlength=confusion.size
        ).reshape(confusion.shape)
        each[identity] = round(float((guess[known] == labels[known]).mean()), 3)
    union = confusion.sum(0) + confusion.sum(1) - np.diag(confusion)
    present = confusion.sum(1) > 0
    iou = {
        name: round(float(confusion[c, c] / union[c]), 3) for c, name in enumerate(CATEGORIES) if present[c]
    }
    return {
        "pictures": len(examples),
        "pixel accuracy": round(float(np.diag(confusion).sum() / confusion.sum()), 3),
        "mean picture accuracy": round(float(np.mean(list(each.values()))), 3),
        "mean IoU": round(float(np.mean(list(iou.values()))), 3),
        "IoU": iou,
        "each": each,
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("images", type=Path)
    parser.add_argument("--views", type=int, default=12, help="augmented views of each photograph")
    parser.add_argument("--epochs", type=int, default=9)
    parser.add_argument(
        "--parts", type=Path, default=Path("/tmp/semcine-training"), help="for single members"
    )
    parser.add_argument("--only", type=int, help="train this member alone, without writing the whole")
    parser.add_argument("--out", type=Path, default=PACKAGE_WEIGHTS)
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    torch.set_num_threads(1)
    assert CATEGORIES == DECODER_CATEGORIES
    for member in range(len(MEMBERS)) if arguments.only is None else (arguments.only,):
        part = arguments.parts / f"member{member}.safetensors"
        if not part.exists():
            train_member(member, arguments.images, arguments.views, arguments.epochs, part)
    if arguments.only is not None:
        return
    shares = class_shares(load_split(arguments.images, "train"))
    frequency = FREQUENCY * torch.from_numpy(np.log(shares)).float()
    state = {}
    for member in range(len(MEMBERS)):
        part = load_file(arguments.parts / f"member{member}.safetensors")
        part["classify.bias"] = (part["classify.bias"].float() + frequency).half()
        state |= {f"members.{member}.{name}": value for name, value in part.items()}
    save_file(state, arguments.out)
    arguments.out.chmod(0o644)
    log.info("%s: %d bytes", arguments.out, arguments.out.stat().st_size)
    decoder = load_decoder(arguments.out)
    report = {"test photographs": measure(decoder, load_split(arguments.images, "test"))}
    if clips := load_clip_frames():
        report["real clips, middle frame, without motion"] = measure(decoder, clips)
    text = json.dumps(report, indent=1)
    (HERE / "measured.json").write_text(text + "\n", encoding="utf-8")
    log.info("%s", text)


def class_shares(examples: list[Example]) -> np.ndarray:
    """(C,) share of each class: photographs count the same, one more shows all classes alike."""
    counts = np.ones(len(CATEGORIES)) / len(CATEGORIES)
    for _, _, labels in examples:
        known = labels[labels != IGNORE]
        counts += np.bincount(known, minlength=len(CATEGORIES)) / known.size
    return np.asarray(counts / counts.sum())


def train_member(member: int, images: Path, views: int, epochs: int, part: Path) -> None:
    """Cache the views of one member, train it and write it in half precision."""
    began = time.monotonic()
    seed, fakes = MEMBERS[member]
    cached = cache_views(load_split(images, "train"), views, np.random.default_rng(seed), fakes)
    log.info("%d views cached after %.0f s", len(cached["labels"]), time.monotonic() - began)
    decoder = train(cached, epochs, seed)
    part.parent.mkdir(parents=True, exist_ok=True)
    save_file({name: value.half().contiguous() for name, value in decoder.state_dict().items()}, part)
    log.info("member %d written after %.0f s", member, time.monotonic() - began)


if __name__ == "__main__":
    main()
