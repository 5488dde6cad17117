/** Makes runs that ended long ago, rows and objects as a real one leaves them, without running anything. */
import type { S3Client } from '@aws-sdk/client-s3';
import type { KyselyPlugin } from 'kysely';
import { planDeliveries } from '../../../src/database/ledger/deliveries';
import { saveArtefact } from '../../../src/database/runs/artefacts';
import { createRun } from '../../../src/database/runs/runs';
import { storeBundle } from '../../../src/run/bundle';
import { type Engines, place } from '../../../src/run/engines';
import { writeObject } from '../../../src/storage/objects';
import { formatS3Uri } from '../../../src/storage/uri';
import { emailSource } from './world';

export const DAY = 86_400_000;

export interface OldRun {
  readonly runId: string;
  readonly job: string;
  readonly slot: string;
  readonly batchJob: string;
  readonly outputKey: string;
  readonly inputKey: string;
}

export interface OldRunFacts {
  readonly job: string;
  readonly slot?: string;
  readonly n?: number;
  readonly rows?: number;
  /** Of the job file; left out, it has none. */
  readonly keep?: string;
  readonly state?: 'finished' | 'failed' | 'cancelled' | 'sending' | 'preparing';
  /** The input's content; equal ones share an object. */
  readonly input?: string;
  readonly daysAgo?: number;
}

/** Makes a run whose deliveries, batch job, member file and report are there. */
export async function makeOldRun(engines: Engines, facts: OldRunFacts): Promise<OldRun> {
  const { job, slot = '2025-01-01', n = 1, keep, state = 'finished' } = facts;
  const at = engines.now() - (facts.daysAgo ?? 30) * DAY;
  const runId = `${job}.${slot}${n === 1 ? '' : `.${n}`}`;
  const source = emailSource(job);
  const text = keep === undefined ? source.text : `${source.text}keep: ${keep}\n`;
  const bundleUri = await storeBundle(engines, { ...source, text });
  await createRun(engines.db, { runId, job, slot, n, kind: 'email', bundleUri, catalogueVersion: 1 }, at);
  const rows = Array.from({ length: facts.rows ?? 25 }, (_, nth) => `${job}-${n}-u${String(nth).padStart(5, '0')}`);
  const planned = rows.map((userId) => ({ userId, addressHash: `hash-${userId}`, domain: 'people.example' }));
  await planDeliveries(engines.db, { runId, job, slot }, { rows: planned, now: at });
  await engines.db
    .updateTable('delivery')
    .set({ state: 'accepted', slate: '["i001","i002"]' })
    .where('run_id', '=', runId)
    .execute();
  const objects = await makeObjects(engines, { runId, job, slot, n, input: facts.input ?? runId, at });
  await engines.db
    .updateTable('run')
    .set({ state, updated_at: new Date(at), finished_at: state === 'finished' ? new Date(at) : null })
    .where('run_id', '=', runId)
    .execute();
  return { runId, job, slot, ...objects };
}

interface Making {
  readonly runId: string;
  readonly job: string;
  readonly slot: string;
  readonly n: number;
  readonly input: string;
  readonly at: number;
}

async function makeObjects(engines: Engines, { runId, job, slot, n, input, at }: Making) {
  const put = async (key: string) =>
    writeObject(engines.s3, place(engines, key), [`${key}\n`], { contentType: 'text/plain' });
  const batchJob = `nj-${job}-${slot.replaceAll('-', '')}-${String(n).padStart(12, '0')}`;
  const keys = { outputKey: `batch/output/${batchJob}/`, inputKey: `batch/input/${input}/input.json` };
  await put(`${keys.outputKey}input.json.out`);
  await put(`${keys.outputKey}_CHECK`);
  await put(keys.inputKey);
  const members = await put(`members/${runId}/tea.tsv`);
  await saveArtefact(engines.db, runId, { kind: 'members', name: 'tea', rows: 1, ...members, now: at });
  const report = await put(`runs/${runId}/report.html`);
  await saveArtefact(engines.db, runId, { kind: 'report', name: 'report.html', rows: undefined, ...report, now: at });
  await engines.db
    .insertInto('batch_job')
    .values({
      name: batchJob,
      fingerprint: `f-${batchJob}`,
      part: 1,
      attempt: 1,
      kind: 'inference',
      state: 'done',
      request: '{}',
      lines: 1,
      input_uri: formatS3Uri(place(engines, keys.inputKey)),
      output_uri: formatS3Uri(place(engines, keys.outputKey)),
      intended_at: new Date(at),
    })
    .execute();
  await useJob(engines, runId, batchJob);
  return { batchJob, ...keys };
}

/** Lets a run go by a batch job. */
export async function useJob(engines: Pick<Engines, 'db'>, runId: string, name: string): Promise<void> {
  await engines.db.insertInto('run_batch_job').values({ run_id: runId, name, reused: false }).execute();
}

/** Engines of a process that dies at its nth call of the database or S3: that call and all later ones are never made. */
export function dyingAt(engines: Engines, nth: number): { readonly engines: Engines; readonly calls: () => number } {
  let calls = 0;
  const count = () => {
    calls += 1;
    if (calls >= nth) throw new Error('the process is dead');
  };
  const plugin: KyselyPlugin = {
    transformQuery: ({ node }) => {
      // A dead process' connection is closed, and with it its lock is free.
      if (!JSON.stringify(node).includes('pg_advisory_unlock')) count();
      return node;
    },
    transformResult: async ({ result }) => result,
  };
  return {
    engines: { ...engines, db: engines.db.withPlugin(plugin), s3: watchS3(engines.s3, count) },
    calls: () => calls,
  };
}

/** An S3 client that tells each command before it is sent. */
export function watchS3(s3: S3Client, onCommand: (name: string, input: unknown) => void | Promise<void>): S3Client {
  const send = async (command: { constructor: { name: string }; input: unknown }, ...rest: unknown[]) => {
    await onCommand(command.constructor.name, command.input);
    return Reflect.apply(s3.send, s3, [command, ...rest]);
  };
  return new Proxy(s3, { get: (target, key) => (key === 'send' ? send : Reflect.get(target, key)) });
}
