/** What an audience format is made of. Each format is one file of this folder; `all.ts` lists them. */
import type { Contact } from '../../job/people';
import type { LineBlock } from '../block-buffer';
import type { Field } from '../normalise/field';

/** A person of an audience who may be in a file. */
export interface Person {
  readonly userId: string;
  /** The place in the audience, from 1. */
  readonly rank: number;
  readonly contact: Contact;
}

/** What all rows of one file share. */
export interface FileContext {
  readonly runId: string;
  /** ISO 8601, UTC: the run's time, not the clock's. */
  readonly at: string;
  /** The audience's name, of a part of a split with the part's behind it. */
  readonly audience: string;
  /** The names of the job, of the audience and, where it is split, of the part: no other audience has the same. */
  readonly path: readonly string[];
  /** Attributes of contacts that the job asks for as further columns, where the format takes any. */
  readonly attributes: readonly string[];
  /** The id that the platform gave this audience, where the job has it. */
  readonly listId?: string | undefined;
}

/** What a file tells its reader to do with its rows. */
export type Change = 'full' | 'add' | 'remove';

/** A column of contacts by the name that it has in imports (`email`, `user_id`), or an attribute of theirs. */
export interface ColumnSource {
  readonly kind: 'column' | 'attribute';
  readonly name: string;
}

/** A column as the format's file has it, and as people are told of it. */
export interface Column {
  /** The header's exact text; several columns may have the same. */
  readonly header: string;
  readonly form: 'plain' | 'hashed';
  /** How the value is made, in one sentence. */
  readonly rule: string;
  /** What of the person the value is made of, where a format of a team's own says it. */
  readonly source?: ColumnSource;
  /** The value changes from run to run though nothing about the person does, so that it makes no change of its own. */
  readonly varies?: true;
}

/** The cells of one person, in the order of the columns; an empty text stands for no value. */
export type Cells = readonly string[];

/** How the cells of one column are made. */
export interface CellRule {
  readonly header: string;
  readonly field: Field;
  /** The column of the import, or an attribute. */
  readonly from: string;
  /** That the rule goes by the contact's country. */
  readonly byCountry?: true;
  /** That many people share a value, as they do names and places. */
  readonly isShared?: true;
  /** That the value stands in a column before, too, which has counted it where it can't be used. */
  readonly isRepeated?: true;
}

/** How the cells of each column are made, in the order of the columns. */
export interface CellTable {
  readonly rules: readonly CellRule[];
  /** How many columns, from the first, identify a person: who has none of them is left out. */
  readonly identifiers: number;
  /** That the other columns identify a person too, but only all together: they are empty where one of them is. */
  readonly isRestTogether?: true;
}

export interface AudienceFormat {
  readonly name: string;
  /** The platform's own name, and what the file is for. */
  readonly title: string;
  /** Raised whenever an equal contact would give other cells: a removal must be written as its addition was. */
  readonly version: number;
  columns(context: FileContext): readonly Column[];
  /**
   * How many columns, from the first, the platform knows a row by: there is one row of each key, and what is removed are
   * keys that no row has any more. None of them varies. Without it rows are known by all their cells.
   */
  readonly keyColumns?: number;
  readonly file: {
    readonly extension: string;
    readonly contentType: string;
    readonly maxRows?: number;
    readonly maxBytes?: number;
  };
  /** What the platform needs at least before it uses an audience. */
  readonly minimum?: { readonly count: number; readonly of: 'rows' | 'matched' };
  /** Topics that a contact must have consented to by name, beside what the job demands. */
  readonly consent: readonly string[];
  /** What kinds of files the platform takes. */
  readonly changes: readonly Change[];
  /** What the platform's documents leave open, and what nightjar does there. */
  readonly open: readonly string[];
  /**
   * The kinds of values that `nightjar audience normalise` knows of this format, with each form in which one is
   * written; without it the command asks `makeCells`.
   */
  readonly fields?: Readonly<Record<string, Field | readonly Field[]>>;
  /** How `makeCells` makes them, where each column is made by itself: such rows are written faster. No column varies. */
  readonly table?: CellTable;
  /**
   * Makes the cells of a person; undefined where nothing identifies the person to the platform, which is counted
   * as `no_identifier`.
   * @param count  is told each value that was left out, by a word such as `bad_phone` or `formula`
   */
  makeCells(person: Person, context: FileContext, count: (what: string) => void): Cells | undefined;
  /** Writes one file: header, rows in their order, and whatever else the format has. */
  write(rows: AsyncIterable<readonly Cells[]>, context: FileContext, change: Change): AsyncIterable<Uint8Array>;
  /**
   * Writes a whole file as `write` does, from the lines of a row file; for formats whose files are not split and whose
   * columns do not vary.
   */
  writeLines?(blocks: AsyncIterable<LineBlock>): AsyncIterable<Uint8Array>;
  /** How many bytes a row takes in the file; used where `maxBytes` is set. */
  rowBytes?(cells: Cells): number;
}
