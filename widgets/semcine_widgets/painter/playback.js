// The painter's clip: single pictures, decoded when they are to show, and the clock that plays them.

const KEPT_PICTURES = 32;

class PainterPlayback extends ClipPlayback {
  constructor(model) {
    super(model);
    this.maps = new Maps(model);
    this.pictures = new Map(); // the decoded frames by number, the newest last
    this.picture = null; // the one that shows, and its number
    this.shown = null;
    this.t = this.get("frame");
    this.hear(["frame"], () => this.seek());
    this.endings.push(() => this.maps.leave(), () => this.forget());
  }

  /** Number of the frame that is to show; its picture comes once it is decoded. */
  get frame() {
    return Math.floor(this.t) % this.get("clip_info").frames;
  }

  async open() {
    this.forget();
    await this.show();
    return "canvas";
  }

  seek() {
    if (this.get("frame") === this.frame) return;
    this.t = this.get("frame");
    this.show().catch((error) => this.fail(error));
  }

  advance(now) {
    const before = this.frame;
    this.t += this.passed(now);
    if (this.frame !== before) this.show().catch((error) => this.fail(error));
  }

  async show() {
    const { frame } = this;
    if (!this.pictures.has(frame)) {
      this.tell(); // the frame's number goes on at once
      await this.decode(frame);
    }
    if (frame !== this.frame) return;
    this.picture = this.pictures.get(frame);
    this.shown = frame;
    this.tell();
  }

  async decode(frame) {
    const info = this.get("clip_info");
    this.pictures.set(frame, await decodePicture(info, framesOf(info, this.get("clip"))[frame]));
    if (this.pictures.size <= KEPT_PICTURES) return;
    const [oldest, picture] = this.pictures.entries().next().value;
    if (picture !== this.picture) picture.close();
    this.pictures.delete(oldest);
  }

  forget() {
    for (const picture of this.pictures.values()) picture.close();
    this.pictures.clear();
    this.picture = null;
  }
}
