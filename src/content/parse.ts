/** Reads the text of a template file into Handlebars' syntax tree, with the place of what does not parse. */
import Handlebars from 'handlebars';
import { NightjarError, type Where } from '../errors';

/** A template text and where it comes from. */
export interface Source {
  /** Path for messages; a job file where the text is a subject written there. */
  readonly path: string;
  readonly text: string;
  /** The field of the job file, whose own line and column are unknown here. */
  readonly step?: string;
}

/** A place in a source, counted from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** Says where in a source something is; in a text that a job file holds, only the field is known. */
export function locate(source: Source, place: Place | undefined): Where {
  if (source.step !== undefined) return { file: source.path, step: source.step };
  return place === undefined ? { file: source.path } : { file: source.path, line: place.line, column: place.column };
}

/**
 * Parses one text.
 * @throws E_TEMPLATE_SYNTAX with line and column
 */
export function parseSource(source: Source): hbs.AST.Program {
  try {
    return Handlebars.parse(source.text);
  } catch (cause) {
    const found = readFailure(source.text, cause);
    throw new NightjarError('E_TEMPLATE_SYNTAX', found.message, {
      where: locate(source, found.place),
      ...(found.fix === undefined ? {} : { fix: found.fix }),
      cause,
    });
  }
}

interface Failure {
  readonly message: string;
  readonly place?: Place;
  readonly fix?: string;
}

/** Handlebars has two forms: `Parse error on line 2:` with a window of text and a caret, and `if doesn't match each - 2:4`. */
function readFailure(text: string, cause: unknown): Failure {
  const message = cause instanceof Error ? cause.message : String(cause);
  const grammar = /^(?:Parse error on line |Lexical error on line )(\d+)[^\n]*\n([^\n]*)\n(-*)\^/.exec(message);
  if (grammar !== null) {
    const line = Number(grammar[1]);
    const window = { text: grammar[2] ?? '', caret: grammar[3]?.length ?? 0 };
    const place = { line, column: findColumn(text, line, window) };
    return message.includes("got 'EOF'")
      ? {
          message: 'ends within a block or a tag',
          place,
          fix: 'close every {{#if}}, {{#each}} and {{ with its own end',
        }
      : { message: `does not parse at ${quoteWindow(window)}`, place };
  }
  const checked = /^(.*) - (\d+):(\d+)$/s.exec(message);
  if (checked === null) return { message: `does not parse: ${message.split('\n')[0] ?? ''}` };
  const [, what = '', line, column] = checked;
  return { message: `does not parse: ${what}`, place: { line: Number(line), column: Number(column) + 1 } };
}

interface Window {
  readonly text: string;
  readonly caret: number;
}

function quoteWindow(window: Window): string {
  return JSON.stringify(window.text.slice(window.caret, window.caret + 20));
}

/** The window has lost its line breaks, so the column is found by looking which place of the line looks like it. */
function findColumn(text: string, line: number, window: Window): number {
  const lines = text.split('\n');
  const start = lines.slice(0, line - 1).reduce((sum, before) => sum + before.length + 1, 0);
  const past = window.text.slice(0, window.caret).replace(/^\.\.\./, '');
  const coming = window.text.slice(window.caret).replace(/\.\.\.$/, '');
  const flat = (part: string) => part.replaceAll('\n', '');
  for (let column = 0; column <= (lines[line - 1]?.length ?? 0); column++) {
    const at = start + column;
    if (flat(text.slice(0, at)).endsWith(past) && flat(text.slice(at)).startsWith(coming)) return column + 1;
  }
  return 1;
}
