/** Finds what is wrong with a query by the data that it asks about: columns, values and items that are not there. */
import { misspeltName, nearestName } from '../../config/nearest';
import type { ItemChoice, SegmentQuery } from '../../job/audience-job';
import { chooseItems, conditionsOf, isItemValue, listItemValues } from '../../job/choose-items';
import type { Item } from '../../job/people';
import { type AttributeCondition, parseAttributeQuery } from '../../personalize/attribute-query';
import type { ItemColumn } from './item-columns';

/** Where in a query a finding is: a word of its text, or the keys of a field of its choice. */
export interface FindingPlace {
  readonly word?: string;
  readonly path?: readonly string[];
}

/** `wrong` stops a job before it is bought; `note` is what may be right, but a person should know. */
export type QueryFinding =
  | ({ readonly kind: 'wrong'; readonly message: string; readonly fix: string } & FindingPlace)
  | { readonly kind: 'note'; readonly message: string };

export interface ItemFacts {
  /** Of the dataset; undefined where they are not known. */
  readonly columns: readonly ItemColumn[] | undefined;
  /** What was imported; none where nothing was, and then values are not known. */
  readonly items: ReadonlyMap<string, Item>;
}

/** Looks at one query; an empty answer means that nothing speaks against it. */
export function findQueryFindings(query: SegmentQuery, facts: ItemFacts): readonly QueryFinding[] {
  switch (query.by) {
    case 'attributes': {
      const parsed = parseAttributeQuery(query.query);
      return parsed.ok ? parsed.conditions.flatMap((condition) => checkCondition(condition, facts)) : [];
    }
    case 'item':
      return checkIds([query.itemId], facts);
    case 'items':
      return checkIds(query.itemIds, facts);
    case 'catalogue':
      return checkChoice(query.choice, facts);
  }
}

function checkCondition({ column, value }: AttributeCondition, { columns, items }: ItemFacts): readonly QueryFinding[] {
  const known = columns?.find(({ name }) => name === column);
  if (columns !== undefined && known === undefined) return [explainColumn(column, columns)];
  if (known?.kind === 'textual') {
    const message = `ITEMS.${column} is a textual column, which Personalize can't be asked for`;
    return [
      { kind: 'wrong', message, fix: `ask for one of these: ${namesOf(columns ?? []).join(', ')}`, word: column },
    ];
  }
  const attribute = known?.kind === 'number' ? undefined : attributeOf(column, items);
  const values = attribute === undefined ? [] : listItemValues(items.values(), attribute);
  if (values.length === 0 || values.includes(value)) return [];
  const near = misspeltName(value, values);
  const message = `no imported item has ITEMS.${column} = ${JSON.stringify(value)}`;
  return near === undefined
    ? [{ kind: 'note', message: `${message}; ${listValues(value, values)}` }]
    : [{ kind: 'wrong', message, fix: `write ITEMS.${column} = ${JSON.stringify(near)}`, word: value }];
}

function explainColumn(column: string, columns: readonly ItemColumn[]): QueryFinding {
  const names = namesOf(columns);
  const near = nearestName(column, names);
  const message = `the items dataset has no column ${column}; it has ${names.join(', ')}`;
  const fix = near === undefined ? `ask for one of these: ${names.join(', ')}` : `write ITEMS.${near}`;
  return { kind: 'wrong', message, fix, word: column };
}

const RESERVED: ReadonlySet<string> = new Set(['ITEM_ID', 'CREATION_TIMESTAMP']);

function namesOf(columns: readonly ItemColumn[]): readonly string[] {
  return columns.filter(({ name, kind }) => kind !== 'textual' && !RESERVED.has(name)).map(({ name }) => name);
}

/** Finds the attribute of imported items that a column of the dataset is made of. */
function attributeOf(column: string, items: ReadonlyMap<string, Item>): string | undefined {
  const own = attributesOf(items).find(
    (name) => name.toUpperCase().replace(/[^A-Z0-9]+/g, '_') === column.toUpperCase(),
  );
  return own ?? (/^categor(y|ies)$/i.test(column) ? 'category' : undefined);
}

function attributesOf(items: ReadonlyMap<string, Item>): readonly string[] {
  const names = new Set<string>();
  for (const { attributes } of items.values()) for (const name of Object.keys(attributes)) names.add(name);
  return [...names].sort();
}

function checkIds(ids: readonly string[], { items }: ItemFacts): readonly QueryFinding[] {
  const strangers = items.size === 0 ? [] : ids.filter((id) => !items.has(id));
  if (strangers.length === 0) return [];
  const of = ids.length === 1 ? '' : `${strangers.length} of ${ids.length} ids are `;
  const near = misspeltName(strangers[0] ?? '', [...items.keys()]);
  const hint = near === undefined ? '' : `; "${near}" is`;
  return [{ kind: 'note', message: `${of}not among the imported items: ${listSome(strangers)}${hint}` }];
}

function checkChoice(choice: ItemChoice, { items }: ItemFacts): readonly QueryFinding[] {
  if (items.size === 0) {
    const fix = 'import them: nightjar import --items items.csv';
    return [{ kind: 'wrong', message: 'it chooses from the imported items, and there are none', fix }];
  }
  const findings = conditionsOf(choice).flatMap(([name, wanted]) => checkChoiceCondition(name, wanted, items));
  if (findings.length > 0 || chooseItems(choice, items.values()).length > 0) return findings;
  const isDated = [...items.values()].some(({ createdAt }) => createdAt !== undefined);
  const message = isDated ? 'no imported item fits now' : 'no imported item says when it was created (created_at)';
  return [{ kind: 'note', message }];
}

function checkChoiceCondition(
  name: string,
  wanted: readonly (string | number | boolean)[],
  items: ReadonlyMap<string, Item>,
): readonly QueryFinding[] {
  const names = ['category', ...attributesOf(items)];
  if (!names.includes(name)) {
    const near = nearestName(name, names);
    const fix = near === undefined ? `name one of these: ${listSome(names)}` : `write "${near}:"`;
    return [
      {
        kind: 'wrong',
        message: `no imported item has the attribute "${name}"; they have ${listSome(names)}`,
        fix,
        path: ['where', name],
      },
    ];
  }
  const values = listItemValues(items.values(), name);
  return wanted.flatMap((value): readonly QueryFinding[] => {
    if (values.some((own) => isItemValue(own, value))) return [];
    const near = misspeltName(String(value), values);
    const message = `no imported item has the ${name} ${JSON.stringify(value)}`;
    return near === undefined
      ? [{ kind: 'note', message: `${message}; ${listValues(String(value), values)}` }]
      : [
          {
            kind: 'wrong',
            message,
            fix: `write ${JSON.stringify(near)}`,
            path: name === 'category' ? [name] : ['where', name],
          },
        ];
  });
}

/** One of the same words may be meant, or be another thing: that stops nothing. */
function listValues(value: string, values: readonly string[]): string {
  const near = nearestName(value, values);
  return `${near === undefined ? '' : `is ${JSON.stringify(near)} meant? `}values are ${listSome(values)}`;
}

const NAMED = 8;

function listSome(names: readonly string[]): string {
  const more = names.length - NAMED;
  return `${names.slice(0, NAMED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
