"""What `semcine rate` serves: a participant's page, and the server's settings for it."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import ipywidgets

from semcine_nb.errors import SemcineError
from semcine_nb.study import Protocol, RatingStore

from ..rating_session import RatingSession

if TYPE_CHECKING:
    from collections.abc import Iterable

HERE = Path(__file__).parent
NOTEBOOK = HERE / "rate.ipynb"
_EXTENSIONS = ("anywidget", "@voila-dashboards/widgets-manager8", "@jupyter-widgets/jupyterlab-manager")
_STUDY = "SEMCINE_STUDY"  # how a server tells its pages which study it is


def describe(url: str, items: Iterable[str] | None, protocol: Protocol) -> dict[str, str]:
    """Environment variables with which a page finds its study."""
    study = {"url": url, "items": None if items is None else list(items), "protocol": asdict(protocol)}
    paths = [str(HERE), *filter(None, [os.environ.get("JUPYTER_PATH")])]
    return {_STUDY: json.dumps(study), "JUPYTER_PATH": os.pathsep.join(paths)}


def participant_page() -> Any:
    """The page of the person whose token stands in the address, or one sentence that says what is wrong."""
    try:
        study = json.loads(os.environ[_STUDY])
        token = parse_qs(os.environ.get("QUERY_STRING", "")).get("token", [""])[0]
        store = RatingStore(study["url"])
        return RatingSession(store, study["items"], token=token, protocol=Protocol(**study["protocol"]))
    except KeyError:
        said = "This page is served by semcine rate."
    except SemcineError as error:
        said = f"You cannot rate here: {error}"
    return ipywidgets.Label(said)


def server_arguments(host: str, port: int, theme: str, base_url: str = "/") -> list[str]:
    """Voilà's arguments: one notebook, no sources, no tracebacks, no other files."""
    return [
        str(NOTEBOOK),
        "--no-browser",
        f"--Voila.ip={host}",
        f"--port={port}",
        f"--base_url={base_url}",
        f"--theme={theme}",
        "--template=semcine",
        "--strip_sources=True",
        "--show_tracebacks=False",
        "--VoilaConfiguration.file_allowlist=^$",
        "--VoilaConfiguration.file_denylist=.*",
        "--VoilaConfiguration.allow_template_override=NO",
        *(f"--VoilaConfiguration.extension_allowlist={name}" for name in _EXTENSIONS),
        "--MappingKernelManager.cull_idle_timeout=3600",
        "--MappingKernelManager.cull_interval=300",
        "--Application.log_level=ERROR",
    ]
