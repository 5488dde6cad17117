/** The files of the inbox: every accepted message under a number of its own, and an index that only saves reading. */
import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { appendFile, link, mkdir, open, readdir, readFile, rm, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { systemErrorCode } from '../errors';

/** Append-only, one JSON object a line: `{"number": 17, "messageId": "<…>"}`. The `.eml` files are the truth. */
const INDEX = 'index.jsonl';
const MESSAGE = /^(\d{6,})\.eml$/;
const TEMPORARY = /^\.incoming-(\d+)-[\da-f-]+$/;
/** Files that this process is writing: all others with its id are of a dead process that had the same one. */
const beingWritten = new Set<string>();
/** A header that is longer than this is not searched for its Message-ID. */
const HEADER_MAX = 256 * 1024;

/** A folder of messages that this process adds to; other processes may add to it at the same time. */
export interface InboxFiles {
  /**
   * Keeps one message: written, synced to disk, then named `<number>.eml`. Numbers rise, and none is used twice.
   * Leaves nothing behind where the message fails.
   * @returns the number
   */
  keep(message: AsyncIterable<Buffer>): Promise<number>;
}

/** Opens the folder, makes it where it is missing, and sweeps up what killed processes left half-written. */
export async function openInboxFiles(dir: string): Promise<InboxFiles> {
  await mkdir(dir, { recursive: true });
  await sweepTemporary(dir);
  const state = { next: (await findLastNumber(dir)) + 1 };
  return {
    keep: async (message) => {
      const name = `.incoming-${process.pid}-${randomUUID()}`;
      const temporary = join(dir, name);
      beingWritten.add(name);
      try {
        await writeSynced(message, temporary);
        const number = await nameMessage(dir, temporary, state);
        await syncFolder(dir);
        await indexMessage(dir, number);
        return number;
      } finally {
        await unlink(temporary).catch(() => undefined);
        beingWritten.delete(name);
      }
    },
  };
}

/** The name of a file lies in its folder; systems that can't sync a folder keep names by themselves. */
async function syncFolder(dir: string): Promise<void> {
  const handle = await open(dir, 'r').catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}

/** A message that is named is kept, so a failing index fails nothing: what it lacks is read from the messages. */
async function indexMessage(dir: string, number: number): Promise<void> {
  try {
    const messageId = await readMessageId(join(dir, nameFile(number)));
    await appendFile(join(dir, INDEX), `${JSON.stringify({ number, messageId })}\n`);
  } catch {
    return;
  }
}

async function writeSynced(message: AsyncIterable<Buffer>, file: string): Promise<void> {
  const handle = await open(file, 'wx', 0o600);
  try {
    for await (const chunk of message) await handle.appendFile(chunk);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** A hard link fails where the name is taken, which a rename would not: so two processes never share a number. */
async function nameMessage(dir: string, temporary: string, state: { next: number }): Promise<number> {
  for (;;) {
    const number = state.next;
    state.next += 1;
    try {
      await link(temporary, join(dir, nameFile(number)));
      return number;
    } catch (error) {
      if (systemErrorCode(error) !== 'EEXIST') throw error;
    }
  }
}

/** Returns the file name of a message: at least six digits. */
export function nameFile(number: number): string {
  return `${String(number).padStart(6, '0')}.eml`;
}

async function sweepTemporary(dir: string): Promise<void> {
  for (const name of await readdir(dir)) {
    const pid = Number(TEMPORARY.exec(name)?.[1]);
    const isStale = pid === process.pid ? !beingWritten.has(name) : Number.isInteger(pid) && !isAlive(pid);
    if (isStale) await rm(join(dir, name), { force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemErrorCode(error) === 'EPERM';
  }
}

/** Numbers of messages that someone has deleted still stand in the index, and are not used again. */
async function findLastNumber(dir: string): Promise<number> {
  const indexed = [...(await readIndex(dir)).keys()];
  return [...(await listNumbers(dir)), ...indexed].reduce((last, number) => Math.max(last, number), 0);
}

async function listNumbers(dir: string): Promise<readonly number[]> {
  const names = await readdir(dir).catch(() => []);
  return names.flatMap((name) => {
    const digits = MESSAGE.exec(name)?.[1];
    return digits === undefined ? [] : [Number(digits)];
  });
}

async function readIndex(dir: string): Promise<ReadonlyMap<number, string>> {
  const text = await readFile(join(dir, INDEX), 'utf8').catch(() => '');
  const index = new Map<number, string>();
  for (const line of text.split('\n')) {
    const entry = readEntry(line);
    if (entry !== undefined) index.set(entry.number, entry.messageId);
  }
  return index;
}

function readEntry(line: string): { readonly number: number; readonly messageId: string } | undefined {
  try {
    const entry: unknown = JSON.parse(line);
    if (typeof entry !== 'object' || entry === null || !('number' in entry) || !('messageId' in entry))
      return undefined;
    const { number, messageId } = entry;
    return typeof number === 'number' && typeof messageId === 'string' ? { number, messageId } : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Tells which of these messages the inbox holds: the evidence that settles an unknown delivery. A message is named by
 * its whole Message-ID with angle brackets, or by the part left of its @ alone: the domain is that of the sender, which
 * settings may have changed since the message went out.
 * Reads the index, and the headers of the messages that it lacks; a missing folder holds none.
 *
 * @returns the names that were found, as they were given
 */
export async function findInInbox(dir: string, names: Iterable<string>): Promise<ReadonlySet<string>> {
  const wanted = new Set(names);
  const found = new Set<string>();
  if (wanted.size === 0) return found;
  const index = await readIndex(dir);
  for (const number of await listNumbers(dir)) {
    const messageId = index.get(number) ?? (await readMessageId(join(dir, nameFile(number))));
    for (const name of [messageId, leftOfDomain(messageId)]) if (wanted.has(name)) found.add(name);
  }
  return found;
}

/** Returns `hash` of `<hash@domain>`. */
export function leftOfDomain(messageId: string): string {
  return messageId.replace(/^</, '').replace(/@[^@]*$/, '');
}

/** Reads the Message-ID from the header of a file; empty where it has none. */
async function readMessageId(file: string): Promise<string> {
  const stream = createReadStream(file, { encoding: 'latin1', end: HEADER_MAX - 1 });
  let text = '';
  for await (const chunk of stream) {
    text += String(chunk);
    if (/\r?\n\r?\n/.test(text)) break;
  }
  const header = text.split(/\r?\n\r?\n/)[0]?.replaceAll(/\r?\n[ \t]+/g, ' ') ?? '';
  return /^message-id:[ \t]*(<[^<>\s]+>)/im.exec(header)?.[1] ?? '';
}
