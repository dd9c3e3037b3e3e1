"""Training views: cropped, recolored photographs with painted flags, flames, spray and cut-outs."""

from __future__ import annotations

import cv2
import numpy as np
from outlines import CATEGORIES, IGNORE

CROP = 320
"""Side of a training view in pixels."""

RARE = ("person", "car", "boat", "bike", "animal")
"""Classes copied from one training photograph to another."""


def make_view(
    image: np.ndarray,
    labels: np.ndarray,
    rng: np.random.Generator,
    cutouts: list[tuple[np.ndarray, np.ndarray]],
    fakes: float = 1.0,
) -> tuple[np.ndarray, np.ndarray]:
    """One augmented view of a labelled photograph.

    Parameters
    ----------
    image : (H, W, 3) uint8
    labels : (H, W) uint8
    cutouts : list of ((h, w, 4) uint8 RGBA, (h, w) uint8 labels)
        What may be pasted in.
    fakes : float
        How often views get something painted or pasted in, or are made soft and blocky: 1 for half of them.

    Returns
    -------
    (320, 320, 3) uint8 and (320, 320) uint8
    """
    height, width = labels.shape
    scale = (
        rng.uniform(0.7, 1.9) * min(1.0, 960 / max(height, width))
        if max(height, width) > 500
        else rng.uniform(1, 2.4)
    )
    scale = max(scale, (CROP + 1) / min(height, width))
    size = (round(width * scale), round(height * scale))
    y, x = rng.integers(0, size[1] - CROP + 1), rng.integers(0, size[0] - CROP + 1)
    picture = cv2.resize(image, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    view = picture[y : y + CROP, x : x + CROP].copy()
    seen = cv2.resize(labels, size, interpolation=cv2.INTER_NEAREST)[y : y + CROP, x : x + CROP].copy()
    if rng.random() < 0.5:
        view, seen = view[:, ::-1].copy(), seen[:, ::-1].copy()
    chance = rng.random() / max(fakes, 1e-6)
    if chance < 0.13:
        _paste(view, seen, *paint_flag(rng), rng)
    elif chance < 0.26:
        if rng.random() < 0.6:
            view = (view * rng.uniform(0.05, 0.5)).astype(np.uint8)
        _paste(view, seen, *paint_flame(rng), rng, low=True)
    elif chance < 0.34:
        if rng.random() < 0.4:
            view = (view * rng.uniform(0.3, 0.8)).astype(np.uint8)
        _paste(view, seen, *paint_spray(rng), rng)
    elif chance < 0.54 and cutouts:
        for _ in range(rng.integers(1, 3)):
            rgba, value = cutouts[rng.integers(len(cutouts))]
            _paste(view, seen, *_resized(rgba, value, rng.uniform(0.15, 0.8) * CROP, rng), rng)
    return _recolor(view, rng, 0.3 * fakes), seen


def cut_out(image: np.ndarray, labels: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    """Each connected thing of a rare class that lies whole inside the picture, as RGBA with its labels."""
    found = []
    for name in RARE:
        mask = (labels == CATEGORIES.index(name)).astype(np.uint8)
        count, parts, stats, _ = cv2.connectedComponentsWithStats(mask)
        for part in range(1, count):
            x, y, w, h, area = stats[part]
            if area < 0.002 * labels.size or area > 0.35 * labels.size:
                continue
            inside = parts[y : y + h, x : x + w] == part
            rgba = np.dstack([image[y : y + h, x : x + w], inside.astype(np.uint8) * 255])
            found.append((rgba, np.where(inside, CATEGORIES.index(name), IGNORE).astype(np.uint8)))
    return found


def paint_flag(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """A flag of random bands in the wind, on a pole: RGBA and labels."""
    w, h = int(rng.integers(70, 260)), 0
    h = int(w * rng.uniform(0.5, 0.8))
    palette = np.array(
        [
            [200, 30, 40],
            [240, 240, 235],
            [0, 110, 60],
            [10, 40, 130],
            [250, 205, 30],
            [20, 20, 20],
            [90, 160, 220],
        ]
    )
    bands = int(rng.integers(1, 4))
    colors = palette[rng.permutation(len(palette))[:bands]]
    v, u = np.mgrid[:h, :w] / np.array([h, w])[:, None, None]
    along = v if rng.random() < 0.7 else u
    cloth = colors[np.minimum((along * bands).astype(int), bands - 1)].astype(np.float32)
    if rng.random() < 0.3:
        cloth[np.hypot(u - 0.5, (v - 0.5) * h / w) < 0.15] = palette[rng.integers(len(palette))]
    if rng.random() < 0.2:
        cloth[(abs(u - 0.4) < 0.06) | (abs(v - 0.5) < 0.08)] = palette[rng.integers(len(palette))]
    waves, phase = rng.uniform(1.0, 3.5), rng.uniform(0, 6.3)
    lean = rng.uniform(-0.2, 0.6)
    bend = np.sin(2 * np.pi * waves * u + phase + 1.5 * v) * u
    cloth *= (0.85 + 0.35 * np.cos(2 * np.pi * waves * u + phase + 1.5 * v) * u.clip(0.15))[..., None]
    pad = int(h * 0.5)
    shift = (0.12 * bend + lean * u**1.5) * h
    top = np.pad(cloth, ((pad, pad), (0, 0), (0, 0)))
    alpha = np.pad(np.full((h, w), 255, np.float32), ((pad, pad), (0, 0)))
    yy, xx = np.mgrid[: h + 2 * pad, :w].astype(np.float32)
    moved = np.pad(shift, ((pad, pad), (0, 0)), mode="edge").astype(np.float32)
    top = cv2.remap(top.astype(np.float32), xx, yy - moved, cv2.INTER_LINEAR)
    alpha = cv2.remap(alpha, xx, yy - moved, cv2.INTER_LINEAR)
    rgba = np.dstack([top.clip(0, 255), alpha]).astype(np.uint8)
    labels = np.where(alpha > 127, CATEGORIES.index("flag"), IGNORE).astype(np.uint8)
    if rng.random() < 0.7:
        pole = max(2, w // 40)
        rgba = np.pad(rgba, ((0, h), (pole, 0), (0, 0)))
        labels = np.pad(labels, ((0, h), (pole, 0)), constant_values=IGNORE)
        rgba[pad // 2 :, :pole] = [*rng.integers(60, 230, 3), 255]
    if rng.random() < 0.5:
        rgba, labels = rgba[:, ::-1].copy(), labels[:, ::-1].copy()
    return rgba, labels


def paint_flame(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Flames: one smooth tongue like a candle's, or several ragged ones; RGBA and labels."""
    candle = rng.random() < 0.35
    h = int(rng.integers(60, 220))
    w = int(h * (rng.uniform(0.25, 0.4) if candle else rng.uniform(0.7, 2.2)))
    v, u = np.mgrid[:h, :w] / np.array([h, w])[:, None, None]
    up = 1 - v
    heat = np.zeros((h, w))
    for _ in range(1 if candle else int(rng.integers(3, 9))):
        center = 0.5 if candle else rng.uniform(0.12, 0.88)
        tall = 0.95 if candle else rng.uniform(0.35, 1.0)
        wide = 0.30 if candle else rng.uniform(0.08, 0.25)
        t = (up / tall).clip(0, 1)
        sway = 0.05 * np.sin(5 * t + rng.uniform(0, 6)) * t
        body = wide * (1 - t) ** 0.8 * (0.6 + 2.2 * t * (1 - t))
        heat = np.maximum(heat, 1.15 - abs(u - center - sway) / body.clip(0.02) - 0.25 * t)
    if not candle:
        noise = np.zeros((h, w))
        for octave in range(2, 6):
            cells = rng.normal(size=(2**octave // 2 + 2, 2**octave + 2)).astype(np.float32)
            noise += cv2.resize(cells, (w, h), interpolation=cv2.INTER_CUBIC) / octave
        heat = (
            heat
            + 0.45 * noise
            - 1.5 * (v < 0.12) * (0.12 - v) / 0.12
            - 2.0 * (abs(u - 0.5) - 0.38).clip(0) / 0.12
        )
    heat = np.clip(heat, 0, 1.2)
    stops = np.array([0.0, 0.25, 0.5, 0.8, 1.2])
    ramp = np.array(
        [[120, 20, 0], [220, 70, 5], [255, 150, 30], [255, 225, 120], [255, 255, 235]], np.float32
    )
    color = np.stack([np.interp(heat, stops, ramp[:, c]) for c in range(3)], -1)
    alpha = np.clip(heat / 0.3, 0, 1)
    alpha = cv2.GaussianBlur(alpha.astype(np.float32), (0, 0), 1.0 + h / 120)
    labels = np.where(alpha > 0.55, CATEGORIES.index("fire"), IGNORE).astype(np.uint8)
    return np.dstack([color, alpha * 255]).astype(np.uint8), labels


def paint_spray(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """White water in the air, falling in a veil or thrown up in jets: RGBA and labels."""
    h, w = int(rng.integers(120, 310)), int(rng.integers(50, 230))
    v, u = np.mgrid[:h, :w] / np.array([h, w])[:, None, None]
    if rng.random() < 0.5:  # a fall: a band that bends and widens downwards
        center = 0.5 + 0.15 * np.sin(rng.uniform(0, 6) + 2 * v)
        body = 1 - abs(u - center) / (rng.uniform(0.15, 0.3) + 0.15 * v)
    else:  # a fountain: jets from one foot, their drops falling to both sides
        reach = rng.uniform(0.25, 0.5)
        rise = 1 - v
        body = np.maximum(
            1 - abs(u - 0.5) / (0.05 + 0.12 * rise), 0.9 - abs(u - 0.5) / reach - 0.4 * abs(rise - 0.55)
        )
    streaks = np.zeros((h, w), np.float32)
    for cell, weight in ((3, 0.5), (7, 0.35), (20, 0.3)):
        noise = rng.normal(size=(h // (3 * cell) + 3, w // cell + 3)).astype(np.float32)
        streaks += weight * cv2.resize(noise, (w, h), interpolation=cv2.INTER_CUBIC)
    drops = (rng.random((h, w)) > 0.9).astype(np.float32) * rng.uniform(0, 0.8)
    cover = np.clip(body * 1.3, 0, 1)
    alpha = np.clip(cover * (0.62 + 0.35 * streaks + drops), 0, 1).astype(np.float32)
    tint = rng.uniform([190, 205, 215], [245, 250, 255])
    shade = np.clip(0.9 + 0.15 * streaks, 0.5, 1.05)[..., None]
    color = np.clip(tint * shade, 0, 255)
    labels = np.where(cover > 0.3, CATEGORIES.index("water"), IGNORE).astype(np.uint8)
    return np.dstack([color, alpha * 255]).astype(np.uint8), labels


def _resized(
    rgba: np.ndarray, labels: np.ndarray, side: float, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    factor = min(side / max(labels.shape), 1.5)
    size = (max(8, round(labels.shape[1] * factor)), max(8, round(labels.shape[0] * factor)))
    rgba, labels = (
        cv2.resize(rgba, size, interpolation=cv2.INTER_AREA),
        cv2.resize(labels, size, interpolation=cv2.INTER_NEAREST),
    )
    if rng.random() < 0.5:
        rgba, labels = rgba[:, ::-1].copy(), labels[:, ::-1].copy()
    return rgba, labels


def _paste(
    view: np.ndarray,
    seen: np.ndarray,
    rgba: np.ndarray,
    labels: np.ndarray,
    rng: np.random.Generator,
    low: bool = False,
) -> None:
    """Lay RGBA over the view at a random place; half-transparent pixels become unlabelled."""
    h, w = labels.shape
    y = rng.integers(-h // 4, CROP - h // 2) if not low else rng.integers(CROP // 2 - h // 2, CROP - h // 2)
    x = rng.integers(-w // 4, CROP - w // 2)
    y0, x0, y1, x1 = max(y, 0), max(x, 0), min(y + h, CROP), min(x + w, CROP)
    if y1 <= y0 or x1 <= x0:
        return
    part = rgba[y0 - y : y1 - y, x0 - x : x1 - x].astype(np.float32)
    value = labels[y0 - y : y1 - y, x0 - x : x1 - x]
    alpha = part[..., 3:] / 255
    target = view[y0:y1, x0:x1]
    target[:] = (target * (1 - alpha) + part[..., :3] * alpha).astype(np.uint8)
    area = seen[y0:y1, x0:x1]
    area[part[..., 3] > 40] = IGNORE
    area[value != IGNORE] = value[value != IGNORE]


def _recolor(view: np.ndarray, rng: np.random.Generator, blocky: float) -> np.ndarray:
    """Compression, gamma, contrast, color, blur and noise, as cameras and dusk do."""
    if rng.random() < blocky:  # a small clip enlarged: soft, and blocky from compression
        side = int(CROP / rng.uniform(1.3, 3.0))
        small = cv2.resize(view, (side, side), interpolation=cv2.INTER_AREA)
        _, packed = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(35, 90))])
        view = cv2.resize(
            cv2.imdecode(packed, cv2.IMREAD_COLOR), (CROP, CROP), interpolation=cv2.INTER_LINEAR
        )
    x = view.astype(np.float32) / 255
    if rng.random() < 0.8:
        x = x ** np.exp(rng.normal(0, 0.35))
    if rng.random() < 0.15:
        x = x * rng.uniform(0.25, 0.7)
    if rng.random() < 0.7:
        x = x * np.exp(rng.normal(0, 0.08, 3)).astype(np.float32)
    if rng.random() < 0.4:
        gray = x.mean(-1, keepdims=True)
        x = gray + (x - gray) * rng.uniform(0.3, 1.5)
    if rng.random() < 0.5:
        x = (x - 0.5) * rng.uniform(0.7, 1.25) + 0.5
    if rng.random() < 0.35:
        x = cv2.GaussianBlur(x.astype(np.float32), (0, 0), rng.uniform(0.5, 1.8))
    if rng.random() < 0.35:
        x = x + rng.normal(0, rng.uniform(0.01, 0.05), x.shape)
    return (np.clip(x, 0, 1) * 255).astype(np.uint8)
