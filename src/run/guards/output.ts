/** Checks the guards that stand before the first mail or audience file: what Personalize has answered, taken as a whole. */

import { countSlates, findMostShown } from '../../database/ledger/slate-shares';
import { listShards } from '../../database/runs/shards';
import type { GuardRules } from '../../job/base-job';
import type { EmailJob } from '../../job/email-job';
import type { Engines } from '../engines';
import { addOutputs, outputResultSchema } from '../output-result';
import type { GuardCheck } from './check';
import { percent } from './recipients';

/** Checks the lines and slates of an e-mail run whose output has been collected whole. */
export async function checkSlates(
  { db }: Pick<Engines, 'db'>,
  job: EmailJob,
  { runId, bought }: { readonly runId: string; readonly bought: number },
): Promise<readonly GuardCheck[]> {
  const { lineErrors, itemShare, fallbackShare } = job.guard ?? {};
  const checks: GuardCheck[] = [];
  if (lineErrors !== undefined) checks.push(checkLines(lineErrors, await countLines(db, runId, bought)));
  if (itemShare === undefined && fallbackShare === undefined) return checks;
  const { slates, fallback } = await countSlates(db, runId);
  if (itemShare !== undefined) {
    const most = await findMostShown(db, runId, job.content.show.items);
    const share = slates === 0 || most === undefined ? 0 : most.count / slates;
    const what = most === undefined ? 'no item' : `item ${most.itemId} for ${most.count} of ${slates} recipients`;
    checks.push(check('itemShare', { limit: itemShare, share, what }));
  }
  if (fallbackShare !== undefined) {
    const share = slates === 0 ? 0 : fallback / slates;
    const what = `popular items instead of recommendations for ${fallback} of ${slates} recipients`;
    checks.push(check('fallbackShare', { limit: fallbackShare, share, what }));
  }
  return checks;
}

interface LineCounts {
  readonly wrong: number;
  readonly lines: number;
}

/** A line that was bought and is not there is as wrong as a broken one. */
async function countLines(db: Engines['db'], runId: string, bought: number): Promise<LineCounts> {
  const shards = await listShards(db, runId, 'collect');
  const sum = addOutputs(shards.flatMap((shard) => (shard.done ? [outputResultSchema.parse(shard.result)] : [])));
  const errors = Object.values(sum.errors).reduce((all, count) => all + count, 0);
  const missing = Math.max(0, bought - sum.lines - sum.brokenLines);
  return { wrong: errors + sum.brokenLines + missing, lines: Math.max(bought, sum.lines + sum.brokenLines) };
}

/** Checks the queries of an audience run: one has no answer where its line is an error, broken or not there. */
export function checkQueryLines(
  rules: GuardRules | undefined,
  specs: readonly { readonly error: string | null }[],
): readonly GuardCheck[] {
  if (rules?.lineErrors === undefined) return [];
  const wrong = specs.filter(({ error }) => error !== null).length;
  return [checkLines(rules.lineErrors, { wrong, lines: specs.length })];
}

function checkLines(limit: number, { wrong, lines }: LineCounts): GuardCheck {
  const share = lines === 0 ? 0 : wrong / lines;
  return check('lineErrors', { limit, share, what: `${wrong} of ${lines} lines with an error, broken or missing` });
}

function check(
  guard: string,
  { limit, share, what }: { readonly limit: number; readonly share: number; readonly what: string },
): GuardCheck {
  return { guard, limit: percent(limit), figure: `${what} (${percent(share)})`, trips: share > limit, measure: share };
}
