"""The check of the built site finds what it is there to find."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture
def faults(site_module: Callable[[str], ModuleType], tmp_path: Path) -> Callable[..., list[str]]:
    def look(**pages: str) -> list[str]:
        for name, text in pages.items():
            (tmp_path / f"{name}.html").write_text(text, encoding="utf-8")
        found: list[str] = site_module("check").faults(tmp_path)
        return found

    return look


def test_a_whole_site_has_no_faults(faults: Callable[..., list[str]]) -> None:
    a = '<p id="top"><a href="b.html#part">b</a> <a href="#top">up</a> <img src="data:image/png;base64,AA">'
    b = '<h2 id="part">b</h2> <a href="https://example.org/">elsewhere, if a person wants to go</a>'
    assert faults(a=a, b=b) == []


@pytest.mark.parametrize("link", ["c.html", "b.html#missing", "#nothing"])
def test_a_link_that_leads_nowhere_is_found(faults: Callable[..., list[str]], link: str) -> None:
    found = faults(a=f'<a href="{link}">x</a>', b="<p id='part'>")
    assert found == [f"a.html: {link} leads nowhere"]


@pytest.mark.parametrize(
    "loading",
    [
        '<script src="https://cdn.example/x.js"></script>',
        '<link rel="stylesheet" href="//cdn.example/x.css">',
        '<img src="http://cdn.example/x.png">',
        '<img srcset="https://cdn.example/x.png 2x">',
        "<style>@font-face { src: url(https://cdn.example/x.woff2) }</style>",
        '<p style="background: url(https://cdn.example/x.png)">',
        "<script type='module'>import x from 'https://cdn.example/x.js'</script>",
    ],
)
def test_whatever_comes_from_another_host_is_found(faults: Callable[..., list[str]], loading: str) -> None:
    (found,) = faults(a=loading)
    assert found.startswith("a.html: loads ")
    assert "//cdn.example/x" in found


def test_styles_in_files_are_read_too(faults: Callable[..., list[str]], tmp_path: Path) -> None:
    (tmp_path / "x.css").write_text('@import "https://cdn.example/x.css"; a { background: url(local.png) }')
    assert faults() == ["x.css: loads https://cdn.example/x.css"]


def test_a_function_without_a_page_is_found_on_pages_that_people_write(
    faults: Callable[..., list[str]],
) -> None:
    lost = '<code class="xref py py-func">gone</code>'
    held = '<a href="#f"><code class="xref py py-func">f</code></a><p id="f">'
    assert faults(a=lost + held) == ["a.html: names gone, which has no page"]
