/** Collects the answers of a claim and writes them in bulk: what the server has said must not wait for the whole batch. */
import { setTimeout as sleep } from 'node:timers/promises';
import { answerDeliveries, type DeliveryAnswer } from '../../database/claims';
import { returnRamp } from '../../database/ramp';
import { journalKey } from '../recover';
import type { Lane } from './lane';

/** Answers written in one statement. */
const FLUSH_ANSWERS = 16;
/** Tries of the last write of a batch, over about six seconds: less than a lease. */
const FLUSH_TRIES = 6;
/** What did not leave, and so gives its place in the day's allowance back. */
const UNSENT: ReadonlySet<DeliveryAnswer['state']> = new Set(['planned', 'deferred', 'excluded', 'dropped']);

export interface AnswerWriter {
  add(attempt: number, answer: DeliveryAnswer): void;
  /** Writes if enough have come together. */
  flushFull(): Promise<void>;
  /** Writes what is left, again and again for a while where the database is away. */
  flushAll(): Promise<void>;
}

export interface AnswersOptions {
  /** Of the claim. */
  readonly token: string;
  readonly claimedAt: number;
  /** Called with what was written. */
  readonly onWritten: (answers: readonly DeliveryAnswer[]) => Promise<void>;
}

/** Creates the writer of one claim. */
export function createAnswerWriter(lane: Lane, options: AnswersOptions): AnswerWriter {
  const { engines, run } = lane.context;
  let waiting: { answer: DeliveryAnswer; key: string }[] = [];
  const flush = async () => {
    if (waiting.length === 0) return;
    const written = waiting;
    waiting = [];
    const answers = written.map(({ answer }) => answer);
    try {
      await writeAnswers(lane, { ...options, answers });
    } catch (error) {
      // What the server has said is known and must not be lost with one statement.
      waiting = [...written, ...waiting];
      throw error;
    }
    engines.journal.settle(written.map(({ key }) => key));
    await options.onWritten(answers);
  };
  return {
    add: (attempt, answer) =>
      void waiting.push({ answer, key: journalKey(run.runId, { userId: answer.userId, attempt }) }),
    flushFull: async () => {
      if (waiting.length >= FLUSH_ANSWERS) await flush();
    },
    flushAll: async () => {
      for (let tries = 1; ; tries += 1) {
        try {
          return await flush();
        } catch (error) {
          if (tries === FLUSH_TRIES) throw error;
          await sleep(100 * 2 ** tries);
        }
      }
    },
  };
}

/** Writes answers, counts them where the job asks for it, and gives back what a ramp had reserved for them. */
export async function writeAnswers(
  lane: Lane,
  batch: Pick<AnswersOptions, 'token' | 'claimedAt'> & { readonly answers: readonly DeliveryAnswer[] },
): Promise<void> {
  const { context, job, sender } = lane;
  const { engines, run, shard } = context;
  const { token, answers, claimedAt } = batch;
  const tally = job.send.stopAfterErrors === undefined ? undefined : { since: lane.errorsSince, shard };
  await answerDeliveries(engines.db, run, { token, answers, now: engines.now(), tally });
  if (job.send.ramp === undefined) return;
  await returnRamp(engines.db, sender, { claimedAt, count: answers.filter(({ state }) => UNSENT.has(state)).length });
}
