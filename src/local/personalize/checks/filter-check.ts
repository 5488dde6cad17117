/** Checks filters: their expressions when they are made, and whether a batch job can use them. */
import {
  checkFilter,
  explainMisfit,
  type FilterColumn,
  type FilterExpression,
  fieldsOf,
  kindOfColumn,
  parseFilter,
} from '../../filters/filter';
import { AwsFault } from '../../http/fault';
import { columnsOf } from '../data/dataset-columns';
import type { Plane } from '../plane';
import type { DatasetType, Recipe } from '../recipes/recipes';
import { requireActive } from '../resources/life';
import { invalidInput } from '../wire/validate';

/** Distinct dataset fields that the filters of a group may have together. Source: developer guide, "Guidelines and requirements". */
const MAX_FIELDS_OF_GROUP = 20;

/**
 * Checks the expression of a new filter by its grammar, by the columns of the group's datasets, and beside the filters
 * that the group has.
 *
 * @throws AwsFault InvalidInputException, LimitExceededException
 */
export function checkExpression(plane: Plane, datasetGroupArn: string, expression: string): void {
  const parsed = parseFilter(expression);
  if (!parsed.ok) throw invalidInput(parsed.message);
  const verdict = checkFilter(parsed.filter, {
    interactions: filterColumns(plane, datasetGroupArn, 'INTERACTIONS'),
    items: filterColumns(plane, datasetGroupArn, 'ITEMS'),
    users: filterColumns(plane, datasetGroupArn, 'USERS'),
  });
  if (!verdict.ok) throw invalidInput(verdict.message);
  const siblings = plane.resources.filters.list().filter(({ detail }) => detail.datasetGroupArn === datasetGroupArn);
  const fields = new Set(
    [parsed.filter, ...siblings.map(({ detail }) => readFilter(detail.filterExpression))].flatMap(fieldsOf),
  );
  if (fields.size <= MAX_FIELDS_OF_GROUP) return;
  const message = `The filters of a dataset group can have ${MAX_FIELDS_OF_GROUP} distinct fields; with this one they would have ${fields.size}.`;
  throw new AwsFault('LimitExceededException', message);
}

function filterColumns(
  plane: Plane,
  datasetGroupArn: string,
  datasetType: DatasetType,
): readonly FilterColumn[] | undefined {
  return columnsOf(plane, datasetGroupArn, datasetType)?.map((field) => ({
    name: field.name,
    kind: kindOfColumn({ ...field, types: [field.type] }),
  }));
}

/** Reads the expression of a filter that was accepted. */
function readFilter(expression: string): FilterExpression {
  const parsed = parseFilter(expression);
  if (!parsed.ok) throw invalidInput(parsed.message);
  return parsed.filter;
}

/**
 * Checks that a batch job's filter is ACTIVE, of the dataset group that its version learnt from, and of use to its recipe.
 *
 * @throws AwsFault ResourceNotFoundException, ResourceInUseException, InvalidInputException
 */
export function checkJobFilter(
  plane: Plane,
  filterArn: string,
  { datasetGroupArn, recipe }: { readonly datasetGroupArn: string; readonly recipe: Recipe },
): void {
  const filter = requireActive(plane, plane.resources.filters, filterArn);
  if (filter.detail.datasetGroupArn !== datasetGroupArn) {
    throw invalidInput(`Filter ${filterArn} and the solution version must be of the same dataset group.`);
  }
  const misfit = explainMisfit(readFilter(filter.detail.filterExpression), recipe);
  if (misfit !== undefined) throw invalidInput(misfit);
}
