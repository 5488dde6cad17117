/** Checks the params that a job file declares: what no single field of them can show. */
import type { Problem } from '../config/problems';
import { quoteLine } from '../config/quote';
import { guessByValue } from './guess-param';
import {
  describeExpected,
  explainMisfit,
  isOfType,
  printParam,
  quoteParam,
  readParam,
  sampleParam,
} from './param-values';
import type { ParamRule, ParamValue } from './params';
import { isParamName, paramField } from './params-schema';

type Fields = Readonly<Record<string, unknown>>;

/** Reads the params that are right in themselves, in the order of the file. */
export function readRules(params: unknown): readonly ParamRule[] {
  return readDeclared(params).filter((rule) => checkRule(rule).length === 0);
}

/** The others are the schema's to tell. */
function readDeclared(params: unknown): readonly ParamRule[] {
  return Object.entries(isMap(params) ? params : {}).flatMap(([name, written]) => {
    const read = paramField.safeParse(written);
    return read.success && isParamName(name) ? [{ name, ...read.data }] : [];
  });
}

/** Finds what does not go together: within a param, and with what starts the job. */
export function checkParams(job: Fields): readonly Problem[] {
  return readDeclared(job.params).flatMap((rule) => {
    const own = checkRule(rule);
    return own.length > 0 ? own : checkStarted(rule, job);
  });
}

function checkRule(rule: ParamRule): readonly Problem[] {
  const limits = [...checkLimits(rule), ...checkPattern(rule), ...checkChoices(rule)];
  return limits.length > 0 ? limits : [...checkValues(rule), ...checkExample(rule)];
}

function checkLimits(rule: ParamRule): readonly Problem[] {
  const { name, type, min, max } = rule;
  const problems = (['min', 'max'] as const).flatMap((key): Problem[] => {
    const limit = rule[key];
    if (limit === undefined) return [];
    if (type !== 'number' && type !== 'integer' && type !== 'date') return [misplaced(rule, key)];
    if (isOfType(type, limit)) return [];
    const message = `params.${name}.${key} is ${quoteParam(limit)}; expected ${describeExpected({ name, type })}`;
    return [{ path: ['params', name, key], part: 'value', message, fix: `write a ${type}, or remove the line` }];
  });
  if (problems.length > 0 || min === undefined || max === undefined || min <= max) return problems;
  const message = `params.${name}.min is ${quoteParam(min)}; expected at most its max, which is ${quoteParam(max)}`;
  return [{ path: ['params', name, 'min'], part: 'value', message, fix: `write ${quoteLine('min', max)}` }];
}

function misplaced({ name, type }: ParamRule, key: 'min' | 'max' | 'pattern'): Problem {
  const types = key === 'pattern' ? 'string and list' : 'number, integer and date';
  const message = `params.${name}.${key} is there for the type ${type}; expected it with ${types}`;
  return { path: ['params', name, key], part: 'key', message, fix: `remove ${key}` };
}

function checkPattern(rule: ParamRule): readonly Problem[] {
  const { name, type, pattern } = rule;
  if (pattern === undefined) return [];
  if (type !== 'string' && type !== 'list') return [misplaced(rule, 'pattern')];
  if (isPattern(pattern)) return [];
  const message = `params.${name}.pattern is ${quoteParam(pattern)}; expected a regular expression`;
  const fix = 'write one such as \'pattern: "[A-Z]{2}-[0-9]+"\'';
  return [{ path: ['params', name, 'pattern'], part: 'value', message, fix }];
}

function isPattern(text: string): boolean {
  try {
    return new RegExp(text, 'u') instanceof RegExp;
  } catch {
    return false;
  }
}

function checkChoices({ name, type, oneOf }: ParamRule): readonly Problem[] {
  const bare = { name, type: type === 'list' ? ('string' as const) : type };
  return (oneOf ?? []).flatMap((choice, index): Problem[] => {
    if (isOfType(bare.type, choice)) return [];
    const message = `params.${name}.oneOf[${index}] is ${quoteParam(choice)}; expected ${describeExpected(bare)}`;
    return [{ path: ['params', name, 'oneOf', index], part: 'value', message, fix: 'write it so, or remove it' }];
  });
}

function checkValues(rule: ParamRule): readonly Problem[] {
  return (['default', 'example'] as const).flatMap((key): Problem[] => {
    const value = rule[key];
    const expected = value === undefined ? undefined : explainMisfit(rule, value);
    if (value === undefined || expected === undefined) return [];
    const { name } = rule;
    const message = `params.${name}.${key} is ${quoteParam(value)}; expected ${expected}`;
    return [{ path: ['params', name, key], part: 'value', message, fix: fixValue(rule, key, value) }];
  });
}

/** The same value may be meant in the other writing, a number for a text; else one of those that there may be. */
function fixValue(rule: ParamRule, key: 'default' | 'example', value: ParamValue): string {
  const meant = readParam(rule, printParam(value));
  if (explainMisfit(rule, meant) === undefined) return `write ${quoteLine(key, meant)}`;
  const { name, type, oneOf } = rule;
  if (oneOf !== undefined) return `write ${quoteLine(key, sampleParam({ name, type, oneOf }))}`;
  const other = guessByValue(value);
  return other === undefined || isOfType(type, value)
    ? `write another ${key}`
    : `write ${quoteLine('type', other)}, or another ${key}`;
}

/** No value can be made up for a pattern. */
function checkExample({ name, pattern, default: usual, example, oneOf }: ParamRule): readonly Problem[] {
  if (pattern === undefined || usual !== undefined || example !== undefined || oneOf !== undefined) return [];
  const message = `params.${name}.example is missing; expected a value of the pattern to check the job with`;
  return [{ path: ['params', name], part: 'key', message, fix: `add "example: …" below "${name}:"` }];
}

/** Workers give no values. */
function checkStarted(rule: ParamRule, { schedule, after }: Fields): readonly Problem[] {
  if (rule.default !== undefined || (schedule === undefined && after === undefined)) return [];
  const { name } = rule;
  const message = `params.${name}.default is missing; expected one, as workers start the job (${schedule === undefined ? 'after' : 'schedule'}) and give no values`;
  const fix = `add ${quoteLine('default', sampleParam(rule))} below "${name}:"`;
  return [{ path: ['params', name], part: 'key', message, fix }];
}

function isMap(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
