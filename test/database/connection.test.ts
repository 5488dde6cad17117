/** Connecting to a PostgreSQL as production has it: TLS, limits, a server that dies, and errors that name what is wrong. */
import { createServer } from 'node:net';
import { sql } from 'kysely';
import type { PoolConfig } from 'pg';
import { patiently, promptly } from '../../src/database/connecting/bounded-client';
import { createPool, limitConnection, openDatabase } from '../../src/database/connecting/connection';
import { checkVersion } from '../../src/database/connecting/connection-problem';
import { explainFailure } from '../../src/run/explain-failure';
import { type PostgresServer, startPostgresServer } from '../support/postgres-server';
import { findFreePort } from '../support/private-process';
import { startTcpProxy } from '../support/tcp-proxy';

const LIMITS = { poolSize: 4, statementTimeoutSeconds: 30, connectTimeoutSeconds: 2 };
const at = (url: string): PoolConfig => limitConnection({ connectionString: url }, LIMITS);

/** Opens a database that must not open, and answers its error; undefined where it did open. */
async function failure(url: string): Promise<unknown> {
  try {
    await (await openDatabase(at(url))).close();
    return undefined;
  } catch (error) {
    return error;
  }
}

describe('a server without TLS', () => {
  let server: PostgresServer;
  let place: string;
  beforeAll(async () => {
    server = await startPostgresServer();
    place = `127.0.0.1:${server.port}`;
  });
  afterAll(() => server.stop());

  it('is opened by its URL, from several processes at once', async () => {
    const url = await server.createDatabase();
    const opened = await Promise.all([1, 2, 3].map(() => openDatabase(at(url))));
    const counts = await Promise.all(opened.map(({ db }) => sql`SELECT * FROM nightjar.run`.execute(db)));
    expect(counts.map(({ rows }) => rows.length)).toEqual([0, 0, 0]);
    await Promise.all(opened.map((database) => database.close()));
  });

  it('tells a wrong password, no password, a database that is not there, and TLS that it does not speak', async () => {
    const url = server.url('nightjar');
    expect(await failure(url)).toMatchObject({
      code: 'E_ENGINE_DATABASE',
      exitCode: 5,
      message: `the database at ${place}/nightjar does not exist on that server`,
      fix: expect.stringContaining('CREATE DATABASE'),
    });
    for (const login of ['nightjar:wrong', 'nightjar', 'nobody:wrong']) {
      expect(await failure(`postgres://${login}@${place}/postgres`)).toMatchObject({
        message: `the database at ${place}/postgres refuses the user or the password`,
      });
    }
    expect(await failure(`${server.url()}?sslmode=verify-full`)).toMatchObject({
      message: `the database at ${place}/postgres does not speak TLS`,
      fix: expect.stringContaining('sslmode=disable'),
    });
    expect(await failure(`${server.url()}?sslmode=on`)).toMatchObject({ code: 'E_CONFIG_FIELD' });
    expect(await failure(`${server.url()}?sslmode=verify-full&sslrootcert=/no/such.pem`)).toMatchObject({
      code: 'E_CONFIG_FIELD',
      message: expect.stringContaining('/no/such.pem'),
    });
  });

  it('tells a user who may not make tables, and one without a connection left', async () => {
    await server.query(
      "CREATE ROLE guest LOGIN PASSWORD 'secret'; CREATE ROLE full LOGIN PASSWORD 'secret' CONNECTION LIMIT 0",
    );
    const guest = await failure(`postgres://guest:secret@${place}/postgres`);
    expect(guest).toMatchObject({ message: expect.stringContaining('does not let this user make its tables') });
    expect(guest).toMatchObject({ fix: expect.stringContaining('GRANT CREATE ON DATABASE') });
    expect(await failure(`postgres://full:secret@${place}/postgres`)).toMatchObject({
      message: expect.stringContaining('has no connection left'),
      fix: expect.stringContaining('max_connections'),
    });
  });

  it('ends a statement that takes too long, and not one that waits for a connection', async () => {
    const limits = { poolSize: 1, statementTimeoutSeconds: 1.2, connectTimeoutSeconds: 0.4 };
    const pool = createPool(limitConnection({ connectionString: server.url() }, limits), 'public');
    const [slow, next] = await Promise.allSettled([pool.query('SELECT pg_sleep(20)'), pool.query('SELECT 1')]);
    expect(slow).toMatchObject({ status: 'rejected', reason: { code: '57014' } });
    expect(next.status).toBe('fulfilled');
    await pool.end();
  });

  it('keeps its names in our schema and is called nightjar, also where the URL has options of its own', async () => {
    const url = `${server.url()}?options=-c%20work_mem%3D8MB&connect_timeout=9`;
    const pool = createPool({ connectionString: url }, 'elsewhere');
    const { rows } = await pool.query(
      "SELECT current_setting('search_path') AS path, current_setting('work_mem') AS mem, current_setting('application_name') AS name",
    );
    expect(rows).toEqual([{ path: 'elsewhere', mem: '8MB', name: 'nightjar' }]);
    await pool.end();
  });
});

describe('a server that dies', () => {
  it('fails its queries, and serves the same pool again when it is back', async () => {
    const server = await startPostgresServer();
    const database = await openDatabase(at(await server.createDatabase()));
    const look = () => sql`SELECT 1`.execute(database.db);
    const busy = sql`SELECT pg_sleep(20)`.execute(database.db);
    await Promise.all([look(), look()]);

    await Promise.all([expect(busy).rejects.toThrow(), server.kill()]);
    await expect(look()).rejects.toThrow('ECONNREFUSED');
    await server.restart();

    expect((await look()).rows).toHaveLength(1);
    await database.close();
    await server.stop();
  });
});

describe('a server that vanishes without a word', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgresServer();
  });
  afterAll(() => server.stop());

  const openThrough = async (port: number, limits: Partial<typeof LIMITS> = {}) => {
    const url = (await server.createDatabase()).replace(`:${server.port}/`, `:${port}/`);
    return openDatabase(limitConnection({ connectionString: url }, { ...LIMITS, poolSize: 1, ...limits }));
  };

  it('fails statements a little later than it would have itself, and their connections are not used again', async () => {
    const proxy = await startTcpProxy(server.port);
    const { db, close } = await openThrough(proxy.port, { statementTimeoutSeconds: 1 });
    const look = () => sql<{ one: number }>`SELECT 1 AS one`.execute(db);
    await look();

    proxy.swallow();
    const failed = await look().catch((error: unknown) => explainFailure(error));
    const inTransaction = db.transaction().execute((trx) => sql`SELECT 1`.execute(trx));
    await expect(inTransaction).rejects.toThrow('timeout expired');
    proxy.heal();

    expect(failed).toMatchObject({ code: 'E_ENGINE_DATABASE', retry: 'later' });
    expect((await look()).rows).toEqual([{ one: 1 }]);
    await close();
    await proxy.close();
  }, 20_000);

  it('fails what must be known soon after ten seconds, also within a transaction', async () => {
    const proxy = await startTcpProxy(server.port);
    const { db, close } = await openThrough(proxy.port);
    const began = performance.now();
    const failed = promptly(() =>
      db.transaction().execute(async (trx) => {
        await sql`SELECT 1`.execute(trx);
        proxy.swallow();
        await sql`SELECT 2`.execute(trx);
      }),
    ).catch((error: unknown) => explainFailure(error));

    expect(await failed).toMatchObject({ code: 'E_ENGINE_DATABASE', retry: 'later' });
    expect(performance.now() - began).toBeLessThan(13_000);
    proxy.heal();
    expect((await sql<{ two: number }>`SELECT 2 AS two`.execute(db)).rows).toEqual([{ two: 2 }]);
    await close();
    await proxy.close();
  }, 30_000);

  it('leaves migrations the time that they take, and takes the limit that the URL has', async () => {
    const pool = createPool({ connectionString: server.url(), query_timeout: 200 }, 'public');
    await expect(pool.query('SELECT pg_sleep(1)')).rejects.toThrow('read timeout');
    const client = await pool.connect();
    expect((await patiently(() => client.query('SELECT pg_sleep(0.5)'))).rowCount).toBe(1);
    client.release();
    await pool.end();

    const limits = (query: string) => limitConnection({ connectionString: `postgres://db/n${query}` }, LIMITS);
    expect(limits('').query_timeout).toBe(35_000);
    expect(limits('?statement_timeout=600000').query_timeout).toBe(605_000);
    expect(limits('?statement_timeout=0').query_timeout).toBeUndefined();
  });
});

describe('a server with TLS', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgresServer({ tls: true });
  });
  afterAll(() => server.stop());

  it.each(['verify-full', 'verify-ca', 'require', 'prefer'])(
    'is opened with sslmode=%s by its authority alone',
    async (mode) => {
      const url = await server.createDatabase();
      const warned = jest.spyOn(process, 'emitWarning');
      const database = await openDatabase(at(`${url}?sslmode=${mode}&sslrootcert=${server.caFile}`));
      const { rows } = await sql`SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()`.execute(database.db);
      expect(rows).toEqual([{ ssl: true }]);
      await database.close();

      expect(await failure(`${url}?sslmode=${mode}`)).toMatchObject({
        message: expect.stringContaining('shows a certificate that this machine does not trust'),
        fix: expect.stringContaining('sslrootcert='),
      });
      expect(warned).not.toHaveBeenCalled();
      warned.mockRestore();
    },
  );

  it('is opened by anybody with sslmode=no-verify, and by nobody without TLS', async () => {
    expect(await failure(`${await server.createDatabase()}?sslmode=no-verify`)).toBeUndefined();
    expect(await failure(server.url())).toMatchObject({
      message: expect.stringContaining('does not let this user in without TLS'),
      fix: expect.stringContaining('sslmode=verify-full'),
    });
  });

  it('under another name is refused', async () => {
    const other = await startPostgresServer({ tls: true, certificateNames: ['DNS:db.example'] });
    expect(await failure(`${other.url()}?sslmode=verify-full&sslrootcert=${other.caFile}`)).toMatchObject({
      message: expect.stringContaining('shows a certificate of another host name'),
    });
    await other.stop();
  });
});

describe('an address', () => {
  it('where nothing listens, of no host, or that does not answer is told apart', async () => {
    const silent = createServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const address = silent.address();
    const silentPort = typeof address === 'object' ? address?.port : undefined;
    const closedPort = await findFreePort();

    expect(await failure(`postgres://nightjar:hush@127.0.0.1:${closedPort}/nightjar`)).toMatchObject({
      message: `the database at 127.0.0.1:${closedPort}/nightjar refuses the connection: nothing listens there`,
      fix: expect.not.stringContaining('hush'),
    });
    expect(await failure('postgres://nightjar@no-such-host.invalid/nightjar')).toMatchObject({
      message: 'the database at no-such-host.invalid:5432/nightjar has a host name that is not known',
    });
    const began = Date.now();
    expect(await failure(`postgres://nightjar@127.0.0.1:${silentPort}/nightjar`)).toMatchObject({
      message: `the database at 127.0.0.1:${silentPort}/nightjar does not answer`,
    });
    expect(Date.now() - began).toBeLessThan(4000);
    silent.close();
  });

  it('that is no URL is a mistake in the settings', async () => {
    expect(await failure('postgres://nightjar:pa/ss@db/nightjar')).toMatchObject({
      code: 'E_CONFIG_FIELD',
      message: expect.not.stringContaining('pa/ss'),
    });
  });
});

it('refuses a server older than those that are tested', () => {
  const connection = { connectionString: 'postgres://nightjar:hush@db.example/nightjar' };
  expect(() => checkVersion(140_019, connection)).toThrow(
    expect.objectContaining({
      code: 'E_ENGINE_DATABASE',
      message: 'the database at db.example:5432/nightjar is PostgreSQL 14; expected 15 or newer',
    }),
  );
  expect(() => checkVersion(150_000, connection)).not.toThrow();
});
