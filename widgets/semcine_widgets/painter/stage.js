// The painter's picture: a frame, the map over it, zoom and pan. It draws at most once a screen refresh.

const COLORS = [[230, 85, 13], [31, 119, 220], [44, 160, 60], [214, 60, 160], [150, 110, 250], [0, 170, 180], [200, 170, 0], [140, 86, 75]];
const css = (index, alpha = 1) => `rgba(${COLORS[index % COLORS.length].join(",")},${alpha})`;
const packed = (index, alpha = 255) => {
  const [r, g, b] = COLORS[index % COLORS.length];
  return ((alpha << 24) | (b << 16) | (g << 8) | r) >>> 0;
};

class Layer {
  constructor(width, height) {
    this.canvas = document.createElement("canvas");
    this.canvas.width = width;
    this.canvas.height = height;
    this.context = this.canvas.getContext("2d");
    this.image = this.context.createImageData(width, height);
    this.pixels = new Uint32Array(this.image.data.buffer);
  }

  put([x0, y0, x1, y1]) {
    if (x1 > x0 && y1 > y0) this.context.putImageData(this.image, 0, 0, x0, y0, x1 - x0, y1 - y0);
  }
}

/** A layer of which color(i) says each pixel, 32 bits. */
function paintedLayer(width, height, color) {
  const layer = new Layer(width, height);
  for (let i = 0; i < width * height; i++) layer.pixels[i] = color(i);
  layer.put([0, 0, width, height]);
  return layer;
}

class Stage extends Follower {
  constructor(model, playback, lessons, canvas) {
    super(model);
    Object.assign(this, { playback, lessons, canvas, maps: playback.maps });
    this.context = canvas.getContext("2d");
    this.width = this.maps.width;
    this.height = this.maps.height;
    this.layer = new Layer(this.width, this.height);
    this.zoom = 1; // over the size that fits
    this.origin = [0, 0]; // the picture's corner on the stage, CSS pixels
    this.cursor = null; // picture coordinates
    this.path = []; // of lasso, polygon and scribble
    this.changed = null; // the rectangle to draw again, picture coordinates
    this.draws = 0;
    this.hear(["outline"], () => this.refresh());
    this.refresh();
  }

  /** CSS pixels a picture pixel. */
  get scale() {
    return this.fit * this.zoom;
  }

  resize(available) {
    const width = Math.max(160, Math.min(available, Math.max(960, this.width)));
    const height = Math.round((width * this.height) / this.width);
    const ratio = window.devicePixelRatio || 1;
    if (this.canvas.width === Math.round(width * ratio) && this.fit) return;
    this.fit = width / this.width;
    this.canvas.style.aspectRatio = `${this.width} / ${this.height}`;
    this.canvas.width = Math.round(width * ratio);
    this.canvas.height = Math.round(height * ratio);
    this.ratio = ratio;
    this.bound();
    this.request();
  }

  at(event) {
    const box = this.canvas.getBoundingClientRect();
    const shrink = (this.width * this.fit) / box.width;
    const x = (event.clientX - box.left) * shrink, y = (event.clientY - box.top) * shrink;
    return [(x - this.origin[0]) / this.scale, (y - this.origin[1]) / this.scale];
  }

  /** Zoom by `factor` with picture point `at` staying where it is. */
  zoomBy(factor, at = [this.width / 2, this.height / 2]) {
    const zoom = Math.min(32, Math.max(1, this.zoom * factor)), moved = this.fit * (this.zoom - zoom);
    if (zoom === this.zoom) return false;
    this.origin = [this.origin[0] + at[0] * moved, this.origin[1] + at[1] * moved];
    this.zoom = zoom;
    this.bound();
    this.request();
    return true;
  }

  pan(dx, dy) {
    this.origin = [this.origin[0] + dx, this.origin[1] + dy];
    this.bound();
    this.request();
  }

  bound() {
    const least = (size) => size * this.fit * (1 - this.zoom);
    this.origin = [
      Math.min(0, Math.max(least(this.width), this.origin[0])),
      Math.min(0, Math.max(least(this.height), this.origin[1])),
    ];
  }

  get whole() {
    return [0, 0, this.width, this.height];
  }

  /** Color the active map again, or a rectangle of it. */
  refresh(rect = this.whole) {
    const rim = this.get("outline"), color = packed(this.maps.names.indexOf(this.maps.name));
    const [x0, y0, x1, y1] = rect, grown = rim ? 2 : 0;
    const part = [Math.max(0, x0 - grown), Math.max(0, y0 - grown), Math.min(this.width, x1 + grown), Math.min(this.height, y1 + grown)];
    colorMap(this.maps.map, this.width, this.height, this.layer.pixels, color, rim, part);
    this.layer.put(part);
    this.request(part);
  }

  /** The ring goes to `at`. */
  point(at) {
    const reach = (this.radius || 4 / this.scale) + 2 / this.scale;
    for (const each of [this.cursor, at]) if (each) this.request([each[0] - reach, each[1] - reach, each[0] + reach, each[1] + reach]);
    if (this.path.length) this.request();
    this.cursor = at;
  }

  /** Draw with the next repaint: all, or what has changed, a rectangle in picture coordinates. */
  request([x0, y0, x1, y1] = [-Infinity, -Infinity, Infinity, Infinity]) {
    const [a, b, c, d] = this.changed ?? [Infinity, Infinity, -Infinity, -Infinity];
    this.changed = [Math.min(a, x0), Math.min(b, y0), Math.max(c, x1), Math.max(d, y1)];
    this.wake?.();
  }

  /** Whole canvas pixels that hold what has changed: without graphics hardware the rest costs most of the time. */
  clip() {
    const { context, canvas } = this, margin = 2 + 2 / this.scale; // scaling mixes neighbors
    const on = (value, i) => ((value * this.scale) + this.origin[i]) * this.ratio;
    const [x0, y0, x1, y1] = this.changed;
    const left = Math.max(0, Math.floor(on(x0 - margin, 0))), top = Math.max(0, Math.floor(on(y0 - margin, 1)));
    const right = Math.min(canvas.width, Math.ceil(on(x1 + margin, 0))), bottom = Math.min(canvas.height, Math.ceil(on(y1 + margin, 1)));
    context.beginPath();
    context.rect(left, top, Math.max(0, right - left), Math.max(0, bottom - top));
    context.clip();
  }

  draw() {
    if (!this.changed) return;
    const { context, scale, lessons } = this, { picture } = this.playback, toPixels = this.ratio;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.save();
    this.clip();
    context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    context.setTransform(scale * toPixels, 0, 0, scale * toPixels, this.origin[0] * toPixels, this.origin[1] * toPixels);
    context.imageSmoothingEnabled = scale < 3;
    if (picture) context.drawImage(picture, 0, 0, this.width, this.height);
    context.globalAlpha = this.get("opacity");
    if (!lessons.covers) context.drawImage(this.layer.canvas, 0, 0);
    context.globalAlpha = 1;
    lessons.draw(this);
    if (this.path.length) this.line(this.path, css(this.maps.names.indexOf(this.maps.name)), this.closed);
    if (this.cursor) this.ring();
    context.restore();
    this.changed = null;
    this.canvas.dataset.draws = ++this.draws;
  }

  line(points, color, closed = false) {
    const { context, scale } = this;
    for (const [style, width] of [["rgba(255,255,255,.9)", 3.5], [color, 1.8]]) {
      context.beginPath();
      points.forEach(([x, y]) => context.lineTo(x, y));
      if (closed) context.closePath();
      if (points.length === 1) context.arc(...points[0], 2 / scale, 0, 7);
      context.strokeStyle = style;
      context.lineWidth = width / scale;
      context.lineJoin = context.lineCap = "round";
      context.stroke();
    }
  }

  ring() {
    const { context, scale } = this, [x, y] = this.cursor;
    const radius = this.radius || 4 / scale;
    for (const [style, width] of [["#000c", 3], ["#fff", 1.4]]) {
      context.beginPath();
      context.arc(x, y, radius, 0, 2 * Math.PI);
      context.strokeStyle = style;
      context.lineWidth = width / scale;
      context.stroke();
    }
  }
}
