/** A row of an import file as it is read, before its cells mean anything. */
import type { FileFindings, ImportProblem } from './findings';

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
  /** How the bytes of a file are to be read, a label such as windows-1250; recognised unless given. */
  readonly encoding?: string | undefined;
  /** Tells which columns of JSON objects are left out unread, whatever they hold; none unless given. */
  readonly ignores?: (column: string) => boolean;
  /** Gets the columns of JSON objects that hold maps; each is a problem unless given. */
  readonly onNested?: (column: string) => void;
  /** Gets the header, or the names of the first JSON object, before any row; false ends the reading. */
  readonly onColumns: (columns: readonly string[]) => boolean;
}

/** Where rows come from: a file, an S3 object, or the answer of a query. */
export interface RowSource {
  /** As messages name it; holds no secret. */
  readonly name: string;
  /** Tells why it can't be read, before anything is done; undefined where it can. */
  findUnreadable(): Promise<ImportProblem | undefined>;
  /** Streams the rows in their order; broken ones are reported to the listener and left out. */
  readRows(listener: RowListener): AsyncGenerator<readonly FileRow[]>;
}
