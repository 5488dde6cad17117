/** Decides which interactions a training counts, and how much. */
import type { TrainingSelection } from '../compute-port';

/** Gives the weight of an event, or undefined where it does not count; `value` is NaN where the event has none. */
export type SelectEvent = (type: string, value: number) => number | undefined;

/** Holds a selection of events, and the columns that it looks at. */
export interface EventSelection {
  readonly select: SelectEvent;
  readonly columns: readonly string[];
}

/**
 * Reads the selection of a solution: with event parameters, the types that are listed count by their weights (1 where
 * none is given), and the type and threshold of the solution itself narrow them.
 */
export function createEventSelection({ eventType, eventValueThreshold, events }: TrainingSelection): EventSelection {
  const parameters = events === undefined ? undefined : new Map(events.map((one) => [one.eventType, one]));
  const needsValue = [{ eventValueThreshold }, ...(events ?? [])].some((one) => one.eventValueThreshold !== undefined);
  return {
    select(type, value) {
      if (eventType !== undefined && type !== eventType) return undefined;
      if (eventValueThreshold !== undefined && !(value >= eventValueThreshold)) return undefined;
      if (parameters === undefined) return 1;
      const own = parameters.get(type);
      if (own === undefined) return undefined;
      if (own.eventValueThreshold !== undefined && !(value >= own.eventValueThreshold)) return undefined;
      return own.weight ?? 1;
    },
    columns: [
      ...(eventType === undefined && parameters === undefined ? [] : ['EVENT_TYPE']),
      ...(needsValue ? ['EVENT_VALUE'] : []),
    ],
  };
}

/** Tells whether a training reads a column of a dataset, whose type is in capitals. */
export function readsColumn(
  { includedColumns, excludedColumns }: Pick<TrainingSelection, 'includedColumns' | 'excludedColumns'>,
  datasetType: 'INTERACTIONS' | 'ITEMS' | 'USERS',
  column: string,
): boolean {
  const included = includedColumns?.[datasetType];
  if (included !== undefined && !included.includes(column)) return false;
  return excludedColumns?.[datasetType]?.includes(column) !== true;
}
