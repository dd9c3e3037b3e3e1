// The gallery: one clip decoded once, a label map for each candidate, all under one clock.

const NAMES = { seamless: "Seamless", whole: "Moves as a whole", lively: "Lively", visible: "Well visible" };

/** One decoding feeds the renderers of all tiles. */
class GalleryPlayback extends ClipPlayback {
  constructor(model) {
    super(model);
    this.engines = []; // one a tile
    this.contexts = model.get("tiles").map(() => new Set()); // of the canvases that show it
    this.shown = -1;
    this.draws = 0;
  }

  async open(info, clip) {
    const labels = await unpackLabels(this.get("labels"));
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
    const compared = this.get("compared");
    this.engines.forEach((engine, i) => {
      if (compared.length === 2 && !compared.includes(i)) return;
      engine.draw([this.shown], [-1], this.contexts[i]);
    });
  }

  leave() {
    super.leave();
    this.engines.forEach((engine) => engine.release());
  }
}

/** Stars where somebody rated; else the score by loop quality, said to be nobody's taste. */
function verdict({ rating, std, score }) {
  if (rating !== null) return `${rating.toFixed(1)} ± ${std.toFixed(1)} stars`;
  return score === null ? "" : `score ${score.toFixed(2)}, unrated`;
}

/** One candidate: its picture, what is said of it, and the buttons that choose and compare it. */
class Tile extends Follower {
  constructor(model, playback, place) {
    super(model);
    this.place = place;
    const tile = this.get("tiles")[place];
    const title = `${place + 1}. ${tile.label}`;
    const pick = () => this.say({ chosen: place });
    const canvas = make("canvas", { role: "img", "aria-label": `${title}, ${verdict(tile)}`, onclick: pick });
    const context = canvas.getContext("2d", { alpha: false });
    this.rendered = new RenderedLoop(model, place, title, (shows) => { canvas.hidden = shows; });
    this.rendered.video.addEventListener("click", pick);
    this.chooser = makeButton("Choose", pick, { "aria-label": `Choose ${title}` });
    this.comparer = makeButton("Compare", () => this.compare(), { "aria-label": `Compare ${title}` });
    this.figure = make("figure", {}, canvas, this.rendered.video, make("figcaption", {},
      make("div", { class: "semcine-row" }, make("strong", {}, title), make("span", { class: "semcine-quiet" }, verdict(tile))),
      make("div", { class: "semcine-row" },
        make("span", {}, this.chooser, " ", this.comparer),
        make("span", { class: "semcine-quiet" }, `${Math.round(100 * tile.moves)} % moves`)),
      ...tile.notes.map((note) => make("div", { class: "semcine-quiet" }, note))));
    playback.attach(place, context);
    this.endings.push(() => playback.contexts[place].delete(context), () => this.rendered.leave());
    this.hear(["chosen", "compared"], () => this.update());
    this.update();
  }

  /** Take it among the two that are compared, or out of them. */
  compare() {
    const now = this.get("compared");
    const others = now.filter((other) => other !== this.place);
    this.say({ compared: now.includes(this.place) ? others : [...now, this.place].slice(-2) });
  }

  update() {
    const { place } = this;
    const compared = this.get("compared");
    const chosen = this.get("chosen") === place;
    this.figure.classList.toggle("semcine-chosen", chosen);
    this.figure.hidden = compared.length === 2 && !compared.includes(place);
    this.chooser.setAttribute("aria-pressed", chosen);
    this.chooser.textContent = chosen ? "Chosen" : "Choose";
    this.comparer.setAttribute("aria-pressed", compared.includes(place));
  }
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

class GalleryView extends ClipView {
  constructor(model, playback, el) {
    super(model, playback);
    this.tiles = this.get("tiles").map((_, place) => new Tile(model, playback, place));
    this.build(el);
    this.hear(["chosen", "compared", "format", "busy", "status", "error"], () => this.update());
    this.update();
    this.animate(this.root, (now) => {
      playback.advance(now);
      this.root.dataset.time = playback.shown;
      this.root.dataset.draws = playback.draws;
    });
  }

  build(el) {
    this.grid = make("div", { class: "semcine-tiles" }, ...this.tiles.map(({ figure }) => figure));
    this.all = makeButton("Show all", () => this.say({ compared: [] }));
    this.formats = make("select", { "aria-label": "Format", onchange: () => this.say({ format: this.formats.value }) },
      ...this.get("formats").map((name) => make("option", { value: name }, name)));
    this.save = makeButton("", () => this.get("busy") || this.ask("save"));
    this.status = make("span", { class: "semcine-quiet", role: "status" });
    this.message = make("div", { class: "semcine-message", role: "alert" });
    const why = make("details", {}, make("summary", {}, "Why this order"),
      make("p", {}, this.get("basis")), whyTable(this.get("tiles")));
    const buttons = make("div", { class: "semcine-row" },
      this.playButton(), renderedButton(this), this.all, this.formats, this.save, this.status);
    this.root = make("div", {
      class: "semcine semcine-gallery", ...KEYS_STAY_HERE, role: "group", "aria-label": "Candidates; keys 1 to 9 choose",
      onkeydown: (event) => this.key(event),
    }, buttons, this.message, this.grid, why);
    el.append(this.root);
  }

  update() {
    const comparing = this.get("compared").length === 2;
    this.grid.classList.toggle("semcine-comparing", comparing);
    this.all.hidden = !comparing;
    this.formats.value = this.get("format");
    this.save.setAttribute("aria-disabled", this.get("busy")); // a disabled button would lose the focus
    this.save.textContent = `Save ${this.get("tiles")[this.get("chosen")].label}`;
    this.status.textContent = this.get("status");
    this.message.textContent = this.get("error");
    this.playback.shown = -1; // what was hidden is drawn again
  }

  key(event) {
    const place = Number(event.key) - 1;
    const typing = ["SELECT", "INPUT"].includes(event.target.tagName);
    if (typing || event.ctrlKey || event.metaKey || event.altKey || !(place >= 0 && place < this.tiles.length)) return;
    handleKey(event, () => this.say({ chosen: place }));
  }

  leave() {
    super.leave();
    for (const tile of this.tiles) tile.leave();
  }
}

export default playingWidget(GalleryPlayback, GalleryView);
