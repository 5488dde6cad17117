/** Makes the cells of formats whose columns each say how they are made. */
import { readAttribute } from '../../job/attributes';
import { cellsOf, type MakeCell, sharedCellsOf } from '../normalise/field';
import { columnOf, refuseUnknown } from './columns';
import type { AudienceFormat, CellRule, CellTable, Column } from './format';

/** Makes the function that makes one cell by a rule; without its country where the rule does not go by it. */
export function cellOf({ field, byCountry, isShared }: CellRule): MakeCell {
  const make = isShared ? sharedCellsOf(field) : cellsOf(field);
  return byCountry ? make : (value, _country, count) => make(value, undefined, count);
}

/** The columns of a table. */
export function tableColumns({ rules }: CellTable): readonly Column[] {
  return rules.map(({ header, field }) => columnOf(header, field));
}

/** Makes the `makeCells` of a format by its table. */
export function makeCellsBy({ rules, identifiers }: CellTable): AudienceFormat['makeCells'] {
  const makers = rules.map((rule) => [rule.from, cellOf(rule)] as const);
  return ({ contact }, _context, count) => {
    const cells: string[] = [];
    for (const [from, make] of makers) {
      cells.push(make(readAttribute(contact, from), contact.country, count));
      if (cells.length === identifiers && cells.every((cell) => cell === '')) return refuseUnknown(count);
    }
    return cells;
  };
}
