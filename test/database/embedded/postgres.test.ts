import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, writeFileSync } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Client } from 'pg';
import { hasReader } from '../../../src/database/embedded/fifo';
import { hasProcess } from '../../../src/database/embedded/pid-file';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../../src/database/embedded/postgres';
import { makeTestFolder, runSql } from '../../support/database';
import { findProcesses, waitUntil, waitUntilGone } from './processes';

describe('the embedded PostgreSQL', () => {
  let folder: string;
  const uses: EmbeddedPostgres[] = [];

  async function start(stateDir: string): Promise<EmbeddedPostgres> {
    const postgres = await startEmbeddedPostgres({ stateDir });
    uses.push(postgres);
    return postgres;
  }

  async function killKeepers(): Promise<void> {
    for (const pid of findProcesses(folder).keepers) process.kill(pid, 'SIGKILL');
    // A process that dies loses its command line before its files.
    await waitUntil(() => !hasReader(join(folder, 'db/run/keepers')));
  }

  beforeEach(async () => {
    folder = await makeTestFolder();
  });

  afterEach(async () => {
    for (const use of uses) await use.release();
    for (const use of uses.splice(0)) await use.waitUntilStopped();
    await rm(folder, { recursive: true, force: true, maxRetries: 10 });
  });

  it('is made on the first start, in UTF-8, sorted by code points, and on no network', async () => {
    const { connection } = await start(folder);

    const rows = await runSql(
      connection,
      `SELECT current_database() AS database, current_user AS "user", current_setting('listen_addresses') AS addresses,
         current_setting('server_encoding') AS encoding, current_setting('fsync') AS fsync,
         current_setting('synchronous_commit') AS commit, 'ä' > 'z' AS bytes`,
    );

    expect(rows).toEqual([
      {
        database: 'nightjar',
        user: 'nightjar',
        addresses: '',
        encoding: 'UTF8',
        fsync: 'on',
        commit: 'on',
        bytes: true,
      },
    ]);
  });

  it('is shared by its users, and stops when the last one leaves', async () => {
    const first = await start(folder);
    const second = await start(folder);
    const { servers } = findProcesses(folder);

    await first.release();
    await wait(300);
    expect(await runSql(second.connection, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await second.release();
    await second.waitUntilStopped();

    expect(servers).toHaveLength(1);
    expect(findProcesses(folder)).toEqual({ servers: [], keepers: [], children: [] });
  });

  it('keeps its rows from one start to the next', async () => {
    const first = await start(folder);
    await runSql(first.connection, 'CREATE TABLE kept AS SELECT 42 AS answer');
    await first.release();
    await first.waitUntilStopped();

    const second = await start(folder);

    expect(await runSql(second.connection, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
  });

  it('starts again for one who comes while it is shutting down', async () => {
    let use = await start(folder);
    for (let round = 0; round < 25; round += 1) {
      await use.release();
      // Spread over the keeper's look (100 ms) and the shutdown that follows it.
      await wait(round * 8);
      use = await start(folder);
      const client = new Client(use.connection);
      await client.connect();
      await wait(150);
      expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
      await client.end();
    }
  });

  it('puts its socket in the temporary folder where the path has 150 characters', async () => {
    const long = join(folder, 'x'.repeat(150 - folder.length - 1));

    const { connection } = await start(long);

    expect(long).toHaveLength(150);
    expect(connection.host).not.toContain(folder);
    expect(await runSql(connection, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await rm(connection.host, { recursive: true, force: true });
  });

  it('works in a path with spaces, commas, quotes and letters beyond ASCII', async () => {
    const { connection } = await start(join(folder, `a, "b" 'c' ü`));

    expect(await runSql(connection, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('starts although the number of the server that was killed belongs to another process now', async () => {
    const first = await start(folder);
    const lock = join(first.connection.host, '.s.PGSQL.5432.lock');
    await first.release();
    await first.waitUntilStopped();
    const stranger = spawn('sleep', ['60'], process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {});
    const lines = [stranger.pid, join(folder, 'db/data'), 1, 5432, first.connection.host, '', '1 1', 'ready', ''];
    writeFileSync(join(folder, 'db/data/postmaster.pid'), lines.join('\n'));
    writeFileSync(lock, lines.join('\n'));

    const second = await start(folder);

    expect(await runSql(second.connection, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    stranger.kill();
    await once(stranger, 'exit');
  });

  it('starts although the server that was killed is still a zombie', async () => {
    const first = await start(folder);
    await first.release();
    await first.waitUntilStopped();
    // The shell's child ends at once, and the sleep that the shell becomes never asks for its end.
    const parent = spawn(
      'sh',
      ['-c', 'true & echo $!; exec sleep 60'],
      process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {},
    );
    const [zombie] = await once(parent.stdout, 'data');
    const lines = [
      String(zombie).trim(),
      join(folder, 'db/data'),
      1,
      5432,
      first.connection.host,
      '',
      '1 1',
      'ready',
      '',
    ];
    writeFileSync(join(folder, 'db/data/postmaster.pid'), lines.join('\n'));

    const second = await start(folder);

    expect(await runSql(second.connection, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    parent.kill();
    await once(parent, 'exit');
  });

  it('starts although the server was killed between making its lock files and writing them', async () => {
    const first = await start(folder);
    await first.release();
    await first.waitUntilStopped();
    for (const path of [join(folder, 'db/data/postmaster.pid'), join(first.connection.host, '.s.PGSQL.5432.lock')]) {
      writeFileSync(path, '');
      chmodSync(path, 0o666);
    }

    const second = await start(folder);

    expect(await runSql(second.connection, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('stops after its last user also where its folder was deleted meanwhile', async () => {
    const only = await startEmbeddedPostgres({ stateDir: folder });
    // The server is still writing there, so that a folder may fill again while it is emptied.
    await rm(folder, { recursive: true, maxRetries: 20 });

    await only.release();
    await waitUntilGone(folder);

    expect(findProcesses(folder)).toEqual({ servers: [], keepers: [], children: [] });
  });

  it('restarts for its users when the server is killed', async () => {
    const { connection } = await start(folder);
    await runSql(connection, 'CREATE TABLE kept AS SELECT 42 AS answer');

    const { servers } = findProcesses(folder);
    for (const pid of servers) process.kill(pid, 'SIGKILL');
    await waitUntil(() => !servers.some(hasProcess));
    await start(folder);

    expect(await runSql(connection, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
  });

  it('gets a new keeper at the next start when the keeper is killed, and still stops after its last user', async () => {
    const first = await start(folder);
    const before = findProcesses(folder);
    await killKeepers();

    const second = await start(folder);
    const after = findProcesses(folder);
    await first.release();
    await second.release();
    await waitUntilGone(folder);

    expect(before.keepers).toHaveLength(1);
    expect(after.keepers).toHaveLength(1);
    expect(after.keepers).not.toEqual(before.keepers);
    expect(after.servers).toEqual(before.servers);
  });

  it('is stopped by its last user where its keeper was killed and nobody came after', async () => {
    const only = await start(folder);
    await killKeepers();

    await only.release();
    await waitUntilGone(folder);

    expect(existsSync(join(folder, 'db/data/postmaster.pid'))).toBe(false);
  });

  it('puts its log aside when it has grown', async () => {
    await mkdir(join(folder, 'db'), { recursive: true });
    writeFileSync(join(folder, 'db/server.log'), 'x'.repeat(4_000_001));

    await start(folder);

    expect((await readdir(join(folder, 'db'))).filter((name) => name.startsWith('server.log'))).toEqual([
      'server.log',
      'server.log.1',
    ]);
  });
});
