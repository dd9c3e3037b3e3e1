"""Pictures of a study's ratings: how people use the scale (supplement Fig. 2), agree, and group (Fig. 6)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..counting import counted
from .panels import RED, charts, draw, say
from .preference import PAPER_COLOR

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from ..preference.groups import GroupSample
    from ..study import RatingStore

STARS = np.arange(1, 6)


def show_rating_statistics(
    ratings: ArrayLike, people: int = 9, seed: int = 0, names: Sequence[str] | None = None, note: str = ""
) -> Figure:
    """Supplement Fig. 2: how a random sample of people use the scale, and σ of each cinemagraph's ratings.

    Parameters
    ----------
    ratings : (m, n) with NaN where unrated
    people : how many are drawn at random (by ``seed``) of those who rated anything
    names : n; numbers from 1 without them
    note : written into the picture, "simulated ratings" where they are
    """
    from ..study.simulation import diversity

    given = np.asarray(ratings, float)
    active = np.flatnonzero(np.isfinite(given).any(axis=0))
    drawn = np.sort(np.random.default_rng(seed).permutation(active)[:people])
    figure, axes = charts(2, (12.5, 4.2))
    shares = np.stack([(given[:, [j]] == STARS).sum(axis=0) / np.isfinite(given[:, j]).sum() for j in drawn])
    image = axes[0].imshow(shares, cmap="Blues", vmin=0, aspect="auto")
    for (row, column), share in np.ndenumerate(shares):
        tone = "white" if share > 0.6 * shares.max() else "black"
        axes[0].text(column, row, f"{share:.0%}", ha="center", va="center", color=tone, fontsize=8)
    labels = [f"person {j + 1}" if names is None else names[j] for j in drawn]
    axes[0].set_yticks(np.arange(len(drawn)), labels)
    axes[0].set_xticks(np.arange(5), ["★" * int(k) for k in STARS])
    axes[0].set_title("(a) share of each rating, people drawn at random")
    figure.colorbar(image, ax=axes[0], shrink=0.8)
    sigma = diversity(given)
    sigma = sigma[np.isfinite(sigma)]
    axes[1].hist(sigma, bins=np.arange(0, 2.11, 0.1), color=PAPER_COLOR, edgecolor="white")
    axes[1].axvline(1, color=RED, lw=1.5)
    above, below = float(np.mean(sigma > 1)), float(np.mean(sigma < 0.5))
    axes[1].set_title(f"(b) σ of each cinemagraph: {above:.1%} above 1, {below:.1%} below 0.5")
    axes[1].set_xlabel("σ (stars)")
    axes[1].set_ylabel("cinemagraphs")
    axes[1].spines[["top", "right"]].set_visible(False)
    say(figure, note, counted(int(np.isfinite(given).sum()), "rating"))
    return figure


def show_groups(
    ratings: ArrayLike,
    sample: GroupSample,
    pictures: Sequence[NDArray[np.uint8]] | None = None,
    names: Sequence[str] | None = None,
    note: str = "",
) -> Figure:
    """Supplement Fig. 6: what neighboring people themselves gave to the same cinemagraphs.

    Parameters
    ----------
    ratings : (m, n) with NaN where unrated
    sample : what ``sample_groups`` gives
    pictures : one (H, W, 3) uint8 for each of ``sample.items``, shown beside its row
    names : n names of people; numbers from 1 without them
    note : written into the picture
    """
    given = np.asarray(ratings, float)
    people = [j for group in sample.people for j in group]
    values = given[np.ix_(sample.items, people)]
    figure, (axis,) = charts(1, (1.6 + 0.62 * len(people), 1.8 + 0.42 * len(sample.items)))
    axis.imshow(values, cmap="RdYlGn", vmin=0, vmax=6, aspect="auto")
    for (row, column), value in np.ndenumerate(values):
        axis.text(column, row, f"{value:.0f}", ha="center", va="center")
    ends = np.cumsum([len(group) for group in sample.people])
    for end in ends[:-1]:
        axis.axvline(end - 0.5, color="white", lw=6)
    for g, (group, end) in enumerate(zip(sample.people, ends, strict=True)):
        name = f"group {'ABCDEFGHIJ'[g % 10]}"
        axis.text(end - len(group) / 2 - 0.5, -0.75, name, ha="center", va="bottom")
    axis.set_xticks(np.arange(len(people)), [str(j + 1) if names is None else names[j] for j in people])
    axis.set_xlabel("people")
    axis.set_yticks(np.arange(len(sample.items)), [str(i + 1) for i in sample.items])
    axis.set_ylabel("cinemagraphs")
    axis.tick_params(length=0)
    if pictures is not None:
        for row, picture in enumerate(pictures):
            beside = axis.inset_axes((1.02, 1 - (row + 1) / len(values), 0.2, 1 / len(values)))
            beside.imshow(picture)
            beside.set_axis_off()
    say(figure, note, "every number was given by the person, none is predicted")
    return figure


def show_consistency(store: RatingStore, note: str = "") -> Figure:
    """How often people gave the same stars on a second look, and when in the study they looked how long.

    Left the differences of all pairs of looks; right the seconds a cinemagraph was on show by its place.
    """
    from ..study import rater_consistency

    events = [
        event for event in store.history(effective=True) if event.kind == "rate" and event.phase != "pilot"
    ]
    last: dict[tuple[str, str], int] = {}
    gaps = []
    for event in events:
        key = event.person, event.item
        if event.phase == "repeat" and key in last:
            gaps.append(int(event.value or 0) - last[key])
        last[key] = int(event.value or 0)
    figure, (left, right) = charts(2, (12, 3.6))
    left.bar(*np.unique(gaps, return_counts=True), color=PAPER_COLOR)
    own = [c for c in rater_consistency(events).values() if c.pairs]
    same = np.average([c.same for c in own], weights=[c.pairs for c in own]) if own else float("nan")
    left.set_title(f"second look less first: the same in {same:.0%} of {len(gaps)} pairs")
    left.set(xticks=range(-4, 5), xlabel="stars")
    timed = [(event.order, event.response_time) for event in events if event.response_time is not None]
    if timed:
        right.scatter(*np.array(timed, float).T, s=4, alpha=0.4, color=PAPER_COLOR)
        right.axhline(np.mean([seconds for _, seconds in timed]), color=RED)
    right.set_title("how long it was looked at (red: mean)")
    right.set(xlabel="place in the person's order", ylabel="seconds")
    people = counted(len({event.person for event in events}), "person", "people")
    say(figure, note, f"{counted(len(events), 'rating')} of {people}")
    return figure


def try_agreement(shared: float = 0.2, error: float = 0.6, people: int = 20) -> Figure:
    """Simulated ratings by how much of the liking all share and how sure each is: α, σ and a second look."""
    from ..lessons.studies import draw_ratings
    from ..study import krippendorff_alpha
    from ..study.simulation import diversity

    first, second = draw_ratings(shared, error, people)
    order = np.argsort(-first.mean(axis=1), kind="stable")
    figure, (left, right) = charts(2, (11, 4))
    title = f"Krippendorff's α between people: {krippendorff_alpha(first):.2f}"
    look: Any = {"cmap": "viridis", "vmin": 1, "vmax": 5, "aspect": "auto", "interpolation": "nearest"}
    image = draw(left, first[order].T, title, **look)
    figure.colorbar(image, ax=left, ticks=range(1, 6), label="stars")
    left.set(xlabel="cinemagraphs, best liked on average first", ylabel="people", yticks=[])
    pairs = np.histogram2d(first.ravel(), second.ravel(), bins=np.arange(0.5, 6))[0]
    title = f"a second look gives the same in {np.mean(first == second):.0%}"
    draw(right, pairs, title, cmap="Blues", origin="lower", extent=(0.5, 5.5, 0.5, 5.5))
    right.set(xlabel="second look", ylabel="first look")
    sigma = diversity(first)
    say(figure, "simulated ratings", f"σ > 1 for {np.mean(sigma > 1):.0%} of the cinemagraphs")
    return figure
