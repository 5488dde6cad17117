/** Runs the SHA-256 program where the machine has the vector instructions of WebAssembly. */
import { writeSha256Module } from './sha256-program';

/** What of the engine's WebAssembly is used here. */
declare const WebAssembly: {
  validate(bytes: Uint8Array<ArrayBuffer>): boolean;
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  readonly Instance: new (
    module: object,
  ) => { readonly exports: { readonly run: () => void; readonly memory: { readonly buffer: ArrayBuffer } } };
};

/** A memory of its own for blocks and digits, as `sha256-program.ts` lays it out, and what hashes them. */
export interface Sha256Lanes {
  readonly run: () => void;
  readonly memory: ArrayBuffer;
}

let compiled: object | null | undefined;

/** Compiles at the first call. Answers null where there are no vectors, or no room for a memory. */
export function openSha256Lanes(): Sha256Lanes | null {
  compiled ??= compile();
  if (compiled === null) return null;
  try {
    const { run, memory } = new WebAssembly.Instance(compiled).exports;
    return { run, memory: memory.buffer };
  } catch {
    return null;
  }
}

function compile(): object | null {
  if (typeof WebAssembly === 'undefined') return null;
  const bytes = writeSha256Module();
  return WebAssembly.validate(bytes) ? new WebAssembly.Module(bytes) : null;
}
