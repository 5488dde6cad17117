/** Collects the answers of a claim and writes them in bulk: what the server has said must not wait for the whole batch. */
import { setTimeout as sleep } from 'node:timers/promises';
import { promptly } from '../../database/connecting/bounded-client';
import { answerDeliveries, type DeliveryAnswer } from '../../database/ledger/claims';
import { returnRamp } from '../../database/pacing/ramp';
import { explainFailure } from '../explain-failure';
import { forgetOutage, tellOutage } from '../outages';
import type { Lane } from './lane';
import { journalKey } from './recover';

/** So many answers are written without waiting for the end of the claim, unless the journal knows all of them and they are fresh. */
const FLUSH_ANSWERS = 16;
/** How long an answer may be known to this process and its journal alone, where others come in. */
const FRESH_MS = 1000;
/** Tries of a write that fails for a reason that no waiting mends. */
const FLUSH_TRIES = 6;
/** While the database is away it is tried this often: when it is back, nobody must come first who takes us for dead. */
const FLUSH_WAIT_MS = 1000;
/** What did not leave, and so gives its place in the day's allowance back. */
const UNSENT: ReadonlySet<DeliveryAnswer['state']> = new Set(['planned', 'deferred', 'excluded', 'dropped']);

export interface AnswerWriter {
  add(attempt: number, answer: DeliveryAnswer): void;
  /**
   * Writes if enough have come together. Where that fails it throws once, and writes no more before `flushAll`: no further
   * mail should be begun then.
   */
  flushFull(): Promise<void>;
  /** Writes what is left, for as long as the database is away: what the server has said is known to this process alone. */
  flushAll(): Promise<void>;
}

export interface AnswersOptions {
  /** Of the claim. */
  readonly token: string;
  readonly claimedAt: number;
  /** Called with what was written. */
  readonly onWritten: (answers: readonly DeliveryAnswer[]) => Promise<void>;
}

interface WaitingAnswer {
  readonly answer: DeliveryAnswer;
  /** Of the journal. */
  readonly key: string;
  /** By the count of milliseconds that really pass. */
  readonly at: number;
}

/** Creates the writer of one claim. */
export function createAnswerWriter(lane: Lane, options: AnswersOptions): AnswerWriter {
  const { engines, run } = lane.context;
  let waiting: WaitingAnswer[] = [];
  const isFull = () =>
    waiting.length >= FLUSH_ANSWERS &&
    (waiting.some(({ answer }) => answer.state !== 'accepted') || performance.now() - (waiting[0]?.at ?? 0) > FRESH_MS);
  let hasFailed = false;
  const flush = async () => {
    if (waiting.length === 0) return;
    const written = waiting;
    waiting = [];
    const answers = written.map(({ answer }) => answer);
    const saved = await writeAnswers(lane, { ...options, answers }).catch((error: unknown) => {
      waiting = [...written, ...waiting];
      throw error;
    });
    // Another lane may have the same attempt in flight, where this one has lost the row: the line is that one's then.
    engines.journal.settle(written.filter(({ answer }) => saved.has(answer.userId)).map(({ key }) => key));
    await options.onWritten(answers);
  };
  return {
    add: (attempt, answer) => {
      const key = journalKey(run.runId, { userId: answer.userId, attempt });
      if (answer.state === 'accepted') engines.journal.accept(key);
      waiting.push({ answer, key, at: performance.now() });
    },
    flushFull: async () => {
      if (hasFailed || !isFull()) return;
      try {
        await flush();
      } catch (error) {
        hasFailed = true;
        throw error;
      }
    },
    flushAll: () => persist(lane, flush),
  };
}

/** Tries again until it succeeds, every second at last. The end of the process ends it, which the drain of a worker awaits. */
async function persist({ context: { engines, run } }: Lane, flush: () => Promise<void>): Promise<void> {
  const subject = `answers of ${run.runId} not written`;
  for (let tries = 1; ; tries += 1) {
    try {
      await flush();
      return forgetOutage(subject);
    } catch (failure) {
      const error = explainFailure(failure);
      if (error.retry === 'never' && tries >= FLUSH_TRIES) throw failure;
      tellOutage(engines, { subject, error, fields: { run: run.runId } });
      await sleep(Math.min(FLUSH_WAIT_MS, 100 * 2 ** tries));
    }
  }
}

/**
 * Writes answers, counts them where the job asks for it, and gives back what a ramp had reserved for those that did not leave.
 * @returns the users whose rows have taken their answers
 */
export async function writeAnswers(
  lane: Lane,
  batch: Pick<AnswersOptions, 'token' | 'claimedAt'> & { readonly answers: readonly DeliveryAnswer[] },
): Promise<ReadonlySet<string>> {
  const { context, job, sender } = lane;
  const { engines, run, shard } = context;
  const { token, answers, claimedAt } = batch;
  const tally = job.send.stopAfterErrors === undefined ? undefined : { since: lane.errorsSince, shard };
  const answered = { token, answers, now: engines.now(), tally };
  const unsent = answers.filter(({ state }) => UNSENT.has(state));
  if (job.send.ramp === undefined || unsent.length === 0) return answerDeliveries(engines.db, run, answered);
  // In one transaction: an answer that is written twice, since the first one's word was lost, gives its place back once.
  return promptly(() =>
    engines.db.transaction().execute(async (trx) => {
      const saved = await answerDeliveries(trx, run, answered);
      await returnRamp(trx, sender, { claimedAt, count: unsent.filter(({ userId }) => saved.has(userId)).length });
      return saved;
    }),
  );
}
