// The explorer: linked panels; hover asks, click pins, dragging draws a rectangle, B compares.

class ExplorerView extends ClipView {
  constructor(model, playback, el) {
    super(model, playback);
    Object.assign(this, { info: this.get("maps_info"), small: this.get("clip_info") });
    this.hovered = null; // [row, column] under the pointer
    this.dragged = null; // the rectangle while it is drawn
    this.down = null; // where the pointer was pressed
    this.build(el);
    for (const { stack, canvas } of this.panels) this.follow(stack, canvas);
    this.hear(["shown"], () => { this.update(); this.showMaps(); });
    this.hear(["pinned"], () => this.showPixel());
    this.hear(["rectangle"], () => this.showArea());
    this.hear(["frame"], () => this.showFrame());
    this.hear(["error"], () => this.update());
    this.join(playback.listeners, () => this.showAll());
    this.update();
    this.showAll();
    this.animate(this.root, (now) => {
      if (playback.advance(now, [this.named.play.context])) this.showTimeline();
    });
  }

  build(el) {
    const { info, small } = this;
    const titles = [["play", "Playing"], ["frame", "Frame"], ["p", "Period p"], ["s", "Start s"]];
    if (info.costs) titles.push(["gamma", "γ_s"], ...TERM_NAMES.map((name) => [name, `E ${name}`]));
    this.panels = titles.map(([key, title]) => panel(key, title, ["play", "frame"].includes(key) ? small : info));
    this.named = Object.fromEntries(this.panels.map((each) => [each.key, each]));
    this.switches = info.names.map((name, i) => makeButton(name, () => this.say({ shown: i }), { "aria-label": `Show labelling ${name}` }));
    this.frame = make("input", {
      type: "range", min: 0, max: small.frames - 1, "aria-label": "Frame of the clip",
      oninput: () => this.say({ frame: Number(this.frame.value) }),
    });
    this.message = make("div", { class: "semcine-message", role: "alert" });
    this.timeline = make("canvas", { class: "semcine-timeline", width: 720, height: 76 + 14 * info.names.length, role: "img", "aria-label": "Time line of the pixel that is pointed at" });
    this.pixelFacts = make("div", { "aria-live": "polite" });
    this.areaFacts = make("div", { "aria-live": "polite" });
    this.root = make("div", {
      class: "semcine semcine-explorer", ...KEYS_STAY_HERE, role: "group", onkeydown: (event) => this.key(event),
      "aria-label": "Loop explorer: arrow keys move the pin, Escape clears, B compares",
    },
      make("div", { class: "semcine-row" }, this.playButton(), ...(this.switches.length > 1 ? this.switches : []),
        make("label", {}, "Frame ", this.frame), makeButton("Clear", () => this.clear())),
      this.message, make("div", { class: "semcine-panels" }, ...this.panels.map(({ figure }) => figure)),
      make("div", { class: "semcine-facts" }, this.timeline, this.pixelFacts, this.areaFacts));
    el.append(this.root);
  }

  clear() {
    this.say({ pinned: [], rectangle: [] });
  }

  // --- what is shown -------------------------------------------------------------------------------------

  /** The pixel that is asked about: the pinned one, or the one under the pointer. */
  get current() {
    return this.get("pinned").length ? this.get("pinned") : this.hovered;
  }

  get area() {
    return this.dragged || this.get("rectangle");
  }

  update() {
    this.switches.forEach((each, i) => each.setAttribute("aria-pressed", this.get("shown") === i));
    this.message.textContent = this.get("error");
  }

  showAll() {
    const { maps } = this.playback;
    this.playback.shown = "";
    this.showFrame();
    this.showMaps();
    this.showPixel();
    this.showArea();
    if (maps) this.root.dataset.ready = true;
    if (maps?.connectivity) this.root.dataset.costs = true;
  }

  mark() {
    this.root.classList.toggle("semcine-pinned", this.get("pinned").length > 0);
    markPanels(this.panels, this.info, this.current, this.area.length ? this.area : null);
  }

  showPixel() {
    const at = this.current;
    const { maps } = this.playback;
    this.mark();
    if (!at || !maps) {
      this.pixelFacts.replaceChildren("Point at a pixel; click to pin it; drag a rectangle.");
      return;
    }
    this.pixelFacts.replaceChildren(pixelTable(at, maps.pixel(...at), this.info));
    this.showTimeline();
  }

  showTimeline() {
    const { playback, info, small, timeline } = this;
    const at = this.current;
    if (!at || !playback.maps || !playback.engine) return;
    const row = Math.min(small.height - 1, Math.floor(((at[0] + 0.5) * small.height) / info.height));
    const column = Math.min(small.width - 1, Math.floor(((at[1] + 0.5) * small.width) / info.width));
    const loops = playback.maps.pixel(...at).map((facts, i) => ({ ...facts, name: info.names[i] }));
    const ink = getComputedStyle(this.root).color;
    drawTimeline(timeline, playback.timeline(row * small.width + column), loops, Math.floor(playback.t), ink);
    const words = loops.map(({ name, period, start }) => (period > 1
      ? `${name}: loops ${period} frames from ${start}` : `${name}: static, shows frame ${start}`));
    timeline.setAttribute("aria-label", `Time line of row ${at[0]}, column ${at[1]}. ${words.join("; ")}`);
  }

  showArea() {
    const { maps } = this.playback;
    const { area, info } = this;
    this.mark();
    if (!maps) return;
    const found = maps.statistics(area.length ? area : [0, 0, info.height, info.width]);
    this.areaFacts.replaceChildren(areaTable(area, found, info));
  }

  showMaps() {
    const { maps } = this.playback;
    const { named } = this;
    if (!maps) return;
    const colors = bytesOf(this.get("colors"));
    const { period, start, costs } = maps.labellings[this.get("shown")];
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
    if (this.info.costs && !maps.connectivity) named.gamma.scale.textContent = "being computed …";
    if (maps.connectivity) {
      paintShares(named.gamma.context, (i) => maps.connectivity[i] / 255);
      named.gamma.scale.textContent = "0 (dark) – 1";
    }
  }

  showFrame() {
    const { frame } = this.named;
    this.frame.value = this.get("frame");
    frame.scale.textContent = `${this.get("frame")} of ${this.small.frames}`;
    if (this.playback.engine) this.playback.drawFrame(frame.context, this.get("frame"));
  }

  // --- pointer and keys ----------------------------------------------------------------------------------

  follow(stack, canvas) {
    const on = (name, work) => stack.addEventListener(name, work);
    const place = (event) => placeOn(canvas, this.info, event);
    on("pointerdown", (event) => {
      this.down = { at: place(event), x: event.clientX, y: event.clientY };
      stack.setPointerCapture(event.pointerId);
    });
    on("pointermove", (event) => this.move(place(event), event));
    on("pointerup", (event) => this.up(place(event)));
    on("pointercancel", () => { this.down = this.dragged = null; this.showArea(); });
    on("pointerleave", () => {
      if (this.down) return;
      this.hovered = null;
      this.showPixel();
    });
  }

  move(at, event) {
    const { down } = this;
    this.hovered = at;
    if (down && (this.dragged || Math.hypot(event.clientX - down.x, event.clientY - down.y) > 4)) {
      const [[a, b], [c, d]] = [down.at, at];
      this.dragged = [Math.min(a, c), Math.min(b, d), Math.max(a, c) + 1, Math.max(b, d) + 1];
      this.showArea();
    }
    this.showPixel();
  }

  up(at) {
    if (this.dragged) this.say({ rectangle: this.dragged });
    else if (this.down) this.say({ pinned: this.get("pinned").join() === at.join() ? [] : at });
    this.down = this.dragged = null;
  }

  key(event) {
    if (event.target.tagName === "INPUT" || event.ctrlKey || event.metaKey || event.altKey) return;
    const { height, width, names } = this.info;
    const by = event.shiftKey ? 10 : 1;
    const [row, column] = this.current || [height >> 1, width >> 1];
    const move = (dy, dx) => this.say({
      pinned: [Math.max(0, Math.min(height - 1, row + dy)), Math.max(0, Math.min(width - 1, column + dx))],
    });
    handleKey(event, {
      ArrowUp: () => move(-by, 0), ArrowDown: () => move(by, 0), ArrowLeft: () => move(0, -by), ArrowRight: () => move(0, by),
      Escape: () => this.clear(),
      b: () => this.say({ shown: (this.get("shown") + 1) % names.length }),
    }[event.key]);
  }
}

export default playingWidget(ExplorerPlayback, ExplorerView);
