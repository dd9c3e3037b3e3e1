// The explorer's clip: every pixel's time line, single frames, and the result that plays.

/** The clip with every pixel's time line, and the playing result of one labelling at a time. */
class ExplorerPlayback extends ClipPlayback {
  constructor(model) {
    super(model);
    this.shown = "";
    this.maps = null;
    const readCosts = () => this.readCosts().catch((error) => this.fail(error));
    this.hear(["cost_planes", "cost_scales"], readCosts);
    this.readMaps().then(readCosts).catch((error) => this.fail(error)).finally(() => this.tell());
  }

  async readMaps() {
    const info = this.get("maps_info");
    this.maps = new ExplorerMaps(await inflate(bytesOf(this.get("maps"))), info);
    if (info.costs && !bytesOf(this.get("cost_planes")).length) this.ask("costs");
  }

  async readCosts() {
    const scales = this.get("cost_scales");
    const planes = bytesOf(this.get("cost_planes"));
    if (!this.maps || !planes.length || scales.length !== this.maps.labellings.length) return;
    this.maps.addCosts(await inflate(planes), scales);
    this.tell();
  }

  async open(info, clip) {
    const labels = await unpackLabels(this.get("labels"));
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
    const state = `${Math.floor(this.t)} ${this.get("shown")}`;
    if (!this.engine || state === this.shown) return false;
    this.shown = state;
    this.engine.renderer.own = this.labels.maps[this.get("shown")]; // every pixel keeps all frames
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

  leave() {
    super.leave();
    this.engine?.release();
  }
}
