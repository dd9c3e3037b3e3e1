"""One hook through which long work shows how far it is; nothing in this package prints."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sized
from typing import Any, Protocol, TypeVar

Item = TypeVar("Item")


class Bar(Protocol):
    """The methods that a progress bar must have (tqdm's bars have them)."""

    def update(self, n: float = 1) -> Any: ...

    def set_description_str(self, desc: str) -> Any: ...

    def close(self) -> Any: ...


class SilentBar:
    """A bar that shows nothing."""

    def update(self, n: float = 1) -> None:
        pass

    def set_description_str(self, desc: str) -> None:
        pass

    def close(self) -> None:
        pass


def silent(total: float | None = None, desc: str = "") -> Bar:
    """The default hook: no bar is seen."""
    return SilentBar()


def tqdm_bar(total: float | None = None, desc: str = "") -> Bar:
    """A tqdm bar: text in a terminal, a widget in a notebook."""
    from tqdm.auto import tqdm

    return tqdm(total=total, desc=desc, leave=False)


Progress = Callable[..., Bar]


def track(items: Iterable[Item], progress: Progress, desc: str, total: int | None = None) -> Iterator[Item]:
    """Yield ``items`` while a bar made by ``progress(total=, desc=)`` counts them."""
    if total is None and isinstance(items, Sized):
        total = len(items)
    bar = progress(total=total, desc=desc)
    try:
        for item in items:
            yield item
            bar.update(1)
    finally:
        bar.close()
