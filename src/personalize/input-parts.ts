/** Cuts an input into parts that one batch job each takes: in the order of its lines, each part as full as it can be. */
import { createHash, type Hash } from 'node:crypto';
import type { InputLimits } from './limits';

/** Tells of each line, given in order, whether a new part begins with it; the first line begins the first part. */
export function createCutter(limits: InputLimits): (line: string) => boolean {
  let lines = 0;
  let bytes = 0;
  return (line) => {
    const size = Buffer.byteLength(line);
    const isNext = lines === 0 || lines >= limits.lines || bytes + size > limits.bytes;
    lines = isNext ? 1 : lines + 1;
    bytes = isNext ? size : bytes + size;
    return isNext;
  };
}

export interface InputPart {
  /** Lower-case hex. */
  readonly sha256: string;
  readonly lines: number;
}

/** Hashes the parts of an input that is not written. */
export interface PartHasher {
  add(line: string): void;
  finish(): readonly InputPart[];
}

/** Makes the hashes that the parts of an input have once they are written. */
export function createPartHasher(limits: InputLimits): PartHasher {
  const beginsPart = createCutter(limits);
  const parts: { readonly hash: Hash; lines: number }[] = [];
  return {
    add: (line) => {
      if (beginsPart(line)) parts.push({ hash: createHash('sha256'), lines: 0 });
      const part = parts.at(-1);
      if (part === undefined) return;
      part.hash.update(line);
      part.lines += 1;
    },
    finish: () => parts.map(({ hash, lines }) => ({ sha256: hash.digest('hex'), lines })),
  };
}
