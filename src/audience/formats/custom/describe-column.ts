/** Tells what a column of a team's own format holds. */
import type { Column } from '../format';
import { type CustomColumn, PERSON_SOURCES } from './schema';

/** Describes a column as people are told of it. */
export function describeColumn(column: CustomColumn): Column {
  const { header, from, hash } = column;
  const source = describeSource(column);
  return {
    header,
    form: hash === undefined ? 'plain' : 'hashed',
    rule: hash === undefined ? source : `${hash} of ${source}`,
    ...sourceOf(column),
    ...(from === 'rank' ? { varies: true } : {}),
  };
}

/** What is the same for everybody, or of the place in the audience, is nothing of the person. */
function sourceOf({ from, attribute }: CustomColumn): Pick<Column, 'source'> {
  if (attribute !== undefined) return { source: { kind: 'attribute', name: attribute } };
  const isPersonal = from !== undefined && from !== 'rank' && PERSON_SOURCES.some((name) => name === from);
  return isPersonal ? { source: { kind: 'column', name: from } } : {};
}

function describeSource(column: CustomColumn): string {
  const { from, attribute, value, removed } = column;
  if (value !== undefined) {
    const other = removed === undefined ? '' : `, in files of removals ${JSON.stringify(removed)}`;
    return `always ${JSON.stringify(value)}${other}`;
  }
  return [attribute === undefined ? from : `attribute ${attribute}`, ...transformsOf(column)].join(', ');
}

/** Addresses and numbers are normalised where the file says nothing else: as they are imported they would match nobody. */
export function transformsOf({ from, transform }: CustomColumn): readonly string[] {
  return transform ?? (from === 'email' || from === 'phone' ? [from] : []);
}
