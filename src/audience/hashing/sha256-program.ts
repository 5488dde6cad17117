/** Writes SHA-256 (FIPS 180-4) of four short values at a time as a WebAssembly module, a lane of vectors for each. */
import { writeFirstHash, writeRoundConstants } from './sha256-constants';
import {
  add,
  addIntegers,
  and,
  type Code,
  constant,
  equalBytes,
  getLocal,
  integer,
  lessBytes,
  lessThan,
  load,
  loadInteger,
  loadSplat,
  or,
  repeat,
  repeatWhile,
  select,
  sequence,
  setLocal,
  shiftLeft,
  shiftRight,
  shuffle,
  splatByte,
  store,
  swizzle,
  writeModule,
  xor,
} from './wasm-writer';

export const LANES = 4;
/** A longer value has no room for its end mark and its length in one block. */
export const MOST_BYTES = 55;
export const BLOCK_BYTES = 64;
export const HASH_DIGITS = 64;

const ROUNDS = 64;
/** Of a block, and of the window of the message schedule. */
const WORDS = 16;
export const WORD_BYTES = 4;
const VECTOR_BYTES = 16;

/** The working variables of FIPS 180-4. */
const [A, B, C, D, E, F, G, H] = [0, 1, 2, 3, 4, 5, 6, 7] as const;
const VARIABLES = 8;

/** Ends a value. */
const END_MARK = 0x80;

/** Addresses in the memory. */
const ROUND_CONSTANTS_AT = 0;
const FIRST_HASH_AT = ROUND_CONSTANTS_AT + WORD_BYTES * ROUNDS;
/** Where the value of each lane starts, and how many bytes it has: numbers of 32 bits. */
export const STARTS_AT = FIRST_HASH_AT + WORD_BYTES * VARIABLES;
export const LENGTHS_AT = STARTS_AT + WORD_BYTES * LANES;
export const DIGITS_AT = LENGTHS_AT + WORD_BYTES * LANES;
/** From here on the memory is free for values. Up to 64 bytes are read from the start of each. */
export const FREE_AT = DIGITS_AT + LANES * HASH_DIGITS;

/** Locals, where not named otherwise four or more vectors from that number on. */
const VARIABLE = 0;
const WORD = VARIABLE + VARIABLES;
const ROW = WORD + WORDS;
const MIXED = ROW + LANES;
const VECTORS = MIXED + LANES;
/** An integer: where the constants of the rounds stand that come next. */
const ROUND_AT = VECTORS;

const ZERO = integer(0);
const splat = (byte: number): Code => constant(Array.from({ length: VECTOR_BYTES }, () => byte));
const sum = (first: Code, ...others: readonly Code[]): Code => others.reduce(add, first);
const rotate = (x: Code, bits: number): Code => or(shiftRight(x, bits), shiftLeft(x, 32 - bits));

/** FIPS 180-4, 4.1.2. */
const choose = (x: Code, y: Code, z: Code): Code => select(y, z, x);
const majority = (x: Code, y: Code, z: Code): Code => select(z, y, xor(x, y));
const bigSigma0 = (x: Code): Code => xor(xor(rotate(x, 2), rotate(x, 13)), rotate(x, 22));
const bigSigma1 = (x: Code): Code => xor(xor(rotate(x, 6), rotate(x, 11)), rotate(x, 25));
const smallSigma0 = (x: Code): Code => xor(xor(rotate(x, 7), rotate(x, 18)), shiftRight(x, 3));
const smallSigma1 = (x: Code): Code => xor(xor(rotate(x, 17), rotate(x, 19)), shiftRight(x, 10));

/** FIPS 180-4, 6.2.2, step 1: word t of the message schedule takes the place of word t - 16. */
function scheduleWord(t: number): Code {
  const word = (index: number) => getLocal(WORD + (index % WORDS));
  return setLocal(WORD + (t % WORDS), sum(smallSigma1(word(t + 14)), word(t + 9), smallSigma0(word(t + 1)), word(t)));
}

/** FIPS 180-4, 6.2.2, step 3. Instead of moving the working variables, each round gives them other names. */
function doRound(t: number): Code {
  const local = (variable: number) => VARIABLE + ((variable + ROUNDS - t) % VARIABLES);
  const value = (variable: number) => getLocal(local(variable));
  const constantOfRound = loadSplat(getLocal(ROUND_AT), ROUND_CONSTANTS_AT + WORD_BYTES * t);
  const chosen = choose(value(E), value(F), value(G));
  const first = sum(value(H), bigSigma1(value(E)), chosen, constantOfRound, getLocal(WORD + t));
  const second = add(bigSigma0(value(A)), majority(value(A), value(B), value(C)));
  return sequence(
    setLocal(ROW, first),
    setLocal(local(D), add(value(D), getLocal(ROW))),
    setLocal(local(H), add(getLocal(ROW), second)),
  );
}

/** 16 rounds on the words of the block, then three times 16 on the words that follow from them. */
function doRounds(): Code {
  const next = setLocal(ROUND_AT, addIntegers(getLocal(ROUND_AT), integer(WORD_BYTES * WORDS)));
  return sequence(
    setLocal(ROUND_AT, ZERO),
    repeat(WORDS, doRound),
    next,
    repeatWhile(
      lessThan(getLocal(ROUND_AT), integer(WORD_BYTES * ROUNDS)),
      sequence(
        repeat(WORDS, (t) => scheduleWord(t).concat(doRound(t))),
        next,
      ),
    ),
  );
}

const bytesOfWords = (...words: readonly number[]): Code =>
  words.flatMap((n) => [4 * n, 4 * n + 1, 4 * n + 2, 4 * n + 3]);
const swapBytes = (x: Code): Code => shuffle(x, x, [3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12]);

/** Makes four vectors of the first, second, third and fourth words of four. @param from, to  the first of their locals */
function transpose(from: number, to: number): Code {
  const mix = (target: number, left: number, right: number, words: Code) =>
    setLocal(target, shuffle(getLocal(left), getLocal(right), words));
  const low = bytesOfWords(0, 4, 1, 5);
  const high = bytesOfWords(2, 6, 3, 7);
  return sequence(
    mix(MIXED, from, from + 1, low),
    mix(MIXED + 1, from + 2, from + 3, low),
    mix(MIXED + 2, from, from + 1, high),
    mix(MIXED + 3, from + 2, from + 3, high),
    mix(to, MIXED, MIXED + 1, bytesOfWords(0, 1, 4, 5)),
    mix(to + 1, MIXED, MIXED + 1, bytesOfWords(2, 3, 6, 7)),
    mix(to + 2, MIXED + 2, MIXED + 3, bytesOfWords(0, 1, 4, 5)),
    mix(to + 3, MIXED + 2, MIXED + 3, bytesOfWords(2, 3, 6, 7)),
  );
}

/** Takes the values, each padded to one block of big-endian words (FIPS 180-4, 5.1.1 and 5.2.1). */
function takeValues(): Code {
  const length = (lane: number) => splatByte(loadInteger(ZERO, LENGTHS_AT + WORD_BYTES * lane));
  const start = (lane: number) => loadInteger(ZERO, STARTS_AT + WORD_BYTES * lane);
  const takeVectors = (n: number) =>
    repeat(LANES, (lane) => {
      const numbers = constant(Array.from({ length: VECTOR_BYTES }, (_, byte) => VECTOR_BYTES * n + byte));
      const own = and(load(start(lane), VECTOR_BYTES * n), lessBytes(numbers, getLocal(MIXED + lane)));
      const mark = and(splat(END_MARK), equalBytes(numbers, getLocal(MIXED + lane)));
      return setLocal(ROW + lane, swapBytes(or(own, mark)));
    });
  return sequence(
    repeat(WORDS / LANES, (n) =>
      sequence(
        repeat(LANES, (lane) => setLocal(MIXED + lane, length(lane))),
        takeVectors(n),
        transpose(ROW, WORD + LANES * n),
      ),
    ),
    setLocal(WORD + WORDS - 1, shiftLeft(load(ZERO, LENGTHS_AT), 3)),
  );
}

/** Puts the hashes down in lower-case hexadecimal digits. */
function putDigits(): Code {
  const digits = constant([...Buffer.from('0123456789abcdef')]);
  const low = Array.from({ length: VECTOR_BYTES }, (_, n) => (n >> 1) + VECTOR_BYTES * (n & 1));
  const high = low.map((n) => n + VECTOR_BYTES / 2);
  const putRow = (row: Code, at: number) =>
    sequence(
      setLocal(MIXED, and(shiftRight(row, 4), splat(0x0f))),
      setLocal(MIXED + 1, and(row, splat(0x0f))),
      store(ZERO, at, swizzle(digits, shuffle(getLocal(MIXED), getLocal(MIXED + 1), low))),
      store(ZERO, at + VECTOR_BYTES, swizzle(digits, shuffle(getLocal(MIXED), getLocal(MIXED + 1), high))),
    );
  return repeat(VARIABLES / LANES, (half) =>
    sequence(
      transpose(VARIABLE + LANES * half, ROW),
      repeat(LANES, (lane) => setLocal(ROW + lane, swapBytes(getLocal(ROW + lane)))),
      repeat(LANES, (lane) => putRow(getLocal(ROW + lane), DIGITS_AT + HASH_DIGITS * lane + 2 * VECTOR_BYTES * half)),
    ),
  );
}

/** The module exports its `memory` and `run`, which hashes four values of at most 55 bytes each. */
export function writeSha256Module(): Uint8Array<ArrayBuffer> {
  const firstHash = (variable: number) => loadSplat(ZERO, FIRST_HASH_AT + WORD_BYTES * variable);
  const body = sequence(
    takeValues(),
    repeat(VARIABLES, (n) => setLocal(VARIABLE + n, firstHash(n))),
    doRounds(),
    repeat(VARIABLES, (n) => setLocal(VARIABLE + n, add(getLocal(VARIABLE + n), firstHash(n)))),
    putDigits(),
  );
  const data = [...writeRoundConstants(ROUNDS), ...writeFirstHash(VARIABLES)];
  return writeModule({ locals: { vectors: VECTORS, integers: 1 }, body }, data);
}
