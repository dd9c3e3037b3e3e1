"""Looks at the built site: every link inside it leads somewhere, and nothing is loaded from another host.

``python docs/_site/check.py build/docs`` prints what is wrong, a line each, and exits with 1 if anything is.
"""

from __future__ import annotations

import re
import sys
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

# what a browser fetches by itself; a link that a person may follow is another thing
_LOADED = {
    ("script", "src"),
    ("img", "src"),
    ("source", "src"),
    ("video", "src"),
    ("video", "poster"),
    ("audio", "src"),
    ("iframe", "src"),
    ("embed", "src"),
    ("object", "data"),
    ("link", "href"),
    ("image", "href"),
    ("use", "href"),
}
_IN_STYLE = re.compile(r"(?:url\(|@import\s+)\s*['\"]?\s*(?P<url>[^'\")\s;]+)")
_IN_SCRIPT = re.compile(r"(?:import\s*\(?|from|src\s*=|fetch\()\s*['\"`](?P<url>(?:https?:)?//[^'\"`]+)")


class Page(HTMLParser):
    """What one page refers to, and the names that a link may point at."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.loaded: list[str] = []
        self.links: list[str] = []
        self.names: set[str] = set()
        self.unresolved: list[str] = []
        self._inside: list[str] = []
        self._reference = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self.names |= {values[name] for name in ("id", "name") if name in values}
        self.loaded += [values[name] for t, name in _LOADED if t == tag and name in values]
        self.loaded += [part.split()[0] for part in values.get("srcset", "").split(",") if part.strip()]
        self.loaded += [match["url"] for match in _IN_STYLE.finditer(values.get("style", ""))]
        if tag == "a" and "href" in values:
            self.links.append(values["href"])
        if tag in ("a", "script", "style"):
            self._inside.append(tag)
        if tag == "code" and "py" in values.get("class", "").split() and "a" not in self._inside:
            self._reference = True

    def handle_endtag(self, tag: str) -> None:
        if tag in self._inside:
            self._inside.remove(tag)

    def handle_data(self, data: str) -> None:
        if self._reference:
            self.unresolved.append(data)
            self._reference = False
        if "style" in self._inside:
            self.loaded += [match["url"] for match in _IN_STYLE.finditer(data)]
        if "script" in self._inside:
            self.loaded += [match["url"] for match in _IN_SCRIPT.finditer(data)]


@cache
def read(path: Path) -> Page:
    """The parsed page."""
    return Page(path.read_text(encoding="utf-8"))


def faults(site: Path) -> list[str]:
    """One line for each thing that is wrong with the site in this folder."""
    site = site.resolve()
    found: list[str] = []
    for path in sorted(site.rglob("*.html")):
        page, name = read(path), path.relative_to(site)
        found += [f"{name}: loads {url}" for url in page.loaded if _elsewhere(url)]
        local = [url for url in page.links + page.loaded if not urlsplit(url).scheme and not _elsewhere(url)]
        found += [f"{name}: {url} leads nowhere" for url in local if not _leads(path, url)]
        if "api" not in name.parts:  # a docstring may name what has no page of its own
            found += [f"{name}: names {data}, which has no page" for data in page.unresolved]
    for path in sorted({*site.rglob("*.css"), *site.rglob("*.js")}):
        pattern = _IN_STYLE if path.suffix == ".css" else _IN_SCRIPT
        urls = [match["url"] for match in pattern.finditer(path.read_text(encoding="utf-8"))]
        found += [f"{path.relative_to(site)}: loads {url}" for url in urls if _elsewhere(url)]
    return found


def _elsewhere(url: str) -> bool:
    parts = urlsplit(url.strip())
    return bool(parts.netloc) or parts.scheme in ("http", "https", "ftp", "ws", "wss")


def _leads(page: Path, url: str) -> bool:
    parts = urlsplit(url)
    target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
    target = target / "index.html" if target.is_dir() else target
    if not target.is_file():
        return False
    name = unquote(parts.fragment)
    return not name or target.suffix != ".html" or name in read(target).names


if __name__ == "__main__":
    wrong = faults(Path(sys.argv[1]))
    sys.stdout.write("".join(f"{line}\n" for line in wrong))
    sys.exit(bool(wrong))
