/** Finds the users with most affinity to items of given attributes: aws-item-attribute-affinity. */
import { rankByAttributes } from '../attribute-affinity';
import { hashText } from '../identity';
import { indexAttributes, listValues } from '../item-attributes';
import { joinParts, takeFloat64, takeTexts } from '../model-parts';
import type { ItemTable, ModelParts, Segmenter, SegmentRecipe, Training, TrainingData } from '../recipe';
import { countOnePercent, type SegmentCase, summariseSegments } from '../segment-metrics';
import { holdOutNewest } from '../test-users';
import { openUserLists, packUserLists } from '../user-lists';

/** Values asked for when measuring. */
const TEST_VALUES = 100;

/** Trains `aws-item-attribute-affinity`; no hyperparameter is heeded, since the model has no hidden dimension. */
export const recipe: SegmentRecipe = {
  name: 'aws-item-attribute-affinity',
  kind: 'segment',
  reads: 'itemAttributes',
  train,
  open,
};

const NO_ITEMS: ItemTable = {
  columns: {},
  kinds: {},
  texts: {},
  textual: [],
  itemIds: [],
  created: new Float64Array(0),
};

function train(data: TrainingData): Training {
  const table = data.items ?? NO_ITEMS;
  const columns = Object.entries(table.columns).map(([name, cells]) => [`column.${name}`, cells] as const);
  const parts = joinParts(packUserLists(data.histories), {
    numbers: {},
    texts: {
      tableItemIds: table.itemIds,
      columnNames: Object.keys(table.columns),
      columnKinds: Object.keys(table.columns).map((name) => table.kinds[name] ?? 'categorical'),
      ...Object.fromEntries(columns),
    },
    arrays: { tableCreated: table.created },
  });
  return { parts, metrics: measure(data, table) };
}

function measure({ histories, seed }: TrainingData, table: ItemTable): Readonly<Record<string, number>> {
  const { training, truth } = holdOutNewest(histories);
  const index = indexAttributes(histories.itemIds, table);
  const top = countOnePercent(histories.userIds.length);
  const draw = (column: string, value: string): number => hashText(`${column}=${value}`, seed);
  const conditions = [...listValues(histories.itemIds, table)]
    .sort((a, b) => draw(a.column, a.value) - draw(b.column, b.value))
    .slice(0, TEST_VALUES);
  const cases = conditions.flatMap((condition): SegmentCase[] => {
    const found = index.match([condition]);
    if ('unknownColumn' in found) return [];
    const takers = new Set<number>();
    truth.forEach((items, user) => {
      for (const item of items) if (found.matches[item] === 1) takers.add(user);
    });
    return takers.size === 0 ? [] : [{ top: rankByAttributes(training, found.matches, top), truth: takers }];
  });
  return summariseSegments(cases, histories.userIds.length);
}

function open(parts: ModelParts): Segmenter {
  const users = openUserLists(parts);
  const names = takeTexts(parts, 'columnNames');
  const index = indexAttributes(users.itemIds, {
    ...NO_ITEMS,
    columns: Object.fromEntries(names.map((name) => [name, takeTexts(parts, `column.${name}`)])),
    kinds: readKinds(parts, names),
    itemIds: takeTexts(parts, 'tableItemIds'),
    created: takeFloat64(parts, 'tableCreated'),
  });
  return {
    userIds: users.userIds,
    segment(query, count, allowed) {
      if (!('conditions' in query)) return { error: 'User error: The query has no item attributes' };
      const found = index.match(query.conditions);
      if ('unknownColumn' in found) {
        return { error: `User error: ITEMS.${found.unknownColumn} is not a column that can be queried` };
      }
      if (!found.matches.includes(1)) return { error: 'User error: No item has the attributes of the query' };
      const ranked = rankByAttributes(users, found.matches, count, allowed);
      return { users: Array.from(ranked, (user) => users.userIds[user] ?? '') };
    },
  };
}

/** Reads the kinds of the columns. A model without kinds compares all columns as numbers. */
function readKinds({ texts }: ModelParts, names: readonly string[]): ItemTable['kinds'] {
  const kinds = texts.columnKinds ?? names.map(() => 'number');
  return Object.fromEntries(names.map((name, at) => [name, kinds[at] === 'number' ? 'number' : 'categorical']));
}
