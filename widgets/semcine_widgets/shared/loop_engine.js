// The endless loop: what time each object has, which frame each label shows then, and who draws it.

/** The mathematical modulus: JavaScript's own keeps the sign of a negative number. */
const modulus = (a, n) => ((a % n) + n) % n;

/** φ(x, t) of every label: s + ((t − s) mod p), or the object's still frame where one was chosen. */
function fillLookup(lookup, table, times, stills) {
  for (let k = 0; k < lookup.length; k++) {
    const p = table[3 * k];
    const s = table[3 * k + 1];
    const object = table[3 * k + 2];
    lookup[k] = stills[object] >= 0 ? stills[object] : s + modulus(times[object] - s, p);
  }
}

/**
 * Time of each object, in whole frames, under a common clock `t` in frames.
 * controls[i] = {playing, speed, still, at}: `still` a frame of the clip or −1; `at` the time held while frozen, or −1.
 */
class LoopClock {
  constructor(controls, t = 0) {
    this.seek(t, controls);
  }

  seek(t, controls) {
    this.t = t;
    this.controls = controls.map((control) => ({ ...control }));
    this.bases = controls.map(() => 0);
    this.holds = controls.map((control, i) => (control.at >= 0 ? control.at : this.running(i)));
  }

  running(i) {
    return Math.floor(this.bases[i] + this.controls[i].speed * this.t);
  }

  time(i) {
    return this.controls[i].playing ? this.running(i) : this.holds[i];
  }

  /** Take new controls over without a jump: what goes on does so from the time it has. */
  update(controls) {
    controls.forEach((control, i) => {
      const before = this.controls[i];
      const now = this.time(i);
      const resumed = !before.playing && control.playing;
      this.controls[i] = { ...control };
      if (control.speed !== before.speed || resumed) {
        const exact = resumed ? now : this.bases[i] + before.speed * this.t;
        this.bases[i] = exact - control.speed * this.t;
      }
      if (!control.playing) this.holds[i] = control.at >= 0 ? control.at : now;
    });
  }

  times() {
    return this.controls.map((_, i) => this.time(i));
  }

  /** A frozen object shows its still; the resting part (object 0) always does. */
  stills() {
    return this.controls.map(({ playing, still }, i) => (i === 0 || !playing ? still : -1));
  }
}

const RENDERERS = { canvas: CanvasRenderer, webgl: WebGLRenderer };
const TRIAL_FRAMES = 4;
const TRIAL_DRAWS = 5;

/** Which renderer draws labels like these faster here, by a few blank frames; a page finds out once. */
function fasterKind(labels, map) {
  const key = Symbol.for("semcine.faster");
  if (!globalThis[key]) {
    const canvas = trial("canvas", labels, map, Infinity);
    globalThis[key] = trial("webgl", labels, map, canvas) < canvas ? "webgl" : "canvas";
  }
  return globalThis[key];
}

/**
 * Milliseconds of the median draw; Infinity where this renderer is not to be had.
 * Ends as soon as the median is sure to be above `limit`: without graphics hardware WebGL takes long.
 */
function trial(kind, labels, map, limit) {
  const { width, height, table } = labels;
  const context = new OffscreenCanvas(width, height).getContext("2d", { alpha: false });
  const lookup = new Uint16Array(table.length / 3);
  const blank = new Uint8Array(4 * width * height);
  const spent = [];
  try {
    const renderer = new RENDERERS[kind](labels, map, TRIAL_FRAMES);
    renderer.expect(lookup);
    for (let i = 0; i < TRIAL_FRAMES; i++) renderer.accept(i, blank);
    for (let i = 0; i < TRIAL_DRAWS && spent.filter((ms) => ms > limit).length <= TRIAL_DRAWS / 2; i++) {
      for (let k = 0; k < lookup.length; k++) lookup[k] = (i + k) % TRIAL_FRAMES;
      const begin = performance.now();
      renderer.draw(lookup, [context]);
      context.getImageData(0, 0, 1, 1); // waits until the picture is there
      spent.push(performance.now() - begin);
    }
    renderer.release();
  } catch {
    return Infinity;
  }
  return spent.sort((a, b) => a - b)[spent.length >> 1];
}

/** Decodes a clip once and draws one label map of it, by whichever renderer was forced or measured as faster. */
class LoopEngine {
  constructor(info, clip, labels, map, renderer = "auto", keepAll = false) {
    Object.assign(this, { info, clip, labels, map, wish: renderer, keepAll });
    this.lookup = new Uint16Array(this.labels.table.length / 3);
    this.renderer = null;
    this.filling = null;
  }

  /** A renderer to be fed with frames; several engines of one clip can be fed from one decoding. */
  prepare(times, stills) {
    fillLookup(this.lookup, this.labels.table, times, stills);
    const kind = this.wish === "auto" ? fasterKind(this.labels, this.map) : this.wish;
    const open = (name) => new RENDERERS[name](this.labels, this.map, this.info.frames, this.keepAll);
    try {
      this.renderer = open(kind);
    } catch (error) {
      if (this.wish === "webgl") throw error;
      this.renderer = open("canvas"); // the whole clip does not fit, or the graphics went away since
    }
    this.renderer.expect(this.lookup);
  }

  accept(index, rgba) {
    this.renderer.accept(index, rgba);
  }

  async load(times, stills) {
    this.prepare(times, stills);
    await decodeClip(this.info, this.clip, (index, rgba) => this.accept(index, rgba));
  }

  /** Draw into all contexts; a newly chosen still frame is fetched first and drawn when it is there. */
  draw(times, stills, contexts, whenFilled = () => {}) {
    fillLookup(this.lookup, this.labels.table, times, stills);
    const missing = this.renderer.missing(this.lookup);
    if (missing.size && !this.filling) {
      const renderer = this.renderer;
      renderer.expect(this.lookup);
      this.filling = decodeClip(this.info, this.clip, (i, rgba) => renderer.fill(i, rgba), missing)
        .finally(() => { this.filling = null; whenFilled(); });
    }
    this.renderer.draw(this.lookup, contexts);
    return !missing.size;
  }

  release() {
    this.renderer?.release();
    this.renderer = null;
  }
}
