// The maps of one painter, shared by its views, with fifty steps back and forth; each step goes to Python once.

const STEPS = 50;

class Maps extends Follower {
  constructor(model) {
    super(model);
    this.id = Math.random().toString(36).slice(2);
    this.count = 0;
    this.past = [];
    this.future = [];
    this.listeners = new Set(); // of views, told when a map has changed
    this.load();
    this.hear(["maps_bits"], () => this.load());
    this.hear(["change"], () => this.follow());
  }

  load() {
    const { width, height } = this.get("clip_info");
    Object.assign(this, { width, height, size: width * height, names: this.get("categories") });
    const all = bytesOf(this.get("maps_bits")), bytes = (this.size + 7) >> 3;
    const part = (i) => all.subarray(i * bytes, (i + 1) * bytes);
    this.maps = new Map(this.names.map((name, i) => [name, unpackBits(part(i), this.size)]));
    if (!all.length) this.maps.set(this.name, unpackBits(this.get("mask_bits"), this.size));
    this.tell();
  }

  get name() {
    return this.get("category");
  }

  get map() {
    return this.maps.get(this.name);
  }

  tell() {
    for (const listener of this.listeners) listener();
  }

  get canUndo() {
    return this.past.length > 0 || this.get("undo_steps") > 0;
  }

  get canRedo() {
    return this.future.length > 0 || this.get("redo_steps") > 0;
  }

  /** Keep what a tool did to the active map since `before` (packed) as one step, and send it. */
  commit(kind, before) {
    const after = packBits(this.map);
    if (sameBytes(before, after)) return;
    this.record({ name: this.name, before, after });
    this.share(kind, after);
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
    if (!step) return this.canUndo && this.ask("undo"); // made before this page was loaded
    this.future.push(step);
    this.put(step.name, step.before, "undo");
  }

  redo() {
    const step = this.future.pop();
    if (!step) return this.canRedo && this.ask("redo");
    this.past.push(step);
    this.put(step.name, step.after, "redo");
  }

  put(name, bits, kind) {
    this.maps.set(name, unpackBits(bits, this.size));
    this.model.set("category", name); // with the message of `share`
    this.share(kind, bits);
    this.tell();
  }

  choose(name) {
    if (name === this.name || !this.maps.has(name)) return;
    this.put(name, packBits(this.maps.get(name)), "choose");
  }

  share(kind, bits) {
    this.say({ mask_bits: new DataView(bits.buffer), change: { kind, n: ++this.count, from: this.id } });
  }

  /** A step of Python's, or of another page at the same kernel. */
  follow() {
    const { kind, from } = this.get("change");
    if (from === this.id) return;
    const { name } = this, bits = this.get("mask_bits"), before = packBits(this.map);
    const map = unpackBits(bits, this.size), after = packBits(map);
    if (kind === "undo") this.future.push(this.past.pop() ?? { name, before: after, after: before });
    else if (kind === "redo") this.past.push(this.future.pop() ?? { name, before, after });
    else if (kind !== "choose" && !sameBytes(before, after)) this.record({ name, before, after });
    this.maps.set(name, map);
    this.tell();
  }
}
