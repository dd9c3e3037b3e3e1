// What mouse, pen and fingers do on the picture, tool by tool.

const AWAY = 10; // seconds without a touch after which a person is thought to look elsewhere

class Pointers extends Panel {
  followPointers() {
    const { canvas, stage } = this;
    const on = (name, work, options) => canvas.addEventListener(name, work, options);
    this.pointers = new Map(); // where each one was last, on the page
    on("pointerdown", (event) => this.down(event));
    on("pointermove", (event) => this.move(event));
    on("pointerup", (event) => this.up(event));
    on("pointercancel", (event) => this.up(event, true));
    on("pointerleave", () => { if (!this.stroke) stage.point(null); });
    on("dblclick", () => this.finishPolygon());
    on("contextmenu", (event) => event.preventDefault());
    on("wheel", (event) => { if (stage.zoomBy(Math.exp(-event.deltaY / 400), stage.at(event))) event.preventDefault(); }, { passive: false });
  }

  /** Editing time: what passes between touches, unless it is so long that a person was elsewhere. */
  touch() {
    const now = performance.now() / 1000, passed = now - (this.touched ?? now);
    this.touched = now;
    if (passed < AWAY) this.model.set("editing_seconds", this.get("editing_seconds") + passed);
  }

  down(event) {
    event.preventDefault();
    this.root.focus({ preventScroll: true });
    this.canvas.setPointerCapture(event.pointerId);
    this.pointers.set(event.pointerId, [event.clientX, event.clientY]);
    if (this.pointers.size === 2) { // a second finger: zoom and pan instead
      this.cancel();
      return;
    }
    const at = this.stage.at(event);
    if (this.space || event.button === 1) this.stroke = { kind: "pan" };
    else this.begin(at, event.button === 2 || event.button === 5);
  }

  begin(at, erasing = false) {
    this.touch();
    const tool = this.get("tool"), [x, y] = at.map(Math.floor), { width, height } = this.maps;
    const inside = x >= 0 && y >= 0 && x < width && y < height;
    if (tool === "polygon") {
      this.stage.path.push(at);
      this.stage.request();
    } else if (tool === "fill") {
      if (inside) this.maps.edit("fill", (map) => flipRegion(map, width, height, x, y));
    } else if (tool === "lasso" || tool === "teach") {
      this.stroke = { kind: tool, erasing };
      this.stage.closed = tool === "lasso";
      this.stage.path = [at];
    } else if (tool === "superpixel") {
      const cell = this.lessons.cellAt(at);
      if (cell === null) return;
      this.stroke = { kind: tool, value: this.lessons.mostlySet(cell) ? 0 : 1, before: packBits(this.maps.map) };
      this.takeCell(cell);
    } else {
      this.stroke = { kind: "stroke", value: erasing || tool === "eraser" ? 0 : 1, before: packBits(this.maps.map), last: at };
      this.paint(at, 1);
    }
  }

  move(event) {
    const known = this.pointers.get(event.pointerId), now = [event.clientX, event.clientY];
    if (this.pointers.size === 2 && known) this.pinch(event.pointerId, now);
    else if (this.stroke?.kind === "pan") this.stage.pan(now[0] - known[0], now[1] - known[1]);
    else if (this.stroke) {
      const events = event.getCoalescedEvents?.() ?? [];
      for (const each of events.length ? events : [event]) this.follow(this.stage.at(each), each);
    }
    if (known) this.pointers.set(event.pointerId, now);
    this.stage.point(this.stage.at(event));
  }

  follow(at, event) {
    const { kind } = this.stroke;
    if (kind === "stroke") this.paint(at, event.pointerType === "pen" && this.get("pressure") ? 0.2 + 0.8 * event.pressure : 1);
    else if (kind === "superpixel") this.takeCell(this.lessons.cellAt(at));
    else this.stage.path.push(at);
  }

  takeCell(cell) {
    if (cell === null || cell === this.stroke.cell) return;
    this.stroke.cell = cell;
    this.lessons.setCell(cell, this.stroke.value);
    this.stage.refresh();
  }

  paint(at, pressure) {
    const { stroke, maps } = this, radius = Math.max(0.5, (this.get("brush") / 2) * pressure);
    this.stage.refresh(drawLine(maps.map, maps.width, maps.height, stroke.last, at, radius, stroke.value));
    stroke.last = at;
  }

  up(event, lost = false) {
    this.pointers.delete(event.pointerId);
    const { stroke } = this;
    if (!stroke) return;
    if (lost) return this.cancel();
    this.stroke = null;
    this.touch();
    if (stroke.kind === "stroke" || stroke.kind === "superpixel") this.maps.commit(stroke.kind, stroke.before);
    else if (stroke.kind === "lasso") this.close("lasso", stroke.erasing);
    else if (stroke.kind === "teach") this.teach();
  }

  teach() {
    const points = this.stage.path, frame = this.playback.shown ?? this.get("frame");
    this.stage.path = [];
    this.stage.request();
    this.model.save_changes(); // the time spent
    this.ask("teach", { category: this.lessons.category.value, points, frame });
  }

  cancel() {
    const { stroke } = this;
    this.stroke = null;
    this.stage.path = [];
    if (stroke?.before) {
      this.maps.maps.set(this.maps.name, unpackBits(stroke.before, this.maps.size));
      this.stage.refresh();
    }
    this.stage.request();
  }

  pinch(id, now) {
    const before = this.pointers.get(id), other = [...this.pointers].find(([each]) => each !== id)[1];
    const distance = (p) => Math.hypot(p[0] - other[0], p[1] - other[1]) || 1;
    this.stage.zoomBy(distance(now) / distance(before), this.stage.at({ clientX: (now[0] + other[0]) / 2, clientY: (now[1] + other[1]) / 2 }));
    this.stage.pan((now[0] - before[0]) / 2, (now[1] - before[1]) / 2);
  }

  close(kind, erasing = false) {
    const points = this.stage.path, { width, height } = this.maps;
    this.stage.path = [];
    if (points.length > 2) this.maps.edit(kind, (map) => drawPolygon(map, width, height, points, erasing ? 0 : 1));
    this.stage.request();
  }

  finishPolygon() {
    if (this.get("tool") !== "polygon") return;
    this.stage.closed = false;
    this.close("polygon");
  }
}
