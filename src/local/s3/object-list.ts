/** Walks a bucket in key order, the order of UTF-8 bytes, as listings need it. */
import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCode } from '../http/fault';
import { readName } from './key-path';

/** Says which part of a bucket is walked: keys that begin with `prefix` and come behind `after`, both in bytes. */
export interface Walk {
  readonly prefix: Buffer;
  readonly after: Buffer;
  readonly delimiter: string;
}

/** Holds one page: keys and common prefixes together number at most the limit; `next` is set where there is more. */
export interface ListPage {
  readonly keys: readonly string[];
  readonly prefixes: readonly string[];
  /** What to give as `after` for the next page. */
  readonly next?: Buffer;
  /** The last key or common prefix of the page. */
  readonly last?: string;
}

/** No UTF-8 text has this byte, so that a prefix with it behind comes after every key of the prefix. */
const BEHIND_ALL = Buffer.from([0xff]);

/** Reads a page of keys; with a delimiter, keys that share the text up to it are one common prefix. */
export async function listPage(folder: string, walk: Walk, limit: number): Promise<ListPage> {
  const keys: string[] = [];
  const prefixes: string[] = [];
  const prefix = walk.prefix.toString();
  let last: string | undefined;
  let next: Buffer = walk.after;
  for await (const key of walkFolder({ folder, base: Buffer.alloc(0) }, walk)) {
    const group = groupOf(key, prefix, walk.delimiter);
    if (group !== undefined && group === prefixes.at(-1)) continue;
    if (keys.length + prefixes.length >= limit) {
      return { keys, prefixes, next, ...(last === undefined ? {} : { last }) };
    }
    if (group === undefined) keys.push(key);
    else prefixes.push(group);
    last = group ?? key;
    next = group === undefined ? Buffer.from(key) : behindAll(group);
  }
  return { keys, prefixes, ...(last === undefined ? {} : { last }) };
}

/** Makes the position behind every key of a prefix. */
export function behindAll(prefix: string): Buffer {
  return Buffer.concat([Buffer.from(prefix), BEHIND_ALL]);
}

/** Finds the common prefix that a key falls into: up to the first delimiter behind `prefix`; undefined where it has none. */
export function groupOf(key: string, prefix: string, delimiter: string): string | undefined {
  const end = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
  return end < 0 ? undefined : key.slice(0, end + delimiter.length);
}

interface Place {
  readonly folder: string;
  /** What the keys in the folder begin with. */
  readonly base: Buffer;
}

/** Yields every key of a walk in order; a folder that is one common prefix yields only its first. */
export async function* walkFolder(place: Place, walk: Walk): AsyncGenerator<string> {
  let before: Buffer | undefined;
  for (const entry of await readEntries(place)) {
    if (entry.isLeaf) {
      // A leaf may have a file at either of its two places for a moment.
      const isWanted = startsWith(entry.text, walk.prefix) && Buffer.compare(entry.text, walk.after) > 0;
      if (isWanted && before?.equals(entry.text) !== true) yield entry.text.toString();
      before = entry.text;
    } else if (mayHold(entry.text, walk)) {
      const isGroup = startsWith(entry.text, walk.prefix) && groupsWhole(entry.text, walk);
      for await (const key of walkFolder({ folder: join(place.folder, entry.name), base: entry.text }, walk)) {
        yield key;
        if (isGroup) break;
      }
    }
  }
}

function groupsWhole(text: Buffer, walk: Walk): boolean {
  return walk.delimiter !== '' && text.subarray(walk.prefix.length).includes(walk.delimiter);
}

function mayHold(text: Buffer, walk: Walk): boolean {
  if (!startsWith(text, walk.prefix) && !startsWith(walk.prefix, text)) return false;
  if (Buffer.compare(text, walk.after) >= 0) return true;
  return startsWith(walk.after, text) && walk.after[text.length] !== BEHIND_ALL[0];
}

function startsWith(text: Buffer, start: Buffer): boolean {
  return text.length >= start.length && text.subarray(0, start.length).equals(start);
}

interface Entry {
  readonly name: string;
  readonly text: Buffer;
  readonly isLeaf: boolean;
}

async function readEntries(place: Place): Promise<readonly Entry[]> {
  const entries = await readdir(place.folder, { withFileTypes: true }).catch((error: unknown): Dirent[] => {
    if (systemCode(error) === 'ENOENT') return [];
    throw error;
  });
  return entries
    .filter((entry) => entry.isFile() || entry.isDirectory())
    .map((entry) => {
      const read = readName(entry.name, entry.isFile() ? 'leaf' : 'directory');
      return { name: entry.name, text: Buffer.concat([place.base, read.text]), isLeaf: entry.isFile() };
    })
    .sort((a, b) => Buffer.compare(a.text, b.text));
}
