"""Groups of people: their coordinates in two dimensions (Fig. 10), clusters, and who to show of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial.distance import cdist
from sklearn.cluster import KMeans
from sklearn.manifold import TSNE
from sklearn.metrics import silhouette_score

from ..counting import counted
from ..errors import RatingError
from .data import Floats, check_ratings

EXACT = 500  # people up to which t-SNE compares all pairs


@dataclass(frozen=True)
class GroupSample:
    """The sample of the supplement's Fig. 6: ``people``, a tuple of columns a group, and ``items``, the rows
    that all of them rated."""

    people: tuple[tuple[int, ...], ...]
    items: tuple[int, ...]


def embed_people(users: ArrayLike, seed: int = 0) -> Floats:
    """Coordinates of people (n, L) by t-SNE in the plane (n, 2) (van der Maaten & Hinton, JMLR 2008).

    Distances between far groups mean little in it, and small studies look more clustered than they are.
    Raises RatingError for fewer than three people.
    """
    u = _checked(users)
    if len(u) < 3:
        raise RatingError(
            f"{counted(len(u), 'person', 'people')} cannot be laid out in a plane; at least three are needed"
        )
    perplexity = min(12.0, (len(u) - 1) / 3)
    # the tree that speeds up large ones fails on people who are exactly alike; the start by principal axes
    # needs two of them
    alike = len(np.unique(u, axis=0)) < len(u)
    init = "random" if min(u.shape) < 2 or alike else "pca"
    method = "exact" if len(u) <= EXACT or alike else "barnes_hut"
    tsne = TSNE(2, perplexity=perplexity, init=init, method=method, random_state=seed)
    return np.asarray(tsne.fit_transform(u), float)


def group_people(users: ArrayLike, groups: int | None = None, seed: int = 0) -> NDArray[np.int64]:
    """The group (n,) of each person, by k-means on their coordinates (n, L); the largest group is 0.

    ``groups`` None takes the number from 2 to 8 with the largest silhouette.
    """
    u = _checked(users)
    distinct = len(np.unique(u.round(9), axis=0))
    counts = range(2, min(9, distinct)) if groups is None else [groups]
    best, kept = -np.inf, np.zeros(len(u), np.int64)
    for k in counts:
        label = KMeans(max(1, min(k, distinct)), n_init=10, random_state=seed).fit_predict(u)
        score = silhouette_score(u, label) if 1 < len(np.unique(label)) < len(u) else 0.0
        if score > best:
            best, kept = float(score), label
    order = np.argsort(-np.bincount(kept), kind="stable")
    return np.argsort(order)[kept].astype(np.int64)


def sample_groups(
    positions: ArrayLike, ratings: ArrayLike, groups: int = 3, people: int = 3, items: int = 9
) -> GroupSample:
    """Tight groups that lie far apart, and cinemagraphs that all of their people rated (supplement, Fig. 6).

    Parameters
    ----------
    positions : (n, 2) as from ``embed_people``; people are taken by proximity in it, as in the paper.
    ratings : (m, n) with NaN where unrated.
    groups, people, items : how many groups, people in each, and cinemagraphs at most. The cinemagraphs are
        those on which the groups' means differ most.

    Raises
    ------
    RatingError : fewer than ``groups`` × ``people`` people.
    """
    where, known = _checked(positions), check_ratings(ratings)
    n = len(where)
    if known.shape[1] != n:
        raise RatingError(f"{counted(n, 'position')} for {counted(known.shape[1], 'person', 'people')}")
    if groups * people > n or min(groups, people) < 1:
        raise RatingError(f"{groups} groups of {people} people need {groups * people}; there are {n}")
    dense = known.dense()
    distance = cdist(where, where)
    free = np.ones(n, dtype=bool)
    found: list[tuple[int, ...]] = []
    for _ in range(groups):
        shown = np.array([j for group in found for j in group], int)
        apart = distance[:, shown].min(axis=1) if len(shown) else np.full(n, np.median(distance))
        best, value = [0], -np.inf
        for j in np.flatnonzero(free):
            near = [int(i) for i in np.argsort(distance[j], kind="stable") if free[i]][:people]
            # far from the groups before it, close to each other
            score = float(apart[near].min() - 2 * distance[np.ix_(near, near)].mean())
            if score > value:
                best, value = sorted(near), score
        found.append(tuple(best))
        free[best] = False
    everybody = [j for group in found for j in group]
    common = np.flatnonzero(np.isfinite(dense[:, everybody]).all(axis=1))
    means = np.stack([dense[common][:, np.array(group)].mean(axis=1) for group in found])
    order = np.argsort(-means.std(axis=0), kind="stable")[:items]
    return GroupSample(tuple(found), tuple(int(i) for i in common[order]))


def _checked(users: ArrayLike) -> Floats:
    u = np.asarray(users, float)
    if u.ndim != 2 or not np.isfinite(u).all():
        raise RatingError(f"coordinates of people must be a finite (n, L) matrix, not {u.shape}")
    return u
