/** Cuts the inputs of a job into pieces that can be worked on side by side. */
import { type FileHandle, open, stat } from 'node:fs/promises';
import type { InputFile } from '../compute-port';
import { createPendingLine, dropMark, splitLines, type TextLine } from './lines';

/** Some thousand lines; small, so that a job of some seconds has work for several threads. */
const PIECE_BYTES = 1 << 16;

const READ_BYTES = 1 << 14;
const NEWLINE = 10;

/** A part of an input file: the lines that begin at its bytes `from` to before `to`. */
export interface Piece extends InputFile {
  readonly from: number;
  readonly to: number;
}

/** Cuts files, in their order; an empty one has one piece. The cuts depend on nothing but the lengths. */
export async function cutFiles(files: readonly InputFile[]): Promise<readonly Piece[]> {
  const pieces: Piece[] = [];
  for (const file of files) {
    const { size } = await stat(file.inputFile);
    for (let from = 0; from === 0 || from < size; from += PIECE_BYTES) {
      pieces.push({ ...file, from, to: Math.min(size, from + PIECE_BYTES) });
    }
  }
  return pieces;
}

/** Says which of several equal shares of the pieces is meant; `index` counts from 0. */
export interface Share {
  readonly index: number;
  readonly of: number;
}

/** Takes a share: neighbours, so that the shares one behind the other are the whole. */
export function takeShare(pieces: readonly Piece[], { index, of }: Share): readonly Piece[] {
  return pieces.slice(Math.floor((pieces.length * index) / of), Math.floor((pieces.length * (index + 1)) / of));
}

/** Names the file that a share of an output is written to: the output itself where there is one share. */
export function shareFile(outputFile: string, { index, of }: Share): string {
  return of === 1 ? outputFile : `${outputFile}.${index}`;
}

/**
 * Reads the lines that begin in a piece, without their ends (`\n` or `\r\n`) and without a byte order mark.
 *
 * @throws the file system's error if the file can't be read
 */
export async function readPiece({ inputFile, from, to }: Piece): Promise<readonly TextLine[]> {
  const handle = await open(inputFile, 'r');
  try {
    const before = from === 0 ? 0 : 1;
    const bytes = await readBytes(handle, from - before, to);
    const first = before === 0 ? 0 : bytes.indexOf(NEWLINE) + 1;
    if (first >= bytes.length || (before === 1 && first === 0)) return [];
    const last = bytes.lastIndexOf(NEWLINE) + 1;
    const whole: readonly TextLine[] = last > first ? splitLines(bytes.subarray(first, last - 1)) : [];
    const lines = [...whole];
    if (last < bytes.length) lines.push(await finishLine(handle, bytes.subarray(last), to));
    const [start] = lines;
    if (from === 0 && start !== undefined) lines[0] = dropMark(start);
    return lines;
  } finally {
    await handle.close();
  }
}

async function readBytes(handle: FileHandle, from: number, to: number): Promise<Buffer> {
  const bytes = Buffer.alloc(to - from);
  let filled = 0;
  while (filled < bytes.length) {
    const { bytesRead } = await handle.read(bytes, filled, bytes.length - filled, from + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return bytes.subarray(0, filled);
}

/** Reads on until a line ends, or the file. */
async function finishLine(handle: FileHandle, start: Buffer, from: number): Promise<TextLine> {
  const line = createPendingLine();
  line.add(start);
  for (let at = from; ; at += READ_BYTES) {
    const bytes = await readBytes(handle, at, at + READ_BYTES);
    const end = bytes.indexOf(NEWLINE);
    line.add(end < 0 ? bytes : bytes.subarray(0, end));
    if (end >= 0 || bytes.length < READ_BYTES) return line.take();
  }
}
