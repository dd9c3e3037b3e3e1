// Two ways to draw V(x, φ(x, t)): a gather of typed arrays into a Canvas 2D, and WebGL 2.
// Both are given `lookup`: for each label of the table the frame that it shows now.

/** Keeps all frames only where pixels move; the static part is one picture. */
class CanvasRenderer {
  constructor(labels, map, frames, keepAll = false) {
    const { width, height, table } = labels;
    this.kind = "canvas";
    this.frames = frames;
    this.map = map;
    this.image = new ImageData(width, height);
    this.out = new Uint32Array(this.image.data.buffer);
    const moves = (i) => keepAll || table[3 * map[i]] > 1;
    let count = 0;
    for (let i = 0; i < map.length; i++) if (moves(i)) count += 1;
    this.places = new Uint32Array(count);
    this.own = new Uint16Array(count);
    const still = new Uint32Array(map.length - count);
    let m = 0;
    let n = 0;
    for (let i = 0; i < map.length; i++) {
      if (moves(i)) {
        this.places[m] = i;
        this.own[m++] = map[i];
      } else still[n++] = i;
    }
    this.still = still;
    this.stillLabels = [...new Set(Array.from(still, (i) => map[i]))];
    this.held = new Map(); // static label → the frame whose pixels stand in `out`
    this.wanted = new Map();
    this.data = new Uint32Array(count * frames);
  }

  /** Before frames arrive: which frame each static label will show. */
  expect(lookup) {
    for (const label of this.stillLabels) this.wanted.set(label, lookup[label]);
  }

  accept(index, rgba) {
    const pixels = new Uint32Array(rgba.buffer, rgba.byteOffset, rgba.byteLength / 4);
    const { places, data } = this;
    const offset = index * places.length;
    for (let i = 0; i < places.length; i++) data[offset + i] = pixels[places[i]];
    this.acceptStill(index, pixels);
  }

  acceptStill(index, pixels) {
    const due = new Set(this.stillLabels.filter((label) => this.wanted.get(label) === index));
    if (!due.size) return;
    const { still, map, out } = this;
    for (let i = 0; i < still.length; i++) if (due.has(map[still[i]])) out[still[i]] = pixels[still[i]];
    for (const label of due) this.held.set(label, index);
  }

  /** Frames of which the static part is still missing for this lookup. */
  missing(lookup) {
    return new Set(this.stillLabels.filter((l) => this.held.get(l) !== lookup[l]).map((l) => lookup[l]));
  }

  fill(index, rgba) {
    this.acceptStill(index, new Uint32Array(rgba.buffer, rgba.byteOffset, rgba.byteLength / 4));
  }

  draw(lookup, contexts) {
    const { places, own, data, out } = this;
    const count = places.length;
    for (let i = 0; i < count; i++) out[places[i]] = data[lookup[own[i]] * count + i];
    for (const context of contexts) context.putImageData(this.image, 0, 0);
  }

  release() {
    this.data = new Uint32Array(0);
  }
}

const LOOKUP_WIDTH = 256;
const VERTEX = `#version 300 es
void main() {
  gl_Position = vec4(gl_VertexID == 1 ? 3.0 : -1.0, gl_VertexID == 2 ? 3.0 : -1.0, 0.0, 1.0);
}`;
const FRAGMENT = `#version 300 es
precision highp float; precision highp int;
precision highp sampler2DArray; precision highp usampler2D;
uniform sampler2DArray frames; uniform usampler2D labels; uniform usampler2D lookup; uniform int height;
out vec4 color;
void main() {
  ivec2 p = ivec2(int(gl_FragCoord.x), height - 1 - int(gl_FragCoord.y));
  int label = int(texelFetch(labels, p, 0).r);
  int frame = int(texelFetch(lookup, ivec2(label % ${LOOKUP_WIDTH}, label / ${LOOKUP_WIDTH}), 0).r);
  color = vec4(texelFetch(frames, ivec3(p, frame), 0).rgb, 1.0);
}`;

/** One WebGL context for all players of a page: a page keeps only sixteen. */
function sharedContext() {
  const key = Symbol.for("semcine.webgl");
  if (globalThis[key]) return globalThis[key];
  const canvas = new OffscreenCanvas(16, 16);
  const options = { alpha: false, antialias: false, depth: false, preserveDrawingBuffer: false };
  const gl = canvas.getContext("webgl2", options);
  if (!gl) return null;
  const shared = { canvas, gl, program: null, lost: new Set() };
  canvas.addEventListener("webglcontextlost", (event) => {
    event.preventDefault();
    shared.program = null;
    for (const tell of [...shared.lost]) tell();
  });
  globalThis[key] = shared;
  return shared;
}

function programOf(shared) {
  if (shared.program) return shared.program;
  const { gl } = shared;
  const program = gl.createProgram();
  for (const [kind, text] of [[gl.VERTEX_SHADER, VERTEX], [gl.FRAGMENT_SHADER, FRAGMENT]]) {
    const shader = gl.createShader(kind);
    gl.shaderSource(shader, text);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
  }
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS)) throw new Error(gl.getProgramInfoLog(program));
  shared.program = program;
  return program;
}

/** All frames as layers of one texture; throws where the browser cannot hold them. */
class WebGLRenderer {
  constructor(labels, map, frames) {
    this.kind = "webgl";
    this.shared = sharedContext();
    if (!this.shared || this.shared.gl.isContextLost()) throw new Error("WebGL 2 is not available.");
    const { gl } = this.shared;
    const { width, height, table } = labels;
    if (frames > gl.getParameter(gl.MAX_ARRAY_TEXTURE_LAYERS)) throw new Error("Too many frames for WebGL.");
    Object.assign(this, { gl, width, height, onLost: null });
    programOf(this.shared);
    while (gl.getError() !== gl.NO_ERROR); // errors of others
    gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1);
    this.frames = this.texture(gl.TEXTURE_2D_ARRAY);
    gl.texStorage3D(gl.TEXTURE_2D_ARRAY, 1, gl.RGBA8, width, height, frames);
    this.labels = this.texture(gl.TEXTURE_2D);
    gl.texStorage2D(gl.TEXTURE_2D, 1, gl.R16UI, width, height);
    gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, 0, width, height, gl.RED_INTEGER, gl.UNSIGNED_SHORT, map);
    this.rows = Math.ceil(table.length / 3 / LOOKUP_WIDTH);
    this.padded = new Uint16Array(this.rows * LOOKUP_WIDTH);
    this.lookup = this.texture(gl.TEXTURE_2D);
    gl.texStorage2D(gl.TEXTURE_2D, 1, gl.R16UI, LOOKUP_WIDTH, this.rows);
    if (gl.getError() !== gl.NO_ERROR) {
      this.release();
      throw new Error("The frames do not fit into the graphics memory.");
    }
    this.tell = () => this.onLost?.();
    this.shared.lost.add(this.tell);
  }

  texture(target) {
    const { gl } = this;
    const texture = gl.createTexture();
    gl.bindTexture(target, texture);
    gl.texParameteri(target, gl.TEXTURE_MIN_FILTER, gl.NEAREST);
    gl.texParameteri(target, gl.TEXTURE_MAG_FILTER, gl.NEAREST);
    return texture;
  }

  expect() {}

  accept(index, rgba) {
    const { gl, width, height } = this;
    gl.bindTexture(gl.TEXTURE_2D_ARRAY, this.frames);
    gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1);
    gl.texSubImage3D(
      gl.TEXTURE_2D_ARRAY, 0, 0, 0, index, width, height, 1, gl.RGBA, gl.UNSIGNED_BYTE, rgba,
    );
  }

  missing() {
    return new Set();
  }

  draw(lookup, contexts) {
    const { gl, width, height, padded } = this;
    if (gl.isContextLost()) return;
    const { canvas } = this.shared;
    if (canvas.width < width || canvas.height < height) {
      canvas.width = Math.max(canvas.width, width);
      canvas.height = Math.max(canvas.height, height);
    }
    const program = programOf(this.shared);
    gl.useProgram(program);
    padded.set(lookup);
    const units = [[gl.TEXTURE_2D_ARRAY, this.frames], [gl.TEXTURE_2D, this.labels], [gl.TEXTURE_2D, this.lookup]];
    units.forEach(([target, texture], unit) => {
      gl.activeTexture(gl.TEXTURE0 + unit);
      gl.bindTexture(target, texture);
    });
    gl.texSubImage2D(
      gl.TEXTURE_2D, 0, 0, 0, LOOKUP_WIDTH, this.rows, gl.RED_INTEGER, gl.UNSIGNED_SHORT, padded,
    );
    ["frames", "labels", "lookup"].forEach((name, unit) => gl.uniform1i(gl.getUniformLocation(program, name), unit));
    gl.uniform1i(gl.getUniformLocation(program, "height"), height);
    gl.viewport(0, 0, width, height);
    gl.drawArrays(gl.TRIANGLES, 0, 3);
    gl.activeTexture(gl.TEXTURE0);
    // the viewport is at the bottom of a canvas that may be larger; copied at once, before it is cleared
    for (const context of contexts) {
      context.drawImage(canvas, 0, canvas.height - height, width, height, 0, 0, width, height);
    }
  }

  release() {
    this.shared.lost.delete(this.tell);
    for (const texture of [this.frames, this.labels, this.lookup]) this.gl.deleteTexture(texture);
  }
}
