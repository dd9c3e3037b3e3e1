// The painter's tools on a map of 0 and 1, one byte a pixel: (x, y) are pixels, a pixel's centre at (i + ½, j + ½).

/** Packed bits, the first pixel in the highest bit (numpy.packbits), to one byte a pixel. */
function unpackBits(bits, size) {
  const map = new Uint8Array(size), bytes = bytesOf(bits);
  for (let i = 0; i < size; i++) map[i] = (bytes[i >> 3] >> (7 - (i & 7))) & 1;
  return map;
}

function packBits(map) {
  const bytes = new Uint8Array((map.length + 7) >> 3);
  for (let i = 0; i < map.length; i++) if (map[i]) bytes[i >> 3] |= 128 >> (i & 7);
  return bytes;
}

function sameBytes(a, b) {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** Set what lies within `radius` of the line a–b; returns the rectangle [x0, y0, x1, y1) that may have changed. */
function drawLine(map, width, height, a, b, radius, value) {
  const x0 = Math.max(0, Math.floor(Math.min(a[0], b[0]) - radius));
  const y0 = Math.max(0, Math.floor(Math.min(a[1], b[1]) - radius));
  const x1 = Math.min(width, Math.ceil(Math.max(a[0], b[0]) + radius) + 1);
  const y1 = Math.min(height, Math.ceil(Math.max(a[1], b[1]) + radius) + 1);
  const dx = b[0] - a[0], dy = b[1] - a[1], length = dx * dx + dy * dy, reach = radius * radius;
  for (let y = y0; y < y1; y++) {
    for (let x = x0; x < x1; x++) {
      const px = x + 0.5 - a[0], py = y + 0.5 - a[1];
      const along = length ? Math.min(1, Math.max(0, (px * dx + py * dy) / length)) : 0;
      const ex = px - along * dx, ey = py - along * dy;
      if (ex * ex + ey * ey <= reach) map[y * width + x] = value;
    }
  }
  return [x0, y0, x1, y1];
}

/** Set the inside of a polygon: even-odd rule, at pixel centres. */
function drawPolygon(map, width, height, points, value) {
  for (let y = 0; y < height; y++) {
    const crossings = [];
    for (let i = 0; i < points.length; i++) {
      const [ax, ay] = points[i], [bx, by] = points[(i + 1) % points.length];
      if (ay <= y + 0.5 !== by <= y + 0.5) crossings.push(ax + ((y + 0.5 - ay) / (by - ay)) * (bx - ax));
    }
    crossings.sort((p, q) => p - q);
    for (let i = 0; i + 1 < crossings.length; i += 2) {
      const from = Math.max(0, Math.ceil(crossings[i] - 0.5));
      const to = Math.min(width, Math.ceil(crossings[i + 1] - 0.5));
      if (from < to) map.fill(value, y * width + from, y * width + to);
    }
  }
}

/** Turn the connected region of equal value around (x, y) over: a hole is filled, a blob goes. */
function flipRegion(map, width, height, x, y) {
  const old = map[y * width + x], stack = [y * width + x];
  map[stack[0]] = 1 - old;
  while (stack.length) {
    const i = stack.pop(), column = i % width;
    if (column > 0 && map[i - 1] === old) { map[i - 1] = 1 - old; stack.push(i - 1); }
    if (column < width - 1 && map[i + 1] === old) { map[i + 1] = 1 - old; stack.push(i + 1); }
    if (i >= width && map[i - width] === old) { map[i - width] = 1 - old; stack.push(i - width); }
    if (i + width < map.length && map[i + width] === old) { map[i + width] = 1 - old; stack.push(i + width); }
  }
}

/** Add (value 1) or take away (value 0) a border of `pixels`; by diamonds and squares in turn, nearly a disc. */
function spread(map, width, height, pixels, value) {
  for (let step = 0; step < pixels; step++) {
    const was = map.slice();
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        if (was[y * width + x] !== value) continue;
        for (let j = Math.max(0, y - 1); j <= Math.min(height - 1, y + 1); j++)
          for (let i = Math.max(0, x - 1); i <= Math.min(width - 1, x + 1); i++)
            if (step % 2 || i === x || j === y) map[j * width + i] = value;
      }
    }
  }
}

/** Round the outline: the majority within a box, twice; the picture's edge is continued outwards. */
function feather(map, width, height, radius) {
  let share = Float32Array.from(map);
  const along = (from, count, step, lines, across) => {
    const to = new Float32Array(from.length), clamp = (i) => Math.min(count - 1, Math.max(0, i));
    for (let line = 0; line < lines; line++) {
      const at = (i) => line * across + clamp(i) * step;
      let sum = 0;
      for (let i = -radius; i <= radius; i++) sum += from[at(i)];
      for (let i = 0; i < count; i++) {
        to[at(i)] = sum / (2 * radius + 1);
        sum += from[at(i + radius + 1)] - from[at(i - radius)];
      }
    }
    return to;
  };
  for (let pass = 0; pass < 2; pass++) {
    share = along(share, width, 1, height, width);
    share = along(share, height, width, width, 1);
  }
  for (let i = 0; i < map.length; i++) map[i] = share[i] > 0.5 ? 1 : 0;
}

/** Paint map `rows` y0…y1 into 32-bit pixels: the whole map, or only its rim of two pixels. */
function colorMap(map, width, height, pixels, color, rim, [x0, y0, x1, y1]) {
  const out = (x, y) => x >= 0 && y >= 0 && x < width && y < height && !map[y * width + x];
  for (let y = y0; y < y1; y++) {
    for (let x = x0; x < x1; x++) {
      let shown = map[y * width + x];
      if (shown && rim)
        shown = out(x - 1, y) || out(x + 1, y) || out(x, y - 1) || out(x, y + 1) ||
          out(x - 2, y) || out(x + 2, y) || out(x, y - 2) || out(x, y + 2);
      pixels[y * width + x] = shown ? color : 0;
    }
  }
}
