/** Collects what is wrong or doubtful in import files, so that all of it is told at once. */
import { quoteValue } from '../../config/quote';
import { combineErrors, NightjarError } from '../../errors';
import { describeFormat, type TextFormat } from './text-format';

/** What may be doubtful in a row that is imported all the same. */
export type WarningKind = 'unwritable_address' | 'unknown_user' | 'unknown_item' | 'near_column' | 'unused_column';

/** A doubtful place; the message holds no full e-mail address. */
export interface ImportWarning {
  readonly kind: WarningKind;
  readonly file: string;
  /** Counts from 1; of a row over several lines it is the first. */
  readonly line: number;
  readonly message: string;
}

/** Something wrong in a file: with a line it is a row, without one the file itself. */
export interface ImportProblem {
  readonly line?: number;
  readonly message: string;
  readonly fix: string;
}

/** The findings as the reader of one file sees them. */
export interface FileFindings {
  readonly file: string;
  /** How many problems this file has. */
  readonly count: number;
  /** Whether any file has a problem: then nothing more is worth writing. */
  readonly failed: boolean;
  /** Whether so much is wrong that reading on tells nothing new. */
  readonly full: boolean;
  /** What has been recognised of the file's text so far. */
  readonly format: TextFormat;
  addProblem(problem: ImportProblem): void;
  /** Adds to the format, for the report. */
  noteFormat(format: TextFormat): void;
  addWarning(kind: WarningKind, line: number, message: string): void;
}

/** The findings of all files of one import. */
export interface Findings {
  forFile(file: string): FileFindings;
  /** All problems as one error, in the order of files and lines; undefined without any. */
  error(): NightjarError | undefined;
  /** The first 20. */
  readonly warnings: readonly ImportWarning[];
  readonly warningCounts: Readonly<Partial<Record<WarningKind, number>>>;
  /** The formats of those files that are not UTF-8 with commas and decimal points, in the order of the files. */
  readonly formats: readonly FileFormat[];
}

/** A file and how its text is written. */
export interface FileFormat extends TextFormat {
  readonly file: string;
}

/** Reading stops here: nobody mends more at once, and a file of the wrong kind is wrong in every row. */
const MOST_PROBLEMS = 1000;
const PRINTED = 20;

interface Found {
  readonly order: number;
  readonly line: number;
  readonly error: NightjarError;
}

/** Starts collecting. */
export function createFindings(): Findings {
  const found: Found[] = [];
  const warnings: ImportWarning[] = [];
  const warningCounts: Partial<Record<WarningKind, number>> = {};
  const formats: FileFormat[] = [];
  let files = 0;
  return {
    forFile(file) {
      const order = files++;
      let count = 0;
      formats.push({ file });
      return {
        file,
        get count() {
          return count;
        },
        get failed() {
          return found.length > 0;
        },
        get full() {
          return found.length >= MOST_PROBLEMS;
        },
        get format() {
          return formats[order] ?? {};
        },
        noteFormat(format) {
          formats[order] = { ...formats[order], file, ...format };
        },
        addProblem(problem) {
          count++;
          found.push({ order, line: problem.line ?? 0, error: makeError(file, problem) });
        },
        addWarning(kind, line, message) {
          warningCounts[kind] = (warningCounts[kind] ?? 0) + 1;
          if (warnings.length < PRINTED) warnings.push({ kind, file, line, message });
        },
      };
    },
    error: () => combine(found),
    warnings,
    warningCounts,
    get formats() {
      return formats.filter((format) => describeFormat(format) !== '');
    },
  };
}

function makeError(file: string, { line, message, fix }: ImportProblem): NightjarError {
  return line === undefined
    ? new NightjarError('E_IMPORT_FILE', message, { where: { file }, fix })
    : new NightjarError('E_IMPORT_ROW', message, { where: { file, line }, fix });
}

/** Puts the notice of an early stop where it is still printed. */
function combine(found: readonly Found[]): NightjarError | undefined {
  const errors = [...found].sort((a, b) => a.order - b.order || a.line - b.line).map(({ error }) => error);
  if (errors.length < MOST_PROBLEMS) return combineErrors(errors);
  const notice = new NightjarError('E_IMPORT_ROW', `reading stopped after ${MOST_PROBLEMS} problems`, {
    fix: 'mend what is told here and import again',
  });
  return combineErrors([...errors.slice(0, PRINTED - 1), notice, ...errors.slice(PRINTED - 1)]);
}

/** Quotes a value of a file for a message: masked, cut, and with control characters spelled out, so that it can't steer a terminal. */
export function showValue(text: string): string {
  const spelled = text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/g, spellOut);
  return quoteValue(spelled);
}

function spellOut(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
