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
function renderedView(model, index, label, say, changed = () => {}) {
  const video = make("video", { "aria-label": `${label}, as rendered`, hidden: true });
  Object.assign(video, { loop: true, muted: true, playsInline: true });
  let name = "";
  let playable = true;
  const load = () => {
    const found = renderedBytes(model, index);
    if ((found?.name ?? "") === name) return;
    URL.revokeObjectURL(video.src);
    name = found?.name ?? "";
    playable = true;
    if (found) video.src = URL.createObjectURL(new Blob([found.bytes], { type: "video/mp4" }));
    else video.removeAttribute("src");
  };
  const update = () => {
    if (model.get("as_rendered")) load();
    video.hidden = !(name && playable && model.get("as_rendered"));
    if (video.hidden || !model.get("playing")) video.pause();
    else video.play().catch(() => {}); // a browser may wait for a click; the first picture shows
    changed(!video.hidden);
  };
  video.addEventListener("error", () => {
    if (!name) return;
    playable = false; // a browser without H.264: the live picture stays
    say({ error: "This browser cannot play MP4 (H.264): only the live picture is shown." });
    update();
  });
  const names = ["rendered", "rendered_sizes", "as_rendered", "playing"];
  const silence = listen(model, Object.fromEntries(names.map((each) => [`change:${each}`, update])));
  update();
  return {
    video,
    leave: () => {
      silence();
      URL.revokeObjectURL(video.src);
    },
  };
}

/** The button that asks for them; it says while they are made. */
function renderedButton(model, say) {
  const button = make("button", { type: "button", onclick: () => say({ as_rendered: !model.get("as_rendered") }) });
  const update = () => {
    button.textContent = model.get("rendering") ? "Rendering …" : "As rendered";
    button.setAttribute("aria-pressed", model.get("as_rendered"));
    button.title = "Play what Save writes: seams blended, periods fitted to a common length";
  };
  const silence = listen(model, { "change:rendering": update, "change:as_rendered": update });
  update();
  return { button, leave: silence };
}
