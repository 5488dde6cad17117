/** Reads the PNG files of the sample shop back, chunk by chunk. */

import { inflateSync } from 'node:zlib';

export interface ReadPng {
  readonly width: number;
  readonly height: number;
  /** Bit depth, colour type, and PNG's three methods. */
  readonly format: readonly number[];
  readonly chunkTypes: readonly string[];
  readonly paletteSize: number;
  /** `0xRRGGBB`, row by row. */
  readonly pixels: Uint32Array;
}

/** Reads a palette PNG of bit depth 8 without row filters; throws where it is another or damaged. */
export function readPng(file: Buffer): ReadPng {
  if (file.toString('latin1', 0, 8) !== '\x89PNG\r\n\x1a\n') throw new Error('no PNG signature');
  const chunks = new Map<string, Buffer>();
  for (let at = 8; at < file.length; ) {
    const end = at + 8 + file.readUInt32BE(at);
    if (file.readUInt32BE(end) !== crc32(file.subarray(at + 4, end))) throw new Error('a checksum is wrong');
    chunks.set(file.toString('latin1', at + 4, at + 8), file.subarray(at + 8, end));
    at = end + 4;
  }
  const chunk = (type: string): Buffer => chunks.get(type) ?? Buffer.alloc(0);
  const [width, height] = [chunk('IHDR').readUInt32BE(0), chunk('IHDR').readUInt32BE(4)];
  const rows = inflateSync(chunk('IDAT'));
  if (rows.length !== (width + 1) * height) throw new Error('the rows do not fill the picture');
  const palette = chunk('PLTE');
  const pixels = new Uint32Array(width * height);
  for (let row = 0; row < height; row++) {
    const start = row * (width + 1);
    if (rows[start] !== 0) throw new Error('a row is filtered');
    for (let x = 0; x < width; x++) pixels[row * width + x] = palette.readUIntBE(3 * (rows[start + 1 + x] ?? 0), 3);
  }
  const format = [...chunk('IHDR').subarray(8)];
  return { width, height, format, chunkTypes: [...chunks.keys()], paletteSize: palette.length / 3, pixels };
}

function crc32(bytes: Buffer): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}
