/** Finds the processes of an embedded server from outside, as an operator would. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';

/** Lists the processes whose command line names the folder, by what they are. */
export function findProcesses(folder: string): {
  readonly servers: readonly number[];
  readonly keepers: readonly number[];
  /** The server's own: sessions, writers, and the one that recovers. */
  readonly children: readonly number[];
} {
  const found = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => ({ pid: Number(name), words: readWords(`/proc/${name}/cmdline`) }));
  const isServer = (words: readonly string[]): boolean =>
    words[0]?.endsWith('/postgres') === true && words[1] === '-D' && words[2]?.startsWith(folder) === true;
  const servers = found.filter(({ words }) => isServer(words)).map(({ pid }) => pid);
  return {
    // A session has the server's command line until it gives itself a title.
    servers: servers.filter((pid) => !servers.includes(readParent(pid))),
    keepers: found.filter(({ pid }) => readKept(pid)?.startsWith(folder) === true).map(({ pid }) => pid),
    children: found.filter(({ pid }) => servers.includes(readParent(pid))).map(({ pid }) => pid),
  };
}

/** Resolves when neither server nor keeper is left; fails after 20 s. */
export async function waitUntilGone(folder: string): Promise<void> {
  await waitUntil(() => {
    const { servers, keepers } = findProcesses(folder);
    return servers.length === 0 && keepers.length === 0;
  });
}

/** Looks every 10 ms whether something has come true; fails after 20 s. */
export async function waitUntil(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!(await isTrue())) {
    if (Date.now() > deadline) throw new Error('it did not come true within 20 s');
    await wait(10);
  }
}

/** A keeper has its own title, so it is known by the FIFO that it holds. */
function readKept(pid: number): string | undefined {
  const words = readWords(`/proc/${pid}/cmdline`);
  if (!words.some((word) => word.startsWith('nightjar-keeper') || word.includes('"keepers":'))) return undefined;
  return listOpenFiles(pid).find((path) => path.endsWith('/run/keepers'));
}

function listOpenFiles(pid: number): readonly string[] {
  return read(() => readdirSync(`/proc/${pid}/fd`), []).map((fd) =>
    read(() => readlinkSync(`/proc/${pid}/fd/${fd}`), ''),
  );
}

/** Processes and descriptors go away while they are looked at. */
function read<Value>(look: () => Value, absent: Value): Value {
  try {
    return look();
  } catch {
    return absent;
  }
}

function readWords(path: string): readonly string[] {
  return read(() => readFileSync(path, 'utf8'), '').split('\0');
}

function readParent(pid: number): number {
  const text = read(() => readFileSync(`/proc/${pid}/stat`, 'utf8'), '');
  return Number(text.slice(text.lastIndexOf(')')).split(' ')[2]);
}
