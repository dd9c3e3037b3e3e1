"""Stage 1 kept on disk: the starts of a clip under a hash of everything they are found from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, fields

import numpy as np

from ..cache import ArrayCache, content_key
from .costs import LoopTables
from .labels import Labels, LabelSpace
from .starts import STAGE_ONE, Mask, Schedule

_UNREAD = {"static_penalty"}  # of the tables, what stage 1 does not read: α_sta and λ_sta may change


def starts_key(tables: LoopTables, space: LabelSpace, active: Mask, schedule: Schedule) -> str:
    """The key of stage 1's result.

    It is made from the tables, in which clip, scores, occurrence and parameters have come together, and not
    from these one by one: so it holds exactly what stage 1 reads, and nothing can be forgotten.
    """
    read = {field.name: getattr(tables, field.name) for field in fields(tables) if field.name not in _UNREAD}
    return content_key("stage 1", STAGE_ONE, read, asdict(space), active, asdict(schedule))


def kept_starts(
    cache: ArrayCache | None,
    tables: LoopTables,
    space: LabelSpace,
    active: Mask,
    schedule: Schedule,
    find: Callable[[], Labels],
) -> Labels:
    """The starts (2, periods, H, W) int32 that ``find`` would give, from the cache where they are kept."""
    if cache is None:
        return find()
    key = starts_key(tables, space, active, schedule)
    kept = cache.load(key)
    if kept is not None:
        return np.asarray(kept["starts"]).astype(np.int32)
    starts = find()
    small = np.uint16 if starts.size == 0 or 0 <= starts.min() <= starts.max() < 2**16 else np.int32
    cache.save(key, {"starts": starts.astype(small)})
    return starts
