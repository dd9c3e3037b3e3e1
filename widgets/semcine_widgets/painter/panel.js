// The painter's buttons and fields, and what they show.

const TOOLS = [
  ["brush", "Brush", "b"], ["eraser", "Eraser", "e"], ["fill", "Fill", "f"], ["lasso", "Lasso", "l"],
  ["polygon", "Polygon", "p"], ["superpixel", "Super-pixel", "s"], ["teach", "Teach", "t"],
];
const FEATHER = ": rounds the outline; a map says yes or no at each pixel, and what softens a seam is the blending of the result";
const EDITS = [
  ["grow", "Grow", "g"], ["shrink", "Shrink", "h"], ["feather", "Feather", "r", FEATHER], ["invert", "Invert", "i"], ["clear", "Clear", "Delete"],
];

const keyButton = (label, key, action, attributes, more = "") =>
  makeButton(label, action, { title: `${label} (${key})${more}`, ...attributes });

/** Offer `names`; what is chosen stays while they do. */
function fillSelect(select, names) {
  if ([...select.options].map(({ value }) => value).join("\n") === names.join("\n")) return;
  select.replaceChildren(...names.map((name) => make("option", { value: name }, name)));
}

class Panel extends ClipView {
  constructor(model, playback) {
    super(model, playback);
    this.maps = playback.maps;
    this.lessons = new Lessons(model, this.maps);
    this.solving = new Solving(model);
    this.endings.push(() => this.lessons.leave(), () => this.solving.leave());
  }

  build(el) {
    const row = (...children) => make("div", { class: "semcine-row" }, ...children);
    this.canvas = make("canvas", { class: "semcine-stage", role: "img" });
    this.status = make("span", { class: "semcine-status", "aria-live": "polite" });
    this.root = make("div", {
      class: "semcine semcine-painter", ...KEYS_STAY_HERE, tabindex: 0, role: "application",
      "aria-label": "Mask painter. B brush, E eraser, brackets size, arrows move, Enter applies.",
    },
      row(...this.toolBar()), row(...this.mapBar()), this.lessons.row, this.canvas, row(...this.playBar()),
      row(this.solving.button, this.solving.bar, this.status), this.solving.results);
    el.append(this.root);
  }

  group(label, ...children) {
    return make("div", { class: "semcine-group", role: "group", "aria-label": label }, ...children);
  }

  toolBar() {
    this.category = make("select", { "aria-label": "Category", onchange: () => this.maps.choose(this.category.value) });
    this.tools = TOOLS.map(([name, label, key]) => keyButton(label, key, () => this.choose(name), { "data-tool": name }));
    this.undo = keyButton("Undo", "Ctrl+Z", () => this.maps.undo(), { "data-action": "undo" });
    this.redo = keyButton("Redo", "Ctrl+Shift+Z", () => this.maps.redo(), { "data-action": "redo" });
    return [make("label", {}, "Map of ", this.category), this.group("Tool", ...this.tools), this.group("History", this.undo, this.redo)];
  }

  mapBar() {
    const range = (label, name, min, max, step) => make("input", {
      type: "range", min, max, step, "aria-label": label, oninput: () => this.say({ [name]: Number(this[name].value) }),
    });
    const check = (name) => make("input", { type: "checkbox", onchange: () => this.say({ [name]: this[name].checked }) });
    const edits = EDITS.map(([name, label, key, more]) => keyButton(label, key, () => this.edit(name), { "data-action": name }, more));
    this.brush = range("Brush size in pixels", "brush", 1, 200, 1);
    this.opacity = range("Opacity of the map", "opacity", 0, 1, 0.05);
    this.outline = check("outline");
    this.pressure = check("pressure");
    return [this.group("Whole map", ...edits), make("label", {}, "Size ", this.brush), make("label", {}, "Opacity ", this.opacity),
      make("label", {}, this.outline, " Outline"), make("label", {}, this.pressure, " Pen pressure")];
  }

  playBar() {
    const last = this.get("clip_info").frames - 1;
    this.scrubber = make("input", {
      type: "range", min: 0, max: last, step: 1, "aria-label": "Frame",
      oninput: () => this.say({ playing: false, frame: Number(this.scrubber.value) }),
    });
    this.counter = make("output");
    return [this.playButton({ title: "Play (k)", "data-action": "play" }), this.scrubber, this.counter];
  }

  toggle() {
    this.say({ playing: !this.get("playing"), frame: this.playback.frame });
  }

  showFrame() {
    const { frame } = this.playback;
    this.scrubber.value = frame;
    this.counter.textContent = `${frame} / ${this.scrubber.max}`;
    this.stage.request();
  }

  showMap() {
    this.stage.refresh();
    this.update();
  }

  update() {
    const tool = this.get("tool");
    for (const button of this.tools) button.setAttribute("aria-pressed", button.dataset.tool === tool);
    this.enable(this.undo, this.maps.canUndo);
    this.enable(this.redo, this.maps.canRedo);
    for (const name of ["brush", "opacity"]) this[name].value = this.get(name);
    for (const name of ["outline", "pressure"]) this[name].checked = this.get(name);
    fillSelect(this.category, this.get("categories"));
    this.category.value = this.maps.name;
    const set = this.maps.map.reduce((sum, value) => sum + value, 0);
    const covered = `${this.maps.name}: ${((100 * set) / this.maps.size).toFixed(1)} % of the picture`;
    this.status.textContent = this.get("error") || this.get("status") || covered;
    this.canvas.setAttribute("aria-label", `Map of ${covered}`);
    this.stage.radius = ["brush", "eraser"].includes(tool) ? this.get("brush") / 2 : 0;
    this.stage.request();
  }

  /** A button that is disabled loses the focus, and the keys would go to the notebook. */
  enable(button, can) {
    if (!can && this.root.getRootNode().activeElement === button) this.root.focus({ preventScroll: true });
    button.disabled = !can;
  }

  choose(tool) {
    this.stage.path = [];
    this.stage.request();
    this.say({ tool });
  }

  edit(name) {
    const { width, height } = this.maps;
    this.touch();
    this.maps.edit(name, (map) => {
      if (name === "clear") map.fill(0);
      else if (name === "invert") map.forEach((value, i) => (map[i] = 1 - value));
      else if (name === "feather") feather(map, width, height, 3);
      else spread(map, width, height, 2, name === "grow" ? 1 : 0);
    });
  }
}
