/** Pauses a run that must not go on by itself: too many mails are refused, or the mail service's quota is used up. */
import { maskAddress } from '../../content/address';
import {
  type AnswerCounts,
  countAtMost,
  type FrequentAnswer,
  listFrequentRefusals,
  readAnswerCounts,
} from '../../database/ledger/answer-counts';
import { moveRun } from '../../database/runs/runs';
import { NightjarError } from '../../errors';
import type { StopAfterErrors } from '../../job/email-job';
import type { StageContext } from '../stage';
import type { Lane } from './lane';

/** A share says nothing of fewer answers; of a small run, half of its mails are enough. */
const LEAST_ANSWERS = 100;
const SHOWN_ANSWERS = 3;
const ANSWER_CHARACTERS = 120;

/** Tells whether refusals have reached the limit; `least` answers are needed before a share counts. */
export function isLimitReached(rule: StopAfterErrors, { accepted, refused }: AnswerCounts, least: number): boolean {
  const answered = accepted + refused;
  const byCount = rule.count !== undefined && refused >= rule.count;
  const byShare = rule.share !== undefined && refused > 0 && answered >= least && refused / answered >= rule.share;
  return byCount || byShare;
}

/** Pauses the run if its refusals have reached the job's limit; true where it has. */
export async function stopAfterErrors(lane: Lane): Promise<boolean> {
  const { context, job, errorsSince } = lane;
  const rule = job.send.stopAfterErrors;
  if (rule === undefined) return false;
  const { db } = context.engines;
  const { runId } = context.run;
  const counts = await readAnswerCounts(db, runId, errorsSince);
  if (counts.refused === 0) return false;
  const chosen = await countAtMost(db, runId, 2 * LEAST_ANSWERS);
  if (!isLimitReached(rule, counts, Math.min(LEAST_ANSWERS, Math.ceil(chosen / 2)))) return false;
  const frequent = await listFrequentRefusals(db, runId, { since: errorsSince, limit: SHOWN_ANSWERS });
  await pauseRun(context, 'errors', describeErrors(runId, counts, frequent));
  return true;
}

function describeErrors(runId: string, counts: AnswerCounts, frequent: readonly FrequentAnswer[]): NightjarError {
  const answered = counts.accepted + counts.refused;
  const share = ((100 * counts.refused) / answered).toFixed(1);
  const listed = frequent
    .map(({ count, reason, answer }) => `${count} × ${reason} "${cleanAnswer(answer)}"`)
    .join(', ');
  return new NightjarError(
    'E_RUN_ERRORS',
    `${counts.refused} of ${answered} answered e-mails were refused (${share} %), most often: ${listed}`,
    { fix: `mend what the answers name, then let it go on: nightjar runs retry ${runId}` },
  );
}

/** Servers repeat the address that they refuse. */
export function cleanAnswer(answer: string): string {
  return answer.replaceAll(/[^\s<>"'(),;:]+@[^\s<>"'(),;:]+/g, maskAddress).slice(0, ANSWER_CHARACTERS);
}

/** Pauses the run because nothing more may be sent today. */
export async function stopForQuota(lane: Lane, answer: string): Promise<void> {
  const { runId } = lane.context.run;
  const error = new NightjarError('E_MAIL_QUOTA', `the mail service takes no more today: "${cleanAnswer(answer)}"`, {
    fix: `once it takes some again, let it go on: nightjar runs retry ${runId}`,
  });
  await pauseRun(lane.context, 'quota', error);
}

async function pauseRun({ engines, run }: StageContext, reason: string, error: NightjarError): Promise<void> {
  const stored = { code: error.code, message: error.message, fix: error.fix };
  const move = { from: 'sending', to: 'paused', pausedReason: reason, error: stored, now: engines.now() } as const;
  if (await moveRun(engines.db, run.runId, move))
    engines.log('warn', 'run paused', { run: run.runId, reason, code: error.code });
}
