/** Checks the queries of an audience job before they are bought, and writes their input lines. */
import { combineErrors, NightjarError, type Where } from '../../errors';
import type { AudienceJob, SegmentQuery } from '../../job/audience-job';
import { chooseItems } from '../../job/choose-items';
import type { Item } from '../../job/people';
import { type JobFile, placeOf, placeOfCharacter, placeOfWord } from '../../job/place';
import { parseAttributeQuery } from '../../personalize/attribute-query';
import { attributesInputLine, itemInputLine } from '../../personalize/input-lines';
import { readConstantValues } from './filter-values';

/** What one input line asks. */
export type Ask =
  | { readonly by: 'attributes'; readonly query: string }
  | { readonly by: 'item'; readonly itemId: string };

/** A query, and the lines that it asks; none where no item of the catalogue fits. */
export interface AskedQuery {
  readonly name: string;
  readonly asks: readonly Ask[];
}

/** Names what is asked, so that an answer can be found by its echo. */
export function keyOf(ask: Ask): string {
  return ask.by === 'item' ? `item ${ask.itemId}` : `attributes ${ask.query.trim()}`;
}

/**
 * Gives what the queries ask. Of equal attribute queries all have the text of the first, so that one line answers them all;
 * equal are those of the same conditions, in whatever order and with whatever blanks.
 *
 * @param items  of the run's catalogue version, as `loadAskedItems` gives them
 */
export function askedQueries(job: AudienceJob, items: ReadonlyMap<string, Item>): readonly AskedQuery[] {
  const texts = new Map<string, string>();
  return job.segment.queries.map((query) => {
    if (query.by !== 'attributes') return { name: query.name, asks: itemsOf(query, items).map(toAsk) };
    const key = meaningOf(query.query);
    const text = texts.get(key) ?? query.query;
    texts.set(key, text);
    return { name: query.name, asks: [{ by: 'attributes', query: text }] };
  });
}

function itemsOf(
  query: Exclude<SegmentQuery, { readonly by: 'attributes' }>,
  items: ReadonlyMap<string, Item>,
): readonly string[] {
  if (query.by === 'item') return [query.itemId];
  return query.by === 'items' ? query.itemIds : chooseItems(query.choice, items.values());
}

function toAsk(itemId: string): Ask {
  return { by: 'item', itemId };
}

const TOKENS = /"(?:\\.|[^"\\])*"|=|[^\s"=]+/g;

function meaningOf(query: string): string {
  const conditions = [''];
  for (const token of query.match(TOKENS) ?? []) {
    if (token === 'AND') conditions.push('');
    else conditions.push(`${conditions.pop() ?? ''}${token.replace(/^items\./i, 'ITEMS.')}`);
  }
  return conditions.sort().join(' AND ');
}

/** Writes the input lines of an audience job's queries, in their order; equal ones are asked, and bought, once. */
export function queryLines(
  job: AudienceJob,
  filter: { readonly compared: readonly string[] } | undefined,
  items: ReadonlyMap<string, Item>,
): readonly string[] {
  const values = readConstantValues(job.segment.filter, filter?.compared ?? []);
  const asks = askedQueries(job, items).flatMap((query) => query.asks);
  const lines = asks.map((ask) =>
    ask.by === 'item' ? itemInputLine(ask.itemId, values) : attributesInputLine(ask.query, values),
  );
  return [...new Set(lines)];
}

interface Within {
  /** A character of its text, from 1. */
  readonly column?: number;
  /** A word of its text. */
  readonly word?: string | undefined;
  /** Keys of a choice of items. */
  readonly path?: readonly string[] | undefined;
}

/** Finds a query in the job file, or a part of it. */
export function placeOfQuery(job: AudienceJob, name: string, { column, word, path = [] }: Within = {}): Where {
  const { queries } = job.segment;
  if (queries.some(({ by }) => by === 'attributes')) {
    const field = ['segment', 'queries', name];
    return word === undefined ? placeOfCharacter(job, field, column) : placeOfWord(job, field, word);
  }
  const index = queries.findIndex((query) => query.name === name);
  // Items stand in a list, or under names.
  return placeOf(job, ['segment', 'items', queries[index]?.by === 'item' ? index : name, ...path]);
}

/**
 * Checks that the queries are of the recipe's form and in its grammar; how many there are is no limit, for inputs are split.
 * @throws E_RECO_QUERY, all problems at once
 */
export function checkQueries(job: AudienceJob, recipe?: string): void {
  const queries = job.segment.queries.flatMap((query) => (query.by === 'attributes' ? [query] : []));
  const wrong = combineErrors(findGrammarProblems(job, queries));
  if (wrong !== undefined) throw wrong;
  if (recipe !== undefined) checkRecipe(job, recipe);
}

/** Finds attribute queries of a job file that are not in the grammar. */
export function findGrammarProblems(
  file: JobFile,
  queries: readonly { readonly name: string; readonly query: string }[],
): readonly NightjarError[] {
  return queries.flatMap(({ name, query }) => {
    const parsed = parseAttributeQuery(query);
    if (parsed.ok) return [];
    const message = `segment.queries.${name} is ${JSON.stringify(query)}; at character ${parsed.column} ${parsed.message}`;
    const where = placeOfCharacter(file, ['segment', 'queries', name], parsed.column);
    return [new NightjarError('E_RECO_QUERY', message, { where, fix: suggestQuery(name, query) })];
  });
}

const CONDITION = /^\s*(?:items\.)?(\w+)\s*={1,2}\s*['"]?([^'"=<>]+?)['"]?\s*$/i;

/** Writes what was likely meant in the grammar of queries; alternatives are queries of their own. */
function suggestQuery(name: string, text: string): string {
  const alternatives = text.split(/\s+OR\s+/i).map((alternative) => {
    const conditions = alternative.split(/\s+AND\s+/i).map((condition) => CONDITION.exec(condition));
    if (conditions.includes(null)) return undefined;
    return conditions.map((found) => `ITEMS.${found?.[1]} = "${found?.[2]}"`).join(' AND ');
  });
  const [first] = alternatives;
  if (first === undefined || alternatives.includes(undefined)) return `write ${name}: ITEMS.CATEGORY = "tea"`;
  if (alternatives.length === 1) return `write ${name}: ${first}`;
  const names = alternatives.map((_, index) => `${name}-${index + 1}`);
  const queries = alternatives.map((query, index) => `${names[index]}: ${query}`);
  return `write ${queries.join(' and ')}, and audience.combine: ${names.join(' | ')}`;
}

function checkRecipe(job: AudienceJob, recipe: string): void {
  const byItem = recipe === 'aws-item-affinity';
  const misfit = job.segment.queries.find((query) => (query.by !== 'attributes') !== byItem);
  if (misfit !== undefined) {
    const wanted = byItem ? 'segment.items, a list of item ids' : 'segment.queries, a map of attribute queries';
    throw new NightjarError(
      'E_RECO_QUERY',
      `solution "${job.segment.solution}" is of the recipe ${recipe}, which needs ${wanted}`,
      {
        where: placeOf(job, ['segment', byItem ? 'queries' : 'items'], 'key'),
        fix: byItem ? 'write items: [item-001, item-002]' : 'write queries: { tea: ITEMS.CATEGORY = "tea" }',
      },
    );
  }
}
