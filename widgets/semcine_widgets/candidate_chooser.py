"""A dropdown and a button: choose one of a clip's cinemagraphs and save it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import ipywidgets as widgets

from semcine_nb.errors import SemcineError
from semcine_nb.files import plain_name
from semcine_nb.looping import Cinemagraph
from semcine_nb.video.writing import SUFFIXES


class CandidateChooser(widgets.HBox):
    """Whatever can be clicked can be called: `choose`, then `save`.

    Parameters
    ----------
    cinemagraphs : best first; the first is chosen until a person chooses
    folder : where to save; made where it is missing
    """

    def __init__(self, cinemagraphs: Sequence[Cinemagraph], folder: str | Path = ".") -> None:
        self.cinemagraphs = tuple(cinemagraphs)
        if not self.cinemagraphs:
            raise SemcineError("There is no cinemagraph to choose from.")
        self.folder = Path(folder)
        names = [(f"{i + 1}. {cinema.candidate.label}", i) for i, cinema in enumerate(self.cinemagraphs)]
        self._choice = widgets.Dropdown(options=names, value=0, description="Choose")
        self._format = widgets.Dropdown(options=SUFFIXES, value="mp4", description="as")
        self._button = widgets.Button(description="Save", icon="download")
        self._said = widgets.Label()
        self._button.on_click(self._clicked)
        super().__init__([self._choice, self._format, self._button, self._said])

    def __repr__(self) -> str:
        return f"CandidateChooser({', '.join(c.candidate.label for c in self.cinemagraphs)})"

    @property
    def chosen(self) -> Cinemagraph:
        """The one that the dropdown shows."""
        return self.cinemagraphs[self._choice.value]

    def choose(self, which: int | str, suffix: str | None = None) -> Cinemagraph:
        """Choose by place (0 is the first) or by name, and the format to save as.

        Raises
        ------
        SemcineError
            If there is no such cinemagraph or format.
        """
        labels = [cinema.candidate.label for cinema in self.cinemagraphs]
        place = labels.index(which) if which in labels else which
        if not isinstance(place, int) or not 0 <= place < len(labels):
            raise SemcineError(f"There is no cinemagraph {which!r}; there are {', '.join(labels)}.")
        if suffix is not None and suffix not in SUFFIXES:
            raise SemcineError(f"There is no format {suffix!r}; choose from {', '.join(SUFFIXES)}.")
        self._choice.value = place
        self._format.value = suffix or self._format.value
        return self.chosen

    def save(self, path: str | Path | None = None) -> Path:
        """Save the chosen one as ``path``, or into the folder under its own name; returns the path."""
        name = plain_name(self.chosen.candidate.label)
        target = Path(path) if path is not None else self.folder / f"{name}.{self._format.value}"
        target.parent.mkdir(parents=True, exist_ok=True)
        self.chosen.save(target)
        self._said.value = f"Saved {target}."
        return target

    def _clicked(self, _: widgets.Button) -> None:
        self._button.disabled, self._said.value = True, "Saving …"
        try:
            self.save()
        except (SemcineError, OSError) as error:
            self._said.value = str(error)
        finally:
            self._button.disabled = False
