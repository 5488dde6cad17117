/**
 * Writes WebAssembly in its binary format: instructions as byte sequences that nest like formulas, and a module of one
 * function (WebAssembly Core Specification 2.0, chapter 5; the vector instructions are in 5.4.8).
 */

/** Instructions; those of an expression leave one value on the stack. */
export type Code = readonly number[];

/** Writes an unsigned number in LEB128. */
export function writeUnsigned(value: number): Code {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  return [...bytes, rest];
}

/** Writes a signed number of 32 bits in LEB128. */
export function writeSigned(value: number): Code {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x3f || rest < -0x40; rest >>= 7) bytes.push((rest & 0x7f) | 0x80);
  return [...bytes, rest & 0x7f];
}

const NOTHING: Code = [];
/** One after the other. `concat` copies far faster than spreading does before a program is warm. */
export const sequence = (...codes: readonly Code[]): Code => NOTHING.concat(...codes);
/** @param count  how often; each writing gets its number, from 0 on */
export const repeat = (count: number, write: (index: number) => Code): Code =>
  sequence(...Array.from({ length: count }, (_, index) => write(index)));

export const getLocal = (index: number): Code => [0x20, index];
export const setLocal = (index: number, value: Code): Code => value.concat(0x21, index);
export const integer = (value: number): Code => [0x41].concat(writeSigned(value));
export const addIntegers = (left: Code, right: Code): Code => left.concat(right, 0x6a);
/** 1 where the left is less, both without a sign; else 0. */
export const lessThan = (left: Code, right: Code): Code => left.concat(right, 0x49);

/** Does the body, and again as long as the condition is not 0 then. */
export const repeatWhile = (condition: Code, body: Code): Code =>
  sequence([0x03, 0x40], body, condition, [0x0d, 0x00, 0x0b]);

const vector = (opcode: number): Code => [0xfd].concat(writeUnsigned(opcode));
/** The alignment is a hint: 2 ** 0 holds for every address. */
const place = (offset: number): Code => [0x00].concat(writeUnsigned(offset));

export const loadInteger = (address: Code, offset: number): Code => address.concat(0x28, place(offset));
/** The vector at an address. */
export const load = (address: Code, offset: number): Code => address.concat(vector(0x00), place(offset));
/** The 32 bits at an address, in each of the four lanes. */
export const loadSplat = (address: Code, offset: number): Code => address.concat(vector(0x09), place(offset));
export const store = (address: Code, offset: number, value: Code): Code =>
  address.concat(value, vector(0x0b), place(offset));
/** @param bytes  16 */
export const constant = (bytes: Code): Code => vector(0x0c).concat(bytes);
/** Bytes of two vectors. @param lanes  16 numbers: below 16 a byte of the first, else of the second */
export const shuffle = (left: Code, right: Code, lanes: Code): Code => left.concat(right, vector(0x0d), lanes);
/** Bytes of the first vector, at the places that the second says. */
export const swizzle = (bytes: Code, places: Code): Code => bytes.concat(places, vector(0x0e));

/** A byte in each of sixteen lanes. */
export const splatByte = (value: Code): Code => value.concat(vector(0x0f));
/** Ones where bytes are equal, and where the left is less, both without a sign; else zeros. */
export const equalBytes = (left: Code, right: Code): Code => left.concat(right, vector(0x23));
export const lessBytes = (left: Code, right: Code): Code => left.concat(right, vector(0x26));

/** Bit by bit. */
export const and = (left: Code, right: Code): Code => left.concat(right, vector(0x4e));
export const or = (left: Code, right: Code): Code => left.concat(right, vector(0x50));
export const xor = (left: Code, right: Code): Code => left.concat(right, vector(0x51));
/** The bits of the first where the mask has ones, and of the second where it has zeros. */
export const select = (ones: Code, zeros: Code, mask: Code): Code => ones.concat(zeros, mask, vector(0x52));

/** In each of four lanes of 32 bits. */
export const shiftLeft = (value: Code, bits: number): Code => value.concat(integer(bits), vector(0xab));
export const shiftRight = (value: Code, bits: number): Code => value.concat(integer(bits), vector(0xad));
/** The sum modulo 2 ** 32, in each of four lanes. */
export const add = (left: Code, right: Code): Code => left.concat(right, vector(0xae));

export interface WasmFunction {
  /** Numbered from 0, the vectors first. */
  readonly locals: { readonly vectors: number; readonly integers: number };
  readonly body: Code;
}

const VOID_FUNCTION: Code = [0x60, 0, 0];
const V128 = 0x7b;
const I32 = 0x7f;

/**
 * Makes a module that exports a function without parameters as `run` and a memory of 64 KiB as `memory`.
 * @param data  what the memory holds from address 0 on
 */
export function writeModule({ locals, body }: WasmFunction, data: Code): Uint8Array<ArrayBuffer> {
  const declared = [2, ...writeUnsigned(locals.vectors), V128, ...writeUnsigned(locals.integers), I32];
  const written = sequence(
    [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    writeSection(1, [VOID_FUNCTION]),
    writeSection(3, [[0]]),
    writeSection(5, [[0, 1]]),
    writeSection(7, [writeExport('run', 0), writeExport('memory', 2)]),
    writeSection(10, [writeSized(sequence(declared, body, [0x0b]))]),
    writeSection(11, [sequence([0], integer(0), [0x0b], writeSized(data))]),
  );
  return new Uint8Array(written);
}

function writeSection(id: number, entries: readonly Code[]): Code {
  return [id].concat(writeSized(sequence(writeUnsigned(entries.length), ...entries)));
}

function writeExport(name: string, kind: number): Code {
  return writeSized([...Buffer.from(name)]).concat(kind, 0);
}

function writeSized(bytes: Code): Code {
  return writeUnsigned(bytes.length).concat(bytes);
}
