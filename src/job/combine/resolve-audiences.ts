/** Reads the audiences of a job from their expressions, which may name queries, lists and each other. */
import { explainUnknown } from './explain-unknown';
import type { Expression, NamedExpression } from './expression';
import { parseExpression } from './parse-expression';
import type { Resolve } from './read-leaf';
import { isRefusal, readTokens } from './tokens';

/** What a job file says. */
export interface CombineText {
  /** The name of the job, for messages. */
  readonly job?: string | undefined;
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

/** What came of an audience's own text; there are no problems where only what it names has some. */
type Read = { readonly expression: Expression } | { readonly problems: readonly CombineProblem[] };

/** Audience → the other audiences that its expression names. */
type Graph = ReadonlyMap<string, readonly string[]>;

/**
 * Reads all expressions, each once. A name means a query first, then a list, then another audience, whose expression takes its
 * place; so an audience may have the name of the query that it is made of. Of audiences that name one another, expressions share
 * the parts that are the same.
 */
export function resolveAudiences(combine: CombineText): ResolvedAudiences {
  const own = new Set([...combine.queries, ...combine.lists]);
  const others = new Set(combine.audiences.map(({ name }) => name).filter((name) => !own.has(name)));
  const graph: Graph = new Map(combine.audiences.map(({ name, text }) => [name, namesIn(text, others)]));
  const texts = new Map(combine.audiences.map(({ name, text }) => [name, text]));
  const known = new Map<string, Read>();
  const depths: Depths = new Map();
  for (const name of orderByNeed(graph)) {
    const text = texts.get(name) ?? '';
    known.set(name, readOne({ name, text, resolve: createResolver(combine, { name, graph, known }), depths }));
  }
  const all = combine.audiences.map(({ name, text }) => ({ name, text: text.trim(), read: known.get(name) }));
  return {
    audiences: all.flatMap(({ name, text, read }) =>
      read !== undefined && 'expression' in read ? [{ name, text, expression: read.expression }] : [],
    ),
    // What is wrong in another's expression is told there.
    problems: all.flatMap(({ read }) => (read !== undefined && 'problems' in read ? read.problems : [])),
  };
}

/** Puts audiences behind those that they name; those of a circle, and what names them, come last. */
function orderByNeed(graph: Graph): readonly string[] {
  const left = new Map([...graph].map(([name, needed]) => [name, new Set(needed).size]));
  const users = new Map<string, string[]>();
  for (const [name, needed] of graph) {
    for (const other of new Set(needed)) users.set(other, [...(users.get(other) ?? []), name]);
  }
  const order = [...graph.keys()].filter((name) => left.get(name) === 0);
  for (const name of order) {
    for (const user of users.get(name) ?? []) {
      const more = (left.get(user) ?? 0) - 1;
      left.set(user, more);
      if (more === 0) order.push(user);
    }
  }
  return [...new Set([...order, ...graph.keys()])];
}

interface Text {
  readonly name: string;
  readonly text: string;
  readonly resolve: Resolve;
  readonly depths: Depths;
}

/** Expressions may be so many levels deep, with those of the audiences that they name. */
export const MAX_DEPTH = 200;

function readOne({ name, text, resolve, depths }: Text): Read {
  const parsed = parseExpression(text, resolve);
  if (!parsed.ok) {
    const own = parsed.problems.filter(({ message }) => message !== ELSEWHERE);
    return { problems: own.map((problem) => ({ name, text, ...problem })) };
  }
  const depth = depthOf(parsed.expression, depths);
  if (depth <= MAX_DEPTH) return { expression: parsed.expression };
  const message = `it is ${depth} levels deep with the audiences that it names; expected at most ${MAX_DEPTH}`;
  return { problems: [{ name, text, column: 1, message, fix: 'name queries and lists instead of audiences' }] };
}

type Depths = Map<Expression, number>;

function depthOf(expression: Expression, depths: Depths): number {
  if (expression.op === 'leaf') return 1;
  const known = depths.get(expression);
  if (known !== undefined) return known;
  const parts = expression.op === 'not' ? [expression.of] : expression.of;
  const depth = 1 + parts.reduce((most, part) => Math.max(most, depthOf(part, depths)), 0);
  depths.set(expression, depth);
  return depth;
}

/** Of a circle; of longer ones the beginning and the end are shown. */
const MOST_SHOWN = 8;

/** Stands for a problem that another audience has. */
const ELSEWHERE = 'an audience that it names is wrong';

interface Reading {
  /** The audience whose text is read. */
  readonly name: string;
  readonly graph: Graph;
  readonly known: ReadonlyMap<string, Read>;
}

function createResolver(combine: CombineText, { name: own, graph, known }: Reading): Resolve {
  const names = combine.audiences.map((audience) => audience.name);
  return (name) => {
    if (combine.queries.includes(name)) return { op: 'leaf', leaf: { kind: 'query', name } };
    if (combine.lists.includes(name)) return { op: 'leaf', leaf: { kind: 'list', name } };
    if (!graph.has(name)) {
      const audiences = names.filter((other) => other !== own);
      const all = [...new Set([...combine.queries, ...combine.lists, ...audiences])];
      return explainUnknown(name, { job: combine.job, known: all, audiences: names });
    }
    const read = known.get(name);
    if (read !== undefined && 'expression' in read) return read.expression;
    const circle = findCircle(graph, own, name);
    if (circle === undefined) return { message: ELSEWHERE, name };
    const way = circle.length <= MOST_SHOWN ? circle : [...circle.slice(0, 3), '…', ...circle.slice(-2)];
    const message = `"${own}" stands in its own expression (${way.join(' → ')})`;
    return { message, name, fix: 'name queries and lists instead' };
  };
}

/** Finds the shortest way from an audience by one that it names back to itself. */
function findCircle(graph: Graph, own: string, first: string): readonly string[] | undefined {
  const from = new Map([[first, own]]);
  for (const name of from.keys()) {
    if (name === own) break;
    for (const next of graph.get(name) ?? []) if (!from.has(next)) from.set(next, name);
  }
  const last = from.get(own);
  if (last === undefined) return undefined;
  const back = [own];
  for (let name = last; name !== own; name = from.get(name) ?? own) back.unshift(name);
  return [own, ...back];
}

/** Those of the names that a text has. */
function namesIn(text: string, names: ReadonlySet<string>): readonly string[] {
  const tokens = readTokens(text);
  if (isRefusal(tokens)) return [];
  return tokens.flatMap(({ kind, text: word }) => (kind === 'word' && names.has(word) ? [word] : []));
}
