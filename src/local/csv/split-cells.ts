/** Splits one line of a CSV file into its cells. */
import { CsvProblem } from './csv-problem';

/**
 * Splits a line. In quotes a backslash escapes quotes and backslashes, as Amazon Personalize wants it (developer guide,
 * "Common error messages"), and a doubled quote is one quote, as RFC 4180 has it.
 *
 * @throws CsvProblem if quotes are out of place
 */
export function splitCells(text: string, line: number): readonly string[] {
  return text.includes('"') ? splitQuoted(text, line) : text.split(',');
}

function splitQuoted(text: string, line: number): readonly string[] {
  const cells: string[] = [];
  for (let at = 0; ; at++) {
    const { cell, end } = text[at] === '"' ? readQuoted(text, at + 1, line) : readPlain(text, at, line);
    cells.push(cell);
    if (end >= text.length) return cells;
    at = end;
  }
}

interface ReadCell {
  readonly cell: string;
  /** The place of the comma behind the cell, or the length of the line. */
  readonly end: number;
}

function readPlain(text: string, from: number, line: number): ReadCell {
  const comma = text.indexOf(',', from);
  const end = comma < 0 ? text.length : comma;
  const cell = text.slice(from, end);
  if (cell.includes('"')) {
    throw new CsvProblem('A value has a quote in its middle; such values must be wrapped in quotes.', line);
  }
  return { cell, end };
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;

/** @param from  the place behind the opening quote */
function readQuoted(text: string, from: number, line: number): ReadCell {
  let cell = '';
  let copied = from;
  for (let at = from; at < text.length; at++) {
    const one = text.charCodeAt(at);
    if (one !== QUOTE && one !== BACKSLASH) continue;
    const next = text.charCodeAt(at + 1);
    if (next === QUOTE || (one === BACKSLASH && next === BACKSLASH)) {
      cell += text.slice(copied, at);
      copied = at + 1;
      at++;
    } else if (one === QUOTE) {
      const isEnd = at + 1 === text.length || next === COMMA;
      if (isEnd) return { cell: cell + text.slice(copied, at), end: at + 1 };
      throw new CsvProblem('A value goes on behind its closing quote; quotes in values must be escaped.', line);
    }
  }
  throw new CsvProblem('A quote is not closed; each record must be on a single line.', line);
}
