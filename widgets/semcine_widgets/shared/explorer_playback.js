// The explorer's clip: every pixel's time line, single frames, and the result that plays.

/** The clip with every pixel's time line, and the playing result of one labelling at a time. */
class ExplorerPlayback {
  constructor(model) {
    this.model = model;
    this.t = 0;
    this.shown = "";
    this.listeners = new Set(); // views, told when something new can be drawn
    this.stop = listen(model, { "change:clip": () => this.reload() });
    this.maps = ExplorerMaps.unpack(model.get("maps"), model.get("maps_info"));
    this.maps.catch((error) => this.say({ error: String(error.message || error) }));
    this.reload();
  }

  say(changes) {
    for (const [name, value] of Object.entries(changes)) this.model.set(name, value);
    this.model.save_changes();
  }

  reload() {
    this.loading = Promise.resolve(this.loading).then(() => this.load())
      .catch((error) => this.say({ error: String(error.message || error) }));
  }

  async load() {
    const info = this.model.get("clip_info");
    const clip = this.model.get("clip");
    if (!info.frames || bytesOf(clip).length !== info.sizes.reduce((a, b) => a + b, 0)) return;
    if (!canDecode(info)) {
      this.say({ needs: "webp" });
      return;
    }
    this.labels = await unpackLabels(this.model.get("labels"));
    const engine = new LoopEngine(info, clip, this.labels, this.labels.maps[0], "canvas", true);
    await engine.load([0], [-1]);
    this.engine = engine;
    this.listeners.forEach((tell) => tell());
    this.say({ drawn: "canvas", error: "" });
  }

  advance(now, contexts) {
    const passed = Math.min(now - (this.before ?? now), 250);
    this.before = now;
    if (this.model.get("playing")) this.t += (passed / 1000) * this.model.get("clip_info").fps;
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
    this.stop();
    this.engine?.release();
  }
}
