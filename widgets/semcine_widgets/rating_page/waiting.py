"""Waiting for a request: Voilà starts kernels ahead of time, before there is a person to serve."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from typing import Any

from semcine_nb.errors import SemcineError

ADDRESS = "VOILA_APP_IP"  # of the server, for its own kernels
_PAUSE = 0.5  # seconds between two attempts to reach the server
_PATIENCE = 60.0  # seconds without an answer after which the server is thought gone


def await_request() -> None:
    """Return once the environment holds the person's request: at once if the kernel was started for it.

    Voilà's own ``wait_for_request`` gives up when the connection is lost; a kernel may wait for days.

    Raises
    ------
    SemcineError
        If the server cannot be reached for a minute.
    """
    if os.environ.get("VOILA_PREHEAT") != "True" or "QUERY_STRING" in os.environ:
        return
    os.environ |= json.loads(_heard(_listen))


def _heard(listen: Callable[[], str], patience: float = _PATIENCE, pause: float = _PAUSE) -> str:
    """The server's message, however often the connection is lost before it comes."""
    last = time.monotonic()
    while True:
        try:
            return listen()
        except _Lost as lost:
            if lost.connected:
                last = time.monotonic()
            if time.monotonic() - last > patience:
                raise SemcineError(f"the rating server does not answer: {lost}") from lost
            time.sleep(pause)


class _Lost(Exception):
    """There is no connection, or it was lost."""

    def __init__(self, cause: Exception, connected: bool) -> None:
        super().__init__(str(cause))
        self.connected = connected


def _listen() -> str:
    from websockets.exceptions import WebSocketException
    from websockets.sync.client import connect

    connection: Any = None
    try:
        with connect(query_address(os.environ), proxy=None) as connection:
            return str(connection.recv())
    except (OSError, EOFError, WebSocketException) as error:
        raise _Lost(error, connection is not None) from error


def query_address(environ: Any) -> str:
    """The address at which Voilà tells a waiting kernel of its request."""
    host = environ.get(ADDRESS, "127.0.0.1")
    host = f"[{host}]" if ":" in host else host
    root = environ.get("VOILA_SERVER_URL", "/")
    return f"ws://{host}:{environ['VOILA_APP_PORT']}{root}voila/query/{environ['VOILA_KERNEL_ID']}"
