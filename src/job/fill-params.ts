/** Puts the values of params where a job file writes `${params.name}`. */
import { nameField } from '../config/field-schema';
import { nearestName } from '../config/nearest';
import type { Problem } from '../config/problems';
import { quoteValue } from '../config/quote';
import type { Path } from '../config/yaml-source';
import type { GuessedParam } from './guess-param';
import { refusePlace, takesParams } from './param-places';
import { printParam } from './param-values';
import type { ParamValue } from './params';

/** `${params.category}`; also what looks like it, so that a slip is told. `${{…}}` is a price before a Handlebars name. */
const REFERENCE = /\$\{\s*([A-Za-z][\w.-]*)\s*\}/g;
const WHOLE = /^\s*\$\{\s*([A-Za-z][\w.-]*)\s*\}\s*$/;
/** In a query: an escaped character, a quote, or a reference. */
const QUERY_PARTS = /\\[\s\S]|"|\$\{\s*([A-Za-z][\w.-]*)\s*\}/g;

/** A scalar that params are written in. */
export interface Filled {
  readonly path: Path;
  readonly params: readonly string[];
  /** A param in it has no value: what is wrong is told of the param. */
  readonly isOpen: boolean;
  /** What would be right there, where it is open and one param is all of it. */
  readonly guessed?: GuessedParam | undefined;
}

export interface FilledJob {
  /** The job file's value with params put in. */
  readonly value: Readonly<Record<string, unknown>>;
  readonly filled: readonly Filled[];
  readonly problems: readonly Problem[];
}

/** Guesses what a value at a path would be. */
type GuessAt = (path: Path) => GuessedParam | undefined;

interface Filling {
  readonly values: ReadonlyMap<string, ParamValue>;
  /** Names that the file declares, rightly or wrongly. */
  readonly declared: readonly string[];
  readonly guessAt: GuessAt;
  readonly filled: Filled[];
  readonly problems: Problem[];
}

/**
 * Fills a job file in. A scalar that is one reference and nothing else takes the value with its type; in a text the
 * value is written out, in an attribute query as one value of its grammar. For a param that is not declared, or wrongly, a
 * value stands that is right there, so that what else is wrong can be told; where there is none it stays as it is.
 */
export function fillParams(
  job: Readonly<Record<string, unknown>>,
  values: ReadonlyMap<string, ParamValue>,
  guessAt: GuessAt = () => undefined,
): FilledJob {
  const declared = isMap(job.params) ? Object.keys(job.params) : [];
  const filling: Filling = { values, declared, guessAt, filled: [], problems: [] };
  const entries = Object.entries(job).map(([key, value]) => [
    key,
    key === 'params' ? value : fillValue(value, [key], filling),
  ]);
  return { value: Object.fromEntries(entries), filled: filling.filled, problems: filling.problems };
}

function fillValue(value: unknown, path: Path, filling: Filling): unknown {
  if (typeof value === 'string') return fillText(value, path, filling);
  if (Array.isArray(value)) return value.map((one, index) => fillValue(one, [...path, index], filling));
  if (!isMap(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => {
      if (namesOf(key).length > 0) filling.problems.push(inKey([...path, key]));
      return [key, fillValue(member, [...path, key], filling)];
    }),
  );
}

function fillText(text: string, path: Path, filling: Filling): unknown {
  const names = namesOf(text);
  if (names.length === 0) return text;
  const isAllowed = takesParams(path);
  const whole = WHOLE.exec(text)?.[1];
  const isKnown = names.every((name) => filling.values.has(name.replace(/^params\./, '')));
  const guessed = isAllowed && !isKnown && whole !== undefined ? filling.guessAt(path) : undefined;
  const checkOne = (name: string) => checkName({ name, path, guessed }, filling);
  const problems = isAllowed ? names.flatMap(checkOne) : refusePlace(path, names);
  if (!isAllowed && problems.length === 0) return text;
  filling.problems.push(...problems);
  const params = names.map((name) => name.replace(/^params\./, ''));
  const isOpen = problems.length > 0 || params.some((name) => !filling.values.has(name));
  filling.filled.push({ path, params, isOpen, guessed });
  if (isOpen) return guessed?.value ?? text;
  const findValue = (name: string): ParamValue => filling.values.get(name.replace(/^params\./, '')) ?? '';
  if (isQuery(path)) return fillQuery(text, path, { findValue, problems: filling.problems });
  return whole === undefined
    ? text.replace(REFERENCE, (_, name: string) => printParam(findValue(name)))
    : findValue(whole);
}

function namesOf(text: string): readonly string[] {
  return [...text.matchAll(REFERENCE)].map((match) => match[1] ?? '');
}

function isQuery(path: Path): boolean {
  return path.length === 3 && path[0] === 'segment' && path[1] === 'queries';
}

interface QueryFilling {
  readonly findValue: (name: string) => ParamValue;
  readonly problems: Problem[];
}

/** A value stays one value of the query, whatever is in it: quotes and backslashes are escaped, inside quotes and outside. */
function fillQuery(text: string, path: Path, { findValue, problems }: QueryFilling): string {
  let isQuoted = false;
  return text.replace(QUERY_PARTS, (part, name: string | undefined) => {
    if (part === '"') isQuoted = !isQuoted;
    if (name === undefined) return part;
    const value = findValue(name);
    if (typeof value === 'object') problems.push(listInQuery(path, name));
    const escaped = printParam(value).replace(/["\\]/g, '\\$&');
    return isQuoted || typeof value === 'number' ? escaped : `"${escaped}"`;
  });
}

function listInQuery(path: Path, name: string): Problem {
  const message = `${nameField(path)} has \${${name}}, which is a list; expected one value in a query`;
  return { path, part: 'value', message, fix: 'declare it with "type: string", or use a list in segment.items' };
}

interface NamedParam {
  readonly name: string;
  readonly path: Path;
  readonly guessed: GuessedParam | undefined;
}

function checkName({ name, path, guessed }: NamedParam, { declared }: Filling): readonly Problem[] {
  const param = /^params\.(.+)$/.exec(name)?.[1];
  if (param !== undefined && declared.includes(param)) return [];
  const near = nearestName(param ?? name, declared) ?? declared.find((one) => name.endsWith(`.${one}`));
  const known = declared.length === 0 ? 'the file declares none' : `the params are ${declared.join(', ')}`;
  const message = `${nameField(path)} has \${${name}}, which is not a param; ${known}`;
  const own = `${param ?? name}: { type: ${guessed?.type ?? 'string'} }`;
  const add = declared.length === 0 ? `add "params: { ${own} }"` : `add "${own}" below "params:"`;
  return [{ path, part: 'value', message, fix: near === undefined ? add : `write "\${params.${near}}"` }];
}

function inKey(path: Path): Problem {
  const message = `the key ${quoteValue(String(path.at(-1)))} has a param; expected params in values alone`;
  return { path, part: 'key', message, fix: 'write the key out' };
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
