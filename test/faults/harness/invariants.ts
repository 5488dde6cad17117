/** What must be true of a round, whatever went wrong in it. Pure: from facts to violations. */
import type { DeliveryFact, Facts } from './facts';
import { JOBS, type RoundPlan } from './plan';

/** What an undisturbed round of the same shop gives. */
export interface Expected {
  readonly chosen: readonly string[];
  readonly audiences: Readonly<Record<string, string>>;
}

type Check = (facts: Facts, plan: RoundPlan, expected: Expected) => readonly string[];

const TERMINAL = ['accepted', 'refused', 'excluded', 'dropped'];
const STATES = [...TERMINAL, 'planned', 'claimed', 'deferred', 'unknown'];

/** Every chosen recipient has a row, and every row has come to an end. */
const everyoneIsHandled: Check = ({ ledger }, _plan, { chosen }) => {
  const users = new Set(ledger.map((row) => row.user_id));
  const missing = chosen.filter((user) => !users.has(user));
  const open = ledger.filter((row) => !TERMINAL.includes(row.state));
  return [
    ...(missing.length === 0 ? [] : [`not in the ledger: ${list(missing)}`]),
    ...(ledger.length === chosen.length ? [] : [`${ledger.length} rows for ${chosen.length} chosen`]),
    ...open.map((row) => `${row.user_id} is still ${row.state}`).slice(0, 5),
  ];
};

/** Nobody gets a second mail, unless the job says `resend` and the first was unknown. */
const nobodyGetsTwo: Check = ({ ledger, mails }, plan) => {
  const byUser = countBy(mails.map((mail) => userOf(mail.to)));
  const resends = new Map(ledger.map((row) => [row.user_id, row.resends]));
  const allowed = (user: string) => (plan.unknown === 'resend' ? 1 + (resends.get(user) ?? 0) : 1);
  return [...byUser]
    .filter(([user, count]) => count > allowed(user))
    .map(([user, count]) => `${user} got ${count} mails`);
};

/** What the ledger says was accepted is in the record, and what is in the record is accepted, or was given up as unknown. */
const ledgerIsTrue: Check = ({ ledger, mails }, plan) => {
  const got = new Set(mails.map((mail) => userOf(mail.to)));
  const wrong = (row: DeliveryFact) => {
    if (row.state === 'accepted') return !got.has(row.user_id);
    return got.has(row.user_id) && !(plan.unknown === 'drop' && row.state === 'dropped') && !wasResent(row, plan);
  };
  return ledger
    .filter(wrong)
    .map(
      (row) =>
        `${row.user_id} is ${row.state}(${row.reason ?? ''}), and ${got.has(row.user_id) ? 'has' : 'has not'} got the mail`,
    )
    .slice(0, 5);
};

/** A mail that was sent again, since the first was unknown, may have been refused the second time. */
function wasResent(row: DeliveryFact, plan: RoundPlan): boolean {
  return plan.unknown === 'resend' && row.resends > 0 && ['refused', 'dropped'].includes(row.state);
}

/** All mails of one person have one Message-ID, and no two people share one. */
const messageIdsAreStable: Check = ({ mails }) => {
  const ids = new Map<string, Set<string>>();
  for (const mail of mails) ids.set(mail.messageId, (ids.get(mail.messageId) ?? new Set()).add(mail.to));
  const people = countBy(
    [...new Set(mails.map((mail) => `${mail.to} ${mail.messageId}`))].map((pair) => pair.split(' ')[0] ?? ''),
  );
  return [
    ...[...ids].filter(([, to]) => to.size > 1).map(([id, to]) => `${id} went to ${list([...to])}`),
    ...[...people].filter(([, count]) => count > 1).map(([to]) => `${to} got mails of several Message-IDs`),
  ];
};

/** One batch job a fingerprint, here and at Personalize, and each create took effect once; one that Personalize has failed may be bought again. */
const boughtOnce: Check = ({ intended, bought, calls }) => {
  const failed = new Set(bought.filter((job) => job.status === 'CREATE FAILED').map((job) => job.name));
  const good = bought.filter((job) => !failed.has(job.name));
  const names = new Set(bought.map((job) => job.name));
  const prints = countBy(intended.filter((job) => !failed.has(job.name)).map((job) => job.fingerprint));
  const most = 1 + failed.size;
  const effects = ['CreateBatchInferenceJob', 'CreateBatchSegmentJob'].filter(
    (create) => (calls[create]?.effects ?? 0) > most,
  );
  return [
    ...(good.length === JOBS.length
      ? []
      : [`${good.length} batch jobs were bought: ${list(good.map((job) => job.name))}`]),
    ...(prints.size === JOBS.length ? [] : [`batch jobs of ${prints.size} fingerprints were intended`]),
    ...[...prints]
      .filter(([, count]) => count > 1)
      .map(([print]) => `several batch jobs of the fingerprint ${print.slice(0, 12)}`),
    ...intended.filter((job) => !names.has(job.name)).map((job) => `${job.name} was never bought`),
    ...effects.map((create) => `${create} took effect ${calls[create]?.effects} times`),
  ];
};

/** Both runs have finished, and the files are those of an undisturbed round. */
const workIsDone: Check = ({ runs, audiences }, _plan, expected) => [
  ...JOBS.filter((job) => runs[job]?.state !== 'finished').map(
    (job) => `${job} is ${runs[job]?.state}(${runs[job]?.pausedReason ?? ''})`,
  ),
  ...Object.entries(expected.audiences).flatMap(([name, text]) => {
    const found = audiences[name];
    if (found === text) return [];
    return [
      found === undefined
        ? `${name} is missing`
        : `${name} differs: ${found.length} instead of ${text.length} characters`,
    ];
  }),
];

/** The eight states add up to the chosen, in the report as in the ledger. */
const sumsAreRight: Check = ({ ledger, reported }, _plan, { chosen }) => {
  if (reported === undefined) return ['there is no report.json'];
  const counted = countBy(ledger.map((row) => row.state));
  const differing = STATES.filter((state) => (reported[state] ?? 0) !== (counted.get(state) ?? 0));
  const sum = STATES.reduce((total, state) => total + (reported[state] ?? 0), 0);
  return [
    ...differing.map(
      (state) => `report.json says ${reported[state] ?? 0} ${state}, the ledger ${counted.get(state) ?? 0}`,
    ),
    ...(sum === chosen.length ? [] : [`the states of report.json add up to ${sum}, and ${chosen.length} were chosen`]),
  ];
};

const FORWARD = {
  letters: ['planned', 'preparing', 'waiting', 'collecting', 'sending', 'finished'],
  fans: ['planned', 'preparing', 'waiting', 'collecting', 'writing', 'finished'],
};

/** A run goes forward only. From a pause it goes on where it was, and from a failure there or further back. */
const runsGoForward: Check = ({ events }) =>
  JOBS.flatMap((job) => {
    let rank = -1;
    let isStopped = false;
    const isForward = events[job].every((state) => {
      if (state === 'paused' || state === 'failed') {
        if (state === 'failed') rank = -1;
        isStopped = true;
        return true;
      }
      const next = FORWARD[job].indexOf(state);
      const isNext = next > rank || (isStopped && next === rank);
      rank = next;
      isStopped = false;
      return isNext && next >= 0;
    });
    return isForward ? [] : [`${job} went ${events[job].join(' → ')}`];
  });

const nothingIsDefect: Check = ({ defects }) => defects.slice(0, 5);

const CHECKS: Readonly<Record<string, Check>> = {
  'everyone is handled': everyoneIsHandled,
  'nobody gets two mails': nobodyGetsTwo,
  'the ledger is true': ledgerIsTrue,
  'Message-IDs are stable': messageIdsAreStable,
  'bought once': boughtOnce,
  'both runs are done, files equal': workIsDone,
  'sums are right': sumsAreRight,
  'runs go forward': runsGoForward,
  'no defect is logged': nothingIsDefect,
};

/** Names of what is checked, for the table of results. */
export const INVARIANTS = Object.keys(CHECKS);

/** Lists what is violated, each with the invariant's name. */
export function checkFacts(facts: Facts, plan: RoundPlan, expected: Expected): readonly string[] {
  return Object.entries(CHECKS).flatMap(([name, check]) =>
    check(facts, plan, expected).map((what) => `${name}: ${what}`),
  );
}

function userOf(address: string): string {
  return address.split('@')[0] ?? '';
}

function countBy(names: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

function list(names: readonly string[]): string {
  return names.length > 8 ? `${names.slice(0, 8).join(', ')} and ${names.length - 8} more` : names.join(', ');
}
