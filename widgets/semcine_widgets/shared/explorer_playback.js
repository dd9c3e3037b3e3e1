// The explorer's clip: every pixel's time line, single frames, and the result that plays.

/** The clip with every pixel's time line, and the playing result of one labelling at a time. */
class ExplorerPlayback extends ClipPlayback {
  constructor(model) {
    const fail = (error) => this.say({ error: String(error.message || error) });
    const read = () => this.readCosts().catch(fail);
    super(model, { "change:cost_planes": read, "change:cost_scales": read });
    this.shown = "";
    this.listeners = new Set(); // views, told when something new can be drawn
    this.maps = null;
    inflate(bytesOf(model.get("maps"))).then((buffer) => {
      this.maps = new ExplorerMaps(buffer, model.get("maps_info"));
      if (!model.get("maps_info").costs) return;
      if (model.get("cost_planes")?.byteLength) read();
      else model.send({ action: "costs" });
    }).catch(fail).finally(() => this.tell());
  }

  async readCosts() {
    const scales = this.model.get("cost_scales");
    const planes = bytesOf(this.model.get("cost_planes"));
    if (!this.maps || !planes.length || scales.length !== this.maps.labellings.length) return;
    this.maps.addCosts(await inflate(planes), scales);
    this.tell();
  }

  tell() {
    this.listeners.forEach((listener) => listener());
  }

  async open(info, clip, labels) {
    const engine = new LoopEngine(info, clip, labels, labels.maps[0], "canvas", true);
    await engine.load([0], [-1]);
    this.engine?.release();
    this.engine = engine;
    this.labels = labels;
    this.tell();
    return "canvas";
  }

  advance(now, contexts) {
    this.t += this.passed(now);
    const state = `${Math.floor(this.t)} ${this.model.get("shown")}`;
    if (!this.engine || state === this.shown) return false;
    this.shown = state;
    this.engine.renderer.own = this.labels.maps[this.model.get("shown")]; // every pixel keeps all frames
    this.engine.draw([Math.floor(this.t)], [-1], contexts);
    return true;
  }

  /** (r, g, b) of a pixel of the small clip in every frame. */
  timeline(place) {
    const { data, places, frames } = this.engine.renderer;
    return Array.from({ length: frames }, (_, f) => {
      const value = data[f * places.length + place];
      return [value & 255, (value >> 8) & 255, (value >> 16) & 255];
    });
  }

  drawFrame(context, frame) {
    const { data, places } = this.engine.renderer;
    const { width, height } = this.labels;
    const pixels = data.slice(frame * places.length, (frame + 1) * places.length);
    context.putImageData(new ImageData(new Uint8ClampedArray(pixels.buffer), width, height), 0, 0);
  }

  release() {
    super.release();
    this.engine?.release();
  }
}
