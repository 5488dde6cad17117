/** The send journal: a line before each DATA and one after each acceptance, by which a restart on the same boot knows which claimed mails were never begun, and which were taken. */
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isDiskFull, NightjarError, systemErrorCode } from '../errors';

export interface JournalOptions {
  /** Made where it is missing. */
  readonly dir: string;
  /** The fencing token of this worker, as its claims in the ledger carry it: letters, digits, `-`, `_`. */
  readonly token: string;
  /** `readBootId`. */
  readonly bootId: string;
}

/** Owned by one worker. */
export interface Journal {
  readonly file: string;
  /**
   * Notes that the mail of `key` is about to be handed to a server. Synchronous: when it returns, the line survives the
   * death of this process (not of the machine: no fsync).
   * @throws E_ENGINE_DISK_FULL or E_ENGINE_STATE; the mail must not be sent then
   */
  begin(key: string): void;
  /** Notes that a server has taken the mail of `key`, which has begun; where the disk takes no more, it is one that has begun. */
  accept(key: string): void;
  /** Forgets mails whose answers are in the ledger by now; the file shrinks from time to time. */
  settle(keys: Iterable<string>): void;
  /** Claimed rows are in hand, until what it returns is called: when the ledger has an answer to each of them. */
  hold(): () => void;
  /** Closes the file. It is removed, unless rows are in hand: it tells then which of them were never begun. */
  close(): void;
}

/** A journal that a worker left behind. */
export interface LeftJournal {
  readonly token: string;
  readonly file: string;
  /** Keys whose mails may have been sent. Of another boot it may lack some: everything that was claimed is unknown then. */
  readonly begun: ReadonlySet<string>;
  /** Of those, keys whose mails a server has taken for sure. */
  readonly accepted: ReadonlySet<string>;
  readonly otherBoot: boolean;
}

const NAME = /^journal-([\w-]+)\.log$/;
/** Above this size a journal is written anew with what is open. */
const COMPACT_BYTES = 1_000_000;

/**
 * Creates the journal of a worker.
 * @throws E_ENGINE_STATE where one of that token exists: two workers must not share a token
 */
export function openJournal({ dir, token, bootId }: JournalOptions): Journal {
  const file = join(dir, `journal-${token}.log`);
  if (!NAME.test(`journal-${token}.log`)) throw new NightjarError('E_BUG', `"${token}" can't name a journal`);
  const header = `${JSON.stringify({ version: 1, token, boot: bootId })}\n`;
  /** Key → its lines. */
  const open = new Map<string, string>();
  const state = { fd: createFile(dir, file, header), bytes: header.length, isTorn: false };
  /** What a full disk has cut off is ended before the next line, which it would spoil. */
  const write = (line: string) => {
    const text = state.isTorn ? `\n${line}` : line;
    state.isTorn = true;
    state.bytes += append(state.fd, text, file);
    state.isTorn = false;
  };
  const held = new Set<symbol>();
  return {
    file,
    begin: (key) => {
      const line = beginLine(key);
      write(line);
      open.set(key, line);
    },
    accept: (key) => {
      const line = acceptLine(key);
      try {
        write(line);
      } catch {
        return;
      }
      open.set(key, beginLine(key) + line);
    },
    settle: (keys) => {
      for (const key of keys) open.delete(key);
      if (state.bytes < COMPACT_BYTES) return;
      const text = header + [...open.values()].join('');
      state.fd = replaceFile(state.fd, file, text);
      state.bytes = Buffer.byteLength(text);
    },
    hold: () => {
      const claim = Symbol('claim');
      held.add(claim);
      return () => void held.delete(claim);
    },
    close: () => {
      closeSync(state.fd);
      if (held.size === 0) rmSync(file, { force: true });
    },
  };
}

function beginLine(key: string): string {
  return `${JSON.stringify(key)}\n`;
}

function acceptLine(key: string): string {
  return `${JSON.stringify({ accepted: key })}\n`;
}

function createFile(dir: string, file: string, header: string): number {
  try {
    mkdirSync(dir, { recursive: true });
    const fd = openSync(file, 'ax', 0o600);
    append(fd, header, file);
    // Nothing is claimed before the disk has the header: a file without one is of another boot, or had no claims.
    fsyncSync(fd);
    return fd;
  } catch (cause) {
    throw describeFailure(cause, file);
  }
}

/** The old file stays whole until the new one has its name, and the name is given only to what is on the disk. */
function replaceFile(old: number, file: string, text: string): number {
  const next = `${file}.new`;
  try {
    writeFileSync(next, text, { mode: 0o600 });
    const fd = openSync(next, 'a', 0o600);
    fsyncSync(fd);
    renameSync(next, file);
    closeSync(old);
    return fd;
  } catch {
    // a full disk: the old file goes on, it only stays long
    rmSync(next, { force: true });
    return old;
  }
}

/** Throws where the line did not fit; a part of it may stand there then. */
function append(fd: number, line: string, file: string): number {
  const bytes = Buffer.from(line, 'utf8');
  try {
    const written = writeSync(fd, bytes);
    if (written === bytes.length) return written;
  } catch (cause) {
    throw describeFailure(cause, file);
  }
  throw new NightjarError('E_ENGINE_DISK_FULL', 'the send journal could not be written whole', { where: { file } });
}

function describeFailure(cause: unknown, file: string): NightjarError {
  const code = systemErrorCode(cause);
  const full = isDiskFull(cause);
  const exists = code === 'EEXIST' ? 'exists already' : "can't be written";
  return new NightjarError(full ? 'E_ENGINE_DISK_FULL' : 'E_ENGINE_STATE', `the send journal ${exists}`, {
    where: { file },
    fix: full ? 'free space on this disk' : 'check the rights of the state folder',
    cause,
  });
}

/**
 * Reads the journals in a folder, in the order of their names; none where the folder is missing.
 * The last line of a killed worker may be torn: its mail was not begun, since the line comes first. A power cut may leave
 * a file empty or full of zeros: one without a header that can be read counts as of another boot.
 */
export async function readJournals(dir: string, bootId: string): Promise<readonly LeftJournal[]> {
  const names = await readdir(dir).catch(() => []);
  const journals: LeftJournal[] = [];
  for (const name of names.sort()) {
    const token = NAME.exec(name)?.[1];
    const text = token === undefined ? undefined : await readFile(join(dir, name), 'utf8').catch(() => undefined);
    if (token === undefined || text === undefined) continue;
    const [header = '', ...lines] = text.split('\n');
    const read = lines.map(readJson);
    const begun = new Set(read.filter((line) => typeof line === 'string'));
    const accepted = new Set(read.flatMap((line) => readField(line, 'accepted') ?? []));
    const boot = readField(readJson(header), 'boot');
    journals.push({ token, file: join(dir, name), begun, accepted, otherBoot: boot !== bootId });
  }
  return journals;
}

/** Undefined for a line that was not written whole. */
function readJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function readField(fields: unknown, name: 'accepted' | 'boot'): string | undefined {
  if (typeof fields !== 'object' || fields === null) return undefined;
  const value: unknown = Object.entries(fields).find(([field]) => field === name)?.[1];
  return typeof value === 'string' ? value : undefined;
}

/** Removes a journal whose mails are settled in the ledger; nothing happens where it is gone. */
export function removeJournal(journal: Pick<LeftJournal, 'file'>): void {
  rmSync(journal.file, { force: true });
}
