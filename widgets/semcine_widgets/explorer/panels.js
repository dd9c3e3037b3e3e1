// The explorer's panels: pictures that share a cross and a rectangle.

/** One picture with the cross and the rectangle that all panels share. */
function panel(key, title, { width, height }) {
  const canvas = make("canvas", { width, height, role: "img", "aria-label": title });
  const across = make("div", { class: "semcine-cross", hidden: true });
  const down = make("div", { class: "semcine-cross", hidden: true });
  const box = make("div", { class: "semcine-box", hidden: true });
  const scale = make("span", { class: "semcine-quiet" });
  const stack = make("div", {
    class: "semcine-stack", tabindex: key === "play" ? 0 : -1, role: "group", "aria-label": `${title}; arrow keys move the pin`,
  }, canvas, across, down, box);
  const figure = make("figure", { "data-panel": key }, stack, make("figcaption", {}, make("span", {}, title), scale));
  return { key, canvas, context: canvas.getContext("2d", { alpha: false }), across, down, box, stack, figure, scale };
}

/** Where a pointer is on a panel: [row, column] of the clip. */
function placeOn(canvas, { height, width }, event) {
  const area = canvas.getBoundingClientRect();
  const inside = (value, size) => Math.max(0, Math.min(size - 1, Math.floor(value * size)));
  return [inside((event.clientY - area.top) / area.height, height),
    inside((event.clientX - area.left) / area.width, width)];
}

/** Put the cross at [row, column] and the rectangle into every panel; null hides it. */
function markPanels(panels, { height, width }, at, area) {
  const percent = (value, whole) => `${(100 * value) / whole}%`;
  for (const { across, down, box } of panels) {
    across.hidden = down.hidden = !at;
    box.hidden = !area;
    if (at) {
      Object.assign(across.style, { left: 0, width: "100%", height: "1px", top: percent(at[0] + 0.5, height) });
      Object.assign(down.style, { top: 0, height: "100%", width: "1px", left: percent(at[1] + 0.5, width) });
    }
    if (area) {
      const [y0, x0, y1, x1] = area;
      Object.assign(box.style, {
        left: percent(x0, width), top: percent(y0, height), width: percent(x1 - x0, width), height: percent(y1 - y0, height),
      });
    }
  }
}
