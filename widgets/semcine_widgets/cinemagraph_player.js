// The endless player: L(x, t) = V(x, φ(x, t)), drawn from the clip and the label maps; freeze, speed, still frame.

/** The decoded clip, the clock of each object, and the canvases to draw on. */
class PlayerPlayback extends ClipPlayback {
  constructor(model) {
    super(model);
    this.contexts = new Set();
    this.engine = null;
    this.shown = "";
    this.clock = new LoopClock(model.get("controls"), model.get("time"));
    this.hear(["controls"], () => this.follow());
    this.hear(["time"], () => {
      if (this.get("time") !== this.clock.t) this.clock.seek(this.get("time"), this.get("controls"));
    });
    this.hear(["renderer"], () => this.reload());
  }

  /** Take new controls over, and report at which time an object was frozen. */
  follow() {
    const controls = this.get("controls");
    this.clock.update(controls);
    if (controls.every(({ playing, at }) => playing || at >= 0)) return;
    const held = controls.map((c, i) => (c.playing || c.at >= 0 ? c : { ...c, at: this.clock.time(i) }));
    this.say({ controls: held });
  }

  async open(info, clip) {
    const labels = await unpackLabels(this.get("labels"));
    const wish = this.get("renderer");
    const lost = () => globalThis[Symbol.for("semcine.webgl")]?.gl.isContextLost();
    if (wish === "webgl" && lost()) return this.recover();
    const engine = new LoopEngine(info, clip, labels, labels.maps[0], wish);
    await engine.load(this.clock.times(), this.clock.stills());
    this.engine?.release();
    this.engine = engine;
    this.shown = "";
    if (engine.renderer.kind === "webgl") {
      engine.renderer.onLost = () => this.recover();
      if (lost()) return this.recover();
    }
    for (const context of this.contexts) fitCanvas(context, labels);
    this.draw();
    return engine.renderer.kind;
  }

  /** The graphics context is gone: a gather needs none, unless WebGL was asked for by name. */
  recover() {
    this.engine?.release();
    this.engine = null; // the last picture stays
    if (this.get("renderer") === "webgl") {
      const { canvas } = sharedContext();
      canvas.addEventListener("webglcontextrestored", () => this.reload(), { once: true });
    } else {
      globalThis[Symbol.for("semcine.faster")] = "canvas";
      this.reload();
    }
  }

  attach(context) {
    this.contexts.add(context);
    if (!this.engine) return;
    fitCanvas(context, this.engine.labels);
    this.shown = "";
    this.draw();
  }

  advance(now) {
    this.clock.t += this.passed(now);
    this.draw();
  }

  draw() {
    if (!this.engine?.renderer) return;
    const times = this.clock.times();
    const stills = this.clock.stills();
    const now = `${times}|${stills}`;
    if (now === this.shown) return;
    const whole = this.engine.draw(times, stills, this.contexts, () => { this.shown = ""; });
    this.shown = now;
    this.tell(times, whole);
  }

  leave() {
    super.leave();
    this.engine?.release();
  }
}

/** One object's line of the table: freeze, speed, still frame; the resting part has a still frame only. */
class ControlRow extends Follower {
  constructor(model, playback, index) {
    super(model);
    Object.assign(this, { playback, index, last: model.get("clip_info").frames - 1 });
    const { name } = this.control;
    this.still = make("input", {
      type: "number", min: 0, max: this.last, placeholder: "own",
      "aria-label": `Still frame of ${name}; empty for its own`, onchange: () => this.chooseStill(),
    });
    const cells = index === 0 ? ["rests", ""] : this.motion(name);
    this.row = make("tr", {}, make("th", { scope: "row" }, name), ...[...cells, this.still].map((cell) => make("td", {}, cell)));
    this.update();
  }

  motion(name) {
    this.freezer = makeButton("", () => this.toggle());
    this.factor = make("output", {});
    this.speed = make("input", {
      type: "range", min: -2, max: 2, step: 0.25, "aria-label": `Speed of ${name}`,
      oninput: () => this.change({ speed: 2 ** Number(this.speed.value) }),
    });
    return [this.freezer, make("span", {}, this.speed, " ", this.factor)];
  }

  get control() {
    return this.get("controls")[this.index];
  }

  change(changes) {
    this.say({ controls: this.get("controls").map((c, i) => (i === this.index ? { ...c, ...changes } : c)) });
  }

  toggle() {
    this.change(this.control.playing
      ? { playing: false, at: this.playback.clock.time(this.index) } : { playing: true, at: -1 });
  }

  chooseStill() {
    const typed = this.still.value === "" ? -1 : Math.round(Number(this.still.value));
    this.change({ still: typed < 0 ? -1 : Math.min(this.last, typed) });
  }

  update() {
    const { name, playing, speed, still } = this.control;
    this.still.value = still < 0 ? "" : still;
    if (this.index === 0) return;
    this.freezer.textContent = playing ? "Freeze" : "Play";
    this.freezer.setAttribute("aria-label", `${this.freezer.textContent} ${name}`);
    this.speed.value = Math.log2(speed);
    this.factor.textContent = `× ${Number(speed.toFixed(2))}`;
    this.speed.setAttribute("aria-valuetext", this.factor.textContent);
  }
}

class PlayerView extends ClipView {
  constructor(model, playback, el) {
    super(model, playback);
    this.rows = [];
    this.build(el);
    this.join(playback.listeners, (times, whole) => this.showTimes(times, whole));
    this.hear(["controls", "error", "drawn", "needs"], () => this.update());
    this.update();
    const context = this.canvas.getContext("2d", { alpha: false });
    playback.attach(context);
    this.endings.push(() => playback.contexts.delete(context), () => this.rendered.leave());
    this.animate(this.root, (now) => playback.advance(now));
  }

  build(el) {
    const caption = this.get("caption");
    this.canvas = make("canvas", {
      role: "img", tabindex: 0, width: 16, height: 9, onkeydown: (event) => this.key(event),
      "aria-label": `Cinemagraph: ${caption}. Space plays and pauses, comma and full stop step.`,
    });
    this.readout = make("output", { class: "semcine-quiet", "aria-live": "off" });
    this.message = make("div", { class: "semcine-message", role: "status" });
    this.rendered = new RenderedLoop(this.model, 0, caption);
    this.body = make("tbody");
    const titled = (picture, title) => make("figure", {}, picture, make("figcaption", { class: "semcine-quiet" }, title));
    const head = ["", "", "Speed", "Still frame"].map((text) => make("th", { scope: "col" }, text));
    this.root = make("div", { class: "semcine semcine-player", ...KEYS_STAY_HERE },
      make("div", { class: "semcine-pair" },
        titled(this.canvas, "Live, seams as they are"), titled(this.rendered.video, "As rendered, seams blended")),
      make("div", { class: "semcine-row" }, this.playButton(), renderedButton(this), this.readout),
      make("table", {}, make("thead", {}, make("tr", {}, ...head)), this.body), this.message);
    el.append(this.root);
  }

  toggle() {
    this.say({ playing: !this.get("playing"), time: this.playback.clock.t });
  }

  step(by) {
    const { clock } = this.playback;
    clock.t = Math.max(0, Math.floor(clock.t) + by);
    this.say({ playing: false, time: clock.t });
    this.playback.draw();
  }

  key(event) {
    handleKey(event, { " ": () => this.toggle(), ".": () => this.step(1), ",": () => this.step(-1) }[event.key]);
  }

  update() {
    const count = this.get("controls").length;
    if (this.rows.length !== count) {
      this.rows = Array.from({ length: count }, (_, index) => new ControlRow(this.model, this.playback, index));
      this.body.replaceChildren(...this.rows.map(({ row }) => row));
    }
    for (const row of this.rows) row.update();
    const waiting = !this.get("drawn") && this.get("needs");
    this.message.textContent = this.get("error")
      || (waiting ? "No video decoder on this page: waiting for single pictures." : "");
  }

  showTimes(times, whole) {
    this.canvas.dataset.times = times.join(" ");
    this.canvas.dataset.whole = whole;
    this.readout.textContent = `frame ${Math.floor(this.playback.clock.t)} · ${this.get("drawn") || "…"}`;
  }
}

export default playingWidget(PlayerPlayback, PlayerView);
