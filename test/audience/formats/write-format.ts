/** Writes people in a format, as the stage write does. */
import type { AudienceFormat, Cells, Change, FileContext, Person } from '../../../src/audience/formats/format';
import { batches, collect } from '../streams';
import { CONTEXT, PEOPLE } from './people';

export interface Written {
  /** Of the people who have a row. */
  readonly cells: readonly Cells[];
  readonly bytes: Buffer;
  /** What was left out, by word. */
  readonly counts: Readonly<Record<string, number>>;
}

interface Wish {
  readonly people?: readonly Person[];
  readonly change?: Change;
  readonly context?: FileContext;
}

/** Writes a file of all the people who have a row. */
export async function writeFormat(
  format: AudienceFormat,
  { people = PEOPLE, change = 'full', context = CONTEXT }: Wish = {},
): Promise<Written> {
  const counts: Record<string, number> = {};
  const count = (what: string) => {
    counts[what] = (counts[what] ?? 0) + 1;
  };
  const cells = people.flatMap((one) => {
    const made = format.makeCells(one, context, count);
    return made === undefined ? [] : [made];
  });
  const bytes = Buffer.concat(await collect(format.write(batches(cells, 4), context, change)));
  return { cells, bytes, counts };
}
