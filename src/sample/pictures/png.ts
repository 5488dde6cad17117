/** Encodes a picture as PNG with a palette (ISO/IEC 15948). */

import { deflateSync } from 'node:zlib';
import type { Size } from './coverage';

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const PALETTE_SIZE = 256;
/** Levels beyond this one save next to nothing here and take much longer. */
const DEFLATE_LEVEL = 7;
/** Bit depth 8, colour type 3 (palette), and the only methods that PNG knows. */
const PALETTE_HEADER = [8, 3, 0, 0, 0];

/**
 * Encodes pixels `0xRRGGBB`, row by row. Where there are more than 256 colours the rarest take the nearest of the rest.
 * The pixels are the same everywhere; the compressed bytes follow the zlib of the Node version.
 */
export function encodePng(pixels: Uint32Array, { width, height }: Size): Buffer {
  const palette = choosePalette(countColours(pixels));
  const rows = Buffer.alloc((width + 1) * height);
  const indexOf = createIndexer(palette);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) rows[y * (width + 1) + 1 + x] = indexOf(pixels[y * width + x] ?? 0);
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set(PALETTE_HEADER, 8);
  const colours = Buffer.from(palette.flatMap((colour) => [colour >> 16, (colour >> 8) & 255, colour & 255]));
  const data = deflateSync(rows, { level: DEFLATE_LEVEL });
  return Buffer.concat([
    SIGNATURE,
    writeChunk('IHDR', header),
    writeChunk('PLTE', colours),
    writeChunk('IDAT', data),
    writeChunk('IEND', Buffer.alloc(0)),
  ]);
}

function countColours(pixels: Uint32Array): Map<number, number> {
  const counts = new Map<number, number>();
  let start = 0;
  for (let at = 1; at <= pixels.length; at++) {
    const colour = pixels[start] ?? 0;
    if (at < pixels.length && pixels[at] === colour) continue;
    counts.set(colour, (counts.get(colour) ?? 0) + at - start);
    start = at;
  }
  return counts;
}

function choosePalette(counts: ReadonlyMap<number, number>): number[] {
  const byUse = [...counts].sort((one, other) => other[1] - one[1] || one[0] - other[0]);
  return byUse.slice(0, PALETTE_SIZE).map(([colour]) => colour);
}

function createIndexer(palette: readonly number[]): (colour: number) => number {
  const known = new Map(palette.map((colour, index) => [colour, index]));
  let [lastColour, lastIndex] = [-1, 0];
  return (colour) => {
    if (colour === lastColour) return lastIndex;
    const index = known.get(colour) ?? findNearest(palette, colour);
    known.set(colour, index);
    [lastColour, lastIndex] = [colour, index];
    return index;
  };
}

function findNearest(palette: readonly number[], colour: number): number {
  let [nearest, least] = [0, Number.POSITIVE_INFINITY];
  for (const [index, entry] of palette.entries()) {
    const red = (entry >> 16) - (colour >> 16);
    const green = ((entry >> 8) & 255) - ((colour >> 8) & 255);
    const blue = (entry & 255) - (colour & 255);
    const distance = red * red + green * green + blue * blue;
    if (distance < least) [nearest, least] = [index, distance];
  }
  return nearest;
}

function writeChunk(type: string, data: Buffer): Buffer {
  const chunk = Buffer.alloc(data.length + 12);
  chunk.writeUInt32BE(data.length, 0);
  chunk.write(type, 4, 'latin1');
  chunk.set(data, 8);
  chunk.writeUInt32BE(checksum(chunk.subarray(4, data.length + 8)), data.length + 8);
  return chunk;
}

/** The CRC-32 of PNG's annex D; node:zlib has one only since 20.15. */
function checksum(bytes: Buffer): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (CRC_TABLE[(crc ^ byte) & 255] ?? 0) ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value;
});
