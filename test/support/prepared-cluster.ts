/** Gives state folders of tests their empty PostgreSQL cluster as a copy: initdb takes about a second of CPU, and most test files want one. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { startEmbeddedPostgres } from '../../src/database/embedded/postgres';

const ROOT = path.join(__dirname, '..', '..');
/** Beside jest's own cache of transformed files; who changes how clusters are made gets another. */
const CACHE = path.join(ROOT, 'node_modules', '.cache', 'nightjar-tests');
/** What decides how a cluster is made: our call of initdb, and the version of its programs. */
const MAKERS = ['src/database/embedded/cluster.ts', 'package-lock.json'];

/**
 * Puts the cluster that nightjar would make into a state folder that has no database yet. Where the server's user could
 * not enter the folder, nightjar makes it as always, outside.
 */
export async function prepareCluster(stateDir: string): Promise<void> {
  const folder = path.join(stateDir, 'db');
  if (existsSync(folder) || !canBeEntered(path.resolve(stateDir))) return;
  const made = await findMade();
  mkdirSync(stateDir, { recursive: true, mode: 0o711 });
  mkdirSync(folder, { mode: 0o711 });
  await copyFolder(made, path.join(folder, 'data'));
}

/** Finds the cluster of these sources, or makes it; of several test processes at once each makes one, and one of them stays. */
async function findMade(): Promise<string> {
  const hash = createHash('sha256').update(`user ${process.getuid?.()}`);
  for (const file of MAKERS) hash.update(readFileSync(path.join(ROOT, file)));
  const made = path.join(CACHE, `cluster-${hash.digest('hex').slice(0, 16)}`);
  if (existsSync(made)) return made;
  const stateDir = await mkdtemp(path.join(tmpdir(), 'nightjar-cluster-'));
  const draft = `${made}-${process.pid}`;
  try {
    chmodSync(stateDir, 0o711);
    const postgres = await startEmbeddedPostgres({ stateDir });
    await postgres.release();
    await postgres.waitUntilStopped();
    mkdirSync(CACHE, { recursive: true });
    await copyFolder(path.join(stateDir, 'db', 'data'), draft);
    keepOne(draft, made);
    return made;
  } finally {
    await rm(stateDir, { recursive: true, force: true, maxRetries: 10 });
  }
}

function keepOne(draft: string, made: string): void {
  try {
    renameSync(draft, made);
  } catch (error) {
    if (!existsSync(made)) throw error;
    rmSync(draft, { recursive: true, force: true });
  }
}

/** With owners and modes: the files belong to the server's user. */
async function copyFolder(from: string, to: string): Promise<void> {
  await promisify(execFile)('cp', ['-a', from, to]);
}

/** Tells whether the server's user can go into a folder that is there or will be made. */
function canBeEntered(folder: string): boolean {
  const made = statSync(folder, { throwIfNoEntry: false });
  if (made !== undefined && (made.mode & 0o001) === 0) return process.getuid?.() !== 0;
  const above = path.dirname(folder);
  return above === folder || canBeEntered(above);
}
