"""The command ``semcine``: its subcommands, and how it ends."""

from __future__ import annotations

import logging
import sys

import click

from ..errors import SemcineError
from .batch import batch
from .make import make
from .rate import rate


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="semcine-nb")
@click.option("-q", "--quiet", is_flag=True, help="Show no progress.")
@click.pass_context
def cli(context: click.Context, quiet: bool) -> None:
    """Turn short tripod clips into cinemagraphs of the objects in them."""
    context.obj = quiet


for command in (make, batch, rate):
    cli.add_command(command)


class _Warnings(logging.Handler):
    """Each warning once, on a line of its own above the bar."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self._told: set[str] = set()

    def emit(self, record: logging.LogRecord) -> None:
        from tqdm import tqdm

        text = record.getMessage()
        if text not in self._told:
            self._told.add(text)
            tqdm.write(f"semcine: {text}", file=sys.stderr)


def main(arguments: list[str] | None = None) -> None:
    """Entry point. Exits with 0; 1 (it went wrong) or 2 (wrong options) after one line; 130 on Ctrl-C."""
    logger, handler = logging.getLogger("semcine"), _Warnings()
    logger.addHandler(handler)
    propagated, logger.propagate = logger.propagate, False
    try:
        code = cli.main(arguments, prog_name="semcine", standalone_mode=False) or 0
    except (click.Abort, KeyboardInterrupt):
        code = _complain("Stopped; nothing was left half-written.", 130)
    except click.ClickException as error:
        code = _complain(f"{error.format_message()} See --help.", error.exit_code)
    except SemcineError as error:
        code = _complain(f"{str(error).rstrip('.')}. See {error.help}.", 1)
    except OSError as error:
        name, why = error.filename or "a file", (error.strerror or str(error)).lower()
        way_out = "check its name, its rights and the disk's space"
        code = _complain(f"{name} cannot be read or written: {why}; {way_out}.", 1)
    except MemoryError:
        code = _complain("Not enough memory: try a smaller --working-size, or fewer --seconds.", 1)
    finally:
        logger.removeHandler(handler)
        logger.propagate = propagated
    sys.exit(code)


def _complain(text: str, code: int) -> int:
    click.echo(f"semcine: {' '.join(text.split())}", err=True)
    return code
