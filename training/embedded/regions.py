"""A labelling aid: numbered regions of a picture to be named by eye, instead of drawing every edge by hand.

    python training/embedded/regions.py find  IMAGES REGIONS          # numbered regions of every IMAGES/*.jpg
    python training/embedded/regions.py name  IMAGES REGIONS OUTLINES NAMES.txt
    python training/embedded/regions.py check IMAGES OUTLINES CHECKS ID …   # overlays to look at

A line of ``NAMES.txt`` is ``ID s:1,2 w:3-5 | p:.1,.2 .3,.2 .3,.6``: letters of ``LETTERS`` with region
numbers, then, after each bar, a polygon in fractions that is painted on top. Regions that are not named stay
unlabelled.
"""

from __future__ import annotations

import sys
from pathlib import Path

import cv2
import numpy as np
from outlines import (
    CATEGORIES,
    IGNORE,
    innermost,
    load_outlines,
    overlay,
    rasterize,
    save_outlines,
    trace,
    write,
)
from PIL import Image

LETTERS = dict(zip("bsgwpacorflkmx", CATEGORIES, strict=True)) | {"i": "ignore"}
"""b background, s sky & tree, g grass, w water, p person, a animal, c car, o boat, r rock, f fire, l flag,
k bike, m mountain, x smoke, i ignore."""


def find_regions(image: np.ndarray, clusters: int = 16, smallest: float = 0.003) -> np.ndarray:
    """Superpixels grouped by k-means on frozen backbone features, color and a little position.

    Returns
    -------
    (H, W) uint8
        Connected regions, numbered from 1, none below ``smallest`` of the picture.
    """
    import torch
    from skimage.color import rgb2lab
    from skimage.segmentation import slic
    from sklearn.cluster import KMeans
    from sklearn.decomposition import PCA
    from torch.nn import functional

    from semcine_nb.semantics.segmenters.backbone import load_backbone

    height, width = image.shape[:2]
    pixels = slic(image, n_segments=900, compactness=8, start_label=0)
    count = int(pixels.max()) + 1
    lab = rgb2lab(image)
    features = load_backbone()(image).strides
    ys, xs = np.mgrid[:height, :width]
    flat = pixels.ravel()
    size = np.bincount(flat, minlength=count).clip(1)

    def mean(values: np.ndarray) -> np.ndarray:
        return np.bincount(flat, values.ravel(), minlength=count) / size

    deep = []
    for stride in (8, 16, 32):
        whole = functional.interpolate(features[stride], (height // 4, width // 4), mode="bilinear")[
            0
        ].numpy()
        quarter = cv2.resize(
            pixels.astype(np.int32), (width // 4, height // 4), interpolation=cv2.INTER_NEAREST_EXACT
        )
        n = np.bincount(quarter.ravel(), minlength=count).clip(1)
        deep.append(
            np.stack([np.bincount(quarter.ravel(), c.ravel(), minlength=count) / n for c in whole], 1)
        )
    deep = [d / np.linalg.norm(d, axis=1, keepdims=True).clip(1e-6) for d in deep]
    deep_pca = PCA(min(24, count - 1), random_state=0).fit_transform(np.hstack(deep))
    deep_pca /= np.sqrt((deep_pca**2).sum(1).mean())
    color = np.stack([mean(lab[..., c]) for c in range(3)], 1) / 18.0
    place = np.stack([mean(xs) / width, mean(ys) / height], 1) * 1.2
    table = np.hstack([deep_pca * 1.6, color, place])
    torch.manual_seed(0)
    group = KMeans(clusters, n_init=3, random_state=0).fit_predict(table)[pixels]
    return _connected(group, table, pixels, smallest)


def _connected(group: np.ndarray, table: np.ndarray, pixels: np.ndarray, smallest: float) -> np.ndarray:
    """Connected parts of each group; small ones join the neighbor that looks most like them."""
    from skimage.measure import label

    parts = label(group, background=-1, connectivity=1)
    while True:
        sizes = np.bincount(parts.ravel())
        small = [p for p in np.flatnonzero(sizes) if sizes[p] < smallest * parts.size]
        if not small:
            break
        part = min(small, key=lambda p: sizes[p])
        mask = parts == part
        ring = cv2.dilate(mask.astype(np.uint8), np.ones((3, 3), np.uint8)).astype(bool) & ~mask
        neighbors = np.unique(parts[ring])
        own = table[np.unique(pixels[mask])].mean(0)
        look = [np.linalg.norm(table[np.unique(pixels[parts == n])].mean(0) - own) for n in neighbors]
        parts[mask] = neighbors[int(np.argmin(look))]
    numbers = np.unique(parts)
    return (np.searchsorted(numbers, parts) + 1).astype(np.uint8)


def draw_regions(image: np.ndarray, regions: np.ndarray) -> np.ndarray:
    """The picture with the regions' borders and numbers."""
    from skimage.segmentation import find_boundaries

    out = image.copy()
    edge = find_boundaries(regions, mode="inner")
    out[edge] = (255, 255, 0)
    for number in np.unique(regions):
        x, y = innermost(regions == number)
        write(out, str(number), (x - 8, y + 6), scale=max(0.6, image.shape[1] / 1100))
    return out


def name_regions(regions: np.ndarray, line: str) -> list[dict[str, object]]:
    """Outlines from one line of names (without its ID)."""
    fields = line.split("|")
    labels = np.full(regions.shape, IGNORE, np.uint8)
    for word in fields[0].split():
        letter, numbers = word.split(":")
        name = LETTERS[letter]
        for span in numbers.split(","):
            first, _, last = span.partition("-")
            inside = (regions >= int(first)) & (regions <= int(last or first))
            if not inside.any():
                raise ValueError(f"there is no region {span} (up to {regions.max()})")
            labels[inside] = IGNORE if name == "ignore" else CATEGORIES.index(name)
    outlines = trace(labels)
    for field in fields[1:]:
        letter, _, text = field.strip().partition(":")
        points = [[float(v) for v in pair.split(",")] for pair in text.split()]
        outlines.append({"category": LETTERS[letter], "points": points})
    return outlines


def main() -> None:
    command, images = sys.argv[1], Path(sys.argv[2])
    if command == "find":
        folder = Path(sys.argv[3])
        folder.mkdir(parents=True, exist_ok=True)
        for path in sorted(images.glob("*.jpg")):
            target = folder / f"{path.stem}.png"
            if not target.exists():
                image = np.array(Image.open(path).convert("RGB"))
                regions = find_regions(image)
                Image.fromarray(draw_regions(image, regions)).save(
                    folder / f"{path.stem}_numbers.jpg", quality=90
                )
                Image.fromarray(regions).save(target)
    elif command == "name":
        folder, target, names = (Path(argument) for argument in sys.argv[3:6])
        for line in names.read_text(encoding="utf-8").splitlines():
            if line.strip() and not line.startswith("#"):
                identity, _, rest = line.strip().partition(" ")
                try:
                    outlines = name_regions(np.array(Image.open(folder / f"{identity}.png")), rest)
                except (ValueError, KeyError) as error:
                    raise SystemExit(f"{names}: {identity}: {error}") from error
                save_outlines(target / f"{identity}.json", outlines)
    elif command == "check":
        source, target = Path(sys.argv[3]), Path(sys.argv[4])
        target.mkdir(parents=True, exist_ok=True)
        for identity in sys.argv[5:]:
            image = np.array(Image.open(images / f"{identity}.jpg").convert("RGB"))
            labels = rasterize(load_outlines(source / f"{identity}.json"), image.shape[:2])
            Image.fromarray(overlay(image, labels)).save(target / f"{identity}.jpg", quality=88)
    else:
        raise SystemExit(__doc__)


if __name__ == "__main__":
    main()
