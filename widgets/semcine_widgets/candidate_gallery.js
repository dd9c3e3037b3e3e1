// The gallery: one clip decoded once, a label map for each candidate, all under one clock.

const NAMES = { seamless: "Seamless", whole: "Moves as a whole", lively: "Lively", visible: "Well visible" };

/** One decoding feeds the renderers of all tiles. */
class GalleryPlayback extends ClipPlayback {
  constructor(model) {
    super(model);
    this.engines = [];
    this.contexts = model.get("tiles").map(() => new Set());
    this.shown = -1;
    this.draws = 0;
  }

  async open(info, clip, labels) {
    // a gather keeps frames only where pixels move; WebGL would keep the whole clip once a tile
    const engines = labels.maps.map((map) => new LoopEngine(info, clip, labels, map, "canvas"));
    for (const engine of engines) engine.prepare([0], [-1]);
    await decodeClip(info, clip, (index, rgba) => engines.forEach((engine) => engine.accept(index, rgba)));
    this.engines.forEach((engine) => engine.release());
    this.engines = engines;
    this.contexts.forEach((contexts) => contexts.forEach((context) => fitCanvas(context, labels)));
    this.draw();
    return "canvas";
  }

  attach(tile, context) {
    this.contexts[tile].add(context);
    if (this.engines.length) fitCanvas(context, this.engines[0].labels);
    this.shown = -1;
  }

  advance(now) {
    this.t += this.passed(now);
    if (Math.floor(this.t) !== this.shown) this.draw();
  }

  draw() {
    if (!this.engines.length) return;
    this.shown = Math.floor(this.t);
    this.draws += 1;
    const compared = this.model.get("compared");
    this.engines.forEach((engine, i) => {
      if (compared.length === 2 && !compared.includes(i)) return;
      engine.draw([this.shown], [-1], this.contexts[i]);
    });
  }

  release() {
    super.release();
    this.engines.forEach((engine) => engine.release());
  }
}

/** Stars where somebody rated; else the score by loop quality, said to be nobody's taste. */
function verdict({ rating, std, score }) {
  if (rating !== null) return `${rating.toFixed(1)} ± ${std.toFixed(1)} stars`;
  return score === null ? "" : `score ${score.toFixed(2)}, unrated`;
}

function tileOf(model, playback, place) {
  const tile = model.get("tiles")[place];
  const title = `${place + 1}. ${tile.label}`;
  const canvas = make("canvas", { role: "img", "aria-label": `${title}, ${verdict(tile)}` });
  const context = canvas.getContext("2d", { alpha: false });
  const pick = () => playback.say({ chosen: place });
  canvas.addEventListener("click", pick);
  const chooser = make("button", { type: "button", onclick: pick, "aria-label": `Choose ${title}` }, "Choose");
  const comparer = make("button", {
    type: "button", "aria-label": `Compare ${title}`,
    onclick: () => {
      const now = model.get("compared");
      const next = now.includes(place) ? now.filter((other) => other !== place) : [...now, place].slice(-2);
      playback.say({ compared: next });
    },
  }, "Compare");
  const notes = tile.notes.map((note) => make("div", { class: "semcine-quiet" }, note));
  const rendered = renderedView(model, place, title, playback.say.bind(playback), (shows) => { canvas.hidden = shows; });
  rendered.video.addEventListener("click", pick);
  const figure = make("figure", {}, canvas, rendered.video, make("figcaption", {},
    make("div", { class: "semcine-row" }, make("strong", {}, title), make("span", { class: "semcine-quiet" }, verdict(tile))),
    make("div", { class: "semcine-row" },
      make("span", {}, chooser, " ", comparer),
      make("span", { class: "semcine-quiet" }, `${Math.round(100 * tile.moves)} % moves`)),
    ...notes));
  playback.attach(place, context);
  const update = () => {
    const compared = model.get("compared");
    const chosen = model.get("chosen") === place;
    figure.classList.toggle("semcine-chosen", chosen);
    figure.hidden = compared.length === 2 && !compared.includes(place);
    chooser.setAttribute("aria-pressed", chosen);
    chooser.textContent = chosen ? "Chosen" : "Choose";
    comparer.setAttribute("aria-pressed", compared.includes(place));
  };
  const leave = () => {
    playback.contexts[place].delete(context);
    rendered.leave();
  };
  return { figure, update, leave };
}

function whyTable(tiles) {
  const parts = Object.keys(tiles.find((tile) => Object.keys(tile.parts).length)?.parts || {});
  const head = ["", ...parts.map((name) => NAMES[name] || name), "In words"];
  const rows = tiles.map((tile, place) => make("tr", {},
    make("th", { scope: "row" }, `${place + 1}. ${tile.label}`),
    ...parts.map((name) => {
      const value = tile.parts[name].toFixed(2);
      return make("td", {}, make("meter", { min: 0, max: 1, value, "aria-label": NAMES[name] }), ` ${value}`);
    }),
    make("td", {}, tile.why)));
  return make("table", {},
    make("thead", {}, make("tr", {}, ...head.map((text) => make("th", { scope: "col" }, text)))),
    make("tbody", {}, ...rows));
}

function renderGallery({ model, el, playback }) {
  const tiles = model.get("tiles").map((_, place) => tileOf(model, playback, place));
  const grid = make("div", { class: "semcine-tiles" }, ...tiles.map(({ figure }) => figure));
  const play = make("button", { type: "button", onclick: () => playback.say({ playing: !model.get("playing") }) });
  const asRendered = renderedButton(model, playback.say.bind(playback));
  const all = make("button", { type: "button", onclick: () => playback.say({ compared: [] }) }, "Show all");
  const formats = make("select", {
    "aria-label": "Format", onchange: (event) => playback.say({ format: event.target.value }),
  }, ...model.get("formats").map((name) => make("option", { value: name }, name)));
  const save = make("button", { type: "button", onclick: () => model.get("busy") || model.send({ action: "save" }) });
  const status = make("span", { class: "semcine-quiet", role: "status" });
  const message = make("div", { class: "semcine-message", role: "alert" });
  const why = make("details", {}, make("summary", {}, "Why this order"),
    make("p", {}, model.get("basis")), whyTable(model.get("tiles")));
  const root = make("div", { class: "semcine semcine-gallery", ...KEYS_STAY_HERE, role: "group", "aria-label": "Candidates; keys 1 to 9 choose" },
    make("div", { class: "semcine-row" }, play, asRendered.button, all, formats, save, status), message, grid, why);
  el.append(root);

  root.addEventListener("keydown", (event) => {
    const place = Number(event.key) - 1;
    const typing = ["SELECT", "INPUT"].includes(event.target.tagName);
    if (typing || event.ctrlKey || event.metaKey || event.altKey || !(place >= 0 && place < tiles.length)) return;
    event.preventDefault();
    event.stopPropagation();
    playback.say({ chosen: place });
  });
  const refresh = () => {
    tiles.forEach(({ update }) => update());
    const comparing = model.get("compared").length === 2;
    grid.classList.toggle("semcine-comparing", comparing);
    all.hidden = !comparing;
    play.textContent = model.get("playing") ? "Pause" : "Play";
    formats.value = model.get("format");
    save.setAttribute("aria-disabled", model.get("busy")); // a disabled button would lose the focus
    save.textContent = `Save ${model.get("tiles")[model.get("chosen")].label}`;
    status.textContent = model.get("status");
    message.textContent = model.get("error");
    playback.shown = -1;
  };
  refresh();
  const changes = ["chosen", "compared", "playing", "format", "busy", "status", "error"];
  const silence = listen(model, Object.fromEntries(changes.map((name) => [`change:${name}`, refresh])));
  const stop = animate(root, (now) => {
    playback.advance(now);
    root.dataset.time = playback.shown;
    root.dataset.draws = playback.draws;
  });
  return () => {
    stop();
    silence();
    asRendered.leave();
    tiles.forEach(({ leave }) => leave());
  };
}

export default playingWidget(GalleryPlayback, renderGallery);
