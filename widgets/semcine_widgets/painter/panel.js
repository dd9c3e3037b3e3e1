// MaskPainter's buttons and fields, and what they show.

const TOOLS = [
  ["brush", "Brush", "b"], ["eraser", "Eraser", "e"], ["fill", "Fill", "f"], ["lasso", "Lasso", "l"],
  ["polygon", "Polygon", "p"], ["superpixel", "Super-pixel", "s"], ["teach", "Teach", "t"],
];
const FEATHER = "rounds the outline; a map says yes or no at each pixel, and what softens a seam is the blending of the result";
const EDITS = [
  ["grow", "Grow", "g"], ["shrink", "Shrink", "h"], ["feather", "Feather", "r", FEATHER], ["invert", "Invert", "i"], ["clear", "Clear", "Delete"],
];

function element(tag, properties = {}, ...children) {
  const { aria = {}, data = {}, ...rest } = properties;
  const made = Object.assign(document.createElement(tag), rest);
  for (const [name, value] of Object.entries(aria)) made.setAttribute(name === "role" ? name : `aria-${name}`, value);
  Object.assign(made.dataset, data);
  made.append(...children); // strings become text, never HTML
  return made;
}

class Panel {
  constructor(model, maps) {
    this.model = model;
    this.maps = maps;
  }

  get(name) {
    return this.model.get(name);
  }

  set(name, value) {
    this.model.set(name, value);
    this.model.save_changes();
  }

  build(el) {
    const button = (label, key, action, data = {}, more = "") =>
      element("button", { type: "button", title: (key ? `${label} (${key})` : label) + (more && `: ${more}`), onclick: action, data }, label);
    const group = (label, ...children) => element("div", { className: "sc-group", aria: { role: "group", label } }, ...children);
    this.tools = TOOLS.map(([name, label, key]) => button(label, key, () => this.choose(name), { tool: name }));
    this.undoButton = button("Undo", "Ctrl+Z", () => this.maps.undo(), { action: "undo" });
    this.redoButton = button("Redo", "Ctrl+Shift+Z", () => this.maps.redo(), { action: "redo" });
    const edits = EDITS.map(([name, label, key, more]) => button(label, key, () => this.edit(name), { action: name }, more));
    const range = (label, name, min, max, step) =>
      element("input", { type: "range", min, max, step, oninput: (e) => this.set(name, Number(e.target.value)), data: { range: name }, aria: { label } });
    this.brush = range("Brush size in pixels", "brush", 1, 200, 1);
    this.opacity = range("Opacity of the map", "opacity", 0, 1, 0.05);
    this.outline = element("input", { type: "checkbox", onchange: (e) => this.set("outline", e.target.checked) });
    this.pressure = element("input", { type: "checkbox", onchange: (e) => this.set("pressure", e.target.checked) });
    this.category = element("select", { onchange: (e) => this.maps.choose(e.target.value), aria: { label: "Category" } });
    this.canvas = element("canvas", { className: "sc-stage", aria: { role: "img" } });
    this.playButton = button("Play", "k", () => this.play(!this.playing), { action: "play" });
    this.scrubber = element("input", { type: "range", min: 0, max: this.get("frames_sizes").length - 1, step: 1, aria: { label: "Frame" } });
    this.scrubber.oninput = () => { this.play(false); this.set("frame", Number(this.scrubber.value)); };
    this.counter = element("output");
    this.lesson = element("select", { aria: { label: "What the scribble shows" } });
    this.lessonRow = element("div", { className: "sc-row sc-lesson", hidden: true },
      element("label", {}, "Scribble on ", this.lesson),
      button("Take back", "", () => this.model.send({ do: "unteach" }), { action: "unteach" }),
      button("Use as map", "", () => this.model.send({ do: "accept" }), { action: "accept" }));
    this.solveButton = button("Solve again", "", () => this.model.send({ do: this.get("solving") ? "stop" : "solve" }), { action: "solve" });
    this.bar = element("progress", { max: 1, value: 0, hidden: true, aria: { label: "Solving" } });
    this.status = element("span", { className: "sc-status", aria: { live: "polite" } });
    this.results = element("div", { className: "sc-results" });
    this.root = element("div", { className: "semcine semcine-painter", tabIndex: 0, aria: { role: "application", label: "Mask painter. B brush, E eraser, brackets size, arrows move, Enter applies." } },
      element("div", { className: "sc-row" }, element("label", {}, "Map of ", this.category), group("Tool", ...this.tools), group("History", this.undoButton, this.redoButton)),
      element("div", { className: "sc-row" }, group("Whole map", ...edits), element("label", {}, "Size ", this.brush), element("label", {}, "Opacity ", this.opacity),
        element("label", {}, this.outline, " Outline"), element("label", {}, this.pressure, " Pen pressure")),
      this.lessonRow, this.canvas,
      element("div", { className: "sc-row" }, this.playButton, this.scrubber, this.counter),
      element("div", { className: "sc-row" }, this.solveButton, this.bar, this.status), this.results);
    this.root.dataset.lmSuppressShortcuts = "true"; // or JupyterLab takes the keys as commands
    el.append(this.root);
  }

  mapChanged() {
    if (this.stage.width !== this.maps.width || this.stage.height !== this.maps.height) return;
    this.stage.refresh();
    this.update();
  }

  update() {
    const tool = this.get("tool"), names = this.get("categories");
    for (const button of this.tools) button.setAttribute("aria-pressed", String(button.dataset.tool === tool));
    for (const [button, can] of [[this.undoButton, this.maps.canUndo], [this.redoButton, this.maps.canRedo]]) {
      // a button that is disabled loses the focus, and the keys would go to the notebook
      if (!can && this.root.getRootNode().activeElement === button) this.root.focus({ preventScroll: true });
      button.disabled = !can;
    }
    for (const name of ["brush", "opacity"]) this[name].value = this.get(name);
    for (const name of ["outline", "pressure"]) this[name].checked = this.get(name);
    const fill = (select, wanted) => {
      if ([...select.options].map((o) => o.value).join("\n") !== wanted.join("\n"))
        select.replaceChildren(...wanted.map((name) => element("option", { value: name }, name)));
    };
    fill(this.category, names);
    this.category.value = this.maps.name;
    fill(this.lesson, [...new Set([...names, "background"])]);
    this.lessonRow.hidden = tool !== "teach";
    const last = this.get("frames_sizes").length - 1, frame = this.playing ? this.playing.frame : this.get("frame");
    this.scrubber.value = frame;
    this.counter.textContent = `${frame} / ${last}`;
    this.playButton.textContent = this.playing ? "Pause" : "Play";
    this.solveButton.hidden = !this.get("can_solve");
    this.solveButton.textContent = this.get("solving") ? "Stop" : "Solve again";
    this.bar.hidden = !this.get("solving");
    this.bar.value = this.get("progress");
    let set = 0;
    for (const value of this.maps.map) set += value;
    const covered = `${this.maps.name}: ${((100 * set) / this.maps.size).toFixed(1)} % of the picture`;
    this.status.textContent = this.get("status") || covered;
    this.canvas.setAttribute("aria-label", `Map of ${covered}`);
    this.stage.radius = ["brush", "eraser"].includes(tool) ? this.get("brush") / 2 : 0;
    if (tool === "superpixel" && !this.get("superpixels")?.byteLength && !this.asked) {
      this.asked = true;
      this.model.send({ do: "superpixels" });
    }
    this.stage.request();
  }

  choose(tool) {
    this.stage.path = [];
    this.set("tool", tool);
    this.update();
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
