"""The page of a participant that `semcine rate` serves, and the server's settings for it."""

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
from .waiting import ADDRESS, await_request

if TYPE_CHECKING:
    from collections.abc import Iterable

HERE = Path(__file__).parent
NOTEBOOK = HERE / "rate.ipynb"
_EXTENSIONS = ("anywidget", "@voila-dashboards/widgets-manager8", "@jupyter-widgets/jupyterlab-manager")
_STUDY = "SEMCINE_STUDY"  # the variable by which a server tells its pages which study it is
_ANYWHERE = ("0.0.0.0", "::", "*", "")


def describe(
    url: str, items: Iterable[str] | None, protocol: Protocol, host: str = "127.0.0.1"
) -> dict[str, str]:
    """The environment variables by which a page finds its study, and its kernel the server at ``host``."""
    study = {"url": url, "items": None if items is None else list(items), "protocol": asdict(protocol)}
    paths = [str(HERE), *filter(None, [os.environ.get("JUPYTER_PATH")])]
    return {
        _STUDY: json.dumps(study),
        "JUPYTER_PATH": os.pathsep.join(paths),
        ADDRESS: "127.0.0.1" if host in _ANYWHERE else host,
    }


def participant_page() -> Any:
    """The page of the person whose token is in the address, or one sentence that says what is wrong."""
    try:
        study = json.loads(os.environ[_STUDY])
        await_request()
        token = parse_qs(os.environ.get("QUERY_STRING", "")).get("token", [""])[0]
        store = RatingStore(study["url"])
        return RatingSession(store, study["items"], token=token, protocol=Protocol(**study["protocol"]))
    except KeyError:
        said = "This page is served by semcine rate."
    except SemcineError as error:
        said = f"You cannot rate here: {error}"
    return ipywidgets.Label(said)


def server_arguments(host: str, port: int, theme: str, base_url: str = "/", ready: int = 2) -> list[str]:
    """Voilà's arguments: one notebook, no sources, no tracebacks, no other files.

    ``ready`` kernels are started ahead of the people, about 100 MB each; a page that gets one opens a second
    earlier. Whoever comes when all are taken gets a new one.
    """
    return [
        str(NOTEBOOK),
        "--no-browser",
        f"--Voila.ip={host}",
        f"--port={port}",
        "--Voila.port_retries=0",  # the links that were printed name this port
        f"--base_url={base_url}",
        f"--theme={theme}",
        "--template=semcine",
        "--strip_sources=True",
        "--show_tracebacks=False",
        "--VoilaConfiguration.file_allowlist=^$",
        "--VoilaConfiguration.file_denylist=.*",
        "--VoilaConfiguration.allow_template_override=NO",
        *(f"--VoilaConfiguration.extension_allowlist={name}" for name in _EXTENSIONS),
        f"--VoilaConfiguration.preheat_kernel={ready > 0}",
        f"--VoilaConfiguration.default_pool_size={ready}",
        "--VoilaKernelManager.fill_delay=3",  # not while the page that took one is still opening
        "--MappingKernelManager.cull_idle_timeout=3600",
        "--MappingKernelManager.cull_interval=300",
        "--Application.log_level=ERROR",
    ]
