// The explorer's tables and time line: what is known of one pixel, and of a rectangle.

const number = (value) => (value === null || value === undefined ? "–" : value === 0 ? "0" : Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3));

function factsTable(caption, names, rows) {
  const head = ["", ...names].map((text) => make("th", { scope: "col" }, text));
  const body = rows.map(([name, ...values]) => make("tr", {}, make("th", { scope: "row" }, name),
    ...values.map((value) => make("td", {}, String(value)))));
  return make("table", {}, make("caption", {}, caption),
    make("thead", {}, make("tr", {}, ...head)), make("tbody", {}, ...body));
}

/** A pixel's facts in each labelling; `at` is [row, column]. */
function pixelTable(at, found, { names, costs }) {
  const terms = TERM_NAMES.map((name, k) => [`E ${name}`, ...found.map((facts) => number(facts.costs[k]))]);
  return factsTable(`Row ${at[0]}, column ${at[1]}`, names, [
    ["Category", ...found.map(({ category }) => category || "–")],
    ["Period p", ...found.map(({ period }) => (period > 1 ? `${period} frames` : "static"))],
    ["Start s", ...found.map(({ start }) => start)],
    ...(costs ? [...terms, ["γ_s", ...found.map(({ connectivity }) => number(connectivity))]] : []),
  ]);
}

/** A rectangle's facts in each labelling; an empty `area` stands for the whole picture. */
function areaTable(area, found, { names, costs, energies }) {
  const whole = !area.length;
  const caption = whole ? "Whole picture" : `Rows ${area[0]}–${area[2] - 1}, columns ${area[1]}–${area[3] - 1}`;
  const sums = found.map((facts, i) => (whole && energies[i])
    || (facts.costs.length ? [...facts.costs, facts.costs.reduce((a, b) => a + b, 0)] : []));
  const terms = [...TERM_NAMES, "total"].map((name, k) => [`E ${name}`, ...sums.map((each) => number(each[k]))]);
  return factsTable(caption, names, [
    ["Pixels", ...found.map(({ pixels }) => pixels)],
    ["Mostly", ...found.map(({ category }) => category || "–")],
    ["Moving", ...found.map(({ moving }) => `${(100 * moving).toFixed(0)} %`)],
    ["Median p", ...found.map(({ period }) => period ?? "–")],
    ["Median s", ...found.map(({ start }) => start ?? "–")],
    ...(costs || whole ? terms : []),
  ]);
}

/** A pixel's colors over the clip: three curves, a strip of its colors, and each labelling's loop below. */
function drawTimeline(canvas, colors, loops, now, ink) {
  const context = canvas.getContext("2d");
  const { width, height } = canvas;
  const frames = colors.length;
  const x = (frame) => (frame * width) / frames;
  const rows = 14 * loops.length;
  const curve = height - rows - 16;
  context.clearRect(0, 0, width, height);
  colors.forEach(([r, g, b], f) => {
    context.fillStyle = `rgb(${r} ${g} ${b})`;
    context.fillRect(x(f), curve + 2, x(1) + 1, 12);
  });
  ["#d33", "#2a2", "#36d"].forEach((style, channel) => {
    context.strokeStyle = style;
    context.lineWidth = 1.5;
    context.beginPath();
    colors.forEach((rgb, f) => context.lineTo(x(f + 0.5), curve - 2 - (rgb[channel] / 255) * (curve - 4)));
    context.stroke();
  });
  loops.forEach(({ name, period, start }, i) => {
    const top = curve + 17 + 14 * i;
    context.fillStyle = "#e8912d";
    context.fillRect(x(start), top, x(period), 10);
    context.fillStyle = ink;
    context.fillRect(x(start + modulus(now - start, period) + 0.5) - 1, top - 1, 2, 12);
    context.font = "10px sans-serif";
    context.fillText(name, start > frames / 2 ? 2 : width - context.measureText(name).width - 2, top + 9);
  });
}
