/** Decides whether a format writes whole files, or what has changed since the version that was delivered last. */
import type { AudienceFormat, Change } from '../../audience/formats/format';
import type { DeliveredRows } from '../../database/audiences/delivered-rows';
import type { ChangeRules } from '../../job/audience-job';

/** Why there are whole files: one word, told in the manifest. */
export type FullReason =
  | 'asked'
  | 'format_takes_no_changes'
  | 'first'
  | 'delivery_not_finished'
  | 'no_rows_kept'
  | 'other_format_version'
  | 'other_columns'
  | 'new_destination'
  | 'due';

export interface ChangeChoice {
  /** Removals first: what a person's row was goes before what it is. */
  readonly files: readonly Change[];
  /** Undefined where what has changed is written alone. */
  readonly because?: FullReason;
  /** Versions since the last whole file; 0 where this one has one. */
  readonly sinceFull: number;
}

export interface ChangeFacts {
  readonly format: Pick<AudienceFormat, 'version' | 'changes' | 'keyColumns'>;
  readonly rules: ChangeRules;
  readonly columns: string;
  /** False where nothing was delivered yet. */
  readonly hasDelivered: boolean;
  /** A destination lacks what was delivered last, so changes alone would say nothing to it. */
  readonly hasNewDestination: boolean;
  /** What the format made of the version that was delivered last; undefined where nothing of it can be read. */
  readonly delivered: DeliveredRows | undefined;
  /** Of later versions of which nobody knows whether they were taken. */
  readonly unfinished: readonly (DeliveredRows | undefined)[];
}

/** Chooses the files of one format. */
export function chooseChange(facts: ChangeFacts): ChangeChoice {
  const { rules, delivered } = facts;
  const because = findReason(facts);
  if (because !== undefined)
    return { files: canRemove(facts, because) ? ['remove', 'full'] : ['full'], because, sinceFull: 0 };
  if (rules.files === 'both') return { files: ['remove', 'add', 'full'], because: 'asked', sinceFull: 0 };
  if (facts.hasNewDestination) return { files: ['remove', 'full'], because: 'new_destination', sinceFull: 0 };
  const sinceFull = (delivered?.sinceFull ?? 0) + 1;
  if (sinceFull >= rules.fullEvery) return { files: ['remove', 'full'], because: 'due', sinceFull: 0 };
  return { files: ['remove', 'add'], sinceFull };
}

function findReason(facts: ChangeFacts): FullReason | undefined {
  const { format, rules, delivered, unfinished } = facts;
  if (rules.files === 'full') return 'asked';
  if (!format.changes.includes('add') || !format.changes.includes('remove')) return 'format_takes_no_changes';
  if (!facts.hasDelivered) return 'first';
  if (delivered?.uri === undefined) return 'no_rows_kept';
  if (delivered.version !== format.version) return 'other_format_version';
  if (delivered.columns !== facts.columns) return 'other_columns';
  const isKnown = unfinished.every((rows) => rows !== undefined && isComparable(rows, facts));
  return isKnown ? undefined : 'delivery_not_finished';
}

/** Tells whether what is to be removed can be told beside a whole file. */
function canRemove(facts: ChangeFacts, because: FullReason): boolean {
  switch (because) {
    case 'first':
      return hasKnownRows(facts);
    case 'other_format_version':
      return hasSameColumns(facts);
    default:
      return hasSameKeys(facts, because);
  }
}

/** Rows of an earlier version are removed as it has written them, and those of this one are added. */
function hasSameColumns({ delivered, unfinished, columns }: ChangeFacts): boolean {
  return [delivered, ...unfinished].every((rows) => rows?.uri !== undefined && rows.columns === columns);
}

/** Where other columns follow the same keys, what was delivered can still be removed, but not compared row by row. */
function hasSameKeys({ format, unfinished }: ChangeFacts, because: FullReason): boolean {
  if (format.keyColumns === undefined || (because !== 'other_columns' && because !== 'delivery_not_finished'))
    return false;
  return unfinished.every((rows) => rows?.uri !== undefined && rows.version === format.version);
}

/** Something may have been taken already, and all of it can be removed. */
function hasKnownRows(facts: ChangeFacts): boolean {
  return (
    facts.unfinished.length > 0 && facts.unfinished.every((rows) => rows !== undefined && isComparable(rows, facts))
  );
}

function isComparable({ uri, version, columns }: DeliveredRows, facts: ChangeFacts): boolean {
  return uri !== undefined && version === facts.format.version && columns === facts.columns;
}
