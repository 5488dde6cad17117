import { once } from 'node:events';
import { connect, createServer, type Server } from 'node:net';
import type { EmbeddedConnection } from '../../../src/database/embedded/postgres';
import { runSql, startTestPostgres, type TestPostgres } from '../../support/database';
import { type Program, runScript } from './child-process';
import { findProcesses, waitUntil } from './processes';

describe('a service shared by processes', () => {
  let postgres: TestPostgres;
  let connection: EmbeddedConnection;
  const programs: Program[] = [];

  function run(): Program {
    const program = runScript('service-sharer.ts', [connection.host, connection.database, 'inbox']);
    programs.push(program);
    return program;
  }

  async function join(): Promise<{
    readonly program: Program;
    readonly port: number;
    readonly token: unknown;
    readonly mine: unknown;
  }> {
    const program = run();
    const { port, token, mine } = await program.waitFor('joined');
    return { program, port: Number(port), token, mine };
  }

  beforeAll(async () => {
    postgres = await startTestPostgres();
  });

  beforeEach(async () => {
    connection = await postgres.createDatabase();
    await runSql(
      connection,
      `CREATE SCHEMA nightjar; CREATE TABLE nightjar.embedded_service
         (name text PRIMARY KEY, port integer NOT NULL, token text NOT NULL, pid integer NOT NULL, published_at timestamptz NOT NULL)`,
    );
  });

  afterEach(async () => {
    for (const program of programs.splice(0)) await program.kill();
  });

  afterAll(async () => {
    await postgres.stop();
  });

  it('is served by the first and found by the others', async () => {
    const first = await join();
    const second = await join();

    expect(first.mine).toBe(true);
    expect(second).toMatchObject({ port: first.port, token: first.token, mine: false });
    expect(await askPort(second.port)).toBe(String(first.program.process.pid));
    expect(await runSql(connection, 'SELECT name, port, token, pid FROM nightjar.embedded_service')).toEqual([
      { name: 'inbox', port: first.port, token: first.token, pid: first.program.process.pid },
    ]);
  });

  it('is served by one of six that come at the same time', async () => {
    const six = await Promise.all(Array.from({ length: 6 }, join));

    expect(six.filter(({ mine }) => mine === true)).toHaveLength(1);
    expect(new Set(six.map(({ port }) => port)).size).toBe(1);
    expect(new Set(six.map(({ token }) => token)).size).toBe(1);
  });

  it('is taken over on the same port with the same token when its process is killed', async () => {
    const first = await join();
    const second = await join();
    const third = await join();

    await first.program.kill();
    await waitUntil(async () => (await askPort(first.port)) === String(second.program.process.pid));
    await second.program.kill();
    await waitUntil(async () => (await askPort(first.port)) === String(third.program.process.pid));
    await third.program.finish();

    expect(third.program.lines.find((line) => 'last' in line)).toMatchObject({
      port: first.port,
      token: first.token,
      mine: true,
    });
  });

  it('is taken over when its process releases it, and started anew with its port after all have gone', async () => {
    const first = await join();
    const second = await join();

    await first.program.finish();
    await waitUntil(async () => (await askPort(first.port)) === String(second.program.process.pid));
    await second.program.finish();
    const third = await join();

    expect(third).toMatchObject({ port: first.port, token: first.token, mine: true });
  });

  it('is left to the next in line by one who waited and went', async () => {
    const first = await join();
    const second = await join();
    const third = await join();

    await second.program.finish();
    await first.program.kill();
    await waitUntil(async () => (await askPort(first.port)) === String(third.program.process.pid));

    expect(second.program.lines.filter((line) => 'serving' in line)).toEqual([]);
  });

  it('moves to another port, and says so in the table, where a stranger has taken its port', async () => {
    const first = await join();
    await first.program.kill();
    const stranger = await listen(first.port);

    const second = await join();
    stranger.close();

    expect(second.mine).toBe(true);
    expect(second.port).not.toBe(first.port);
    expect(second.token).toBe(first.token);
    expect(await runSql(connection, 'SELECT port FROM nightjar.embedded_service')).toEqual([{ port: second.port }]);
  });

  it('is served by one process again after the database server was killed', async () => {
    const first = await join();
    const second = await join();

    for (const pid of findProcesses(postgres.stateDir).servers) process.kill(pid, 'SIGKILL');
    await waitUntil(async () => (await countLocks(connection)) === 2);
    const third = await join();
    const pids = [first, second].map(({ program }) => String(program.process.pid));

    expect(third).toMatchObject({ port: first.port, token: first.token, mine: false });
    expect(pids).toContain(await askPort(first.port));
  });
});

/** Returns what a port answers; undefined where nobody listens. */
function askPort(port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('data', (data) => resolve(data.toString()));
    socket.once('error', () => resolve(undefined));
    socket.once('close', () => resolve(undefined));
  });
}

async function listen(port: number): Promise<Server> {
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

/** Counts the sessions that hold or await an advisory lock; 0 while the database is away. */
async function countLocks(connection: EmbeddedConnection): Promise<number> {
  const query = `SELECT count(*)::int AS n FROM pg_locks l JOIN pg_database d ON d.oid = l.database
    WHERE l.locktype = 'advisory' AND d.datname = current_database()`;
  const rows = await runSql(connection, query).catch(() => []);
  return (rows as readonly { n: number }[])[0]?.n ?? 0;
}
