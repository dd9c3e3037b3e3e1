// The painter's view: what it follows, and its keys. The rest of it is in painter/.

class PainterView extends Pointers {
  constructor(model, playback, el) {
    super(model, playback);
    this.build(el);
    this.stage = new Stage(model, playback, this.lessons, this.canvas);
    this.endings.push(() => this.stage.leave());
    this.followPointers();
    this.root.addEventListener("keydown", (event) => this.key(event));
    this.root.addEventListener("keyup", (event) => { if (event.key === " ") this.hold(false); });
    this.root.addEventListener("focusout", () => this.hold(false));
    const shown = ["tool", "brush", "opacity", "outline", "pressure", "category", "categories", "status", "error", "undo_steps", "redo_steps", "superpixels", "preview", "lessons"];
    this.hear(shown, () => this.update());
    this.join(this.maps.listeners, () => this.showMap());
    this.join(playback.listeners, () => this.showFrame());
    this.stage.resize(this.root.clientWidth || this.maps.width);
    const observer = new ResizeObserver(() => this.stage.resize(this.root.clientWidth - 2));
    observer.observe(this.root);
    this.endings.push(() => observer.disconnect());
    this.showFrame();
    this.update();
    this.stage.wake = this.animate(this.root, (now) => {
      playback.advance(now);
      this.stage.draw();
      return this.get("playing"); // at rest it costs nothing
    });
    this.hear(["playing"], this.stage.wake);
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
    const tool = TOOLS.find((each) => each[2] === key), edit = EDITS.find((each) => each[2] === key), { stage } = this;
    const arrow = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[key];
    if (tool) this.choose(tool[0]);
    else if (edit) this.edit(edit[0]);
    else if (key === "[") this.changeBrush(1 / 1.2, -0.5);
    else if (key === "]") this.changeBrush(1.2, 0.5);
    else if (key === " ") this.hold(true);
    else if (key === "k") this.toggle();
    else if (key === "o") this.say({ outline: !this.get("outline") });
    else if (key === ",") this.step(-1);
    else if (key === ".") this.step(1);
    else if (key === "+" || key === "-") stage.zoomBy(key === "+" ? 1.25 : 0.8, stage.cursor ?? undefined);
    else if (key === "0") stage.zoomBy(0);
    else if (/^[1-9]$/.test(key) && this.maps.names[key - 1] !== undefined) this.maps.choose(this.maps.names[key - 1]);
    else if (arrow) this.moveRing(...arrow);
    else if (key === "Enter" && this.get("tool") === "polygon") this.finishPolygon();
    else if (key === "Enter" && stage.cursor) { this.begin(stage.cursor); this.up({}); }
    else if (key === "Escape") this.cancel();
    else return false;
    return true;
  }

  changeBrush(factor, more) {
    this.say({ brush: Math.min(200, Math.max(1, Math.round(this.get("brush") * factor + more))) });
  }

  step(by) {
    const last = this.get("clip_info").frames - 1;
    this.say({ playing: false, frame: Math.min(last, Math.max(0, this.playback.frame + by)) });
  }

  moveRing(dx, dy) {
    const { stage } = this, { width, height } = this.maps;
    const by = Math.max(1, this.get("brush") / 4), [x, y] = stage.cursor ?? [width / 2, height / 2];
    stage.cursor = [Math.min(width - 1, Math.max(0, x + dx * by)), Math.min(height - 1, Math.max(0, y + dy * by))];
    stage.request();
  }

  /** Space is held: the pointer moves the picture. */
  hold(on) {
    this.space = on;
    this.root.classList.toggle("semcine-panning", on);
  }
}

export default playingWidget(PainterPlayback, PainterView);
