/** Makes the cells of formats whose columns each say how they are made. */
import { readAttribute } from '../../job/attributes';
import { cellsOf, type MakeCell, sharedCellsOf } from '../normalise/field';
import { columnOf, refuseUnknown } from './columns';
import type { AudienceFormat, CellRule, CellTable, Column } from './format';

/** Makes the function that makes one cell by a rule; without its country where the rule does not go by it. */
export function cellOf({ field, byCountry, isShared, isRepeated }: CellRule): MakeCell {
  const make = isShared ? sharedCellsOf(field) : cellsOf(field);
  return (value, country, count) => make(value, byCountry ? country : undefined, isRepeated ? ignore : count);
}

const ignore = () => undefined;

/** The columns of a table. */
export function tableColumns({ rules }: CellTable): readonly Column[] {
  return rules.map(({ header, field }) => columnOf(header, field));
}

/** Makes the `makeCells` of a format by its table. */
export function makeCellsBy(table: CellTable): AudienceFormat['makeCells'] {
  const { identifiers, isRestTogether } = table;
  const makers = table.rules.map((rule) => [rule.from, cellOf(rule)] as const);
  return ({ contact }, _context, count) => {
    const cells: string[] = [];
    for (const [from, make] of makers) {
      if (cells.length === identifiers && !isRestTogether && isEmpty(cells)) return refuseUnknown(count);
      cells.push(make(readAttribute(contact, from), contact.country, count));
    }
    if (isRestTogether && cells.includes('', identifiers)) cells.fill('', identifiers);
    return isEmpty(cells) ? refuseUnknown(count) : cells;
  };
}

function isEmpty(cells: readonly string[]): boolean {
  return cells.every((cell) => cell === '');
}
