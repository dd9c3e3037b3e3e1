"""Studies for the notebooks: small loops to rate, a simulated study run by the real protocol, ratings.

Anybody's own folder of cinemagraphs and own rating store take the same place by one line.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..errors import RatingError
from ..study.events import HIGHEST, LOWEST
from ..study.preparation import Review
from ..study.protocol import Protocol, Session
from ..study.simulation import SimulatedStudy, simulate_study
from ..study.store import RatingStore

LOOPS_A_SAMPLE = 2
SECONDS_A_LOOK = 4.0  # "about 4 seconds per cinemagraph on average" (supplement, Sec. 1)
DOUBT = 0.3  # of a simulated person: how often a second look gives another rating


@dataclass(frozen=True, eq=False)
class StudyData:
    """``ratings`` (m, n) with NaN where unrated, raw ``features`` (m, d) and their ``blocks``, the ``clips``
    (m,) that the cinemagraphs come from, ``people`` (n names), and a ``note`` for every picture."""

    ratings: NDArray[np.float64]
    features: NDArray[np.float64]
    blocks: Mapping[str, slice]
    clips: NDArray[np.int64]
    people: tuple[str, ...]
    note: str


def open_cinemagraphs(folder: str | Path | None, store: RatingStore, scratch: str | Path) -> list[str]:
    """Add cinemagraphs to a store: those in ``folder``, or for None small loops painted in ``scratch``.

    Returns their ids. Raises StoreError for a folder that is not there or holds no cinemagraph.
    """
    review = Review.of_folder(_paint(Path(scratch)) if folder is None else folder)
    review.accept_open()
    return review.add_to(store)


def _paint(folder: Path) -> Path:
    from ..samples import make_sample, sample_names

    for name in sample_names():
        for seed in range(LOOPS_A_SAMPLE):
            sample = make_sample(name, seed=seed, size=(320, 180), seconds=1.2)
            (folder / name).mkdir(parents=True, exist_ok=True)
            sample.video.save(folder / name / f"{seed + 1}.mp4")
    return folder


def open_ratings(
    source: str | Path | None = None, people: int = 59, cinemagraphs: int = 200, seed: int = 0
) -> StudyData:
    """Ratings for a lesson: of a store (URL or file) whose cinemagraphs have features, or simulated for None.

    ``people``, ``cinemagraphs`` and ``seed`` are those of the simulated study (``simulate_study``).

    Raises RatingError where nothing that was rated has features.
    """
    if source is None:
        study = simulate_study("groups", people, cinemagraphs, motion_size=64, seed=seed)
        names = tuple(f"person {j + 1}" for j in range(people))
        return StudyData(
            np.asarray(study.ratings), study.features, study.blocks, study.groups, names, study.note
        )
    with RatingStore(source) as store:
        matrix, features, clips = store.matrix(), store.features(), store.clips()
        blocks = store.feature_blocks()
    usable = np.isfinite(features).all(axis=1) & (features.shape[1] > 0)
    rated = np.isfinite(matrix.ratings)
    if not (usable & rated.any(axis=1)).any():
        raise RatingError(f"nothing that was rated in {source} has features: see docs/study.md")
    active = rated[usable].any(axis=0)
    sources = np.array([clip or item for clip, item in zip(clips, matrix.items, strict=True)])
    _, groups = np.unique(sources[usable], return_inverse=True)
    return StudyData(
        matrix.ratings[np.ix_(usable, active)],
        features[usable],
        blocks,
        groups.astype(np.int64),
        tuple(np.array(matrix.people)[active].tolist()),
        "",
    )


def run_simulated_study(
    store: RatingStore, study: SimulatedStudy, protocol: Protocol | None = None, seed: int = 0
) -> None:
    """Let the people of a simulated study go through the real protocol, and keep what they do in ``store``.

    Each looks for about four seconds at a cinemagraph, as in the paper; the time ends it. On a second look
    a person's rating is another one, by one star, in ``DOUBT`` of the cases.
    """
    rng = np.random.default_rng(seed)
    row = {f"simulated {i + 1}": i for i in range(len(study.complete))}
    for item, i in row.items():
        store.add_cinemagraph(item, study.features[i], blocks=study.blocks, clip=str(study.groups[i]))
    for j in range(study.complete.shape[1]):
        now = [0.0]
        code = store.add_person(f"sim-{j + 1:02}").code
        session = Session(store, code, protocol or Protocol(), clock=lambda now=now: now[0])  # type: ignore[misc]
        session.consent()
        while (shown := session.next()) is not None:
            value = int(study.complete[row[shown.item], j])
            if shown.phase == "repeat" and rng.random() < DOUBT:
                value += 1 if value == LOWEST else -1 if value == HIGHEST else int(rng.choice([-1, 1]))
            now[0] += SECONDS_A_LOOK * float(rng.lognormal(-0.125, 0.5))
            session.rate(value, loops_seen=2.0)


def draw_ratings(
    shared: float, error: float, people: int = 20, cinemagraphs: int = 40, seed: int = 0
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Ratings (m, n) by two looks of the same people, for an experiment on agreement and consistency.

    ``shared``: share in [0, 1] of the liking that all people have in common; ``error``: deviation of a look,
    in units of the liking's own deviation. Raises RatingError for others.
    """
    if not 0 <= shared <= 1 or error < 0:
        raise RatingError(f"shared lies in [0, 1] and error is at least 0, not {shared!r} and {error!r}")
    rng = np.random.default_rng(seed)
    appeal, taste = rng.normal(size=(cinemagraphs, 1)), rng.normal(size=(cinemagraphs, people))
    liking = np.sqrt(shared) * appeal + np.sqrt(1 - shared) * taste
    looks = [liking + error * rng.normal(size=liking.shape) for _ in range(2)]
    cuts = np.quantile(looks[0], [0.2, 0.4, 0.6, 0.8])
    first, second = (1.0 + np.searchsorted(cuts, look).astype(float) for look in looks)
    return first, second
