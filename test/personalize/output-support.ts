/** Feeds texts to the output readers, whole or cut into chunks and shards. */
import fc from 'fast-check';
import type { InferenceRecord } from '../../src/personalize/inference-record';
import { type InferenceWish, readInferenceRecords } from '../../src/personalize/inference-records';
import type { OutputFinding, Shard } from '../../src/personalize/output-types';
import { readSegmentEvents, type SegmentInput } from '../../src/personalize/segment-reader';

export const WHOLE: Shard = { object: 's3://b/x.out', start: 0, end: Number.POSITIVE_INFINITY };

/** Cuts bytes into chunks, from a place on, the chunk sizes in turn. */
export async function* cutChunks(bytes: Buffer, from: number, sizes: readonly number[]): AsyncGenerator<Buffer> {
  let at = from;
  for (let turn = 0; at < bytes.length; turn++) {
    const size = sizes[turn % sizes.length] ?? bytes.length;
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

/** What a record says, as plain data. */
export interface PlainRecord {
  readonly userId: string | undefined;
  readonly itemId: string | undefined;
  readonly inputText: string;
  readonly items: readonly string[];
  readonly scores: readonly (number | null)[];
  readonly error: string | null;
  readonly theme: string | undefined;
  readonly byteOffset: number;
  readonly line: number;
}

export function toPlain(record: InferenceRecord): PlainRecord {
  const { input, items, error, theme, byteOffset, line } = record;
  const { userId, itemId, inputText } = input;
  return { userId, itemId, inputText, items, scores: record.scores(), error, theme, byteOffset, line };
}

interface Reading<Value> {
  readonly found: Value[];
  readonly findings: OutputFinding[];
}

interface How extends Partial<InferenceWish> {
  readonly shard?: Shard;
  readonly sizes?: readonly number[];
}

export async function readInference(text: string | Buffer, how: How = {}): Promise<Reading<PlainRecord>> {
  const { shard = WHOLE, sizes = [], items = Number.POSITIVE_INFINITY, ...rest } = how;
  const chunks = cutChunks(Buffer.from(text), Math.max(0, shard.start - 1), sizes);
  const reading: Reading<PlainRecord> = { found: [], findings: [] };
  for await (const batch of readInferenceRecords(chunks, shard, { items, ...rest })) {
    reading.found.push(...batch.records.map(toPlain));
    reading.findings.push(...batch.findings);
  }
  return reading;
}

export interface PlainSegment {
  readonly input: SegmentInput;
  readonly users: readonly string[];
  readonly error: string | null;
  readonly line: number;
  readonly byteOffset: number;
}

export async function readSegments(text: string | Buffer, how: How = {}): Promise<Reading<PlainSegment>> {
  const { shard = WHOLE, sizes = [] } = how;
  const chunks = cutChunks(Buffer.from(text), Math.max(0, shard.start - 1), sizes);
  const reading: Reading<PlainSegment> = { found: [], findings: [] };
  let users: string[] = [];
  for await (const event of readSegmentEvents(chunks, shard)) {
    if (event.type === 'users') {
      users.push(...event.ids);
      continue;
    }
    if (event.type === 'finding') reading.findings.push(event.finding);
    else {
      if (event.users !== users.length) throw new Error(`${event.users} users counted, ${users.length} reported`);
      const { input, error, line, byteOffset } = event;
      reading.found.push({ input, users, error, line, byteOffset });
    }
    users = [];
  }
  return reading;
}

/** Cuts the bytes of an object into shards at the given places. */
export function cutShards(length: number, cuts: readonly number[]): readonly Shard[] {
  const places = [0, ...cuts.map((cut) => cut % (length + 1)).sort((a, b) => a - b), length];
  return places.slice(1).map((end, index) => ({ object: WHOLE.object, start: places[index] ?? 0, end }));
}

/** Chunk sizes, small ones more often. */
export const chunkSizes = fc.array(fc.oneof(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 3000 })), {
  minLength: 1,
  maxLength: 8,
});

/** Writes a value as JSON in one of its many spellings: members in any order, any space, any escapes. */
export function spellJson(value: unknown, random: () => number): string {
  const space = (): string => (random() < 0.7 ? '' : (['', ' ', '\t', '\r', '  '][Math.floor(random() * 5)] ?? ''));
  const spell = (part: unknown): string => {
    if (typeof part === 'string') return spellString(part, random);
    if (part instanceof Spelled) return part.text;
    if (Array.isArray(part))
      return `[${space()}${part.map((one) => spell(one)).join(`${space()},${space()}`)}${space()}]`;
    if (typeof part !== 'object' || part === null) return JSON.stringify(part);
    const members = part instanceof Members ? part.list : Object.entries(part);
    const texts = members.map(([key, one]) => `${spellString(key, random)}${space()}:${space()}${spell(one)}`);
    return `{${space()}${texts.join(`${space()},${space()}`)}${space()}}`;
  };
  return `${space()}${spell(value)}${space()}`;
}

/** A JSON text that stands for itself, such as a number in Java notation. */
export class Spelled {
  constructor(readonly text: string) {}
}

/** The members of an object in order, keys repeated or not. */
export class Members {
  constructor(readonly list: readonly (readonly [string, unknown])[]) {}
}

const SHORT: Readonly<Record<string, string>> = { '\b': '\\b', '\f': '\\f', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function spellString(text: string, random: () => number): string {
  const escapeAll = random() < 0.1;
  let spelled = '';
  for (const unit of text.split('')) {
    const code = unit.charCodeAt(0);
    const hex = `\\u${code.toString(16).padStart(4, '0')}`;
    const mustEscape = code < 0x20 || unit === '"' || unit === '\\' || (code >= 0xd800 && code <= 0xdfff);
    if (escapeAll || (mustEscape && random() < 0.3)) spelled += hex;
    else if (unit === '"' || unit === '\\') spelled += `\\${unit}`;
    else if (unit === '/' && random() < 0.3) spelled += '\\/';
    else spelled += mustEscape ? (SHORT[unit] ?? hex) : unit;
  }
  return `"${spelled}"`;
}
