"""Ratings as tables for other programs: CSV, Parquet and DataFrames, there and back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import RatingError, StoreError
from ..files import stored_file
from ..limits import Limits, current_limits, too_large
from .events import Event

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = tuple(field.name for field in fields(Event))
_NEEDED = ("person", "item", "value")
# what the parsers raise on a damaged file
_FAULTS = (ValueError, ArithmeticError, LookupError, TypeError, RuntimeError, AttributeError, MemoryError)
_NUMBERS = {"value": "Int64", "order": "Int64", "response_time": "Float64", "loops_seen": "Float64"}


def to_frame(events: Sequence[Event]) -> pd.DataFrame:
    """One event a row, in order; ``value`` and ``order`` nullable integers, ``time`` in UTC."""
    import pandas as pd

    frame = pd.DataFrame(
        [{name: getattr(event, name) for name in COLUMNS} for event in events], columns=COLUMNS
    )
    frame["time"] = pd.to_datetime(frame["time"], utc=True)
    return frame.astype(_NUMBERS)


def write(events: Sequence[Event], path: str | Path) -> Path:
    """Write events to a ``.csv`` or ``.parquet`` file, whole or not at all.

    Raises StoreError for another suffix or a place that cannot be written.
    """
    path = Path(path)
    suffix = _suffix(path)
    frame = to_frame(events)
    with stored_file(path) as part:
        if suffix == ".csv":
            frame["time"] = [moment.isoformat() for moment in frame["time"]]
            frame.to_csv(part, index=False)
        else:
            frame.to_parquet(part, index=False)
    return path


def read(source: Any) -> list[Event]:
    """Events from a ``.csv`` or ``.parquet`` file or a DataFrame with at least person, item and value.

    Raises StoreError for a file that cannot be read, RatingError naming the first row that is not usable.
    """
    import pandas as pd

    name = "the table" if isinstance(source, pd.DataFrame) else str(source)
    frame = source if isinstance(source, pd.DataFrame) else _read_file(Path(source))
    missing = [column for column in _NEEDED if column not in frame.columns]
    if missing:
        raise RatingError(
            f"{name} has no column {', '.join(missing)}: write {', '.join(_NEEDED)} in its first row"
        )
    present = [column for column in COLUMNS if column in frame.columns]
    events = []
    columns = [frame[column].astype(object).tolist() for column in present]
    for number, row in enumerate(zip(*columns, strict=True), start=1):
        given = {name: value for name, value in zip(present, row, strict=True) if not _is_missing(value)}
        try:
            events.append(Event(**_parsed(given)))
        except (RatingError, TypeError, ValueError, OverflowError) as error:
            raise RatingError(f"row {number} of {name}: {_sentence(error, given)}") from None
    return events


def _read_file(path: Path) -> pd.DataFrame:
    import pandas as pd

    suffix = _suffix(path)
    most = current_limits()
    try:
        _check_size(path, path.stat().st_size, 0, most)
        if suffix == ".csv":  # as text: a person called NA or 007 stays that
            frame = pd.read_csv(
                path, dtype=str, keep_default_na=False, usecols=COLUMNS.__contains__, nrows=most.rows + 1
            )
            _check_size(path, 0, len(frame), most)
            return frame
        return _read_parquet(path, most)
    except OSError as error:
        why = error.strerror or "it is damaged"
        raise StoreError(
            f"cannot read {path}: {why}; check its name and rights, or export it again"
        ) from error
    except _FAULTS as error:
        raise StoreError(
            f"cannot read {path}: it is damaged, or no {suffix[1:]} file; export it again"
        ) from error


def _read_parquet(path: Path, most: Limits) -> pd.DataFrame:
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        about = file.metadata
        groups = [about.row_group(i) for i in range(about.num_row_groups)]
        _check_size(path, sum(group.total_byte_size for group in groups), about.num_rows, most)
        names = [name for name in file.schema_arrow.names if name in COLUMNS]
        return file.read(columns=names).to_pandas()


def _check_size(path: Path, size: int, rows: int, most: Limits) -> None:
    if size > most.table:
        raise too_large(str(path), f"holds {size / 1e9:.1f} GB", f"{most.table / 1e9:g} GB", StoreError)
    if rows > most.rows:
        raise too_large(str(path), "has too many rows", f"{most.rows}", StoreError)


def _suffix(path: Path) -> str:
    suffix = path.suffix.lower()
    if suffix not in (".csv", ".parquet"):
        raise StoreError(f"{path} ends with {suffix!r}: ratings are kept as .csv or .parquet, so choose one")
    return suffix


def _is_missing(value: Any) -> bool:
    import pandas as pd

    if isinstance(value, str):
        return value == ""
    return value is None or (pd.api.types.is_scalar(value) and bool(pd.isna(value)))


def _parsed(given: dict[str, Any]) -> dict[str, Any]:
    """Fields of a row as an Event wants them: text to numbers and moments, other names to text."""
    import pandas as pd

    out = dict(given)
    for name in _NUMBERS:
        if isinstance(out.get(name), str):
            try:
                out[name] = float(out[name])
            except ValueError:
                raise RatingError(
                    f"{name} is {out[name][:60]!r}: write a number, or leave it empty"
                ) from None
    for name in ("person", "item", "session"):  # numbered people and cinemagraphs are common
        if name in out and not isinstance(out[name], str):
            number = out[name]
            out[name] = str(int(number) if isinstance(number, float) and number.is_integer() else number)
    if "time" in out:
        moment: datetime = pd.Timestamp(out["time"]).to_pydatetime()
        if moment.tzinfo is None:
            raise RatingError(f"time {given['time']!s} has no time zone: write 2025-01-31T12:00:00+00:00")
        out["time"] = moment
    return out


def _sentence(error: Exception, given: dict[str, Any]) -> str:
    if isinstance(error, RatingError):
        return str(error)
    needed = [name for name in ("person", "item") if name not in given]
    return f"{needed[0]} is empty" if needed else str(error)
