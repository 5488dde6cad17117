/** A row of an import file as it is read, before its cells mean anything. */
import type { FileFindings } from './findings';

/** The content of a cell; JSON Lines may hold lists. Empty cells and nulls are no cells. */
export type Cell = string | readonly string[];

/** A row with its cells by column. */
export interface FileRow {
  /** Line of the file on which the row begins, from 1. */
  readonly line: number;
  readonly cells: ReadonlyMap<string, Cell>;
}

/** Takes part in the reading of a file. */
export interface RowListener {
  readonly findings: FileFindings;
  /** Gets the header, or the names of the first JSON object, before any row; false ends the reading. */
  readonly onColumns: (columns: readonly string[]) => boolean;
}
