// The endless player: L(x, t) = V(x, φ(x, t)), drawn from the clip and the label maps; freeze, speed, still frame.

/** What a browser without VideoDecoder is sent instead of packets. */
const fallback = (info) => (info.transport.endsWith("lossless") ? "png" : "webp");

/** What all views of one model share: the decoded clip, the clock, and the canvases to draw on. */
class Playback {
  constructor(model) {
    this.model = model;
    this.contexts = new Set();
    this.tellers = new Set(); // called with the clock's time after each draw
    this.engine = null;
    this.shown = "";
    this.clock = new LoopClock(model.get("controls"), model.get("time"));
    this.loading = null;
    this.stop = listen(model, {
      "change:controls": () => this.follow(),
      "change:time": () => {
        if (model.get("time") !== this.clock.t) this.clock.seek(model.get("time"), model.get("controls"));
      },
      "change:clip": () => this.reload(),
      "change:labels": () => this.reload(),
      "change:renderer": () => this.reload(),
    });
    this.reload();
  }

  say(changes) {
    for (const [name, value] of Object.entries(changes)) this.model.set(name, value);
    this.model.save_changes();
  }

  /** Take new controls over, and report at which time an object was frozen. */
  follow() {
    const controls = this.model.get("controls");
    this.clock.update(controls);
    if (controls.every(({ playing, at }) => playing || at >= 0)) return;
    const held = controls.map((c, i) => (c.playing || c.at >= 0 ? c : { ...c, at: this.clock.time(i) }));
    this.say({ controls: held });
  }

  /** Traits that belong together arrive one after the other: wait until all are there. */
  reload() {
    if (this.loading) {
      this.again = true;
      return this.loading;
    }
    this.loading = Promise.resolve().then(() => this.load()).catch((error) => {
      this.say({ error: String(error.message || error), drawn: "" });
    }).finally(() => {
      this.loading = null;
      if (this.again) {
        this.again = false;
        this.reload();
      }
    });
    return this.loading;
  }

  async load() {
    const info = this.model.get("clip_info");
    const clip = this.model.get("clip");
    if (!info.frames || bytesOf(clip).length !== info.sizes.reduce((a, b) => a + b, 0)) return;
    if (!canDecode(info)) {
      this.say({ needs: fallback(info) });
      return;
    }
    const labels = await unpackLabels(this.model.get("labels"));
    const wish = this.model.get("renderer");
    const lost = () => globalThis[Symbol.for("semcine.webgl")]?.gl.isContextLost();
    if (wish === "webgl" && lost()) {
      this.recover();
      return;
    }
    const engine = new LoopEngine(info, clip, labels, labels.maps[0], wish);
    await engine.load(this.clock.times(), this.clock.stills());
    this.engine?.release();
    this.engine = engine;
    this.shown = "";
    if (engine.renderer.kind === "webgl") {
      engine.renderer.onLost = () => this.recover();
      if (lost()) {
        this.recover();
        return;
      }
    }
    for (const context of this.contexts) this.size(context);
    this.draw();
    this.say({ drawn: engine.renderer.kind, decoded: info.transport, error: "" });
  }

  /** The graphics context is gone: a gather needs none, unless WebGL was asked for by name. */
  recover() {
    this.engine?.release();
    this.engine = null; // the last picture stays
    if (this.model.get("renderer") === "webgl") {
      const { canvas } = sharedContext();
      canvas.addEventListener("webglcontextrestored", () => this.reload(), { once: true });
    } else {
      globalThis[Symbol.for("semcine.faster")] = "canvas";
      this.reload();
    }
  }

  size(context) {
    const { width, height } = this.engine.labels;
    context.canvas.width = width;
    context.canvas.height = height;
  }

  attach(context) {
    this.contexts.add(context);
    if (!this.engine) return;
    this.size(context);
    this.shown = "";
    this.draw();
  }

  /** Several views may call it for the same repaint; after a gap nobody saw, it goes on where it stopped. */
  advance(now) {
    const passed = Math.min(now - (this.before ?? now), 250);
    this.before = now;
    if (this.model.get("playing")) this.clock.t += (passed / 1000) * this.model.get("clip_info").fps;
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
    for (const tell of this.tellers) tell(times, whole);
  }

  release() {
    this.stop();
    this.engine?.release();
  }
}

function controlRow(model, playback, index) {
  const control = () => model.get("controls")[index];
  const change = (changes) => {
    const controls = model.get("controls").map((c, i) => (i === index ? { ...c, ...changes } : c));
    playback.say({ controls });
  };
  const { name } = control();
  const still = make("input", {
    type: "number", min: 0, max: model.get("clip_info").frames - 1, placeholder: "own",
    "aria-label": `Still frame of ${name}; empty for its own`,
    onchange: (event) => {
      const typed = event.target.value === "" ? -1 : Math.round(Number(event.target.value));
      const last = model.get("clip_info").frames - 1;
      change({ still: typed < 0 ? -1 : Math.min(last, typed) });
    },
  });
  const cells = [make("th", { scope: "row" }, name)];
  const refresh = [() => { still.value = control().still < 0 ? "" : control().still; }];
  if (index === 0) {
    cells.push(make("td", {}, "rests"), make("td", {}, ""), make("td", {}, still));
  } else {
    const toggle = make("button", {
      type: "button",
      onclick: () => change(control().playing
        ? { playing: false, at: playback.clock.time(index) } : { playing: true, at: -1 }),
    });
    const value = make("output", {});
    const speed = make("input", {
      type: "range", min: -2, max: 2, step: 0.25, "aria-label": `Speed of ${name}`,
      oninput: (event) => change({ speed: 2 ** Number(event.target.value) }),
    });
    refresh.push(() => {
      toggle.textContent = control().playing ? "Freeze" : "Play";
      toggle.setAttribute("aria-label", `${toggle.textContent} ${name}`);
      speed.value = Math.log2(control().speed);
      value.textContent = `× ${Number(control().speed.toFixed(2))}`;
      speed.setAttribute("aria-valuetext", value.textContent);
    });
    cells.push(make("td", {}, toggle), make("td", {}, speed, " ", value), make("td", {}, still));
  }
  const update = () => refresh.forEach((each) => each());
  update();
  return { row: make("tr", {}, ...cells), update };
}

function renderPlayer({ model, el, playback }) {
  const canvas = make("canvas", { role: "img", tabindex: 0, width: 16, height: 9 });
  canvas.setAttribute("aria-label", `Cinemagraph: ${model.get("caption")}. Space plays and pauses, comma and full stop step.`);
  const context = canvas.getContext("2d", { alpha: false });
  const play = make("button", { type: "button", onclick: () => toggle() });
  const readout = make("output", { class: "semcine-quiet", "aria-live": "off" });
  const message = make("div", { class: "semcine-message", role: "status" });
  const body = make("tbody");
  const head = ["", "", "Speed", "Still frame"].map((text) => make("th", { scope: "col" }, text));
  const table = make("table", {}, make("thead", {}, make("tr", {}, ...head)), body);
  const root = make("div", { class: "semcine semcine-player", ...KEYS_STAY_HERE },
    canvas, make("div", { class: "semcine-row" }, play, readout), table, message);
  el.append(root);

  const { clock } = playback;
  const toggle = () => playback.say({ playing: !model.get("playing"), time: clock.t });
  const step = (by) => {
    clock.t = Math.max(0, Math.floor(clock.t) + by);
    playback.say({ playing: false, time: clock.t });
    playback.draw();
  };
  canvas.addEventListener("keydown", (event) => {
    const action = { " ": toggle, ".": () => step(1), ",": () => step(-1) }[event.key];
    if (!action) return;
    event.preventDefault();
    event.stopPropagation();
    action();
  });

  let rows = [];
  const refresh = () => {
    if (rows.length !== model.get("controls").length) {
      rows = model.get("controls").map((_, i) => controlRow(model, playback, i));
      body.replaceChildren(...rows.map(({ row }) => row));
    }
    rows.forEach(({ update }) => update());
    play.textContent = model.get("playing") ? "Pause" : "Play";
    message.textContent = model.get("error")
      || (model.get("drawn") ? "" : model.get("needs") ? "No video decoder on this page: waiting for single pictures." : "");
  };
  const tell = (times, whole) => {
    canvas.dataset.times = times.join(" ");
    canvas.dataset.whole = whole;
    readout.textContent = `frame ${Math.floor(clock.t)} · ${model.get("drawn") || "…"}`;
  };
  playback.tellers.add(tell);
  refresh();
  playback.attach(context);
  const changes = ["controls", "playing", "error", "drawn", "needs"];
  const silence = listen(model, Object.fromEntries(changes.map((name) => [`change:${name}`, refresh])));
  const stop = animate(root, (now) => playback.advance(now));
  return () => {
    stop();
    silence();
    playback.tellers.delete(tell);
    playback.contexts.delete(context);
  };
}

export default () => {
  const shared = {};
  return {
    initialize({ model }) {
      shared.playback = new Playback(model);
      return () => shared.playback.release();
    },
    render({ model, el }) {
      return renderPlayer({ model, el, playback: shared.playback });
    },
  };
};
