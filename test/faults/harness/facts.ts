/** Reads what a round has left: the ledger, the runs, what was bought, what was written, what people got, what was logged. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import type { AcceptedMail } from '../../support/smtp-recorder';
import { type AwsCalls, type BoughtJob, listBoughtJobs, readCalls, readObject } from './aws';
import { JOBS, type JobName } from './plan';
import { runIdOf } from './progress';
import type { World } from './world';

const deliverySchema = z.object({
  user_id: z.string(),
  state: z.string(),
  reason: z.string().nullable(),
  attempt: z.number(),
  /** How often it was sent again, as the job says of unknown ones. */
  resends: z.number(),
  message_id: z.string().nullable(),
});
const eventSchema = z.object({ run_id: z.string(), state: z.string() });
const batchJobSchema = z.object({ name: z.string(), fingerprint: z.string(), state: z.string() });
const artefactSchema = z.object({ run_id: z.string(), kind: z.string(), name: z.string(), uri: z.string() });
const reportSchema = z.object({ deliveries: z.record(z.string(), z.number()).optional() });

export type DeliveryFact = z.infer<typeof deliverySchema>;

export interface Facts {
  readonly ledger: readonly DeliveryFact[];
  readonly runs: Readonly<
    Partial<Record<JobName, { readonly state: string; readonly pausedReason: string | undefined }>>
  >;
  /** States of each run in order. */
  readonly events: Readonly<Record<JobName, readonly string[]>>;
  readonly intended: readonly z.infer<typeof batchJobSchema>[];
  readonly bought: readonly BoughtJob[];
  readonly calls: AwsCalls;
  /** Counts of report.json of the e-mail run; undefined where there is none. */
  readonly reported: Readonly<Record<string, number>> | undefined;
  /** Audience files by name. */
  readonly audiences: Readonly<Record<string, string>>;
  readonly mails: readonly AcceptedMail[];
  /** Log lines that tell of a defect. */
  readonly defects: readonly string[];
}

/** Reads everything; all engines have to be up. */
export async function readFacts(world: World): Promise<Facts> {
  const access = await world.awsAccess();
  const rows = async <T>(schema: z.ZodType<T>, text: string) => z.array(schema).parse(await world.sql(text));
  const runs = await rows(
    z.object({ job: z.string(), state: z.string(), paused_reason: z.string().nullable() }),
    'SELECT job, state, paused_reason FROM nightjar.run',
  );
  const events = await rows(eventSchema, 'SELECT run_id, state FROM nightjar.run_event ORDER BY run_id, seq');
  const artefacts = await rows(artefactSchema, 'SELECT run_id, kind, name, uri FROM nightjar.artefact ORDER BY name');
  const report = artefacts.find((one) => one.run_id === runIdOf('letters') && one.name === 'report.json');
  const files = artefacts.filter((one) => one.name.endsWith('.csv'));
  const texts = await Promise.all(files.map((one) => readObject(access, one.uri)));
  return {
    ledger: await rows(
      deliverySchema,
      'SELECT user_id, state, reason, attempt, resends, message_id FROM nightjar.delivery ORDER BY user_id',
    ),
    runs: Object.fromEntries(
      runs.map((run) => [run.job, { state: run.state, pausedReason: run.paused_reason ?? undefined }]),
    ),
    events: { letters: eventsOf(events, JOBS[0]), fans: eventsOf(events, JOBS[1]) },
    intended: await rows(batchJobSchema, 'SELECT name, fingerprint, state FROM nightjar.batch_job'),
    bought: await listBoughtJobs(access),
    calls: await readCalls(access).catch(() => ({})),
    reported:
      report === undefined
        ? undefined
        : reportSchema.parse(JSON.parse(await readObject(access, report.uri))).deliveries,
    audiences: Object.fromEntries(files.map((one, n) => [one.name, texts[n] ?? ''])),
    mails: world.mail.accepted(),
    defects: findDefects(world.folder),
  };
}

function eventsOf(events: readonly z.infer<typeof eventSchema>[], job: JobName): readonly string[] {
  return events.filter((event) => event.run_id === runIdOf(job)).map((event) => event.state);
}

/** Finds what no log should ever have: our own defects, and errors that nobody has caught. */
function findDefects(folder: string): readonly string[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.log'))
    .flatMap((file) =>
      readFileSync(path.join(folder, file), 'utf8')
        .split('\n')
        .map((line) => `${file}: ${line}`),
    )
    .filter((line) => /E_BUG|UnhandledPromise|uncaught|TypeError|ReferenceError|RangeError/i.test(line));
}
