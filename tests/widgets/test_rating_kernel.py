"""A kernel that was started ahead of its person: it waits for the request, and through lost connections."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from websockets.sync.server import serve

from semcine_nb.errors import SemcineError
from semcine_nb.study import Protocol
from semcine_widgets.rating_page import describe, server_arguments
from semcine_widgets.rating_page.waiting import _heard, _Lost, await_request, query_address

REQUEST = {"QUERY_STRING": "token=abc", "SERVER_NAME": "localhost"}


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """A server that drops the first connection and answers the second; the paths that were asked for."""
    asked: list[str] = []

    def answer(connection: Any) -> None:
        asked.append(connection.request.path)
        if len(asked) > 1:
            connection.send(json.dumps(REQUEST))

    with serve(answer, "127.0.0.1", 0) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        for name in REQUEST:
            monkeypatch.setenv(name, "")
            monkeypatch.delenv(name)
        monkeypatch.setenv("VOILA_APP_PORT", str(running.socket.getsockname()[1]))
        monkeypatch.setenv("VOILA_KERNEL_ID", "k-1")
        yield asked
        running.shutdown()


def test_a_waiting_kernel_gets_the_request_though_the_connection_was_lost(
    server: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VOILA_PREHEAT", "True")
    await_request()
    assert server == ["/voila/query/k-1"] * 2
    assert os.environ["QUERY_STRING"] == "token=abc"
    await_request()  # it has what it waited for
    assert len(server) == 2


def test_a_kernel_that_was_started_for_its_person_does_not_wait(
    server: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VOILA_PREHEAT", "False")
    await_request()
    assert server == []


def test_a_server_that_is_gone_is_given_up() -> None:
    def listen() -> str:
        raise _Lost(OSError("refused"), connected=False)

    with pytest.raises(SemcineError, match="does not answer: refused"):
        _heard(listen, patience=0.05, pause=0.01)


@pytest.mark.parametrize(
    ("host", "address"),
    [("0.0.0.0", "127.0.0.1"), ("10.0.0.7", "10.0.0.7"), ("::1", "[::1]"), ("127.0.0.1", "127.0.0.1")],
)
def test_the_kernel_finds_the_server_where_it_listens(host: str, address: str) -> None:
    told = describe("sqlite:///x.db", None, Protocol(), host)
    ids = {"VOILA_APP_PORT": "8866", "VOILA_KERNEL_ID": "k", "VOILA_SERVER_URL": "/rate/"}
    assert query_address(told | ids) == f"ws://{address}:8866/rate/voila/query/k"


def test_kernels_are_kept_ready_and_the_port_is_the_one_in_the_links() -> None:
    arguments = server_arguments("127.0.0.1", 8866, "light", ready=3)
    assert "--VoilaConfiguration.default_pool_size=3" in arguments
    assert "--VoilaConfiguration.preheat_kernel=True" in arguments
    assert "--Voila.port_retries=0" in arguments
    assert "--VoilaConfiguration.preheat_kernel=False" in server_arguments("x", 1, "light", ready=0)
