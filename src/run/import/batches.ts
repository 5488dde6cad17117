/** Takes the rows of a file to the database some thousand at a time, so that memory stays flat. */
import type { Database } from '../../database/connecting/connection';
import { type ColumnRule, checkColumns } from './columns';
import type { FileFindings } from './findings';
import type { RowSource } from './row';
import type { RowScope } from './row-cells';

const BATCH_ROWS = 5000;

/** One file on its way into the database. */
export interface FileImport {
  /** The transaction of the whole import. */
  readonly db: Database;
  readonly source: RowSource;
  readonly findings: FileFindings;
  /** Whether rows that the file lacks are removed; only contacts and items can be. */
  readonly replace: boolean;
  /** Epoch ms. */
  readonly now: number;
}

/** A row without problems, as its kind reads it. */
export interface GoodRow<T> {
  readonly line: number;
  readonly value: T;
}

/** How a kind of file is read and saved. */
export interface RowPlan<T> {
  readonly columns: ColumnRule;
  /** Reads a row; what it reports makes the row a bad one. */
  readonly read: (scope: RowScope) => T | undefined;
  /** Gets the good rows, at most 5,000 at a time, in the order of the file. */
  readonly save: (rows: readonly GoodRow<T>[]) => Promise<void>;
}

/** Reads a file to its end and saves its rows in batches; tells how many rows it has. */
export async function importRows<T>({ source, findings }: FileImport, plan: RowPlan<T>): Promise<number> {
  const onColumns = (columns: readonly string[]) => checkColumns(columns, plan.columns, findings);
  let waiting: GoodRow<T>[] = [];
  let read = 0;
  for await (const rows of source.readRows({ findings, onColumns })) {
    for (const row of rows) {
      if (findings.full) break;
      read++;
      const before = findings.count;
      const value = plan.read({ row, findings });
      if (value === undefined || findings.count > before) continue;
      waiting.push({ line: row.line, value });
      if (waiting.length < BATCH_ROWS) continue;
      await plan.save(waiting);
      waiting = [];
    }
    if (findings.full) break;
  }
  if (waiting.length > 0) await plan.save(waiting);
  return read;
}

/** Refuses to remove everything because an export came out empty. */
export function refuseEmptyReplace({ findings, replace }: FileImport, read: number): void {
  if (!replace || read > 0 || findings.count > 0) return;
  findings.addProblem({
    message: 'it has no rows; with --replace that would remove everything',
    fix: 'check what wrote the file, or import it without --replace',
  });
}
