/** The spool of unsubscribes: what could not be written to the database is kept on disk until it can. */
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { systemErrorCode } from '../../errors';

/** A text that the database takes. */
const text = z.string().regex(/^[^\0\p{Cs}]*$/u);

const entrySchema = z.object({
  version: z.literal(1),
  userId: text,
  /** The job whose e-mails are no longer wanted; absent is every job. */
  list: text.optional(),
  source: text,
  /** Epoch ms, until the year 9999. */
  at: z.int().min(0).max(253_402_300_799_999),
});

export type Unsubscribed = Omit<z.infer<typeof entrySchema>, 'version'>;

export interface Spooled {
  readonly file: string;
  readonly entry: Unsubscribed;
}

const NAME = /^[\da-f]{64}\.json$/;

/** The same wish has the same file, so that whoever repeats it fills no disk. */
function nameOf({ userId, list }: Unsubscribed): string {
  const wish = JSON.stringify([userId, list ?? null]);
  return `${createHash('sha256').update(wish, 'utf8').digest('hex')}.json`;
}

/**
 * Keeps one on disk; one that is there stays as it is. When the promise is fulfilled, it outlives the death of the process and
 * of the machine, or is in the database.
 * @throws the system's error where it can't be written
 */
export async function spool(dir: string, entry: Unsubscribed): Promise<void> {
  const made = await mkdir(dir, { recursive: true, mode: 0o700 });
  if (made !== undefined) for (const parent of new Set([made, dir].map(path.dirname))) await syncFolder(parent);
  const file = path.join(dir, nameOf(entry));
  const known = await readEntry(file);
  if (known === 'gone' || known === undefined) await write(file, entry);
  await syncFolder(dir);
}

async function write(file: string, entry: Unsubscribed): Promise<void> {
  const draft = `${file}.${randomUUID()}.new`;
  try {
    await writeSynced(draft, `${JSON.stringify({ version: 1, ...entry })}\n`);
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

async function writeSynced(file: string, text: string): Promise<void> {
  const handle = await open(file, 'wx', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Lists what is kept, oldest first; a file that can't be read is left where it is and told to `onUnreadable`. */
export async function listSpooled(dir: string, onUnreadable: (file: string) => void): Promise<readonly Spooled[]> {
  const spooled: Spooled[] = [];
  for (const name of (await listNames(dir)).filter((one) => NAME.test(one))) {
    const file = path.join(dir, name);
    const entry = await readEntry(file);
    if (entry === 'gone') continue;
    if (entry === undefined) onUnreadable(file);
    else spooled.push({ file, entry });
  }
  return spooled.sort((a, b) => a.entry.at - b.entry.at);
}

/** Forgets one whose suppression is in the database. */
export async function forgetSpooled({ file }: Spooled): Promise<void> {
  await rm(file, { force: true });
}

async function listNames(dir: string): Promise<readonly string[]> {
  try {
    return await readdir(dir);
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return [];
    throw error;
  }
}

/** `gone` where it is not there: another process may have taken it. Undefined where it is no entry. */
async function readEntry(file: string): Promise<Unsubscribed | 'gone' | undefined> {
  try {
    const read = entrySchema.safeParse(JSON.parse(await readFile(file, 'utf8')));
    if (read.data === undefined) return undefined;
    const { version: _version, ...entry } = read.data;
    return entry;
  } catch (error) {
    return systemErrorCode(error) === 'ENOENT' ? 'gone' : undefined;
  }
}

/** The name of a file is on disk when its folder is. */
async function syncFolder(dir: string): Promise<void> {
  const folder = await open(dir, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
