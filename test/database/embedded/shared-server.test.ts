import { existsSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { startEmbeddedPostgres } from '../../../src/database/embedded/postgres';
import { makeTestFolder, runSql } from '../../support/database';
import { type Program, runScript } from './child-process';
import { findProcesses, waitUntilGone } from './processes';

describe('several processes on one embedded PostgreSQL', () => {
  let folder: string;
  const programs: Program[] = [];

  function run(mode: 'hold' | 'write'): Program {
    const program = runScript('server-user.ts', [mode, folder]);
    programs.push(program);
    return program;
  }

  beforeEach(async () => {
    folder = await makeTestFolder();
  });

  afterEach(async () => {
    for (const program of programs.splice(0)) await program.kill();
    await waitUntilGone(folder);
    await rm(folder, { recursive: true, force: true, maxRetries: 10 });
  });

  it('get one server from six simultaneous first starts', async () => {
    const six = Array.from({ length: 6 }, () => run('hold'));

    const lines = await Promise.all(six.map((program) => program.waitFor('ready')));
    const codes = await Promise.all(six.map((program) => program.finish()));

    expect(new Set(lines.map((line) => line.server)).size).toBe(1);
    expect(codes).toEqual([0, 0, 0, 0, 0, 0]);
    expect((await readdir(join(folder, 'db'))).sort()).toEqual(['data', 'run', 'server.log']);
  });

  it('are not disturbed when the one that started the server is killed', async () => {
    const starter = run('hold');
    await starter.waitFor('ready');
    const other = run('hold');
    await other.waitFor('ready');
    const before = findProcesses(folder);

    await starter.kill();
    await wait(300);
    const after = findProcesses(folder);
    const code = await other.finish();

    expect(after.servers).toEqual(before.servers);
    expect(after.keepers).toEqual(before.keepers);
    expect(other.lines.filter((line) => 'broken' in line)).toEqual([]);
    expect(code).toBe(0);
  });

  it('leave nothing running when all of them are killed', async () => {
    const both = [run('hold'), run('hold')];
    await Promise.all(both.map((program) => program.waitFor('ready')));

    await Promise.all(both.map((program) => program.kill()));
    await waitUntilGone(folder);

    expect(existsSync(join(folder, 'db/data/postmaster.pid'))).toBe(false);
  });

  it('start afresh after the first start was killed at any moment, and leave no half-made folder', async () => {
    for (const delayMs of [120, 250, 400, 600, 900]) {
      const first = run('hold');
      await wait(delayMs);
      await first.kill();
    }

    const last = run('hold');
    await last.waitFor('ready');

    expect(await last.finish()).toBe(0);
    expect((await readdir(join(folder, 'db'))).filter((name) => /draft|creating/.test(name))).toEqual([]);
  });

  it('lose no acknowledged row, whoever is killed at whatever moment', async () => {
    const setUp = await startEmbeddedPostgres({ stateDir: folder });
    await runSql(setUp.connection, 'CREATE TABLE acknowledged (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY)');
    await setUp.release();
    const random = createRandom(20_240_917);
    const acknowledged = new Set<unknown>();

    for (let round = 0; round < 10; round += 1) {
      const writers = [run('write'), run('write')];
      await Promise.all(writers.map((writer) => writer.waitFor('row')));
      await wait(random() * 100);
      killSome(random, folder);
      await wait(random() * 50);
      if (random() < 0.5) killSome(random, folder);
      await Promise.all(writers.map((writer) => writer.kill()));
      for (const line of writers.flatMap((writer) => writer.lines)) if ('row' in line) acknowledged.add(line.row);
    }

    const after = await startEmbeddedPostgres({ stateDir: folder });
    const rows = await runSql(after.connection, 'SELECT array_agg(id) AS ids FROM acknowledged');
    await after.release();
    const kept = new Set((rows as readonly { ids: readonly unknown[] }[])[0]?.ids);

    expect(acknowledged.size).toBeGreaterThan(20);
    expect([...acknowledged].filter((id) => !kept.has(id))).toEqual([]);
  });
});

/** Kills the keeper, the server, both in either order, or one of the server's own processes. */
function killSome(random: () => number, folder: string): void {
  const { servers, keepers, children } = findProcesses(folder);
  const child = children.slice(Math.floor(random() * children.length)).slice(0, 1);
  const choices = [keepers, servers, [...keepers, ...servers], [...servers, ...keepers], child];
  for (const pid of choices[Math.floor(random() * choices.length)] ?? []) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It went by itself meanwhile.
    }
  }
}

/** Park and Miller's generator: the same kills in each run, as far as the machine's pace allows. */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}
