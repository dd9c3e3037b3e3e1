// The painter's solver: the button that sets it to work, its progress, and the clips before and after.

class Solving extends Follower {
  constructor(model) {
    super(model);
    this.button = makeButton("", () => this.ask(this.get("solving") ? "stop" : "solve"), { "data-action": "solve" });
    this.bar = make("progress", { max: 1, value: 0, "aria-label": "Solving" });
    this.results = make("div", { class: "semcine-results" });
    this.videos = [];
    this.hear(["can_solve", "solving", "progress"], () => this.update());
    this.hear(["after_clip"], () => this.showResults());
    this.endings.push(() => this.forget());
    this.update();
    this.showResults();
  }

  update() {
    this.button.hidden = !this.get("can_solve");
    this.button.textContent = this.get("solving") ? "Stop" : "Solve again";
    this.bar.hidden = !this.get("solving");
    this.bar.value = this.get("progress");
  }

  showResults() {
    this.forget();
    const shown = [["before_clip", "Before"], ["after_clip", "After"]].filter(([name]) => this.get(name)?.byteLength);
    this.videos = shown.map(([name, label]) => makeVideo({
      src: URL.createObjectURL(new Blob([this.get(name)], { type: "video/mp4" })), autoplay: true, "aria-label": `${label} editing`,
    }));
    this.results.replaceChildren(...this.videos.map((video, i) => make("figure", {}, video, make("figcaption", {}, shown[i][1]))));
  }

  forget() {
    for (const video of this.videos) URL.revokeObjectURL(video.src);
  }
}
