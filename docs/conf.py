"""How Sphinx makes the documentation site from this repository: ``make docs`` writes build/docs."""

from __future__ import annotations

import sys
from importlib.metadata import distribution
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "docs" / "_site"))

import semcine_nb  # noqa: E402

project = "semcine"
author = "the semcine authors"
version = release = semcine_nb.__version__

# The source is the whole repository, so that pages, lessons and cards stay where they belong and link to
# each other by the paths that also work on a code host.
include_patterns = [
    "docs/**",
    "notebooks/*.ipynb",
    "notebooks/README.md",
    "training/embedded/*.md",
    "sample_videos/README.md",
    "benchmarks/results/*.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
]
exclude_patterns = [".*", "build", "**/.ipynb_checkpoints", "notebooks/out", "semcine_nb", "tests", "widgets"]
root_doc = "docs/index"

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.mathjax",
    "sphinx_copybutton",
    "docstrings",
]

# --- text -------------------------------------------------------------------------------------------------
myst_enable_extensions = ["amsmath", "attrs_inline", "deflist", "dollarmath"]
myst_heading_anchors = 4
myst_dmath_double_inline = True
# Notebooks are shown as they are stored: tests run them, a documentation build need not.
nb_execution_mode = "off"

# MathJax as one file with its glyphs, from a package: Sphinx would let every reader load it from elsewhere.
_mathjax = distribution("sphinx-mathjax-offline").locate_file(
    "sphinx-mathjax-offline/static/mathjax/tex-svg.js"
)
mathjax_path = "tex-svg.js"
mathjax3_config = {"options": {"enableMenu": False}}  # its menu would load more files

# --- API reference ----------------------------------------------------------------------------------------
default_role = "py:obj"
# a plain word in backticks may be the name of several things
suppress_warnings = ["ref.python"]
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
python_use_unqualified_type_names = True
python_maximum_signature_line_length = 88

# --- page -------------------------------------------------------------------------------------------------
html_theme = "furo"
pygments_dark_style = "github-dark"
html_title = "semcine"
smartquotes = False  # quotes in examples and docstrings are meant as they stand
html_static_path = ["_site/static", str(_mathjax)]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sourcelink = False
html_additional_pages = {"index": "redirect.html"}
templates_path = ["_site/templates"]
html_theme_options = {"navigation_with_keys": True}
html_show_copyright = False
copybutton_exclude = ".linenos, .gp"
