"""The file of context features beside a cinemagraph: ``semcine make`` writes it, a study reads it.

A study needs to know what was rated, or no model can rank what is new. The features are measured once, where
clip and response are at hand; this file carries them, without torch or numba, to the rating store.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import RatingError, StoreError
from ..files import stored_file
from ..limits import check_archive, current_limits

ENDING = "-features.npz"  # after the stem of the cinemagraph's own file


@dataclass(frozen=True, eq=False)
class StoredFeatures:
    """``values`` (d,) float64, raw; ``blocks`` name → slice; ``names`` of the d numbers, "" where unknown."""

    values: NDArray[np.float64]
    blocks: Mapping[str, slice]
    names: tuple[str, ...]


def save_features(path: str | Path, features: Any) -> Path:
    """Write what has ``.values`` (d,) and ``.blocks``, such as ``ContextFeatures``, whole or not at all.

    Raises RatingError for no finite vector, StoreError for a place that cannot be written.
    """
    path, values = Path(path), np.asarray(features.values, "<f8")
    if values.ndim != 1 or not np.isfinite(values).all():
        raise RatingError(f"features must be a vector of finite numbers, not {values.shape}")
    names = tuple(getattr(features, "names", ())) or ("",) * values.size
    layout = {
        "blocks": {name: columns.indices(values.size)[:2] for name, columns in features.blocks.items()},
        "names": names,
    }
    with stored_file(path) as part, part.open("wb") as file:
        np.savez_compressed(file, values=values, layout=np.array(json.dumps(layout, ensure_ascii=False)))
    return path


def load_features(path: str | Path) -> StoredFeatures:
    """Read what ``save_features`` wrote. Raises StoreError where it is missing, damaged or something else."""
    path = Path(path)
    try:
        check_archive(path, current_limits().table, StoreError)
        with np.load(path, allow_pickle=False) as content:
            values = np.asarray(content["values"], np.float64)
            layout = json.loads(str(content["layout"]))
        blocks = {str(name): slice(int(start), int(stop)) for name, (start, stop) in layout["blocks"].items()}
        names = tuple(str(name) for name in layout["names"])
    except FileNotFoundError as error:
        raise StoreError(f"there is no file {path}: check its name") from error
    except StoreError:
        raise
    except Exception as error:  # damage can make the readers of zip and npy fail in any way
        raise _damaged(path, str(error)) from error
    if values.ndim != 1 or len(names) != len(values) or not np.isfinite(values).all():
        raise _damaged(path, f"shape {values.shape}, {len(names)} names")
    return StoredFeatures(values, blocks, names)


def _damaged(path: Path, why: str) -> StoreError:
    way_out = "make the cinemagraph again, or remove the file to do without"
    return StoreError(f"{path} is damaged, or holds no features ({why}): {way_out}")


def features_beside(path: str | Path) -> StoredFeatures | None:
    """The features kept beside a cinemagraph's file; None where nobody measured any."""
    path = Path(path)
    beside = path.with_name(path.stem + ENDING)
    return load_features(beside) if beside.is_file() else None
