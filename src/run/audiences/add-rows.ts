/** Turns members into the rows of a format, and counts who has none and which values were left out. */
import { createFormatAdmission } from '../../audience/admission';
import type { AudienceFormat, FileContext } from '../../audience/formats/format';
import type { JoinedPage } from '../../audience/join-pages';
import { RowWriter } from '../../audience/row-writer';
import { createRowLayout, type RowLayout } from '../../audience/rows';
import type { ContactPage } from '../../job/contact-page';
import { createLineSorter, type LineSorter } from './sort-lines';

/** The rows of one format, and who has none. */
export interface GatheredRows {
  readonly format: AudienceFormat;
  readonly context: FileContext;
  readonly layout: RowLayout;
  readonly lines: LineSorter;
  /** Members who were asked about, and those who have a row; two of the same row count twice. */
  considered: number;
  people: number;
  /** Reason → people without a row, and what is wrong with a value → values that were left out. */
  readonly leftOut: Map<string, number>;
  readonly values: Map<string, number>;
}

/** No rows yet. */
export function emptyRows(format: AudienceFormat, context: FileContext, tempDir: string): GatheredRows {
  const layout = createRowLayout(format.columns(context), format.keyColumns);
  const lines = createLineSorter(tempDir, { keyCells: layout.identityCells });
  return { format, context, layout, lines, considered: 0, people: 0, leftOut: new Map(), values: new Map() };
}

/** Makes the function that adds members to the rows of a format. */
export function createRowAdder(rows: GatheredRows): (joined: JoinedPage) => Promise<void> {
  const { format, lines, leftOut } = rows;
  const refuse = createFormatAdmission(format.consent);
  const writer = createWriter(rows);
  return async ({ page, rows: places, ranks }) => {
    rows.considered += places.length;
    for (let place = 0; place < places.length; place++) {
      const row = places[place] ?? 0;
      const reason = refuse(page, row);
      if (reason !== undefined) increase(leftOut, reason);
      else if (writer.write(page, row, ranks[place] ?? 0)) rows.people += 1;
      else increase(leftOut, 'not_identified');
    }
    writer.flush();
    await lines.relieve();
  };
}

/** Adds the row of a contact; false where nothing identifies it. Rows are whole after `flush`. */
interface Writer {
  write(page: ContactPage, row: number, rank: number): boolean;
  flush(): void;
}

function createWriter({ format, context, layout, lines, values }: GatheredRows): Writer {
  const count = (what: string) => {
    // That is a person, who is counted as left out.
    if (what !== 'no_identifier') increase(values, what);
  };
  if (format.table !== undefined) return new RowWriter(format.table, lines.arena, count);
  const write = (page: ContactPage, row: number, rank: number) => {
    const contact = page.contactAt(row);
    const cells = format.makeCells({ userId: contact.userId, rank, contact }, context, count);
    if (cells !== undefined) lines.add(layout.write(cells));
    return cells !== undefined;
  };
  return { write, flush: () => undefined };
}

function increase(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}
