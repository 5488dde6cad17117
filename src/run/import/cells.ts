/** Reads cells as what they should be, and collects what they are not. */
import { combineErrors, NightjarError } from '../../errors';
import type { FileRow } from './read-rows';

/** Problems printed one by one; the rest are counted. */
const KEPT_PROBLEMS = 20;
const MAX_ID_CHARACTERS = 256;

/** What is wrong in a file, in the order of its lines. */
export interface Problems {
  add(problem: {
    readonly line: number;
    readonly column: string;
    readonly value: string;
    readonly expected: string;
    readonly fix: string;
  }): void;
  readonly count: number;
}

/** Collects the problems of a file. */
export class ProblemList implements Problems {
  count = 0;
  private readonly kept: NightjarError[] = [];

  constructor(private readonly file: string) {}

  add({ line, column, value, expected, fix }: Parameters<Problems['add']>[0]): void {
    this.count += 1;
    if (this.kept.length >= KEPT_PROBLEMS) return;
    const shown = value.length > 60 ? `${value.slice(0, 60)}…` : value;
    this.kept.push(
      new NightjarError('E_IMPORT_ROW', `${column} is "${hideAddress(shown)}"; expected ${expected}`, {
        where: { file: this.file, line, step: column },
        fix,
      }),
    );
  }

  /** @throws E_IMPORT_ROW with all of them, if there are any */
  throwIfAny(): void {
    const rest = this.count - this.kept.length;
    const more =
      rest > 0
        ? [new NightjarError('E_IMPORT_ROW', `and ${rest} more rows are wrong`, { where: { file: this.file } })]
        : [];
    const error = combineErrors([...this.kept, ...more]);
    if (error !== undefined) throw error;
  }
}

function hideAddress(text: string): string {
  return text.replace(/[^\s@"]+@/g, '…@');
}

/** The cells of one row, read by type. */
export class Cells {
  constructor(
    private readonly row: FileRow,
    private readonly problems: Problems,
  ) {}

  text(column: string): string | undefined {
    const value = this.row.cells[column];
    if (value !== undefined && /\p{Cc}/u.test(value.replace(/[\r\n\t]/g, '')))
      this.refuse(column, { value, expected: 'text without control characters', fix: `remove them from ${column}` });
    return value;
  }

  id(column: string): string {
    const value = this.text(column)?.trim() ?? '';
    if (value === '' || value.length > MAX_ID_CHARACTERS) {
      this.refuse(column, {
        value,
        expected: `an id of 1 to ${MAX_ID_CHARACTERS} characters`,
        fix: `fill ${column} in, or remove the row`,
      });
    }
    return value;
  }

  number(column: string, rule: { readonly least: number; readonly whole: boolean }): number | undefined {
    const value = this.row.cells[column];
    if (value === undefined) return undefined;
    const number = /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(value.trim()) ? Number(value) : Number.NaN;
    if (Number.isFinite(number) && number >= rule.least && (!rule.whole || Number.isInteger(number))) return number;
    const least = rule.least === Number.NEGATIVE_INFINITY ? '' : `, ${rule.least} or more`;
    this.refuse(column, {
      value,
      expected: `a ${rule.whole ? 'whole ' : ''}number${least}`,
      fix: `write ${column} as ${rule.whole ? '12' : '12.50'}, or leave it empty`,
    });
    return undefined;
  }

  /** Epoch seconds or ISO 8601; answers epoch ms. */
  time(column: string): number | undefined {
    const value = this.row.cells[column]?.trim();
    if (value === undefined) return undefined;
    const at = /^\d{1,10}(\.\d+)?$/.test(value) ? Number(value) * 1000 : readIso(value);
    if (Number.isFinite(at)) return at;
    this.refuse(column, {
      value,
      expected: 'epoch seconds or an ISO 8601 time',
      fix: `write ${column} as 1740787200 or 2025-03-01T00:00:00Z`,
    });
    return undefined;
  }

  matching(
    column: string,
    rule: { readonly read: (text: string) => string | undefined; readonly expected: string; readonly example: string },
  ): string | undefined {
    const value = this.row.cells[column]?.trim();
    if (value === undefined || value === '') return undefined;
    const read = rule.read(value);
    if (read === undefined)
      this.refuse(column, {
        value,
        expected: rule.expected,
        fix: `write ${column} as ${rule.example}, or leave it empty`,
      });
    return read;
  }

  /** Every column that is not among `known`, which makes it an attribute. */
  attributes(known: ReadonlySet<string>): Record<string, string> {
    return Object.fromEntries(Object.entries(this.row.cells).filter(([name]) => !known.has(name)));
  }

  refuse(column: string, problem: { readonly value: string; readonly expected: string; readonly fix: string }): void {
    this.problems.add({ line: this.row.line, column, ...problem });
  }
}

function readIso(text: string): number {
  return /^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?$/.test(text)
    ? Date.parse(withZone(text.replace(' ', 'T')))
    : Number.NaN;
}

/** A time without a zone is UTC, whatever the zone of this machine. */
function withZone(text: string): string {
  return !text.includes('T') || /(Z|[+-]\d{2}:?\d{2})$/.test(text) ? text : `${text}Z`;
}
