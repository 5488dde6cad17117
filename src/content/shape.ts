/** The shape of the context as the template checker knows it: one entry per field of `MailContext`. */

import type { ParamRule } from '../job/params';

/** A text, number or date: what can be printed. `name` is its full path, for messages. */
export interface Leaf {
  readonly kind: 'leaf';
  readonly name: string;
}

/** An object. `owner` marks the open maps of attributes, whose names come from the imported files. */
export interface Fields {
  readonly kind: 'fields';
  readonly name: string;
  readonly fields: ReadonlyMap<string, Shape>;
  readonly owner?: AttributeOwner;
  /** Set where all fields are alike, so that a loop may go over them: what each of them is. */
  readonly each?: Shape;
}

export interface List {
  readonly kind: 'list';
  readonly name: string;
  readonly item: Shape;
}

export type Shape = Leaf | Fields | List;
export type AttributeOwner = 'contact' | 'item';

/** Makes the shape of something that can be printed. */
export function leaf(name: string): Leaf {
  return { kind: 'leaf', name };
}

function object(name: string, leaves: readonly string[], others: Readonly<Record<string, Shape>> = {}): Fields {
  const prefix = name === '' ? '' : `${name}.`;
  const entries: [string, Shape][] = leaves.map((field) => [field, leaf(`${prefix}${field}`)]);
  return { kind: 'fields', name, fields: new Map([...entries, ...Object.entries(others)]) };
}

function attributes(owner: AttributeOwner): Fields {
  return { kind: 'fields', name: `${owner}.attributes`, fields: new Map(), owner };
}

const ROOT_LEAVES = ['unsubscribeUrl', 'publicUrl', 'locale', 'dir', 'timeZone', 'preheader', 'slot', 'theme'];
const CONTACT_LEAVES = ['userId', 'email', 'firstName', 'lastName', 'name', 'locale', 'country', 'timeZone'];
const ITEM_LEAVES = ['itemId', 'title', 'description', 'url', 'image', 'price', 'currency', 'stock', 'createdAt'];

const ITEM_FIELDS: Readonly<Record<string, Shape>> = {
  categories: { kind: 'list', name: 'item.categories', item: leaf('item.categories.0') },
  attributes: attributes('item'),
};
const ITEM = object('item', ITEM_LEAVES, ITEM_FIELDS);
const ITEMS: List = { kind: 'list', name: 'items', item: ITEM };
const BECAUSE = object('because', ITEM_LEAVES, ITEM_FIELDS);
const SECTION = object('section', ['name', 'title', 'theme'], { because: BECAUSE, items: ITEMS });

/** The shape of `MailContext` but for `params` and `sections`, which differ from job to job. */
export const CONTEXT_SHAPE: Fields = object('', ROOT_LEAVES, {
  contact: object('contact', CONTACT_LEAVES, { attributes: attributes('contact') }),
  items: ITEMS,
  job: object('job', ['name']),
  sender: object('sender', ['name', 'postalAddress']),
  because: BECAUSE,
});

/** Makes the shape of `MailContext` for a job with these params and sections. */
export function shapeWith(params: readonly Pick<ParamRule, 'name' | 'type'>[], names: readonly string[] = []): Fields {
  const fields = params.map(({ name, type }): [string, Shape] => {
    const path = `params.${name}`;
    return [name, type === 'list' ? { kind: 'list', name: path, item: leaf(`${path}.0`) } : leaf(path)];
  });
  const own: Fields = { kind: 'fields', name: 'params', fields: new Map(fields) };
  const sections: Fields = {
    kind: 'fields',
    name: 'sections',
    fields: new Map(names.map((name) => [name, SECTION])),
    each: SECTION,
  };
  return { ...CONTEXT_SHAPE, fields: new Map([...CONTEXT_SHAPE.fields, ['params', own], ['sections', sections]]) };
}

/** Lists the paths of all that can be printed, `items` by their first: to suggest where a misplaced name lives. */
export function listPaths(shape: Shape, path = ''): readonly string[] {
  if (shape.kind === 'leaf') return [path];
  if (shape.kind === 'list') return listPaths(shape.item, `${path}.0`);
  return [...shape.fields].flatMap(([name, field]) => listPaths(field, path === '' ? name : `${path}.${name}`));
}
