"""A bare page in a real browser that runs a widget's own module with a fake model: no Jupyter, no server."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable
from typing import Any

SECURE, PLAIN = "http://localhost/", "http://hub.test/"  # plain http on a host name has no video decoder

_PAGE = """<!doctype html><meta charset="utf-8"><body style="margin:0"><div id="view"></div>"""

# a model as anywidget gives it to a module; `render` gets another object over the same state
_OPEN = """
async ({ state, buffers, css, module }) => {
  const bytes = (text) => new DataView(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer);
  for (const [name, text] of Object.entries(buffers)) state[name] = bytes(text);
  const handlers = {};
  const emit = (name) => (handlers[name] || []).slice().forEach((each) => each());
  window.saved = {}; window.sent = []; window.tick = emit;
  let dirty = {};
  const face = () => ({
    get: (name) => state[name],
    set(name, value) {
      if (state[name] === value) return;
      state[name] = dirty[name] = value;
      emit(`change:${name}`);
    },
    on(name, each) { (handlers[name] ||= []).push(each); },
    off(name, each) { handlers[name] = (handlers[name] || []).filter((other) => other !== each); },
    save_changes() { Object.assign(window.saved, dirty); dirty = {}; },
    send(content) { window.sent.push(content); },
  });
  window.fromPython = (changes, packed = {}) => {
    for (const [name, text] of Object.entries(packed)) changes[name] = bytes(text);
    Object.assign(state, changes);
    Object.keys(changes).forEach((name) => emit(`change:${name}`));
  };
  const style = document.createElement("style");
  style.textContent = css;
  document.head.append(style);
  window.began = performance.now(); // all data is there
  const url = URL.createObjectURL(new Blob([module], { type: "text/javascript" }));
  const widget = await (await import(url)).default();
  const free = await widget.initialize?.({ model: face() });
  const close = await widget.render({ model: face(), el: document.getElementById("view") });
  window.leave = () => { close?.(); free?.(); };
}
"""


def _split(state: dict[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    plain = {name: value for name, value in state.items() if not isinstance(value, bytes | memoryview)}
    packed = {name: base64.b64encode(v).decode() for name, v in state.items() if name not in plain}
    return plain, packed


class FakePage:
    """One widget on one page; ``requests`` lists what the page asked any host for."""

    def __init__(self, browser: Any, widget: Any, url: str = SECURE, **context: Any) -> None:
        self.context = browser.new_context(**context)
        self.page = self.context.new_page()
        self.page.set_default_timeout(60_000)
        self.errors: list[str] = []
        self.requests: list[str] = []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.route("**/*", self._answer)
        self.page.goto(url)
        self.widget = widget
        state = widget.get_state()
        hidden = {name for name in state if name.startswith("_")}
        plain, packed = _split({k: v for k, v in state.items() if k not in hidden and k != "layout"})
        plain = {k: v for k, v in plain.items() if _is_json(v)}
        self.page.evaluate(
            _OPEN, {"state": plain, "buffers": packed, "css": str(widget._css), "module": str(widget._esm)}
        )

    def _answer(self, route: Any) -> None:
        self.requests.append(route.request.url)
        route.fulfill(body=_PAGE, content_type="text/html")

    def set(self, **changes: Any) -> None:
        """What Python would send."""
        plain, packed = _split(changes)
        self.page.evaluate("([changes, packed]) => fromPython(changes, packed)", [plain, packed])

    def saved(self, name: str) -> Any:
        """What the browser last sent to Python for a trait (None if nothing)."""
        return self.page.evaluate("(name) => saved[name] ?? null", name)

    def wait(self, condition: str) -> None:
        """Until a JavaScript expression holds."""
        self.page.wait_for_function(condition)

    def eventually(self, check: Callable[[], bool]) -> None:
        """Until ``check`` holds: a canvas is drawn when the browser finds time for it."""
        deadline = time.monotonic() + 60
        while not check():
            assert time.monotonic() < deadline, "what was waited for did not show"
            self.page.wait_for_timeout(50)

    def close(self) -> None:
        """Take the view away; nothing may have gone wrong on the page."""
        self.page.evaluate("() => leave()")
        self.context.close()
        assert self.errors == []


def _is_json(value: Any) -> bool:
    try:
        json.dumps(value)
    except TypeError:
        return False
    return True
