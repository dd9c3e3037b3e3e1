// The painter's super-pixels, and the scribbles that teach the segmenter.

class Lessons extends Follower {
  constructor(model, maps) {
    super(model);
    this.maps = maps;
    this.asked = false; // for the super-pixels
    this.category = make("select", { "aria-label": "What the scribble shows" });
    this.row = make("div", { class: "semcine-row" }, make("label", {}, "Scribble on ", this.category),
      makeButton("Take back", () => this.ask("unteach"), { "data-action": "unteach" }),
      makeButton("Use as map", () => this.ask("accept"), { "data-action": "accept" }));
    this.forget();
    this.hear(["superpixels", "preview"], () => this.forget());
    this.hear(["tool", "categories"], () => this.update());
    this.update();
  }

  /** What was drawn of the last super-pixels and preview. */
  forget() {
    this.cellsLayer = this.previewLayer = null;
    const bytes = bytesOf(this.get("superpixels"));
    this.cells = bytes.length ? new Uint16Array(bytes.slice().buffer) : null;
  }

  update() {
    fillSelect(this.category, [...new Set([...this.get("categories"), "background"])]);
    this.row.hidden = this.get("tool") !== "teach";
    if (this.get("tool") !== "superpixel" || this.cells || this.asked) return;
    this.asked = true;
    this.ask("superpixels");
  }

  /** The super-pixel at (x, y); null outside, and before they are known. */
  cellAt([x, y]) {
    const { width, height } = this.maps;
    if (!this.cells || x < 0 || y < 0 || x >= width || y >= height) return null;
    return this.cells[Math.floor(y) * width + Math.floor(x)];
  }

  /** Whether most of a super-pixel is in the active map. */
  mostlySet(cell) {
    return this.cells.reduce((n, value, i) => n + (value === cell ? 2 * this.maps.map[i] - 1 : 0), 0) > 0;
  }

  setCell(cell, value) {
    const { map } = this.maps;
    this.cells.forEach((each, i) => { if (each === cell) map[i] = value; });
  }

  /** Whether what was learned is shown in place of the map: one map at a time. */
  get covers() {
    return this.get("tool") === "teach" && this.get("preview")?.byteLength > 0;
  }

  /** Over the picture: the borders of the super-pixels, or the preview and the scribbles. */
  draw(stage) {
    const tool = this.get("tool");
    if (tool === "superpixel" && this.cells) this.drawCells(stage);
    if (tool === "teach") this.drawLessons(stage);
  }

  drawCells({ context }) {
    const { cells } = this;
    const { width, height } = this.maps;
    this.cellsLayer ??= paintedLayer(width, height, (i) =>
      (i + width < cells.length && (cells[i] !== cells[i + 1] || cells[i] !== cells[i + width]) ? 0x90ffffff : 0));
    context.drawImage(this.cellsLayer.canvas, 0, 0);
  }

  drawLessons(stage) {
    const place = (category) => this.maps.names.indexOf(category);
    if (this.covers) {
      const { names, width, height } = this.get("preview_info");
      const labels = bytesOf(this.get("preview"));
      this.previewLayer ??= paintedLayer(width, height, (i) => {
        const index = place(names[labels[i]]);
        return index < 0 ? 0 : packed(index, 150);
      });
      stage.context.drawImage(this.previewLayer.canvas, 0, 0, this.maps.width, this.maps.height);
    }
    for (const { category, points } of this.get("lessons")) {
      const index = place(category);
      stage.line(points, index < 0 ? "#444" : css(index));
    }
  }
}
