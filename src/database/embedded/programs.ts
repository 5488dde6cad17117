/** Makes the programs of an installation runnable for the server's user: links its libraries, or copies it to where the user can go. */
import { createHash, randomBytes } from 'node:crypto';
import {
  chmodSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { cp, rm } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { z } from 'zod';
import { NightjarError, systemErrorCode } from '../../errors';
import { describePackage, type Installation } from './installation';
import type { Place } from './place';
import { runProgram } from './program';

/** Programs that were seen to run as the server's user. */
export interface Programs {
  readonly postgres: string;
  readonly initdb: string;
  readonly env: Readonly<Record<string, string>>;
  /** The major version, such as 18. */
  readonly major: number;
}

/** The oldest version whose settings and SQL nightjar uses. */
const MAJOR_MIN = 14;
const linkListSchema = z.array(z.object({ source: z.string(), target: z.string() }));

interface Link {
  readonly source: string;
  readonly target: string;
}

/**
 * Takes the first installation that runs here and, where data exist, is of their major version.
 *
 * @throws E_ENGINE_POSTGRES_MISSING where none runs; E_ENGINE_STATE where the data are of another version
 */
export async function preparePrograms(installations: readonly Installation[], place: Place): Promise<Programs> {
  const wanted = readMajor(place.data);
  const others: number[] = [];
  for (const installation of installations) {
    const programs = await tryInstallation(installation, place);
    if (programs === undefined || programs.major < MAJOR_MIN) continue;
    if (wanted === undefined || wanted === programs.major) return programs;
    others.push(programs.major);
  }
  if (wanted !== undefined && others.length > 0) {
    throw new NightjarError(
      'E_ENGINE_STATE',
      `the database in "${place.data}" was made by PostgreSQL ${wanted}; found here: ${others.join(', ')}`,
      { fix: `install PostgreSQL ${wanted}, or delete the state folder to start afresh` },
    );
  }
  throw new NightjarError(
    'E_ENGINE_POSTGRES_MISSING',
    `no PostgreSQL ${MAJOR_MIN} or newer runs on this machine (${process.platform}-${process.arch}): ` +
      `${installations.length === 0 ? 'none was found' : `tried ${installations.map((one) => one.bin).join(', ')}`}`,
    {
      fix: 'set DATABASE_URL=postgres://user:password@host/database, or install PostgreSQL (apt-get install postgresql)',
    },
  );
}

async function tryInstallation(installation: Installation, place: Place): Promise<Programs | undefined> {
  const missing = listMissingLinks(installation);
  // macOS drops DYLD_LIBRARY_PATH where initdb goes through a shell, so there the links need a copy around them.
  if (missing.length === 0 || process.platform !== 'darwin') {
    const found = await probe(
      installation.bin,
      missing.length === 0 ? undefined : linkLibraries(missing, place),
      place,
    );
    if (found !== 'unreachable') return found;
  }
  if (installation.linkList === undefined) return undefined;
  const copy = await copyInstallation(installation, place);
  const found = await probe(copy.bin, undefined, place);
  return found === 'unreachable' ? undefined : found;
}

/** Runs `postgres --version` as the server's user: also finds a libc that doesn't fit, and folders that are closed. */
async function probe(
  bin: string,
  libraries: string | undefined,
  place: Place,
): Promise<Programs | 'unreachable' | undefined> {
  const env = {
    PATH: '/usr/local/bin:/usr/bin:/bin',
    LC_ALL: 'C',
    TZ: 'UTC',
    ...(libraries === undefined ? {} : { LD_LIBRARY_PATH: libraries }),
  };
  const postgres = join(bin, 'postgres');
  const result = await runProgram({ command: postgres, args: ['--version'], env, user: place.user });
  if (result.errno === 'EACCES' || (result.code === 127 && /Permission denied/.test(result.output)))
    return 'unreachable';
  const major = /^postgres \(PostgreSQL\) (\d+)/m.exec(result.output)?.[1];
  return result.code !== 0 || major === undefined
    ? undefined
    : { postgres, initdb: join(bin, 'initdb'), env, major: Number(major) };
}

function listMissingLinks(installation: Installation): readonly Link[] {
  if (installation.linkList === undefined || !existsSync(installation.linkList)) return [];
  const listed = linkListSchema.parse(JSON.parse(readFileSync(installation.linkList, 'utf8')));
  const base = dirname(installation.root);
  return listed
    .map(({ source, target }) => ({ source: join(base, source), target: join(base, target) }))
    .filter(({ target }) => !existsSync(target));
}

/** Returns the folders to search: that of our links, then that of the libraries, which a link no longer leads to by itself. */
function linkLibraries(links: readonly Link[], place: Place): string {
  const library = dirname(links[0]?.source ?? '');
  const folder = join(place.folder, `libraries-${hash(library)}`);
  mkdirSync(folder, { recursive: true });
  chmodSync(folder, 0o755);
  for (const link of links) makeLink(link.source, join(folder, basename(link.target)));
  return `${folder}:${library}`;
}

async function copyInstallation(installation: Installation, place: Place): Promise<Installation> {
  const origin = statSync(join(installation.bin, 'postgres'));
  const name = `postgres-${hash(`${installation.root} ${origin.size} ${origin.mtimeMs}`)}`;
  const copy = describePackage(join(place.folder, name, 'native'));
  if (existsSync(copy.root)) return copy;
  const draft = join(place.folder, `draft-${randomBytes(6).toString('hex')}`);
  try {
    await cp(installation.root, join(draft, 'native'), {
      recursive: true,
      mode: constants.COPYFILE_FICLONE,
      verbatimSymlinks: true,
    });
    openToAll(draft);
    for (const link of listMissingLinks(describePackage(join(draft, 'native')))) {
      makeLink(relative(dirname(link.target), link.source), link.target);
    }
    renameSync(draft, dirname(copy.root));
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    if (!existsSync(copy.root)) throw error;
  }
  await removeOldCopies(place.folder, name);
  return copy;
}

async function removeOldCopies(folder: string, kept: string): Promise<void> {
  const old = readdirSync(folder).filter((name) => /^postgres-/.test(name) && name !== kept);
  for (const name of old) await rm(join(folder, name), { recursive: true, force: true });
}

function openToAll(folder: string): void {
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) openToAll(path);
    else if (entry.isFile()) chmodSync(path, (statSync(path).mode & 0o111) === 0 ? 0o644 : 0o755);
  }
}

function makeLink(source: string, target: string): void {
  try {
    symlinkSync(source, target);
  } catch (error) {
    if (systemErrorCode(error) !== 'EEXIST') throw error;
  }
}

function readMajor(data: string): number | undefined {
  const path = join(data, 'PG_VERSION');
  return existsSync(path) ? Number(readFileSync(path, 'utf8').trim()) : undefined;
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}
