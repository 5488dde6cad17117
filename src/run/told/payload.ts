/** What is told of an event, as data: the body of a webhook, and what the texts of the other ways are made of. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Database } from '../../database/connecting/connection';
import { countDeliveries } from '../../database/ledger/deliveries';
import type { OpenNotice } from '../../database/runs/notices';
import { findRun, type RunRow } from '../../database/runs/runs';
import { sumMoney } from '../../personalize/prices';
import type { Engines } from '../engines';
import { adviseOn } from '../operate/advice';
import { listPaid } from '../operate/cancel';
import { storedError } from '../run-error';
import { readSummary } from '../stored-summary';

export const payloadSchema = z.object({
  version: z.literal(1),
  /** `run.paused`, `run.failed`, `run.late`, `run.finished`, `run.cancelled`, `test`. */
  type: z.string(),
  /** The same for every try and every target; also the header webhook-id. */
  id: z.string(),
  /** ISO 8601, UTC: when it happened. */
  at: z.string(),
  instance: z.string(),
  /** Absent in tests. */
  job: z.string().optional(),
  slot: z.string().optional(),
  /** Absent for a slot that has not been started. */
  run: z.string().optional(),
  kind: z.enum(['email', 'audience']).optional(),
  /** At the event; of a late run the state it is in. */
  state: z.string(),
  /** Of a pause: `guard:cost`, `unknown`, `errors`, `quota`… */
  reason: z.string().optional(),
  error: z.object({ code: z.string(), message: z.string(), fix: z.string().optional() }).optional(),
  /** Late ones only. */
  deadline: z.string().optional(),
  /** Further slots of the job that are late with it. */
  alsoLate: z.number().optional(),
  /** E-mails by state, or audiences and members. */
  counts: z.record(z.string(), z.number()).optional(),
  /** Of the batch jobs that the run has paid for; `amount` is absent where a price is not known. */
  cost: z.object({ amount: z.number().optional(), currency: z.string() }).optional(),
  /** What a person can do, the likeliest first. */
  commands: z.array(z.object({ to: z.string(), command: z.string() })),
});

export type Payload = z.infer<typeof payloadSchema>;

type PayloadEngines = Pick<Engines, 'settings' | 'now'> & { readonly db: Database };

/** Makes the id of an event; it has no dot, as signatures put one after it. */
export function eventId(instance: string, event: string): string {
  return `evt_${createHash('sha256').update(`${instance}\n${event}`).digest('hex').slice(0, 32)}`;
}

/** Builds what is told of an event. It names the run, counts and causes, and nobody's address or id. */
export async function buildPayload(engines: PayloadEngines, notice: OpenNotice): Promise<Payload> {
  const found = notice.runId === undefined ? undefined : await findRun(engines.db, notice.runId);
  const run = found === undefined ? undefined : runAtEvent(found, notice);
  const { instance } = engines.settings;
  return withoutAddresses({
    version: 1,
    type: `run.${notice.kind}`,
    id: eventId(instance, notice.event),
    at: new Date(notice.at).toISOString(),
    instance,
    job: notice.job,
    slot: notice.slot,
    ...lateFacts(notice),
    ...(run === undefined ? notStarted(notice) : await describeRun(engines, run)),
  });
}

/** What `nightjar notify test` tells: its id is new each time. */
export function testPayload({ settings, now }: Pick<Engines, 'settings' | 'now'>): Payload {
  const at = new Date(now()).toISOString();
  const { instance } = settings;
  return { version: 1, type: 'test', id: eventId(instance, `test ${at}`), at, instance, state: 'test', commands: [] };
}

const moveSchema = z.object({ reason: z.string().optional(), error: z.unknown() });
const lateSchema = z.object({ deadline: z.number(), others: z.number() });

/** The run may have gone on since; a late one is told as it stands. */
function runAtEvent(run: RunRow, { kind, facts }: OpenNotice): RunRow {
  if (kind === 'late') return run;
  const move = moveSchema.safeParse(facts);
  return { ...run, state: kind, pausedReason: move.data?.reason, error: move.data?.error };
}

function lateFacts({ kind, facts }: OpenNotice): Pick<Payload, 'deadline' | 'alsoLate'> {
  const late = lateSchema.safeParse(facts);
  if (kind !== 'late' || !late.success) return {};
  const { deadline, others } = late.data;
  return { deadline: new Date(deadline).toISOString(), ...(others === 0 ? {} : { alsoLate: others }) };
}

function notStarted({ job, slot }: OpenNotice): Pick<Payload, 'state' | 'commands'> {
  const commands = [
    { to: 'see whether its file is right', command: `nightjar jobs check ${job}` },
    { to: 'run it now', command: `nightjar run ${job} --date ${slot}` },
  ];
  return { state: 'not started', commands };
}

async function describeRun(engines: PayloadEngines, run: RunRow) {
  const error = storedError(run);
  const deliveries = run.kind === 'email' ? await countDeliveries(engines.db, run.runId) : undefined;
  const failed = (deliveries?.refused ?? 0) + (deliveries?.dropped ?? 0);
  return {
    run: run.runId,
    kind: run.kind,
    state: run.state,
    ...(run.pausedReason === undefined ? {} : { reason: run.pausedReason }),
    ...(error === undefined ? {} : { error: describeError(error) }),
    counts: deliveries === undefined ? countAudiences(run) : withoutZeros(deliveries),
    cost: await costOf(engines, run),
    commands: [...adviseOn(run, { failed, unknown: deliveries?.unknown ?? 0 })],
  };
}

function describeError({ code, message, fix }: { code: string; message: string; fix?: string | undefined }) {
  return { code, message, ...(fix === undefined ? {} : { fix }) };
}

function withoutZeros(counts: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
}

function countAudiences(run: RunRow): Record<string, number> {
  const audiences = readSummary(run)?.audiences ?? [];
  if (audiences.length === 0) return {};
  return { audiences: audiences.length, members: audiences.reduce((sum, { members }) => sum + members, 0) };
}

async function costOf(engines: PayloadEngines, run: RunRow): Promise<NonNullable<Payload['cost']>> {
  const paid = (await listPaid(engines, run)).map(({ cost }) => cost);
  const { prices, aws } = engines.settings;
  const sum = () => sumMoney(paid, paid[0]?.currency ?? prices[aws.region]?.currency ?? 'USD');
  const { amount, currency } = readSummary(run)?.cost ?? sum();
  return { currency, ...(amount === undefined ? {} : { amount }) };
}

const ADDRESS = /[^\s<>"'(),;:[\]]+@[^\s<>"'(),;:[\]]+/g;

/** Servers and files repeat addresses in what they say. */
function withoutAddresses(payload: Payload): Payload {
  const clean = (text: string) => text.replace(ADDRESS, '[address]');
  const { error } = payload;
  const commands = payload.commands.map(({ to, command }) => ({ to, command: clean(command) }));
  if (error === undefined) return { ...payload, commands };
  const fix = error.fix === undefined ? {} : { fix: clean(error.fix) };
  return { ...payload, commands, error: { code: error.code, message: clean(error.message), ...fix } };
}
