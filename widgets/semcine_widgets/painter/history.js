// The maps of one painter, shared by its views, with fifty steps back and forth; each step goes to Python once.

const STEPS = 50;

class Maps {
  constructor(model) {
    this.model = model;
    this.id = Math.random().toString(36).slice(2);
    this.count = 0;
    this.past = [];
    this.future = [];
    this.views = new Set();
    this.sent = [0, 0]; // when the last step left, and how many bytes
    this.load();
    model.on("change:maps_bits", () => this.load());
    model.on("change:width", () => this.load());
    model.on("change:change", () => this.heard());
  }

  load() {
    const { model } = this;
    this.width = model.get("width");
    this.height = model.get("height");
    this.size = this.width * this.height;
    this.names = model.get("categories");
    const all = model.get("maps_bits"), bytes = (this.size + 7) >> 3;
    this.maps = new Map(
      this.names.map((name, i) => {
        const part = all?.byteLength >= (i + 1) * bytes ? new Uint8Array(all.buffer, all.byteOffset + i * bytes, bytes) : null;
        return [name, unpackBits(part, this.size)];
      }),
    );
    if (!all?.byteLength) this.maps.set(this.name, unpackBits(model.get("mask_bits"), this.size));
    this.tell();
  }

  get name() {
    return this.model.get("category");
  }

  get map() {
    return this.maps.get(this.name);
  }

  tell() {
    for (const view of this.views) view.mapChanged();
  }

  get canUndo() {
    return this.past.length > 0 || this.model.get("undo_steps") > 0;
  }

  get canRedo() {
    return this.future.length > 0 || this.model.get("redo_steps") > 0;
  }

  /** Keep what a tool did to the active map since `before` (packed) as one step, and send it. */
  commit(kind, before) {
    const after = packBits(this.map);
    if (sameBytes(before, after)) return;
    this.record({ name: this.name, before, after });
    this.send(kind, after);
    this.tell();
  }

  /** Run `work` on the active map as one step. */
  edit(kind, work) {
    const before = packBits(this.map);
    work(this.map);
    this.commit(kind, before);
  }

  record(step) {
    this.past.push(step);
    if (this.past.length > STEPS) this.past.shift();
    this.future = [];
  }

  undo() {
    const step = this.past.pop();
    if (!step) return this.canUndo && this.model.send({ do: "undo" }); // made before this page was loaded
    this.future.push(step);
    this.put(step.name, step.before, "undo");
  }

  redo() {
    const step = this.future.pop();
    if (!step) return this.canRedo && this.model.send({ do: "redo" });
    this.past.push(step);
    this.put(step.name, step.after, "redo");
  }

  put(name, bits, kind) {
    this.maps.set(name, unpackBits(bits, this.size));
    this.model.set("category", name);
    this.send(kind, bits);
    this.tell();
  }

  choose(name) {
    if (name === this.name || !this.maps.has(name)) return;
    this.put(name, packBits(this.maps.get(name)), "choose");
  }

  send(kind, bits) {
    this.model.set("mask_bits", new DataView(bits.buffer));
    this.model.set("change", { kind, n: ++this.count, from: this.id });
    this.model.save_changes();
    this.sent = [performance.now(), bits.length];
  }

  /** A step of Python's, or of another page at the same kernel. */
  heard() {
    const { kind, from } = this.model.get("change");
    if (from === this.id) return;
    const { name } = this, bits = this.model.get("mask_bits"), before = packBits(this.map);
    const map = unpackBits(bits, this.size), after = packBits(map);
    if (kind === "undo") this.future.push(this.past.pop() ?? { name, before: after, after: before });
    else if (kind === "redo") this.past.push(this.future.pop() ?? { name, before, after });
    else if (kind !== "choose" && !sameBytes(before, after)) this.record({ name, before, after });
    this.maps.set(name, map);
    this.tell();
  }
}
