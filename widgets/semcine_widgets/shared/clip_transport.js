// Unpacks what clip_transport.py packed: frames of a clip as RGBA bytes, and label maps.
// The files of this folder have neither imports nor exports: Python puts them in front of a widget's module.

/** The bytes of a binary trait, whatever kind of view the front end gives. */
function bytesOf(value) {
  if (!value) return new Uint8Array(0);
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
}

async function inflate(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Response(stream).arrayBuffer();
}

/** {width, height, table: Int32Array of (p, s, object) triples, maps: [Uint16Array of indices into the table]}. */
async function unpackLabels(value) {
  const buffer = await inflate(bytesOf(value));
  const [count, height, width, entries] = new Int32Array(buffer, 0, 4);
  const table = new Int32Array(buffer, 16, 3 * entries);
  const at = (i) => 16 + 12 * entries + 2 * width * height * i;
  const maps = Array.from({ length: count }, (_, i) => new Uint16Array(buffer, at(i), width * height));
  return { width, height, table, maps };
}

/** VideoDecoder exists only in a secure context: https, or this computer itself. */
function canDecode(info) {
  return !info.codec || typeof VideoDecoder !== "undefined";
}

/** The bytes of each frame. */
function framesOf(info, value) {
  const bytes = bytesOf(value);
  let offset = 0;
  return info.sizes.map((size) => bytes.subarray(offset, (offset += size)));
}

/**
 * Decode a clip and hand each frame to sink(index, rgba).
 * `wanted`, a Set of indices, leaves out what need not be decoded.
 */
async function decodeClip(info, value, sink, wanted = null) {
  const parts = framesOf(info, value);
  if (info.codec) await decodePackets(info, parts, sink, wanted);
  else await decodePictures(info, parts, sink, wanted);
}

async function decodePackets(info, parts, sink, wanted) {
  const last = wanted ? Math.max(...wanted) : parts.length - 1;
  let copied = Promise.resolve();
  let failed = null;
  let seen = 0;
  const decoder = new VideoDecoder({
    output: (frame) => {
      copied = copied.then(async () => {
        const index = frame.timestamp;
        if (!failed && (!wanted || wanted.has(index))) sink(index, await pixelsOf(frame, info));
        seen += 1;
        frame.close();
      }).catch((error) => { failed = failed || error; frame.close(); });
    },
    error: (error) => { failed = failed || error; },
  });
  const { width: codedWidth, height: codedHeight } = info.coded;
  decoder.configure({ codec: info.codec, codedWidth, codedHeight, hardwareAcceleration: "prefer-software" });
  for (let i = 0; i <= last && !failed; i++) {
    const type = info.keys.includes(i) ? "key" : "delta";
    // the timestamp carries the frame's number
    decoder.decode(new EncodedVideoChunk({ type, timestamp: i, data: parts[i] }));
  }
  if (!failed) await decoder.flush().catch((error) => { failed = failed || error; });
  await copied;
  if (decoder.state !== "closed") decoder.close();
  if (failed) throw failed;
  if (seen <= last) throw new Error(`Only ${seen} of ${last + 1} frames could be decoded.`);
}

async function pixelsOf(frame, { width, height }) {
  try {
    const { codedWidth, codedHeight } = frame;
    const rect = { x: 0, y: 0, width: codedWidth, height: codedHeight };
    const rgba = new Uint8Array(frame.allocationSize({ format: "RGBA", rect }));
    const [{ stride }] = await frame.copyTo(rgba, { format: "RGBA", rect });
    if (stride === 4 * width && rgba.length === 4 * width * height) return rgba;
    const cropped = new Uint8Array(4 * width * height);
    for (let y = 0; y < height; y++) {
      cropped.set(rgba.subarray(y * stride, y * stride + 4 * width), 4 * y * width);
    }
    return cropped;
  } catch (error) {
    if (!["NotSupportedError", "TypeError"].includes(error.name)) throw error;
    return drawnPixels(frame, width, height); // a browser that cannot convert while copying
  }
}

/** One frame of a clip that was sent as single pictures. */
function decodePicture({ mime }, part) {
  return createImageBitmap(new Blob([part], { type: mime }), { colorSpaceConversion: "none", premultiplyAlpha: "none" });
}

async function decodePictures(info, parts, sink, wanted) {
  for (let i = 0; i < parts.length; i++) {
    if (wanted && !wanted.has(i)) continue;
    const bitmap = await decodePicture(info, parts[i]);
    sink(i, drawnPixels(bitmap, info.width, info.height));
    bitmap.close();
  }
}

function drawnPixels(picture, width, height) {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d", { alpha: false, willReadFrequently: true });
  context.drawImage(picture, 0, 0);
  return new Uint8Array(context.getImageData(0, 0, width, height).data.buffer);
}
