/** Holds what a person asks for against the run that stands for the slot: a run's content is never changed silently. */

import type { RunRow } from '../database/runs/runs';
import { NightjarError } from '../errors';
import { isSameParam, printParam, readParam } from '../job/param-values';
import type { GivenParams, ParamRule, ParamValue } from '../job/params';
import { writeRunCommand } from '../job/run-command';
import { loadBundle } from './bundle';
import type { Engines } from './engines';
import { goOnCommand } from './operate/again-command';
import { describeOnlyTo, isSameOnlyTo } from './recipients/allowed-addresses';

export interface Asked {
  readonly params?: GivenParams | undefined;
  readonly limit?: number | undefined;
  readonly onlyTo?: readonly string[] | undefined;
}

interface Difference {
  readonly has: string;
  readonly asked: string;
}

/**
 * Checks that a run has the params and the limit that are asked for, and is kept to the same addresses; what is not given counts as the run's own default.
 *
 * @throws E_RUN_PARAMS where it has others
 */
export async function checkSameWish(
  engines: Pick<Engines, 'settings' | 's3'>,
  run: RunRow,
  { params = {}, limit, onlyTo }: Asked,
): Promise<void> {
  const differences = [
    ...(await compareParams(engines, run, params)),
    ...(run.limit === limit ? [] : [{ has: describeLimit(run.limit), asked: describeLimit(limit) }]),
    ...(isSameOnlyTo(run.onlyTo, onlyTo) ? [] : [{ has: describeOnlyTo(run.onlyTo), asked: describeOnlyTo(onlyTo) }]),
  ];
  if (differences.length === 0) return;
  const has = differences.map((difference) => difference.has).join(', ');
  const asked = differences.map((difference) => difference.asked).join(', ');
  throw new NightjarError('E_RUN_PARAMS', `the run ${run.runId} has ${has}; asked for is ${asked}`, {
    where: { step: run.runId },
    fix: adviseOn(run, { params, limit, onlyTo }),
  });
}

async function compareParams(
  engines: Pick<Engines, 'settings' | 's3'>,
  run: RunRow,
  given: GivenParams,
): Promise<readonly Difference[]> {
  if (run.params === undefined && Object.keys(given).length === 0) return [];
  const { params = {}, paramRules = [] } = (await loadBundle(engines, run)).job;
  const strangers = Object.keys(given).filter((name) => paramRules.every((rule) => rule.name !== name));
  return [
    ...paramRules.flatMap((rule) => {
      const [own, wanted] = [params[rule.name], wantedValue(rule, given)];
      return isSameParam(own, wanted) ? [] : [{ has: describe(rule.name, own), asked: describe(rule.name, wanted) }];
    }),
    ...strangers.map((name) => ({ has: `no ${name}`, asked: describe(name, given[name]) })),
  ];
}

function wantedValue(rule: ParamRule, given: GivenParams): ParamValue | undefined {
  const text = Object.hasOwn(given, rule.name) ? given[rule.name] : undefined;
  return text === undefined ? rule.default : readParam(rule, text);
}

function describe(name: string, value: ParamValue | undefined): string {
  return value === undefined ? `no ${name}` : `${name}=${printParam(value)}`;
}

function describeLimit(limit: number | undefined): string {
  return limit === undefined ? 'no limit' : `limit ${limit}`;
}

function adviseOn(run: RunRow, { params = {}, limit, onlyTo }: Asked): string {
  const { job, slot } = run;
  if (run.state === 'finished') {
    const command = writeRunCommand({ job, slot, again: true, limit, onlyTo, params: Object.entries(params) });
    return `make another run, for those who got nothing: ${command}; or run another slot with --date`;
  }
  return `go on with it as it is: ${goOnCommand(run)}; or end it: nightjar runs cancel ${run.runId}`;
}
