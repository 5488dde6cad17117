/** The stage send: a lane claims due deliveries, renders, sends and records, until nothing is due (D5). */
import {
  answerDeliveries,
  type ClaimedDelivery,
  claimDeliveries,
  type DeliveryAnswer,
  nextDue,
} from '../database/claims';
import { findContacts } from '../database/contacts';
import { countDeliveries } from '../database/deliveries';
import { reservePace } from '../database/pace';
import { isNightjarError } from '../errors';
import type { EmailJob } from '../job/definition';
import type { WorkOutcome } from '../queue/work-queue';
import { loadCatalogue } from './catalogue-cache';
import { holdLease, type Lease } from './lease';
import { checkMailServer, explainMailFailure } from './mail-server';
import { type MadeMail, makeMail } from './make-mail';
import { readPlan } from './plan-record';
import { journalKey, settleUnsettled } from './recover';
import { readOutcome } from './send-outcome';
import { DONE, type Stage, type StageContext } from './stage';

/** Rows claimed in one commit (D5). */
const CLAIM_ROWS = 64;
/** A lane gives its place in the queue back after this long, so that other work gets its turn. */
const LANE_MS = 30_000;

/** Sends what is due; then comes again when something will be, or is done when nothing is left open. */
export const send: Stage = async (context) => {
  const { engines, run, bundle, signal } = context;
  if (bundle.job.kind !== 'email' || bundle.template === undefined) return DONE;
  await settleUnsettled(context, bundle.job);
  if (await isAnyDue(context)) await checkMailServer(engines.mailer);
  const until = engines.now() + LANE_MS;
  while (!signal.aborted && engines.now() < until) {
    const claim = {
      token: nextToken(engines.token),
      limit: claimSize(bundle.job),
      now: engines.now(),
      leaseMs: leaseMs(context),
    };
    const rows = await claimDeliveries(engines.db, run.runId, claim);
    if (rows.length === 0) return whenNothingIsDue(context);
    await sendBatch({ context, job: bundle.job, token: claim.token, claimedAt: claim.now }, rows);
  }
  return { kind: 'again', at: engines.now() };
};

let claims = 0;

/** A token a claim: lanes of one worker are as strange to each other as two workers. `workerOfToken` reads it back. */
function nextToken(worker: string): string {
  claims += 1;
  return `${worker}.${claims}`;
}

/** At most a second's worth, so that a slow rate doesn't hold claims for minutes. */
function claimSize(job: EmailJob): number {
  return job.send.rate === undefined ? CLAIM_ROWS : Math.max(1, Math.min(CLAIM_ROWS, Math.floor(job.send.rate)));
}

function leaseMs({ engines }: StageContext): number {
  return engines.settings.worker.leaseSeconds * 1000;
}

async function isAnyDue({ engines, run }: StageContext): Promise<boolean> {
  const due = await nextDue(engines.db, run.runId);
  return due !== undefined && due <= engines.now();
}

async function whenNothingIsDue({ engines, run }: StageContext): Promise<WorkOutcome> {
  const due = await nextDue(engines.db, run.runId);
  if (due !== undefined) return { kind: 'again', at: Math.max(due, engines.now() + 50) };
  const counts = await countDeliveries(engines.db, run.runId);
  return counts.claimed > 0 ? { kind: 'again', at: engines.now() + 500 } : DONE;
}

interface Lane {
  readonly context: StageContext;
  readonly job: EmailJob;
  /** Of the claim in hand. */
  readonly token: string;
  readonly claimedAt: number;
}

async function sendBatch(lane: Lane, rows: readonly ClaimedDelivery[]): Promise<void> {
  const { engines, run } = lane.context;
  const { token, claimedAt } = lane;
  const userIds = rows.map((row) => row.userId);
  const lease = holdLease({ engines, run, token, userIds, claimedAt, leaseMs: leaseMs(lane.context) });
  try {
    const mails = await makeMails(lane, rows);
    const left = mails.flatMap((mail) => (mail.kind === 'excluded' ? [mail.answer] : []));
    await answerDeliveries(engines.db, run, { token, answers: left, now: engines.now() });
    await sendAll(lane, { mails: mails.flatMap((mail) => (mail.kind === 'mail' ? [mail] : [])), lease });
  } finally {
    lease.release();
  }
}

async function makeMails({ context, job }: Lane, rows: readonly ClaimedDelivery[]): Promise<readonly MadeMail[]> {
  const { engines, run, bundle } = context;
  const template = bundle.template;
  if (template === undefined) return [];
  const contacts = await findContacts(
    engines.db,
    rows.map((row) => row.userId),
  );
  const catalogue = await loadCatalogue(engines.db, run.catalogueVersion);
  const parts = { engines, run, job, template, catalogue, popular: readPlan(run.plan).popular };
  return rows.map((row) => makeMail(parts, { row, stored: contacts.get(row.userId) }));
}

type Mail = Extract<MadeMail, { kind: 'mail' }>;

/** Sends over as many connections as the settings give; answers are written in bulk while others are under way. */
async function sendAll(lane: Lane, batch: { readonly mails: readonly Mail[]; readonly lease: Lease }): Promise<void> {
  const { engines } = lane.context;
  const pace = await startPace(lane, batch.mails.length);
  const queue = [...batch.mails.entries()];
  const answers = createAnswerWriter(lane);
  let failure: { readonly error: unknown } | undefined;
  const sendInTime = async (mail: Mail): Promise<DeliveryAnswer> => {
    if (!batch.lease.isOurs(mail.userId) || failure !== undefined || lane.context.signal.aborted) return giveBack(mail);
    try {
      return await sendOne(lane, { mail, lease: batch.lease });
    } catch (error) {
      if (!(error instanceof LeaseLost)) failure ??= { error };
      return giveBack(mail);
    }
  };
  const connection = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const [index, mail] = next;
      if (failure === undefined) await pace(index);
      answers.add(mail, await sendInTime(mail));
      await answers.flushFull();
    }
  };
  const connections = Array.from({ length: Math.min(engines.settings.mail.connections, queue.length) }, connection);
  const ended = await Promise.allSettled(connections);
  await answers.flushAll();
  const failed = ended.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  if (failure !== undefined) throw failure.error;
}

/** What a mailer throws for was surely not sent, and neither was what waits behind it. */
function giveBack(mail: Mail): DeliveryAnswer {
  return { userId: mail.userId, state: 'planned' };
}

/** Thrown right before the first body byte, where the wait for a connection has outlived the lease; nothing was sent. */
class LeaseLost extends Error {}

async function sendOne({ context }: Lane, { mail, lease }: { mail: Mail; lease: Lease }): Promise<DeliveryAnswer> {
  const { engines, run } = context;
  const beforeBody = () => {
    if (!lease.isOurs(mail.userId)) throw new LeaseLost('the lease has run out');
    engines.journal.begin(journalKey(run.runId, mail));
  };
  try {
    const outcome = await engines.mailer.send(mail.message, { beforeBody });
    return readOutcome(outcome, {
      mail,
      now: engines.now(),
      retryAfterSeconds: engines.settings.mail.retryAfterSeconds,
    });
  } catch (error) {
    // One address is one recipient's matter, not the run's.
    if (error instanceof LeaseLost) throw error;
    if (!isNightjarError(error) || error.code !== 'E_MAIL_ADDRESS') throw explainMailFailure(error);
    return { userId: mail.userId, state: 'excluded', reason: 'address_refused' };
  }
}

/** Answers a function that waits until the mail's turn at the job's rate, shared by all workers. */
async function startPace({ context, job }: Lane, count: number): Promise<(index: number) => Promise<void>> {
  const { engines } = context;
  const rate = job.send.rate;
  if (rate === undefined || count === 0) return async () => undefined;
  const sender = job.send.from ?? engines.settings.mail.from;
  const startsAt = await reservePace(engines.db, { sender, count, perSecond: rate, now: engines.now() });
  return async (index) => {
    const waitMs = startsAt + (index * 1000) / rate - engines.now();
    if (waitMs > 1) await new Promise((resolve) => setTimeout(resolve, waitMs));
  };
}

/** Tries of the last write of a batch, over about six seconds: less than a lease. */
const FLUSH_TRIES = 6;

/** Collects answers and writes them in bulk: what the server has said must not wait for the whole batch. */
function createAnswerWriter({ context, token }: Lane) {
  const { engines, run } = context;
  let waiting: { answer: DeliveryAnswer; key: string }[] = [];
  const flush = async () => {
    const written = waiting;
    waiting = [];
    const answers = written.map(({ answer }) => answer);
    try {
      await answerDeliveries(engines.db, run, { token, answers, now: engines.now() });
    } catch (error) {
      // What the server has said is known and must not be lost with one statement.
      waiting = [...written, ...waiting];
      throw error;
    }
    engines.journal.settle(written.map(({ key }) => key));
  };
  return {
    add: (mail: Mail, answer: DeliveryAnswer) => void waiting.push({ answer, key: journalKey(run.runId, mail) }),
    flushFull: async () => {
      if (waiting.length >= 16) await flush();
    },
    flushAll: async () => {
      for (let tries = 1; ; tries += 1) {
        try {
          return await flush();
        } catch (error) {
          if (tries === FLUSH_TRIES) throw error;
          await new Promise((resolve) => setTimeout(resolve, 100 * 2 ** tries));
        }
      }
    },
  };
}
