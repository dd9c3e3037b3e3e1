// The explorer's maps: unpacked, asked about one pixel or a rectangle, and painted in colors.

const TERM_NAMES = ["temporal", "label", "spatial"];

/** Planes of `count` values each, taken from a buffer one after the other. */
function planeReader(buffer, count) {
  let offset = 0;
  return (kind) => {
    const plane = new kind(buffer, offset, count);
    offset += plane.byteLength;
    return plane;
  };
}

/** Everything Python knows about each pixel, with `pixel` and `statistics` as in loop_explorer.py. */
class ExplorerMaps {
  constructor(buffer, info) {
    this.info = info;
    const take = planeReader(buffer, info.width * info.height);
    this.labellings = info.names.map((name) => ({ name, period: take(Uint16Array), start: take(Uint16Array), costs: [] }));
    this.category = take(Uint8Array);
    this.connectivity = null;
  }

  /** The costs come later than the labels. */
  addCosts(buffer, scales) {
    const take = planeReader(buffer, this.info.width * this.info.height);
    this.labellings.forEach((labels, i) => {
      labels.costs = scales[i].map((scale) => ({ scale, plane: take(Uint16Array) }));
    });
    this.scales = scales;
    this.connectivity = take(Uint8Array);
  }

  cost({ scale, plane }, i) {
    return scale * (plane[i] / 65535) ** 2;
  }

  pixel(row, column) {
    const i = row * this.info.width + column;
    return this.labellings.map((labels) => ({
      category: this.info.categories[this.category[i]] ?? "",
      period: labels.period[i],
      start: labels.start[i],
      costs: labels.costs.map((term) => this.cost(term, i)),
      connectivity: this.connectivity ? this.connectivity[i] / 255 : null,
    }));
  }

  statistics([y0, x0, y1, x1]) {
    const { width, categories } = this.info;
    return this.labellings.map((labels) => {
      const periods = [];
      const starts = [];
      const sums = labels.costs.map(() => 0);
      const seen = categories.map(() => 0);
      for (let y = y0; y < y1; y++) {
        for (let i = y * width + x0; i < y * width + x1; i++) {
          if (labels.period[i] > 1) {
            periods.push(labels.period[i]);
            starts.push(labels.start[i]);
          }
          labels.costs.forEach((term, k) => { sums[k] += this.cost(term, i); });
          seen[this.category[i]] += 1;
        }
      }
      const pixels = (y1 - y0) * (x1 - x0);
      const category = categories[seen.indexOf(Math.max(...seen))] ?? "";
      return { pixels, moving: periods.length / pixels, period: median(periods), start: median(starts), category, costs: sums };
    });
  }
}

/** Of frame numbers, by counting them: a rectangle may hold half a million. */
function median(values) {
  if (!values.length) return null;
  const counts = [];
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  const at = (rank) => {
    let seen = 0;
    return counts.findIndex((count) => (seen += count ?? 0) > rank);
  };
  return (at((values.length - 1) >> 1) + at(values.length >> 1)) / 2;
}

const STATIC_GRAY = 160;

/** p or s in the paper's colors, blue to red, gray where static; returns the range of the scale. */
function paintLabels(context, values, periods, colors) {
  let low = Infinity;
  let high = -Infinity;
  for (let i = 0; i < values.length; i++) {
    if (periods[i] > 1) {
      low = Math.min(low, values[i]);
      high = Math.max(high, values[i]);
    }
  }
  const span = Math.max(high - low, 1e-9);
  paint(context, (i) => {
    if (periods[i] <= 1) return [STATIC_GRAY, STATIC_GRAY, STATIC_GRAY];
    const k = 3 * Math.round((255 * (values[i] - low)) / span);
    return [colors[k], colors[k + 1], colors[k + 2]];
  });
  return low <= high ? [low, high] : null;
}

/** A map of shares 0 … 1, dark to light. */
function paintShares(context, share) {
  paint(context, (i) => {
    const v = share(i);
    return [255 * Math.min(1, 1.6 * v), 255 * v ** 1.4, 255 * (0.25 * (1 - v) * Math.min(1, 8 * v) + v ** 3)];
  });
}

function paint(context, color) {
  const { width, height } = context.canvas;
  const image = context.createImageData(width, height);
  for (let i = 0; i < width * height; i++) {
    const [r, g, b] = color(i);
    image.data.set([r, g, b, 255], 4 * i);
  }
  context.putImageData(image, 0, 0);
}
