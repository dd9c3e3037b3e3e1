"""Docstrings as this project writes them, for Sphinx: sections whose entries are "name : free text".

Both ways of underlining or indenting a section are read. What stands beside a dataclass's fields as a comment
is shown with it. (napoleon reads such texts as types, and takes "(H, W): the pixels" for one as well.)
"""

from __future__ import annotations

import dataclasses
import inspect
import re
from typing import Any

from sphinx.application import Sphinx

from semcine_nb import errors

_TITLES = "Parameters|Args|Attributes|Returns|Yields|Raises|Notes|Examples|References"
_INDENTED = re.compile(rf"^({_TITLES}):$")
_BESIDE = re.compile(r"^(Parameters|Args|Returns|Raises): (?P<text>.+)$")
_ENTRY = re.compile(r"^(?P<name>[`\w*][\w`*,.() ]{0,60}?)(?: : |: )(?P<text>.+)$")
_LISTED = re.compile(r"^(?P<name>[`\w*][\w`*,.() ]{0,60}?) : (?P<text>.+)$")
_FIELD = re.compile(r"^    (?P<name>[a-z]\w*)\s*:[^#]*#:? (?P<text>.+)$")
_LITERAL = re.compile(r"(``.+?``|`[^`]+`)")
_WRAPPED = 80  # a line as long as this goes on in the next one


def tidy(lines: list[str]) -> list[str]:
    """reStructuredText of a docstring."""
    out: list[str] = []
    prose: list[str] = []
    number = 0
    while number < len(lines):
        line = lines[number]
        underlined = re.fullmatch(_TITLES, line) and lines[number + 1 : number + 2] == ["-" * len(line)]
        if underlined or _INDENTED.match(line):
            out += _listed(prose)
            prose = []
            number += 2 if underlined else 1
            body = []
            while number < len(lines) and not _ends(lines, number, bool(underlined)):
                body.append(lines[number])
                number += 1
            out += _section(line.rstrip(":"), inspect.cleandoc("\n".join(["", *body])).splitlines())
        else:
            if prose and prose[-1] and _BESIDE.match(line):
                prose.append("")
            prose.append(line)
            number += 1
    return out + _listed(prose)


def _ends(lines: list[str], number: int, underlined: bool) -> bool:
    line = lines[number]
    if underlined:
        return bool(re.fullmatch(_TITLES, line)) and lines[number + 1 : number + 2] == ["-" * len(line)]
    return bool(line) and not line.startswith(" ")


def _section(title: str, body: list[str]) -> list[str]:
    title = {"Args": "Parameters"}.get(title, title)
    if title in ("Notes", "Examples", "References"):
        return ["", f".. rubric:: {title}", "", *(_safe(line) for line in body), ""]
    entries: list[list[str]] = []
    for line in filter(None, body):
        if line.startswith(" ") and entries:
            entries[-1].append(line)
        else:
            entries.append([line])
    return ["", f":{title}:", *(f"    - {_entry(title, entry)}" for entry in entries), ""]


def _entry(title: str, lines: list[str]) -> str:
    first, rest = lines[0], " ".join(line.strip() for line in lines[1:])
    found = _ENTRY.match(first)
    name, text = (found["name"], found["text"]) if found else (first, "")
    if found is None and not (rest and title == "Raises"):
        return _safe(_joined(first, first, rest)) if title != "Raises" else f"`{first}`"
    if title == "Raises":
        link = f":py:exc:`{name} <semcine_nb.errors.{name}>`" if hasattr(errors, name) else f"`{name}`"
        return f"{link}: {_safe(_joined(first, text, rest))}"
    return f"**{name.replace('`', '').replace('*', '')}**: {_safe(_joined(first, text, rest))}"


def _joined(line: str, text: str, rest: str) -> str:
    """A type and the sentence beneath it, or one sentence that goes on in the next line."""
    sentence = rest[:1].isupper() and len(line) < _WRAPPED and text[-1:] not in (*".,;:", "")
    return f"{text}{'.' if sentence else ''} {rest}".strip()


def _listed(lines: list[str]) -> list[str]:
    """Text in which "name : what it is" lines become a list."""
    out: list[str] = []
    item = False
    for line in lines:
        entry = _LISTED.match(line)
        if entry:
            if not item and out and out[-1]:
                out.append("")
            out.append(f"- **{entry['name'].replace('`', '')}**: {_safe(entry['text'])}")
        elif item and line.startswith("  "):
            out.append(f"  {_safe(line.strip())}")
            continue
        else:
            out += ["", _safe(line)] if item and line else [_safe(line)]
        item = bool(entry)
    return out


def _safe(line: str) -> str:
    """Bars and trailing underscores mean themselves outside literals, and a literal may end within a word."""
    parts = _LITERAL.split(line)
    out = ""
    for n, part in enumerate(parts):
        if n % 2:
            out += part
        else:
            glued = n > 0 and part and not re.match(r"[\s'\")\]}>\-/\\:.,;!?…’–]", part)
            out += ("\\ " if glued else "") + re.sub(r"(?<=\w)_(?!\w)", r"\\_", part.replace("|", "\\|"))
    return out


def field_comments(cls: type) -> list[str]:
    """What stands beside the fields of a dataclass, as a list; empty where nothing does."""
    try:
        source = inspect.getsource(cls).splitlines()
    except (OSError, TypeError):
        return []
    own = inspect.get_annotations(cls)
    found = [match for line in source if (match := _FIELD.match(line)) and match["name"] in own]
    items = [f"    - **{match['name']}**: {_safe(match['text'])}" for match in found]
    return ["", ":Fields:", *items, ""] if items else []


def _process(_app: Sphinx, _what: str, _name: str, thing: Any, _options: Any, lines: list[str]) -> None:
    tidied = tidy(lines)
    if inspect.isclass(thing) and dataclasses.is_dataclass(thing):
        tidied += field_comments(thing)
    lines[:] = tidied


def _skip(_app: Sphinx, _what: str, name: str, _thing: Any, skip: bool, _options: Any) -> bool | None:
    """Leave out what scikit-learn's base class adds to every model."""
    return True if re.fullmatch(r"set_\w+_request", name) else None


def setup(app: Sphinx) -> dict[str, Any]:
    """Read docstrings before Sphinx does."""
    app.connect("autodoc-process-docstring", _process)
    app.connect("autodoc-skip-member", _skip)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
