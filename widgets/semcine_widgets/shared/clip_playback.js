// What every view of a clip does: wait for its bytes, have them decoded, ask for others where it cannot, keep time.

/** What a browser without VideoDecoder is sent instead of packets. */
const fallback = (info) => (info.transport.endsWith("lossless") ? "png" : "webp");

/** What all views of one model share. A widget adds `open(info, clip)`: decode, draw, and return who draws. */
class ClipPlayback extends Follower {
  constructor(model) {
    super(model);
    this.t = 0; // frames since the beginning
    this.loading = null;
    this.listeners = new Set(); // of views, told when there is something new to show
    this.hear(["clip", "labels"], () => this.reload());
    this.hear(["playing"], () => { this.before = null; }); // time begins with the next repaint
    this.reload();
  }

  tell(...news) {
    for (const listener of this.listeners) listener(...news);
  }

  fail(error) {
    this.say({ error: String(error.message || error) });
  }

  /** Traits that belong together arrive one after the other: wait until all are there. */
  reload() {
    if (this.loading) {
      this.again = true;
      return this.loading;
    }
    this.loading = Promise.resolve().then(() => this.load()).catch((error) => {
      this.say({ drawn: "" });
      this.fail(error);
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
    const info = this.get("clip_info");
    const clip = this.get("clip");
    if (!info.frames || bytesOf(clip).length !== info.sizes.reduce((a, b) => a + b, 0)) return;
    if (!canDecode(info)) {
      this.say({ needs: fallback(info) });
      return;
    }
    const drawn = await this.open(info, clip);
    if (drawn) this.say({ drawn, decoded: info.transport, error: "" });
  }

  /** Frames to go on by at a repaint. Several views may ask at the same one; a gap that nobody saw is left out. */
  passed(now) {
    const spent = Math.min(now - (this.before ?? now), 250);
    this.before = now;
    return this.get("playing") ? (spent / 1000) * this.get("clip_info").fps : 0;
  }
}

/** What a canvas has to be before it is drawn on. */
function fitCanvas({ canvas }, { width, height }) {
  canvas.width = width;
  canvas.height = height;
}

/** A view of a clip that plays and pauses. */
class ClipView extends Follower {
  constructor(model, playback) {
    super(model);
    this.playback = playback;
  }

  toggle() {
    this.say({ playing: !this.get("playing") });
  }

  playButton(attributes = {}) {
    const button = makeButton("", () => this.toggle(), attributes);
    const update = () => { button.textContent = this.get("playing") ? "Pause" : "Play"; };
    this.hear(["playing"], update);
    update();
    return button;
  }
}

/** An anywidget module of which all views share one playback. */
const playingWidget = (Playback, View) => () => {
  let playback;
  return {
    initialize({ model }) {
      playback = new Playback(model);
      return () => playback.leave();
    },
    render({ model, el }) {
      const view = new View(model, playback, el);
      return () => view.leave();
    },
  };
};
