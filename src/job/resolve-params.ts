/** Gives every param of a job its value. */
import { nearestName } from '../config/nearest';
import { quoteValue } from '../config/quote';
import type { YamlSource } from '../config/yaml-source';
import { combineErrors, NightjarError } from '../errors';
import { explainMisfit, quoteParam, readParam, sampleParam, writeParam } from './param-values';
import type { GivenParams, ParamRule, ParamSource, ParamValue } from './params';
import { writeRunCommand } from './run-command';

interface Subject {
  readonly job: string;
  readonly source: YamlSource;
  readonly rules: readonly ParamRule[];
}

/**
 * Gives each param the value that was given, or that the run has, else its default; without a source a value to check the job with.
 *
 * @throws E_JOB_PARAM for every value that is wrong, missing, or of no param of the job
 */
export function resolveParams(subject: Subject, from: ParamSource | undefined): ReadonlyMap<string, ParamValue> {
  const { rules } = subject;
  if (from === undefined) return new Map(rules.map((rule) => [rule.name, sampleParam(rule)]));
  const values = new Map<string, ParamValue>();
  const problems = from.by === 'given' ? findStrangers(subject, from.given) : [];
  for (const rule of rules) {
    const own = ownValue(rule, from);
    const value = own ?? rule.default;
    const expected = value === undefined ? undefined : explainMisfit(rule, value);
    if (value === undefined) problems.push(missing(subject, rule, from));
    else if (expected !== undefined) problems.push(misfit(subject, rule, { from, value, expected }));
    else values.set(rule.name, value);
  }
  const wrong = combineErrors(problems);
  if (wrong !== undefined) throw wrong;
  return values;
}

function ownValue(rule: ParamRule, from: ParamSource): ParamValue | undefined {
  const { name } = rule;
  if (from.by === 'run') return Object.hasOwn(from.values, name) ? from.values[name] : undefined;
  const text = Object.hasOwn(from.given, name) ? from.given[name] : undefined;
  return text === undefined ? undefined : readParam(rule, text);
}

function findStrangers({ job, source, rules }: Subject, given: GivenParams): NightjarError[] {
  const known = rules.map(({ name }) => name);
  return Object.entries(given).flatMap(([name, value]) => {
    if (known.includes(name)) return [];
    const near = nearestName(name, known);
    const has = known.length === 0 ? `the job ${job} has no params` : `the params of ${job} are ${known.join(', ')}`;
    const others = Object.entries(given).filter(([other]) => known.includes(other));
    const flags = near === undefined ? others : [...others.filter(([other]) => other !== near), [near, value] as const];
    return [
      new NightjarError('E_JOB_PARAM', `${quoteValue(name)} is not a param; ${has}`, {
        where: source.whereIs(['params'], 'key'),
        fix: writeRunCommand({ job, params: flags }),
      }),
    ];
  });
}

function missing({ job, source, rules }: Subject, rule: ParamRule, from: ParamSource): NightjarError {
  const { name } = rule;
  return new NightjarError('E_JOB_PARAM', `params.${name} has no value, and no default`, {
    where: source.whereIs(['params', name], 'key'),
    fix: writeRunCommand({ job, params: flagsWith(rules, from, rule) }),
  });
}

interface Misfit {
  readonly from: ParamSource;
  readonly value: ParamValue;
  readonly expected: string;
}

function misfit({ job, source, rules }: Subject, rule: ParamRule, { from, value, expected }: Misfit): NightjarError {
  const { name } = rule;
  return new NightjarError('E_JOB_PARAM', `params.${name} is ${quoteParam(value)}; expected ${expected}`, {
    where: source.whereIs(['params', name], 'key'),
    fix: writeRunCommand({ job, params: flagsWith(rules, from, rule) }),
  });
}

/** The flags of what was given, with a right value for one param. */
function flagsWith(rules: readonly ParamRule[], from: ParamSource, wrong: ParamRule): [string, string][] {
  const given = from.by === 'given' ? from.given : {};
  return rules.flatMap((rule): [string, string][] => {
    const { name } = rule;
    if (name === wrong.name) return [[name, writeParam(sampleParam(rule))]];
    const text = Object.hasOwn(given, name) ? given[name] : undefined;
    return text === undefined ? [] : [[name, text]];
  });
}
