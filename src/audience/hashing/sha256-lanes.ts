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

/** Undefined until the first call. */
let compiled: object | null | undefined;
/** As the memory of WebAssembly is; views of numbers go by the order of the machine. */
const IS_LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** Compiles at the first call. Answers null where there are no vectors, or no room for a memory. */
export function openSha256Lanes(): Sha256Lanes | null {
  if (compiled === undefined) compiled = compile();
  if (compiled === null) return null;
  try {
    const { run, memory } = new WebAssembly.Instance(compiled).exports;
    return { run, memory: memory.buffer };
  } catch {
    return null;
  }
}

function compile(): object | null {
  if (typeof WebAssembly === 'undefined' || !IS_LITTLE_ENDIAN) return null;
  const bytes = writeSha256Module();
  return WebAssembly.validate(bytes) ? new WebAssembly.Module(bytes) : null;
}
