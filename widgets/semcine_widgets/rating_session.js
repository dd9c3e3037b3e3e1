// RatingSession's view: a welcome, one cinemagraph with five stars, a pause, an end. Python says which.

const PATIENCE = 20; // seconds after which an answer that has not come is not coming

class RatingView extends Follower {
  constructor(model, el) {
    super(model);
    this.body = make("div");
    this.status = make("p", { class: "semcine-status", role: "status", "aria-live": "polite" });
    this.root = make("div", {
      class: "semcine semcine-rating", ...KEYS_STAY_HERE, tabindex: 0, role: "region", "aria-label": "Rating cinemagraphs",
      onkeydown: (event) => this.key(event),
    }, this.body, this.status);
    el.append(this.root);
    this.hear(["answered"], () => this.settle());
    this.hear(["serial", "screen"], () => this.soon());
    this.hear(["message"], () => this.show(this.get("message")));
    this.hear(["done", "seconds_left", "can_undo"], () => this.count());
    const hidden = () => { if (document.hidden && this.get("screen") === "rating") this.ask("pause"); };
    document.addEventListener("visibilitychange", hidden);
    const ticker = setInterval(() => this.tick(), 1000);
    this.endings.push(() => document.removeEventListener("visibilitychange", hidden), () => clearInterval(ticker));
    this.draw();
  }

  show(text) {
    this.status.textContent = text;
  }

  /** One request at a time: the buttons wait until Python has kept the last one. */
  ask(what, more = {}) {
    if (this.waiting) return;
    this.waiting = setTimeout(() => {
      this.waiting = null;
      this.show("No answer. Reload this page to go on: what you rated is kept.");
    }, 1000 * PATIENCE);
    this.root.setAttribute("aria-busy", "true");
    super.ask(what, { serial: this.get("serial"), ...more });
  }

  settle() {
    clearTimeout(this.waiting);
    this.waiting = null;
    this.root.removeAttribute("aria-busy");
  }

  /** A message changes several things: draw once, when all have. */
  soon() {
    this.due ??= Promise.resolve().then(() => { this.due = null; this.draw(); });
  }

  draw() {
    const screen = this.get("screen"), had = this.root.contains(document.activeElement);
    if (this.url) URL.revokeObjectURL(this.url);
    this.url = this.player = null;
    this.body.replaceChildren(...this[screen]());
    this.root.dataset.screen = screen;
    this.root.dataset.serial = this.get("serial");
    if (screen === "rating") this.left = null;
    this.count();
    if (had) this.root.focus({ preventScroll: true }); // what had the focus is gone
  }

  text(content) {
    const flowing = content.replace(/([^\n]{80,})\n(?=\S)/g, "$1 "); // a text file's lines end where its editor wrapped them
    return make("p", { class: "semcine-text" }, flowing);
  }

  welcome() {
    const first = this.get("needs_consent");
    const begin = makeButton(first ? "I agree: begin" : "Go on", () => this.ask("begin", { agreed: first }), { class: "semcine-main" });
    const consent = first ? [make("h2", {}, "Taking part"), this.text(this.get("consent_text"))] : [];
    return [make("h1", {}, "Which do you like?"), ...consent, make("h2", {}, "How to rate"), this.text(this.get("guideline")), begin];
  }

  rating() {
    this.url = URL.createObjectURL(new Blob([this.get("clip")], { type: this.get("clip_type") }));
    const moves = this.get("clip_type").startsWith("video/");
    const attributes = { class: "semcine-clip", src: this.url };
    this.player = moves ? makeVideo({ ...attributes, "aria-label": "A cinemagraph", autoplay: true })
      : make("img", { ...attributes, alt: "A cinemagraph" });
    if (moves) this.player.play().catch(() => {});
    const { player } = this;
    player.addEventListener("error", () => { if (player === this.player) this.cannotShow(); }); // not the one before
    if (this.unseen) this.show(this.get("message"));
    this.unseen = false;
    this.since = performance.now();
    this.stars = [1, 2, 3, 4, 5].map((value) =>
      makeButton("★", () => this.rate(value), { class: "semcine-star", title: `Key ${value}`, "aria-label": `${value} of 5 stars`, onpointermove: (event) => this.hover(event, value), onfocus: () => this.light(value) }));
    const stars = make("div", { class: "semcine-stars", role: "group", "aria-label": "Your rating", onpointerleave: () => this.light(0), onfocusout: () => this.light(0) }, ...this.stars);
    this.bar = make("progress", { "aria-label": "Cinemagraphs done" });
    this.counter = make("span", { class: "semcine-quiet" });
    this.undoButton = makeButton("Undo the last", () => this.ask("undo"), { title: "Key U", "data-action": "undo" });
    const row = make("div", { class: "semcine-row" }, this.undoButton,
      makeButton("Skip", () => this.ask("skip", { loops: this.loops() }), { title: "Key S", "data-action": "skip" }),
      makeButton("Pause", () => this.ask("pause"), { title: "Key P", "data-action": "pause" }), this.bar, this.counter);
    const practice = this.get("practice") ? [make("p", { class: "semcine-practice" }, "Practice: this one does not count.")] : [];
    const guide = make("details", {}, make("summary", {}, "How to rate"), this.text(this.get("guideline")));
    return [...practice, this.player, stars, row, guide];
  }

  paused() {
    return [make("h2", {}, "Paused"), this.text("The time stands still. What you rated is kept."), makeButton("Go on", () => this.ask("resume"), { class: "semcine-main" })];
  }

  done() {
    const undo = makeButton("Undo the last", () => this.ask("undo"), { "data-action": "undo" });
    return [make("h2", {}, "Thank you!"), this.text("That was all. Your ratings are kept; you can close this page."), ...(this.get("can_undo") ? [undo] : [])];
  }

  /** Only a pointer that moves lights stars: one that rests where it rated the last would suggest the same again. */
  hover(event, value) {
    if (event.movementX || event.movementY) this.light(value);
  }

  light(count) {
    this.stars.forEach((star, i) => star.classList.toggle("semcine-lit", i < count));
  }

  /** What cannot be seen is not rated: it can be skipped, or shown by another browser. */
  cannotShow() {
    this.unseen = true;
    this.stars.forEach((star) => { star.disabled = true; });
    const came = this.get("clip").byteLength > 0; // else Python has said what is wrong
    this.show(came ? "This browser cannot play this cinemagraph. Please open your link in another browser, or skip it." : this.get("message"));
  }

  rate(value) {
    if (this.waiting || this.unseen) return;
    this.light(value);
    this.ask("rate", { value, loops: this.loops() });
  }

  /** How often the loop has played, as far as the player knows its length. */
  loops() {
    const length = this.player?.duration;
    return length > 0 ? (performance.now() - this.since) / 1000 / length : null;
  }

  tick() {
    if (this.get("screen") !== "rating" || this.get("practice")) return;
    this.left = Math.max(0, (this.left ?? this.get("seconds_left")) - 1);
    this.count();
  }

  count() {
    if (this.get("screen") !== "rating" || !this.bar) return;
    const left = Math.ceil((this.left ?? this.get("seconds_left")) / 60);
    this.bar.max = Math.max(1, this.get("total"));
    this.bar.value = this.get("done");
    this.counter.textContent = `${this.get("done")} of ${this.get("total")} · ${left} min left`;
    this.undoButton.disabled = !this.get("can_undo");
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const screen = this.get("screen"), key = event.key.toLowerCase();
    if (screen === "rating" && /^[1-5]$/.test(key)) this.rate(Number(key));
    else if (screen === "rating" && key === "s") this.ask("skip", { loops: this.loops() });
    else if (key === "u" && this.get("can_undo") && (screen === "rating" || screen === "done")) this.ask("undo");
    else if (key === "p" && screen === "rating") this.ask("pause");
    else if (key === "p" && screen === "paused") this.ask("resume");
    else return;
    event.preventDefault();
  }

  leave() {
    super.leave();
    clearTimeout(this.waiting);
    if (this.url) URL.revokeObjectURL(this.url);
  }
}

export default () => ({
  render({ model, el }) {
    const view = new RatingView(model, el);
    return () => view.leave();
  },
});
