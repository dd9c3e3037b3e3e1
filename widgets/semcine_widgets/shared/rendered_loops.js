// The loops as they are saved, blended, in the browser's own player: Python renders them when they are asked for.

/** Bytes of the rendered loop `index`, and what tells it from another; null until all of it is there. */
function renderedBytes(model, index) {
  const sizes = model.get("rendered_sizes");
  const data = bytesOf(model.get("rendered"));
  if (index >= sizes.length || data.length !== sizes.reduce((a, b) => a + b, 0)) return null;
  const from = sizes.slice(0, index).reduce((a, b) => a + b, 0);
  return { name: `${from} ${sizes[index]}`, bytes: data.slice(from, from + sizes[index]) };
}

/** A video of the rendered loop `index`, shown while it is wanted and there; `changed` is told of both. */
class RenderedLoop extends Follower {
  constructor(model, index, label, changed = () => {}) {
    super(model);
    Object.assign(this, { index, changed, name: "", playable: true });
    this.video = makeVideo({ "aria-label": `${label}, as rendered`, hidden: true, onerror: () => this.cannotPlay() });
    this.hear(["rendered", "rendered_sizes", "as_rendered", "playing"], () => this.update());
    this.endings.push(() => URL.revokeObjectURL(this.video.src));
    this.update();
  }

  load() {
    const { video } = this;
    const found = renderedBytes(this.model, this.index);
    if ((found?.name ?? "") === this.name) return;
    URL.revokeObjectURL(video.src);
    this.name = found?.name ?? "";
    this.playable = true;
    if (found) video.src = URL.createObjectURL(new Blob([found.bytes], { type: "video/mp4" }));
    else video.removeAttribute("src");
  }

  update() {
    const { video } = this;
    if (this.get("as_rendered")) this.load();
    video.hidden = !(this.name && this.playable && this.get("as_rendered"));
    if (video.hidden || !this.get("playing")) video.pause();
    else video.play().catch(() => {}); // a browser may wait for a click; the first picture shows
    this.changed(!video.hidden);
  }

  cannotPlay() {
    if (!this.name) return;
    this.playable = false; // a browser without H.264: the live picture stays
    this.say({ error: "This browser cannot play MP4 (H.264): only the live picture is shown." });
    this.update();
  }
}

/** The button that asks for them; it says while they are made. */
function renderedButton(view) {
  const button = makeButton("", () => view.say({ as_rendered: !view.get("as_rendered") }), {
    title: "Play what Save writes: seams blended, periods fitted to a common length",
  });
  const update = () => {
    button.textContent = view.get("rendering") ? "Rendering …" : "As rendered";
    button.setAttribute("aria-pressed", view.get("as_rendered"));
  };
  view.hear(["rendering", "as_rendered"], update);
  update();
  return button;
}
