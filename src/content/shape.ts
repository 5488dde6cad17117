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

const ROOT_LEAVES = ['unsubscribeUrl', 'publicUrl', 'locale', 'dir', 'timeZone', 'preheader', 'slot'];
const CONTACT_LEAVES = ['userId', 'email', 'firstName', 'lastName', 'name', 'locale', 'country', 'timeZone'];
const ITEM_LEAVES = ['itemId', 'title', 'description', 'url', 'image', 'price', 'currency', 'stock', 'createdAt'];

const ITEM = object('item', ITEM_LEAVES, {
  categories: { kind: 'list', name: 'item.categories', item: leaf('item.categories.0') },
  attributes: attributes('item'),
});

/** The shape of `MailContext` but for `params`, which differ from job to job. */
export const CONTEXT_SHAPE: Fields = object('', ROOT_LEAVES, {
  contact: object('contact', CONTACT_LEAVES, { attributes: attributes('contact') }),
  items: { kind: 'list', name: 'items', item: ITEM },
  job: object('job', ['name']),
  sender: object('sender', ['name', 'postalAddress']),
});

/** Makes the shape of `MailContext` for a job with these params. */
export function shapeWith(params: readonly Pick<ParamRule, 'name' | 'type'>[]): Fields {
  const fields = params.map(({ name, type }): [string, Shape] => {
    const path = `params.${name}`;
    return [name, type === 'list' ? { kind: 'list', name: path, item: leaf(`${path}.0`) } : leaf(path)];
  });
  const own: Fields = { kind: 'fields', name: 'params', fields: new Map(fields) };
  return { ...CONTEXT_SHAPE, fields: new Map([...CONTEXT_SHAPE.fields, ['params', own]]) };
}

/** Lists the paths of all that can be printed, `items` by their first: to suggest where a misplaced name lives. */
export function listPaths(shape: Shape, path = ''): readonly string[] {
  if (shape.kind === 'leaf') return [path];
  if (shape.kind === 'list') return listPaths(shape.item, `${path}.0`);
  return [...shape.fields].flatMap(([name, field]) => listPaths(field, path === '' ? name : `${path}.${name}`));
}
