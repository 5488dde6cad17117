/** The spool of unsubscribes: what could not be written to the database is kept on disk until it can. */
import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { systemErrorCode } from '../../errors';

const entrySchema = z.object({
  version: z.literal(1),
  userId: z.string(),
  /** The job whose e-mails are no longer wanted; absent is every job. */
  list: z.string().optional(),
  source: z.string(),
  at: z.number(),
});

export type Unsubscribed = Omit<z.infer<typeof entrySchema>, 'version'>;

export interface Spooled {
  readonly file: string;
  readonly entry: Unsubscribed;
}

const NAME = /^\d+-[\da-f-]{36}\.json$/;

/**
 * Keeps one on disk. When the promise is fulfilled, it outlives the death of the process and of the machine.
 * @throws the system's error where it can't be written
 */
export async function spool(dir: string, entry: Unsubscribed): Promise<void> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const file = path.join(dir, `${entry.at}-${randomUUID()}.json`);
  const draft = `${file}.new`;
  const handle = await open(draft, 'wx', 0o600);
  try {
    await handle.writeFile(`${JSON.stringify({ version: 1, ...entry })}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(draft, file);
  await syncFolder(dir);
}

/** Lists what is kept, oldest first; a file that can't be read is left where it is and told to `onUnreadable`. */
export async function listSpooled(dir: string, onUnreadable: (file: string) => void): Promise<readonly Spooled[]> {
  const spooled: Spooled[] = [];
  for (const name of (await listNames(dir)).filter((one) => NAME.test(one)).sort(byTime)) {
    const file = path.join(dir, name);
    const entry = await readEntry(file);
    if (entry === 'gone') continue;
    if (entry === undefined) onUnreadable(file);
    else spooled.push({ file, entry });
  }
  return spooled;
}

/** Forgets one whose suppression is in the database. */
export async function forgetSpooled({ file }: Spooled): Promise<void> {
  await rm(file, { force: true });
}

const byTime = (a: string, b: string) => Number.parseInt(a, 10) - Number.parseInt(b, 10);

async function listNames(dir: string): Promise<readonly string[]> {
  try {
    return await readdir(dir);
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return [];
    throw error;
  }
}

/** Another process may have taken it meanwhile. */
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
