/** A program that uses the embedded server: prints JSON lines, writes rows if asked to, leaves when its input ends. */
import { Client } from 'pg';
import { startEmbeddedPostgres } from '../../../src/database/embedded/postgres';
import { formatError, isNightjarError } from '../../../src/errors';

const [mode = 'hold', stateDir = ''] = process.argv.slice(2);

function print(line: unknown): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

async function main(): Promise<void> {
  const startedAt = performance.now();
  const postgres = await startEmbeddedPostgres({ stateDir });
  const startMs = performance.now() - startedAt;
  const client = new Client(postgres.connection);
  client.on('error', (error) => print({ broken: error.message }));
  await client.connect();
  const { rows } = await client.query('SELECT pg_postmaster_start_time()::text AS server');
  print({ ready: true, startMs, server: rows[0]?.server });
  const left = new Promise<void>((resolve) => process.stdin.once('end', resolve).resume());
  if (mode === 'write') writeRows(client).catch((error: unknown) => print({ broken: String(error) }));
  await left;
  print({ alive: (await client.query('SELECT 1 AS one')).rows.length === 1 });
  await client.end();
  await postgres.release();
}

async function writeRows(client: Client): Promise<void> {
  for (;;) {
    const inserted = await client.query('INSERT INTO acknowledged DEFAULT VALUES RETURNING id');
    print({ row: Number(inserted.rows[0]?.id) });
  }
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    print({ failed: isNightjarError(error) ? formatError(error) : String(error) });
    process.exit(1);
  },
);
