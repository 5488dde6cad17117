/** Stands for what a night has around it: PostgreSQL with contacts, and the local AWS with an output, each in a process of its own. */
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '../../src/database/connecting/connection';
import { startLocalAws } from '../../src/local/endpoint';
import { startPostgresServer } from '../../test/support/postgres-server';
import { findFreePort } from '../../test/support/private-process';
import { createQuickCompute } from '../night/quick-compute';

export interface Stand {
  readonly outputUri: string;
  readonly env: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/** A person for each number: names, an address, a telephone number and a country; one in a hundred addresses is suppressed. */
const CONTACTS = (count: number) => `
  INSERT INTO nightjar.contact (user_id, email, address_hash, address_domain, first_name, last_name, locale, country, phone,
    consent, attributes, imported_at)
  SELECT (1000000 + n)::text, 'person.' || n || '@mail' || n % 50 || '.example', encode(sha256(('person.' || n)::bytea), 'hex'),
    'mail' || n % 50 || '.example', (ARRAY['Robin','Ada','José','Mary','Łukasz','Anna','Olga','Tom','Li','Sam'])[1 + n % 10],
    'Name ' || n % 5000, 'en-GB', (ARRAY['GB','US','DE'])[1 + n % 3],
    CASE n % 3 WHEN 0 THEN '+447700' || lpad((n % 1000000)::text, 6, '0') WHEN 1 THEN '+1415' || (2000000 + n % 7000000)
      ELSE '+49151' || lpad((n % 100000000)::text, 8, '0') END, 'true', '{"plan": "gold"}', now()
  FROM generate_series(0, ${count - 1}) n`;
const SUPPRESSIONS = (count: number) => `
  INSERT INTO nightjar.suppression (subject, topic, reason, source, at)
  SELECT 'address:' || encode(sha256(('person.' || n * 100)::bytea), 'hex'), '', 'bounce', 'bench', now()
  FROM generate_series(0, ${Math.floor(count / 100) - 1}) n`;

/** Makes as many contacts as the output has users; the output is put where the endpoint keeps its objects. */
export async function openStand(output: string, contacts: number): Promise<Stand> {
  const folder = await mkdtemp(join(tmpdir(), 'nightjar-bench-stand-'));
  const postgres = await startPostgresServer({ settings: { shared_buffers: '256MB', fsync: 'on' } });
  const url = await postgres.createDatabase();
  const database = await openDatabase({ connectionString: url });
  for (const text of [CONTACTS(contacts), SUPPRESSIONS(contacts), 'VACUUM ANALYZE nightjar.contact']) {
    await database.pool.query(text);
  }
  await database.close();
  await mkdir(join(folder, 'aws'));
  const aws = await startLocalAws({
    stateDir: join(folder, 'aws'),
    credentials: null,
    region: 'us-east-1',
    accountId: '123456789012',
    jobSeconds: 0,
    compute: createQuickCompute([]),
    now: () => Date.now(),
  });
  await fetch(`${aws.endpoint}/nightjar`, { method: 'PUT' });
  await fetch(`${aws.endpoint}/nightjar/output/tea.json.out`, { method: 'PUT', body: await readFile(output) });
  const env = {
    DATABASE_URL: url,
    SMTP_URL: `smtp://127.0.0.1:${await findFreePort()}`,
    NIGHTJAR_AWS__ENDPOINT: aws.endpoint,
    NIGHTJAR_SECRET: '0123456789abcdef0123456789abcdef',
    AWS_ACCESS_KEY_ID: 'bench',
    AWS_SECRET_ACCESS_KEY: 'bench',
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  };
  const close = async () => {
    await aws.close();
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  };
  return { outputUri: 's3://nightjar/output/tea.json.out', env, close };
}
