// MaskPainter's view: keys, playing, results. The rest of it is in painter/, in front of this file.

class Painter extends Pointers {
  constructor(model, maps, el) {
    super(model, maps);
    this.build(el);
    this.stage = new Stage(model, maps, this.canvas);
    this.stage.extras.push((context) => this.drawCells(context), (context) => this.drawLesson(context));
    this.stage.covered = () => this.get("tool") === "teach" && this.get("preview")?.byteLength > 0; // one map at a time
    maps.views.add(this);
    this.pointers = new Map();
    this.listen();
    this.stage.resize(this.root.clientWidth || maps.width);
    this.stage.show(model.get("frame"));
    this.update();
  }

  listen() {
    const on = (target, name, work, options) => target.addEventListener(name, work, options);
    const { canvas, root } = this;
    on(canvas, "pointerdown", (e) => this.down(e));
    on(canvas, "pointermove", (e) => this.move(e));
    for (const name of ["pointerup", "pointercancel"]) on(canvas, name, (e) => this.up(e, name === "pointercancel"));
    on(canvas, "pointerleave", () => { if (!this.stroke) { this.stage.cursor = null; this.stage.request(); } });
    on(canvas, "dblclick", () => this.finishPolygon());
    on(canvas, "contextmenu", (e) => e.preventDefault());
    on(canvas, "wheel", (e) => { if (this.stage.zoomBy(Math.exp(-e.deltaY / 400), this.stage.at(e))) e.preventDefault(); }, { passive: false });
    on(root, "keydown", (e) => this.key(e));
    on(root, "keyup", (e) => { if (e.key === " ") this.hold(false); });
    on(root, "focusout", () => this.hold(false));
    const update = () => this.update();
    const names = ["tool", "brush", "opacity", "outline", "pressure", "category", "status", "progress", "solving", "undo_steps", "redo_steps", "categories", "lessons", "can_solve"];
    this.heard = [
      ...names.map((name) => [`change:${name}`, update]),
      ["change:outline", () => this.stage.refresh()],
      ["change:frame", () => { this.stage.show(this.get("frame")); this.update(); }],
      ["change:superpixels", () => { this.cellLayer = this.cells = null; this.stage.request(); }],
      ["change:preview", () => { this.lessonLayer = null; this.update(); }],
      ["change:after_clip", () => this.showResults()],
    ];
    for (const [name, work] of this.heard) this.model.on(name, work);
    this.showResults();
    this.observer = new ResizeObserver(() => this.stage.resize(this.root.clientWidth - 2));
    this.observer.observe(this.root);
  }

  // --- playing, results ----------------------------------------------------------------------------------

  play(on) {
    if (this.playing) {
      clearInterval(this.playing.timer);
      const { frame } = this.playing;
      this.playing = null;
      this.set("frame", frame);
    }
    if (on) {
      const count = this.get("frames_sizes").length;
      this.playing = { frame: this.get("frame") };
      this.playing.timer = setInterval(() => {
        this.playing.frame = (this.playing.frame + 1) % count;
        this.stage.show(this.playing.frame);
        this.scrubber.value = this.playing.frame;
        this.counter.textContent = `${this.playing.frame} / ${count - 1}`;
      }, 1000 / this.get("fps"));
    }
    this.update();
  }

  showResults() {
    for (const video of this.results.querySelectorAll("video")) URL.revokeObjectURL(video.src);
    const shown = [["before_clip", "Before"], ["after_clip", "After"]].filter(([name]) => this.get(name)?.byteLength);
    this.results.replaceChildren(...shown.map(([name, label]) => {
      const url = URL.createObjectURL(new Blob([this.get(name)], { type: "video/mp4" }));
      const video = element("video", { src: url, loop: true, muted: true, autoplay: true, playsInline: true, aria: { label: `${label} editing` } });
      return element("figure", {}, video, element("figcaption", {}, label));
    }));
  }

  // --- keys ----------------------------------------------------------------------------------------------

  key(event) {
    const { key, target } = event, control = event.ctrlKey || event.metaKey;
    if (control && key.toLowerCase() === "z") (event.shiftKey ? this.maps.redo() : this.maps.undo());
    else if (control && key.toLowerCase() === "y") this.maps.redo();
    else if (control || event.altKey || ["SELECT", "INPUT"].includes(target.tagName) || (target.tagName === "BUTTON" && [" ", "Enter"].includes(key))) return;
    else if (!this.pressed(key)) return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** Do what a key means; false if it means nothing. */
  pressed(key) {
    const tool = TOOLS.find((each) => each[2] === key), edit = EDITS.find((each) => each[2] === key);
    const { stage } = this, frames = this.get("frames_sizes").length;
    const arrow = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[key];
    if (tool) this.choose(tool[0]);
    else if (edit) this.edit(edit[0]);
    else if (key === "[" || key === "]") this.set("brush", Math.min(200, Math.max(1, Math.round(this.get("brush") * (key === "]" ? 1.2 : 1 / 1.2) + (key === "]" ? 0.5 : -0.5)))));
    else if (key === " ") this.hold(true);
    else if (key === "k") this.play(!this.playing);
    else if (key === "o") this.set("outline", !this.get("outline"));
    else if (key === "," || key === ".") { this.play(false); this.set("frame", Math.min(frames - 1, Math.max(0, this.get("frame") + (key === "." ? 1 : -1)))); }
    else if (key === "+" || key === "-") stage.zoomBy(key === "+" ? 1.25 : 0.8, stage.cursor ?? undefined);
    else if (key === "0") stage.zoomBy(0);
    else if (/^[1-9]$/.test(key) && this.maps.names[key - 1] !== undefined) this.maps.choose(this.maps.names[key - 1]);
    else if (arrow) {
      const step = Math.max(1, this.get("brush") / 4), [x, y] = stage.cursor ?? [this.maps.width / 2, this.maps.height / 2];
      stage.cursor = [Math.min(this.maps.width - 1, Math.max(0, x + arrow[0] * step)), Math.min(this.maps.height - 1, Math.max(0, y + arrow[1] * step))];
      stage.request();
    } else if (key === "Enter" && this.get("tool") === "polygon") this.finishPolygon();
    else if (key === "Enter" && stage.cursor) { this.begin(stage.cursor); this.up({}); }
    else if (key === "Escape") this.cancel();
    else return false;
    return true;
  }

  /** Space is held: the pointer moves the picture. */
  hold(on) {
    this.space = on;
    this.root.classList.toggle("sc-pan", on);
  }

  remove() {
    this.play(false);
    this.observer.disconnect();
    this.maps.views.delete(this);
    for (const [name, work] of this.heard) this.model.off(name, work);
    this.stage.close();
  }
}

export default () => {
  const shared = {};
  return {
    initialize({ model }) {
      shared.maps = new Maps(model);
    },
    render({ model, el }) {
      shared.maps ??= new Maps(model);
      const painter = new Painter(model, shared.maps, el);
      return () => painter.remove();
    },
  };
};
