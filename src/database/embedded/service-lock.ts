/** The session lock of a shared service, and the row in which its holder says where it serves. */
import { createHash } from 'node:crypto';
import { Client, type ClientConfig } from 'pg';
import { z } from 'zod';

/** What a running service answers on: a port of 127.0.0.1, and the token that its clients show. */
export interface ServiceAddress {
  readonly port: number;
  readonly token: string;
}

/** One session that holds the lock, waits for it, or does neither. The lock ends with the session, whatever ends that. */
export interface ServiceLock {
  /** Takes the lock if it is free, without waiting. */
  tryAcquire(): Promise<boolean>;
  /** Waits for the lock, in the order of asking; rejects when the session ends. */
  acquire(): Promise<void>;
  /** Resolves when the session has ended. */
  waitUntilLost(): Promise<void>;
  /** Reads where the present holder serves; undefined while it has not said so yet. */
  readHolderAddress(): Promise<ServiceAddress | undefined>;
  /** Reads where the last holder served, dead or alive. */
  readLastAddress(): Promise<ServiceAddress | undefined>;
  publish(address: ServiceAddress, at: Date): Promise<void>;
  /** Ends the session; a waiting `acquire` rejects. */
  close(): Promise<void>;
}

/** The first half of the two-part lock keys, so that they meet no other's: "nj". */
const LOCK_CLASS = 0x6e6a;
const rowsSchema = z.array(z.object({ port: z.number(), token: z.string() }));

/** The holder's session carries its process id in its name, by which a row of a dead holder is told from a present one. */
const HOLDER_ADDRESS = `SELECT s.port, s.token FROM nightjar.embedded_service s WHERE s.name = $1 AND EXISTS (
  SELECT 1 FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid JOIN pg_database d ON d.oid = l.database
  WHERE l.locktype = 'advisory' AND l.granted AND d.datname = current_database()
    AND l.classid::bigint = $2 AND l.objid::bigint = $3 AND a.application_name = $4 || s.pid)`;
const LAST_ADDRESS = 'SELECT port, token FROM nightjar.embedded_service WHERE name = $1';
const PUBLISH = `INSERT INTO nightjar.embedded_service (name, port, token, pid, published_at) VALUES ($1, $2, $3, $4, $5)
  ON CONFLICT (name) DO UPDATE SET port = excluded.port, token = excluded.token, pid = excluded.pid,
  published_at = excluded.published_at`;
/** A session may wait for days; one whose process has left or died while waiting ends within a second. */
const SESSION = `SET statement_timeout = 0; SET lock_timeout = 0; SET idle_session_timeout = 0;
  SET client_connection_check_interval = '1s'`;

/** Opens a session for the lock of one service. */
export async function openServiceLock(connection: ClientConfig, name: string): Promise<ServiceLock> {
  const keys = [LOCK_CLASS, createHash('sha256').update(name).digest().readUInt32BE(0) >>> 1];
  const label = `nightjar-service ${name.slice(0, 30)} `;
  const client = new Client({ ...connection, keepAlive: true, application_name: `${label}${process.pid}` });
  const lost = new Promise<void>((resolve) => client.once('end', resolve));
  client.on('error', () => undefined);
  await client.connect();
  await prepareSession(client);

  const readRow = async (query: string, values: readonly unknown[]): Promise<ServiceAddress | undefined> =>
    rowsSchema.parse((await client.query(query, [...values])).rows)[0];

  return {
    async tryAcquire() {
      const result = await client.query('SELECT pg_try_advisory_lock($1::int, $2::int) AS held', keys);
      return result.rows[0]?.held === true;
    },
    async acquire() {
      await client.query('SELECT pg_advisory_lock($1::int, $2::int)', keys);
    },
    waitUntilLost: () => lost,
    readHolderAddress: () => readRow(HOLDER_ADDRESS, [name, ...keys, label]),
    readLastAddress: () => readRow(LAST_ADDRESS, [name]),
    async publish(address, at) {
      await client.query(PUBLISH, [name, address.port, address.token, process.pid, at]);
    },
    async close() {
      await client.end().catch(() => undefined);
    },
  };
}

async function prepareSession(client: Client): Promise<void> {
  try {
    await client.query(SESSION);
  } catch (error) {
    await client.end();
    throw error;
  }
}
