// The explorer: linked panels; hover asks, click pins, dragging draws a rectangle, B compares.

const number = (value) => (value === null ? "–" : value === 0 ? "0" : Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3));

function factsTable(caption, names, rows) {
  const head = ["", ...names].map((text) => make("th", { scope: "col" }, text));
  const body = rows.map(([name, ...values]) => make("tr", {}, make("th", { scope: "row" }, name),
    ...values.map((value) => make("td", {}, String(value)))));
  return make("table", {}, make("caption", {}, caption),
    make("thead", {}, make("tr", {}, ...head)), make("tbody", {}, ...body));
}

/** One picture with the cross and the rectangle that all panels share. */
function panel(key, title, width, height) {
  const canvas = make("canvas", { width, height, role: "img", "aria-label": title });
  const across = make("div", { class: "semcine-cross", hidden: true });
  const down = make("div", { class: "semcine-cross", hidden: true });
  const box = make("div", { class: "semcine-box", hidden: true });
  const scale = make("span", { class: "semcine-quiet" });
  const stack = make("div", { class: "semcine-stack", tabindex: key === "play" ? 0 : -1 }, canvas, across, down, box);
  const figure = make("figure", { "data-panel": key }, stack, make("figcaption", {}, make("span", {}, title), scale));
  return { key, canvas, context: canvas.getContext("2d", { alpha: false }), across, down, box, stack, figure, scale };
}

function renderExplorer({ model, el, playback }) {
  const info = model.get("maps_info");
  const small = model.get("clip_info");
  const hasCosts = info.scales.length > 0;
  const titles = [["play", "Playing"], ["frame", "Frame"], ["p", "Period p"], ["s", "Start s"]];
  if (hasCosts) titles.push(["gamma", "γ_s"], ...TERM_NAMES.map((name) => [name, `E ${name}`]));
  const panels = titles.map(([key, title]) => (["play", "frame"].includes(key)
    ? panel(key, title, small.width, small.height) : panel(key, title, info.width, info.height)));
  const named = Object.fromEntries(panels.map((each) => [each.key, each]));

  const play = make("button", { type: "button", onclick: () => playback.say({ playing: !model.get("playing") }) });
  const switches = info.names.map((name, i) => make("button", {
    type: "button", "aria-label": `Show labelling ${name}`, onclick: () => playback.say({ shown: i }),
  }, name));
  const frame = make("input", {
    type: "range", min: 0, max: small.frames - 1, "aria-label": "Frame of the clip",
    oninput: (event) => playback.say({ frame: Number(event.target.value) }),
  });
  const clear = make("button", {
    type: "button", onclick: () => playback.say({ pinned: [], rectangle: [] }),
  }, "Clear");
  const message = make("div", { class: "semcine-message", role: "alert" });
  const timeline = make("canvas", { class: "semcine-timeline", width: 720, height: 76 + 14 * info.names.length, role: "img" });
  const pixelFacts = make("div", { "aria-live": "polite" });
  const areaFacts = make("div", { "aria-live": "polite" });
  const labelled = make("label", {}, "Frame ", frame);
  const root = make("div", { class: "semcine semcine-explorer", ...KEYS_STAY_HERE, role: "group", "aria-label": "Loop explorer: arrow keys move the pin, Escape clears, B compares" },
    make("div", { class: "semcine-row" }, play, ...(switches.length > 1 ? switches : []), labelled, clear),
    message, make("div", { class: "semcine-panels" }, ...panels.map(({ figure }) => figure)),
    make("div", { class: "semcine-facts" }, timeline, pixelFacts, areaFacts));
  el.append(root);

  let maps = null;
  let hovered = null; // [row, column] under the pointer
  let dragged = null; // the rectangle while it is drawn
  const percent = (value, whole) => `${(100 * value) / whole}%`;
  const current = () => (model.get("pinned").length ? model.get("pinned") : hovered);

  const mark = () => {
    const at = current();
    const area = dragged || (model.get("rectangle").length ? model.get("rectangle") : null);
    root.classList.toggle("semcine-pinned", model.get("pinned").length > 0);
    for (const { across, down, box } of panels) {
      across.hidden = down.hidden = !at;
      box.hidden = !area;
      if (at) {
        Object.assign(across.style, { left: 0, width: "100%", height: "1px", top: percent(at[0] + 0.5, info.height) });
        Object.assign(down.style, { top: 0, height: "100%", width: "1px", left: percent(at[1] + 0.5, info.width) });
      }
      if (area) {
        const [y0, x0, y1, x1] = area;
        Object.assign(box.style, {
          left: percent(x0, info.width), top: percent(y0, info.height),
          width: percent(x1 - x0, info.width), height: percent(y1 - y0, info.height),
        });
      }
    }
  };

  const showTimeline = () => {
    const at = current();
    if (!at || !maps || !playback.engine) return;
    const row = Math.min(small.height - 1, Math.floor(((at[0] + 0.5) * small.height) / info.height));
    const column = Math.min(small.width - 1, Math.floor(((at[1] + 0.5) * small.width) / info.width));
    const loops = maps.pixel(...at).map((facts, i) => ({ ...facts, name: info.names[i] }));
    const ink = getComputedStyle(root).color;
    drawTimeline(timeline, playback.timeline(row * small.width + column), loops, Math.floor(playback.t), ink);
    const words = loops.map(({ name, period, start }) => (period > 1
      ? `${name}: loops ${period} frames from ${start}` : `${name}: static, shows frame ${start}`));
    timeline.setAttribute("aria-label", `Time line of row ${at[0]}, column ${at[1]}. ${words.join("; ")}`);
  };

  const showPixel = () => {
    const at = current();
    mark();
    if (!at || !maps) {
      pixelFacts.replaceChildren("Point at a pixel; click to pin it; drag a rectangle.");
      return;
    }
    const found = maps.pixel(...at);
    const rows = [
      ["Category", ...found.map(({ category }) => category || "–")],
      ["Period p", ...found.map(({ period }) => (period > 1 ? `${period} frames` : "static"))],
      ["Start s", ...found.map(({ start }) => start)],
      ...(hasCosts ? TERM_NAMES.map((name, k) => [`E ${name}`, ...found.map(({ costs }) => number(costs[k]))]) : []),
      ...(hasCosts ? [["γ_s", ...found.map(({ connectivity }) => connectivity.toFixed(2))]] : []),
    ];
    pixelFacts.replaceChildren(factsTable(`Row ${at[0]}, column ${at[1]}`, info.names, rows));
    showTimeline();
  };

  const showArea = () => {
    mark();
    if (!maps) return;
    const area = dragged || model.get("rectangle");
    const whole = !area.length;
    const found = maps.statistics(whole ? [0, 0, info.height, info.width] : area);
    const caption = whole ? "Whole picture" : `Rows ${area[0]}–${area[2] - 1}, columns ${area[1]}–${area[3] - 1}`;
    const sums = whole ? info.energies : found.map(({ costs }) => [...costs, costs.reduce((a, b) => a + b, 0)]);
    const rows = [
      ["Pixels", ...found.map(({ pixels }) => pixels)],
      ["Mostly", ...found.map(({ category }) => category || "–")],
      ["Moving", ...found.map(({ moving }) => `${(100 * moving).toFixed(0)} %`)],
      ["Median p", ...found.map(({ period }) => period ?? "–")],
      ["Median s", ...found.map(({ start }) => start ?? "–")],
      ...(hasCosts || whole
        ? [...TERM_NAMES, "total"].map((name, k) => [`E ${name}`, ...sums.map((terms) => number(terms[k]))]) : []),
    ];
    areaFacts.replaceChildren(factsTable(caption, info.names, rows));
  };

  const showMaps = () => {
    if (!maps) return;
    const colors = bytesOf(model.get("colors"));
    const { period, start, costs } = maps.labellings[model.get("shown")];
    for (const [key, values] of [["p", period], ["s", start]]) {
      const range = paintLabels(named[key].context, values, period, colors);
      named[key].scale.textContent = range ? `${range[0]} blue – ${range[1]} red` : "all static";
    }
    costs.forEach((term, k) => {
      // both labellings on one scale, so that they can be compared
      const most = Math.max(...info.scales.map((scales) => scales[k]));
      const factor = Math.sqrt(term.scale / most) / 65535;
      // a fourth root, for a few borders cost far more than all the rest
      paintShares(named[TERM_NAMES[k]].context, (i) => Math.sqrt(factor * term.plane[i]));
      named[TERM_NAMES[k]].scale.textContent = most > 1e-11 ? `0 – ${number(most)} a pixel` : "0 everywhere";
    });
    if (maps.connectivity) {
      paintShares(named.gamma.context, (i) => maps.connectivity[i] / 255);
      named.gamma.scale.textContent = "0 (dark) – 1";
    }
  };

  const showFrame = () => {
    frame.value = model.get("frame");
    named.frame.scale.textContent = `${model.get("frame")} of ${small.frames}`;
    if (playback.engine) playback.drawFrame(named.frame.context, model.get("frame"));
  };

  const refresh = () => {
    play.textContent = model.get("playing") ? "Pause" : "Play";
    switches.forEach((each, i) => each.setAttribute("aria-pressed", model.get("shown") === i));
    message.textContent = model.get("error");
  };

  const place = (event, canvas) => {
    const area = canvas.getBoundingClientRect();
    const inside = (value, size) => Math.max(0, Math.min(size - 1, Math.floor(value * size)));
    return [inside((event.clientY - area.top) / area.height, info.height),
      inside((event.clientX - area.left) / area.width, info.width)];
  };
  let down = null;
  for (const { stack, canvas } of panels) {
    stack.addEventListener("pointerdown", (event) => {
      down = { at: place(event, canvas), x: event.clientX, y: event.clientY };
      stack.setPointerCapture(event.pointerId);
    });
    stack.addEventListener("pointermove", (event) => {
      hovered = place(event, canvas);
      if (down && (dragged || Math.hypot(event.clientX - down.x, event.clientY - down.y) > 4)) {
        const [[a, b], [c, d]] = [down.at, hovered];
        dragged = [Math.min(a, c), Math.min(b, d), Math.max(a, c) + 1, Math.max(b, d) + 1];
        showArea();
      }
      showPixel();
    });
    stack.addEventListener("pointerup", (event) => {
      const at = place(event, canvas);
      if (dragged) playback.say({ rectangle: dragged });
      else if (down) {
        const pinned = model.get("pinned");
        playback.say({ pinned: pinned.join() === at.join() ? [] : at });
      }
      down = dragged = null;
    });
    stack.addEventListener("pointercancel", () => { down = dragged = null; showArea(); });
    stack.addEventListener("pointerleave", () => {
      if (down) return;
      hovered = null;
      showPixel();
    });
  }
  root.addEventListener("keydown", (event) => {
    if (event.target.tagName === "INPUT" || event.ctrlKey || event.metaKey || event.altKey) return;
    const by = event.shiftKey ? 10 : 1;
    const [row, column] = current() || [info.height >> 1, info.width >> 1];
    const move = (dy, dx) => playback.say({
      pinned: [Math.max(0, Math.min(info.height - 1, row + dy)), Math.max(0, Math.min(info.width - 1, column + dx))],
    });
    const action = {
      ArrowUp: () => move(-by, 0), ArrowDown: () => move(by, 0), ArrowLeft: () => move(0, -by), ArrowRight: () => move(0, by),
      Escape: () => playback.say({ pinned: [], rectangle: [] }),
      b: () => playback.say({ shown: (model.get("shown") + 1) % info.names.length }),
    }[event.key];
    if (!action) return;
    event.preventDefault();
    event.stopPropagation();
    action();
  });

  const silence = listen(model, {
    "change:shown": () => { refresh(); showMaps(); },
    "change:pinned": showPixel,
    "change:rectangle": showArea,
    "change:frame": showFrame,
    "change:playing": refresh,
    "change:error": refresh,
  });
  const ready = () => {
    playback.shown = "";
    showFrame();
    showPixel();
  };
  playback.listeners.add(ready);
  playback.maps.then((unpacked) => {
    maps = unpacked;
    showMaps();
    showPixel();
    showArea();
    root.dataset.ready = true;
  });
  refresh();
  ready();
  const stop = animate(root, (now) => {
    if (playback.advance(now, [named.play.context])) showTimeline();
  });
  return () => {
    stop();
    silence();
    playback.listeners.delete(ready);
  };
}

export default () => {
  const shared = {};
  return {
    initialize({ model }) {
      shared.playback = new ExplorerPlayback(model);
      return () => shared.playback.release();
    },
    render({ model, el }) {
      return renderExplorer({ model, el, playback: shared.playback });
    },
  };
};
