"""A real JupyterLab or Notebook 7 of its own for a test: a real browser, a real kernel."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

TOKEN = "test"
PATIENCE = 150_000  # ms: a busy machine takes its time


_APPS = {
    "lab": ("jupyterlab", "LabApp", "lab/tree"),
    "notebook": ("notebook", "JupyterNotebookApp", "notebooks"),
}


class Lab:
    """``with Lab(browser, folder, [cells]) as lab``: opened, and every cell was run, or none yet."""

    def __init__(
        self,
        browser: Any,
        folder: Path,
        cells: list[str],
        app: str = "lab",
        run_cells: bool = True,
        **context: Any,
    ) -> None:
        module, name, where = _APPS[app]
        self.folder, self.requests = folder, list[str]()
        (folder / "work").mkdir()
        (folder / "work" / "test.ipynb").write_text(json.dumps(_notebook(cells)))
        # a test asks no other host for anything, and no notice covers what is to be clicked
        quiet = (
            folder / "settings" / "@jupyterlab" / "apputils-extension" / "notification.jupyterlab-settings"
        )
        quiet.parent.mkdir(parents=True)
        quiet.write_text('{"fetchNews": "false", "checkForUpdates": false}')
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        private = {
            f"JUPYTER_{kind}_DIR": str(folder / kind.lower()) for kind in ("CONFIG", "DATA", "RUNTIME")
        } | {f"JUPYTERLAB_{kind}_DIR": str(folder / kind.lower()) for kind in ("SETTINGS", "WORKSPACES")}
        command = [sys.executable, "-m", module, "--no-browser", "--ip=127.0.0.1", f"--port={port}"]
        command += [f"--IdentityProvider.token={TOKEN}", f"--{name}.expose_app_in_browser=True"]
        if os.getuid() == 0:
            command.append("--allow-root")
        self._log = (folder / "log").open("w")
        self.process = subprocess.Popen(
            command, cwd=folder / "work", env=os.environ | private, stdout=self._log, stderr=self._log
        )
        self._await_server(f"http://127.0.0.1:{port}/api?token={TOKEN}")
        self.context = browser.new_context(**context)
        self.page = self.context.new_page()
        self.page.set_default_timeout(PATIENCE)
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.goto(f"http://127.0.0.1:{port}/{where}/test.ipynb?token={TOKEN}&reset", wait_until="commit")
        self._until_ready()
        if run_cells:
            self.page.evaluate("() => jupyterapp.commands.execute('notebook:run-all-cells')")

    def run_cell(self, place: int) -> None:
        """Run one cell, and wait until the kernel has."""
        self.page.evaluate(
            """async (place) => {
              jupyterapp.shell.currentWidget.content.activeCellIndex = place;
              await jupyterapp.commands.execute("notebook:run-cell");
            }""",
            place,
        )

    def _until_ready(self) -> None:
        self.page.wait_for_function("globalThis.jupyterapp?.shell?.currentWidget?.context?.isReady")
        self.page.evaluate(
            """async () => {
              const { context, sessionContext } = jupyterapp.shell.currentWidget;
              await context.ready; await sessionContext.ready; await sessionContext.session.kernel.info;
            }"""
        )

    def reopen(self) -> None:
        """Save the notebook and load the page anew: the kernel goes on, and no cell is run."""
        self.page.evaluate("() => jupyterapp.commands.execute('docmanager:save')")
        self.page.reload(wait_until="commit")
        self._until_ready()

    def _await_server(self, url: str) -> None:
        deadline = time.monotonic() + PATIENCE / 1000
        while True:
            try:
                urllib.request.urlopen(url, timeout=5).close()
                return
            except OSError:
                assert self.process.poll() is None, (self.folder / "log").read_text()
                assert time.monotonic() < deadline, "JupyterLab did not answer"
                time.sleep(0.3)

    def run(self, code: str) -> str:
        """What ``code`` prints in the notebook's kernel."""
        return str(
            self.page.evaluate(
                """async (code) => {
                  const { kernel } = jupyterapp.shell.currentWidget.sessionContext.session;
                  const future = kernel.requestExecute({ code });
                  let said = "";
                  future.onIOPub = ({ content }) => { said += content.text ?? content.evalue ?? ""; };
                  await future.done;
                  return said.trim();
                }""",
                code,
            )
        )

    def wait(self, code: str, wanted: str) -> None:
        """Until ``code`` prints ``wanted`` in the kernel."""
        deadline = time.monotonic() + PATIENCE / 1000
        while (said := self.run(code)) != wanted:
            assert time.monotonic() < deadline, f"the kernel says {said!r}, not {wanted!r}"
            time.sleep(0.2)

    def __enter__(self) -> Lab:
        return self

    def __exit__(self, *_: object) -> None:
        self.context.close()
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
        self._log.close()


def _notebook(cells: list[str]) -> dict[str, Any]:
    made = [
        {
            "cell_type": "code",
            "execution_count": None,
            "id": f"c{i}",
            "metadata": {},
            "outputs": [],
            "source": code,
        }
        for i, code in enumerate(cells)
    ]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return {"cells": made, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
