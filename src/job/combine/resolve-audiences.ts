/** Reads the audiences of a job from their expressions, which may name queries, lists and each other. */
import { nearestName } from '../../config/nearest';
import type { Expression, NamedExpression } from './expression';
import { parseExpression } from './parse-expression';
import { OWN_WORDS, type Resolve } from './read-leaf';
import { isRefusal, readTokens } from './tokens';

/** What a job file says. */
export interface CombineText {
  /** Name of the audience → expression, in the order of the file. */
  readonly audiences: readonly { readonly name: string; readonly text: string }[];
  /** Names of the job's queries. */
  readonly queries: readonly string[];
  /** Names of the job's lists. */
  readonly lists: readonly string[];
}

/** What is wrong with one of the expressions; `column` counts from 1. */
export interface CombineProblem {
  readonly name: string;
  readonly text: string;
  readonly column: number;
  readonly message: string;
  readonly fix?: string;
}

export interface ResolvedAudiences {
  readonly audiences: readonly NamedExpression[];
  readonly problems: readonly CombineProblem[];
}

/**
 * Reads all expressions. A name means a query first, then a list, then another audience, whose expression takes its place;
 * so an audience may have the name of the query that it is made of.
 */
export function resolveAudiences(combine: CombineText): ResolvedAudiences {
  const audiences: NamedExpression[] = [];
  const problems: CombineProblem[] = [];
  for (const { name, text } of combine.audiences) {
    const parsed = parseExpression(text, createResolver(combine, [name]));
    if (parsed.ok) audiences.push({ name, expression: parsed.expression, text: text.trim() });
    else problems.push({ name, text, ...withoutOk(parsed) });
  }
  // What is wrong in another's expression is told there.
  return { audiences, problems: problems.filter(({ message }) => !message.startsWith(ELSEWHERE)) };
}

const ELSEWHERE = 'the expression is wrong of';

function withoutOk({ column, message, fix }: Omit<CombineProblem, 'name' | 'text'>) {
  return { column, message, ...(fix === undefined ? {} : { fix }) };
}

/** `path` are the audiences that are being read, the outermost first. */
function createResolver(combine: CombineText, path: readonly string[]): Resolve {
  return (name) => {
    if (combine.queries.includes(name)) return { op: 'leaf', leaf: { kind: 'query', name } };
    if (combine.lists.includes(name)) return { op: 'leaf', leaf: { kind: 'list', name } };
    const other = combine.audiences.find((audience) => audience.name === name);
    if (other === undefined) return explainUnknown(combine, name, path);
    const circle = findCircle(combine, [...path, name]);
    if (circle === undefined) return path.includes(name) ? isWrong(name) : insert(combine, other, path);
    const message = `"${circle[0]}" stands in its own expression (${circle.join(' → ')})`;
    return { message, fix: 'name queries and lists instead' };
  };
}

function insert(
  combine: CombineText,
  { name, text }: { readonly name: string; readonly text: string },
  path: readonly string[],
): Expression | { readonly message: string } {
  const parsed = parseExpression(text, createResolver(combine, [...path, name]));
  return parsed.ok ? parsed.expression : isWrong(name);
}

function isWrong(name: string): { readonly message: string } {
  return { message: `${ELSEWHERE} "${name}"` };
}

/** Follows names from the last of a path; answers the first way back to its first one. */
function findCircle(
  combine: CombineText,
  path: readonly string[],
  seen = new Set<string>(),
): readonly string[] | undefined {
  const last = path.at(-1) ?? '';
  if (path.length > 1 && last === path[0]) return path;
  if (seen.has(last)) return undefined;
  seen.add(last);
  for (const next of namesIn(combine, last)) {
    const found = findCircle(combine, [...path, next], seen);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The audiences that an audience names. */
function namesIn({ audiences, queries, lists }: CombineText, name: string): readonly string[] {
  const tokens = readTokens(audiences.find((audience) => audience.name === name)?.text ?? '');
  if (isRefusal(tokens)) return [];
  const words = tokens.flatMap(({ kind, text }) => (kind === 'word' ? [text] : []));
  return words.filter(
    (word) => !queries.includes(word) && !lists.includes(word) && audiences.some((audience) => audience.name === word),
  );
}

const WORDS: ReadonlyMap<string, string> = new Map([
  ['not', 'write "!" before the name of a set'],
  ['and', 'write "&" between two sets'],
  ['or', 'write "|" between two sets'],
  ['all', 'write "everyone"'],
  ['contacts', 'write "everyone"'],
]);

function explainUnknown({ audiences, queries, lists }: CombineText, name: string, path: readonly string[]) {
  if (name === 'buyers') return { message: '"buyers" has no time', fix: 'write buyers(30d)' };
  if (name === 'recipients') return { message: '"recipients" has no job', fix: 'write recipients(nightly-picks)' };
  const others = audiences.map((audience) => audience.name).filter((other) => !path.includes(other));
  const known = [...new Set([...queries, ...lists, ...others])];
  const word = WORDS.get(name.toLowerCase());
  const near = nearestName(name, [...known, ...OWN_WORDS]);
  const names = known.length === 0 ? '' : ` (${shorten(known)})`;
  return {
    message: `there is no set "${name}"; expected a query, list or audience of this job${names}, everyone, suppressed, buyers(…), recipients(…) or job/audience`,
    ...(word === undefined && near === undefined ? {} : { fix: word ?? `write ${near}` }),
  };
}

const NAMES_SHOWN = 12;

function shorten(names: readonly string[]): string {
  const more = names.length - NAMES_SHOWN;
  return more <= 0 ? names.join(', ') : `${names.slice(0, NAMES_SHOWN).join(', ')} and ${more} more`;
}
