// The explorer: linked panels; hover asks, click pins, dragging draws a rectangle, B compares.

function renderExplorer({ model, el, playback }) {
  const info = model.get("maps_info");
  const small = model.get("clip_info");
  const hasCosts = info.costs;
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
  const timeline = make("canvas", { class: "semcine-timeline", width: 720, height: 76 + 14 * info.names.length, role: "img", "aria-label": "Time line of the pixel that is pointed at" });
  const pixelFacts = make("div", { "aria-live": "polite" });
  const areaFacts = make("div", { "aria-live": "polite" });
  const labelled = make("label", {}, "Frame ", frame);
  const root = make("div", { class: "semcine semcine-explorer", ...KEYS_STAY_HERE, role: "group", "aria-label": "Loop explorer: arrow keys move the pin, Escape clears, B compares" },
    make("div", { class: "semcine-row" }, play, ...(switches.length > 1 ? switches : []), labelled, clear),
    message, make("div", { class: "semcine-panels" }, ...panels.map(({ figure }) => figure)),
    make("div", { class: "semcine-facts" }, timeline, pixelFacts, areaFacts));
  el.append(root);

  let hovered = null; // [row, column] under the pointer
  let dragged = null; // the rectangle while it is drawn
  const current = () => (model.get("pinned").length ? model.get("pinned") : hovered);

  const mark = () => {
    root.classList.toggle("semcine-pinned", model.get("pinned").length > 0);
    markPanels(panels, info, current(), dragged || (model.get("rectangle").length ? model.get("rectangle") : null));
  };

  const showTimeline = () => {
    const at = current();
    const { maps } = playback;
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
    const { maps } = playback;
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
      ...(hasCosts ? [["γ_s", ...found.map(({ connectivity }) => number(connectivity))]] : []),
    ];
    pixelFacts.replaceChildren(factsTable(`Row ${at[0]}, column ${at[1]}`, info.names, rows));
    showTimeline();
  };

  const showArea = () => {
    const { maps } = playback;
    mark();
    if (!maps) return;
    const area = dragged || model.get("rectangle");
    const whole = !area.length;
    const found = maps.statistics(whole ? [0, 0, info.height, info.width] : area);
    const caption = whole ? "Whole picture" : `Rows ${area[0]}–${area[2] - 1}, columns ${area[1]}–${area[3] - 1}`;
    const sums = found.map(({ costs }, i) => (whole && info.energies[i]) || (costs.length ? [...costs, costs.reduce((a, b) => a + b, 0)] : []));
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
    const { maps } = playback;
    if (!maps) return;
    const colors = bytesOf(model.get("colors"));
    const { period, start, costs } = maps.labellings[model.get("shown")];
    for (const [key, values] of [["p", period], ["s", start]]) {
      const range = paintLabels(named[key].context, values, period, colors);
      named[key].scale.textContent = range ? `${range[0]} blue – ${range[1]} red` : "all static";
    }
    costs.forEach((term, k) => {
      // both labellings on one scale, so that they can be compared
      const most = Math.max(...maps.scales.map((scales) => scales[k]));
      const factor = Math.sqrt(term.scale / most) / 65535;
      // a fourth root, for a few borders cost far more than all the rest
      paintShares(named[TERM_NAMES[k]].context, (i) => Math.sqrt(factor * term.plane[i]));
      named[TERM_NAMES[k]].scale.textContent = most > 1e-11 ? `0 – ${number(most)} a pixel` : "0 everywhere";
    });
    if (hasCosts && !maps.connectivity) named.gamma.scale.textContent = "being computed …";
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

  let down = null;
  for (const { stack, canvas } of panels) {
    stack.addEventListener("pointerdown", (event) => {
      down = { at: placeOn(canvas, info, event), x: event.clientX, y: event.clientY };
      stack.setPointerCapture(event.pointerId);
    });
    stack.addEventListener("pointermove", (event) => {
      hovered = placeOn(canvas, info, event);
      if (down && (dragged || Math.hypot(event.clientX - down.x, event.clientY - down.y) > 4)) {
        const [[a, b], [c, d]] = [down.at, hovered];
        dragged = [Math.min(a, c), Math.min(b, d), Math.max(a, c) + 1, Math.max(b, d) + 1];
        showArea();
      }
      showPixel();
    });
    stack.addEventListener("pointerup", (event) => {
      const at = placeOn(canvas, info, event);
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
    showMaps();
    showPixel();
    showArea();
    if (playback.maps) root.dataset.ready = true;
    if (playback.maps?.connectivity) root.dataset.costs = true;
  };
  playback.listeners.add(ready);
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

export default playingWidget(ExplorerPlayback, renderExplorer);
