// What every view of a clip does: wait for its bytes, have them decoded, ask for others where it cannot, keep time.

/** What a browser without VideoDecoder is sent instead of packets. */
const fallback = (info) => (info.transport.endsWith("lossless") ? "png" : "webp");

/** A widget adds `open(info, clip, labels)`: decode, draw, and return who draws (or nothing, if it comes later). */
class ClipPlayback {
  constructor(model, handlers = {}) {
    this.model = model;
    this.t = 0; // frames since the beginning
    this.loading = null;
    this.stop = listen(model, {
      "change:clip": () => this.reload(),
      "change:labels": () => this.reload(),
      ...handlers,
    });
    this.reload();
  }

  say(changes) {
    for (const [name, value] of Object.entries(changes)) this.model.set(name, value);
    this.model.save_changes();
  }

  /** Traits that belong together arrive one after the other: wait until all are there. */
  reload() {
    if (this.loading) {
      this.again = true;
      return this.loading;
    }
    this.loading = Promise.resolve().then(() => this.load()).catch((error) => {
      this.say({ error: String(error.message || error), drawn: "" });
    }).finally(() => {
      this.loading = null;
      if (this.again) {
        this.again = false;
        this.reload();
      }
    });
    return this.loading;
  }

  async load() {
    const info = this.model.get("clip_info");
    const clip = this.model.get("clip");
    if (!info.frames || bytesOf(clip).length !== info.sizes.reduce((a, b) => a + b, 0)) return;
    if (!canDecode(info)) {
      this.say({ needs: fallback(info) });
      return;
    }
    const drawn = await this.open(info, clip, await unpackLabels(this.model.get("labels")));
    if (drawn) this.say({ drawn, decoded: info.transport, error: "" });
  }

  /** Frames to go on by at a repaint. Several views may ask at the same one; a gap that nobody saw is left out. */
  passed(now) {
    const spent = Math.min(now - (this.before ?? now), 250);
    this.before = now;
    return this.model.get("playing") ? (spent / 1000) * this.model.get("clip_info").fps : 0;
  }

  release() {
    this.stop();
  }
}

/** What a canvas has to be before it is drawn on. */
function fitCanvas({ canvas }, { width, height }) {
  canvas.width = width;
  canvas.height = height;
}

/** An anywidget module of which all views share one playback. */
const playingWidget = (Playback, render) => () => {
  const shared = {};
  return {
    initialize({ model }) {
      shared.playback = new Playback(model);
      return () => shared.playback.release();
    },
    render({ model, el }) {
      return render({ model, el, playback: shared.playback });
    },
  };
};
