/** Checks what makes the audiences of a job across its fields: expressions against names, and shares against the whole. */
import type { Problem } from '../config/problems';
import { quoteLine, quoteValue } from '../config/quote';
import { parseShare } from '../units';
import { nameItemQuery } from './build';
import { listLeaves, type NamedExpression } from './combine/expression';
import { type CombineProblem, resolveAudiences } from './combine/resolve-audiences';

type Fields = Readonly<Record<string, unknown>>;

/** Finds the problems; what is wrong with a field itself is left to the schema. */
export function checkCombine({ audience, segment }: Fields, job: string): readonly Problem[] {
  if (!isMap(audience)) return [];
  return [...checkSplit(audience.split), ...checkExpressions(audience, isMap(segment) ? segment : {}, job)];
}

/** Shares are written with few digits; a millionth of a per cent is what adding them may be wrong by. */
const EXACT = 1e-8;

function checkSplit(split: unknown): readonly Problem[] {
  if (!isMap(split)) return [];
  const shares = Object.values(split).map((text) => (typeof text === 'string' ? parseShare(text) : undefined));
  if (shares.length < 2 || shares.some((share) => share === undefined || share === 0)) return [];
  const sum = shares.reduce<number>((total, share) => total + (share ?? 0), 0);
  if (Math.abs(sum - 1) < EXACT) return [];
  const percent = Number((sum * 100).toFixed(6));
  const message = `audience.split adds up to ${percent}%; expected 100%`;
  const rest = Number((100 - percent).toFixed(6));
  const fix = rest > 0 ? `add the other ${rest}%, such as ${quoteLine('holdout', `${rest}%`)}` : `take ${-rest}% away`;
  return [{ path: ['audience', 'split'], part: 'value', message, fix }];
}

function checkExpressions(audience: Fields, segment: Fields, job: string): readonly Problem[] {
  const { combine } = audience;
  const lists = isMap(audience.lists) ? Object.keys(audience.lists) : [];
  const texts = textsOf(combine);
  if (texts === undefined) return refuseLists(lists, 'audience.combine has no expression');
  const queries = queriesOf(segment);
  const path = (name: string) => ['audience', 'combine', ...(isMap(combine) ? [name] : [])];
  const { audiences, problems } = resolveAudiences({ job, audiences: texts, queries, lists });
  const hidden = queries.filter((name) => HIDING.includes(name));
  const isWrong = problems.length + hidden.length > 0;
  return [
    ...problems.map((problem) => explain(problem, path(problem.name))),
    ...hidden.map(explainHidden),
    ...findDoubles(queries, lists),
    // What an expression that is wrong was to name is not known.
    ...(isWrong ? [] : findUnused(audiences, { queries, lists })),
  ];
}

/** Undefined where each query makes an audience, or where the field is wrong. */
function textsOf(combine: unknown): readonly { readonly name: string; readonly text: string }[] | undefined {
  if (typeof combine === 'string') return combine === 'each' ? undefined : [{ name: '', text: combine }];
  if (!isMap(combine)) return undefined;
  return Object.entries(combine).flatMap(([name, text]) => (typeof text === 'string' ? [{ name, text }] : []));
}

/** Names the queries of a job whose fields may be wrong. */
export function queriesOf({ queries, items }: Fields): readonly string[] {
  const names = [queries, items].flatMap((map) => (isMap(map) ? Object.keys(map) : []));
  const ids = Array.isArray(items) ? items.filter((id) => typeof id === 'string') : [];
  return [...names, ...ids.map(nameItemQuery)];
}

function explain({ text, column, message, fix }: CombineProblem, path: readonly string[]): Problem {
  return {
    path,
    part: 'value',
    message: `${path.join('.')} is ${quoteValue(text)}; at character ${column} ${message}`,
    fix: fix ?? 'write an expression such as drama & !buyers(30d) | vip',
    column,
  };
}

/** Words that mean something else in an expression, whatever the job calls its queries. */
const HIDING: readonly string[] = ['everyone', 'suppressed'];

function explainHidden(name: string): Problem {
  return {
    path: ['segment', 'queries', name],
    part: 'key',
    message: `segment has the name "${name}", which means other people in audience.combine`,
    fix: 'give the query another name',
  };
}

/** A name means the query: the list would never be read. */
function findDoubles(queries: readonly string[], lists: readonly string[]): readonly Problem[] {
  return lists
    .filter((name) => queries.includes(name))
    .map((name) => ({
      path: ['audience', 'lists', name],
      part: 'key',
      message: `audience.lists has the name "${name}", which a query of the job has too`,
      fix: 'give the list another name',
    }));
}

/** Queries that are bought and in no audience, and lists that nobody reads. */
function findUnused(
  audiences: readonly NamedExpression[],
  { queries, lists }: { readonly queries: readonly string[]; readonly lists: readonly string[] },
): readonly Problem[] {
  const leaves = audiences.flatMap(({ expression }) => listLeaves(expression));
  const used = new Set(leaves.flatMap((leaf) => (leaf.kind === 'query' || leaf.kind === 'list' ? [leaf.name] : [])));
  const bought = queries.filter((name) => !used.has(name));
  const problems: readonly Problem[] =
    bought.length === 0
      ? []
      : [
          {
            path: ['audience', 'combine'],
            part: 'value',
            message: `audience.combine does not name ${bought.map(quoteValue).join(', ')}; expected each query that is bought`,
            fix: `add "| ${bought.join(' | ')}", or remove what is not wanted from segment`,
          },
        ];
  return [
    ...problems,
    ...refuseLists(
      lists.filter((name) => !used.has(name)),
      'no expression of audience.combine names it',
    ),
  ];
}

function refuseLists(names: readonly string[], why: string): readonly Problem[] {
  return names.map((name) => ({
    path: ['audience', 'lists', name],
    part: 'key',
    message: `audience.lists has "${name}", and ${why}; expected lists that are used`,
    fix: `name it in audience.combine, or remove it`,
  }));
}

function isMap(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
