// The endless player: L(x, t) = V(x, φ(x, t)), drawn from the clip and the label maps; freeze, speed, still frame.

/** What all views of one model share: the decoded clip, the clock, and the canvases to draw on. */
class Playback extends ClipPlayback {
  constructor(model) {
    super(model, {
      "change:controls": () => this.follow(),
      "change:time": () => {
        if (model.get("time") !== this.clock.t) this.clock.seek(model.get("time"), model.get("controls"));
      },
      "change:renderer": () => this.reload(),
    });
    this.contexts = new Set();
    this.tellers = new Set(); // called with the clock's time after each draw
    this.engine = null;
    this.shown = "";
    this.clock = new LoopClock(model.get("controls"), model.get("time"));
  }

  /** Take new controls over, and report at which time an object was frozen. */
  follow() {
    const controls = this.model.get("controls");
    this.clock.update(controls);
    if (controls.every(({ playing, at }) => playing || at >= 0)) return;
    const held = controls.map((c, i) => (c.playing || c.at >= 0 ? c : { ...c, at: this.clock.time(i) }));
    this.say({ controls: held });
  }

  async open(info, clip, labels) {
    const wish = this.model.get("renderer");
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
    if (this.model.get("renderer") === "webgl") {
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
    for (const tell of this.tellers) tell(times, whole);
  }

  release() {
    super.release();
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
  const asRendered = renderedButton(model, playback.say.bind(playback));
  const rendered = renderedView(model, 0, model.get("caption"), playback.say.bind(playback));
  const body = make("tbody");
  const head = ["", "", "Speed", "Still frame"].map((text) => make("th", { scope: "col" }, text));
  const table = make("table", {}, make("thead", {}, make("tr", {}, ...head)), body);
  const root = make("div", { class: "semcine semcine-player", ...KEYS_STAY_HERE },
    make("div", { class: "semcine-pair" },
      make("figure", {}, canvas, make("figcaption", { class: "semcine-quiet" }, "Live, seams as they are")),
      make("figure", {}, rendered.video, make("figcaption", { class: "semcine-quiet" }, "As rendered, seams blended"))),
    make("div", { class: "semcine-row" }, play, asRendered.button, readout), table, message);
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
    asRendered.leave();
    rendered.leave();
  };
}

export default playingWidget(Playback, renderPlayer);
