"""``semcine rate``: the study of Section 4.1 as a web page, on Voilà."""

from __future__ import annotations

import errno
import os
import socket
from pathlib import Path
from typing import Any

import click

from ..errors import StoreError


class TextFile(click.Path):
    """A file, as the text in it."""

    def __init__(self) -> None:
        super().__init__(exists=True, dir_okay=False, path_type=Path)

    def convert(self, value: Any, param: Any, ctx: Any) -> str:
        path = Path(str(super().convert(value, param, ctx)))
        try:
            return path.read_text(encoding="utf-8")
        except UnicodeDecodeError as error:
            raise StoreError(f"{path} is no text in UTF-8 (byte {error.start}): save it as UTF-8") from error


@click.command(context_settings={"show_default": True})
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--ratings", required=True, metavar="URL", help="Store, e.g. sqlite:///ratings.db or postgresql://…"
)
@click.option("--people", default=1, type=click.IntRange(0), help="New participants to invite: a link each.")
@click.option("--minutes", default=20.0, type=click.FloatRange(0, min_open=True), help="Time for looking.")
@click.option("--pilot", default=5, type=click.IntRange(0), help="Cinemagraphs to practise on first.")
@click.option("--seed", default=0, help="Of the random order.")
@click.option("--guideline", type=TextFile(), help="Text file.")
@click.option("--consent", type=TextFile(), help="Text file.")
@click.option("--host", default="127.0.0.1", help="Address to listen at; the default is this computer only.")
@click.option("--port", default=8866, type=click.IntRange(1, 65535))
@click.option("--url", "public", metavar="URL", help="The page's address in the links, behind a proxy.")
@click.option("--theme", default="light", type=click.Choice(["light", "dark"]))
def rate(
    folder: Path,
    ratings: str,
    people: int,
    host: str,
    port: int,
    public: str | None,
    theme: str,
    **rules: Any,
) -> None:
    """Ask people to rate the cinemagraphs in FOLDER, on a page at a link of their own.

    A review.json in FOLDER says which are shown (see docs/study.md), else all. Links of earlier runs stay
    valid; a person who comes back goes on where they were. Ctrl-C ends the server, never a rating.
    """
    try:
        from voila.app import Voila

        from semcine_widgets.rating_page import describe, server_arguments
    except ImportError as error:
        raise StoreError(
            f"semcine rate needs the study extra (pip install 'semcine-nb[study]'): {error}",
            topic="missing-package",
        ) from error
    from ..study import Protocol, RatingStore, Review, participant_link
    from ..study.addresses import absolute

    page = public or f"http://{host}:{port}/"
    participant_link(page, "")  # all that can be wrong is said before anybody is invited
    ratings = absolute(ratings)  # pages run in a folder of their own, where a relative path is another file
    protocol = Protocol(**{name: value for name, value in rules.items() if value is not None})
    folder = folder.resolve()
    found = Review.of_folder(folder)
    if (folder / "review.json").is_file():
        found.take_over(Review.load(folder / "review.json"))
    else:
        found.accept_open()
    _check_port(host, port)
    with RatingStore(ratings) as store:
        items = found.add_to(store)
        tokens = [store.add_person() for _ in range(people)]
    for person in tokens:
        click.echo(f"{person.code}  {participant_link(page, person.token)}")
    os.environ.update(describe(ratings, items, protocol, host))
    Voila.launch_instance(server_arguments(host, port, theme))


def _check_port(host: str, port: int) -> None:
    """Raise StoreError if no server can listen there."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        socket.create_server(("" if host == "*" else host, port), family=family).close()
    except OSError as error:
        taken = error.errno == errno.EADDRINUSE
        why = "another program listens there" if taken else (error.strerror or str(error)).lower()
        raise StoreError(
            f"the page cannot be served at {host}:{port}: {why}; choose another --port"
        ) from error
