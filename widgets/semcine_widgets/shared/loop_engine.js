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

/** Decodes a clip once and draws one label map of it, by whichever renderer was forced or measured as faster. */
class LoopEngine {
  constructor(info, clip, labels, map, renderer = "auto", keepAll = false) {
    Object.assign(this, { info, clip, labels, map, wish: renderer, keepAll });
    this.lookup = new Uint16Array(labels.table.length / 3);
    this.renderer = null;
    this.filling = null;
  }

  /** Renderers to be fed with frames; several engines of one clip can be fed from one decoding. */
  prepare(times, stills) {
    const make = { canvas: CanvasRenderer, webgl: WebGLRenderer };
    const remembered = globalThis[Symbol.for("semcine.faster")];
    const kind = this.wish === "auto" ? remembered : this.wish;
    fillLookup(this.lookup, this.labels.table, times, stills);
    this.trial = [];
    for (const name of kind ? [kind] : ["canvas", "webgl"]) {
      try {
        const renderer = new make[name](this.labels, this.map, this.info.frames, this.keepAll);
        renderer.expect(this.lookup);
        this.trial.push(renderer);
      } catch (error) {
        if (this.wish === "webgl") throw error;
        if (name === "webgl" && kind) this.trial.push(this.plain()); // remembered, yet gone since
      }
    }
  }

  plain() {
    const renderer = new CanvasRenderer(this.labels, this.map, this.info.frames, this.keepAll);
    renderer.expect(this.lookup);
    return renderer;
  }

  accept(index, rgba) {
    for (const renderer of this.trial) renderer.accept(index, rgba);
  }

  settle() {
    [this.renderer] = this.trial;
    if (this.trial.length > 1) {
      const spent = this.trial.map((renderer) => this.measure(renderer));
      const best = spent.indexOf(Math.min(...spent));
      this.renderer = this.trial[best];
      globalThis[Symbol.for("semcine.faster")] = this.renderer.kind;
      this.trial.filter((renderer) => renderer !== this.renderer).forEach((renderer) => renderer.release());
    }
    this.trial = [];
  }

  /** Milliseconds of the median of five draws; reading a pixel back waits until the picture is there. */
  measure(renderer) {
    const { width, height, table } = this.labels;
    const context = new OffscreenCanvas(width, height).getContext("2d", { alpha: false });
    const lookup = new Uint16Array(this.lookup.length);
    const spent = [];
    for (let i = 0; i < 5; i++) {
      for (let k = 0; k < lookup.length; k++) lookup[k] = table[3 * k + 1] + (i % table[3 * k]);
      const begin = performance.now();
      renderer.draw(lookup, [context]);
      context.getImageData(0, 0, 1, 1);
      spent.push(performance.now() - begin);
    }
    return spent.sort((a, b) => a - b)[2];
  }

  async load(times, stills) {
    this.prepare(times, stills);
    await decodeClip(this.info, this.clip, (index, rgba) => this.accept(index, rgba));
    this.settle();
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
    this.trial?.forEach((renderer) => renderer.release());
    this.renderer = null;
  }
}
