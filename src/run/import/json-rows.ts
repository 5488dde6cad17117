/** Reads JSON Lines: one object a line, with the names of the CSV columns. */
import { checkColumnName } from './columns';
import { showValue } from './findings';
import type { Cell, FileRow, RowListener } from './row';

const LONGEST_LINE = 1_000_000;

/** Streams the rows of a JSON Lines text given in chunks, each chunk's rows together; blank lines are skipped. */
export async function* readJsonRows(
  chunks: AsyncIterable<Uint8Array>,
  listener: RowListener,
): AsyncGenerator<readonly FileRow[]> {
  const { findings } = listener;
  const decoder = new TextDecoder();
  const reader = createLineReader(listener);
  let rest = '';
  for await (const chunk of chunks) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    yield reader.read(lines);
    if (reader.stopped() || findings.full) return;
    if (rest.length > LONGEST_LINE) return findings.addProblem(tooLong(reader.nextLine()));
  }
  yield reader.read([rest + decoder.decode()]);
}

function tooLong(line: number) {
  const message = `the line is longer than ${LONGEST_LINE} characters; the lines after it were not read`;
  return { line, message, fix: 'write one object a line' };
}

function createLineReader({ findings, onColumns, onNested, ignores = () => false }: RowListener) {
  const names = new Set<string>();
  let line = 1;
  let started = false;
  let stopped = false;
  const start = (columns: readonly string[]) => {
    started = true;
    stopped = !onColumns(columns);
    for (const column of columns) names.add(column);
  };
  const readLine = (text: string): FileRow | undefined => {
    const parsed = parseObject(text);
    if (parsed === undefined) {
      const message = `the line is ${showValue(text.trim())}; expected a JSON object`;
      findings.addProblem({ line, message, fix: 'write one object a line: {"user_id":"u1"}' });
      return undefined;
    }
    const members = parsed.filter(([name]) => !ignores(name));
    if (!started) start(members.map(([name]) => name));
    return stopped ? undefined : { line, cells: readCells(members, { line, names, findings, onNested }) };
  };
  return {
    nextLine: () => line,
    stopped: () => stopped,
    read(lines: readonly string[]): readonly FileRow[] {
      const rows: FileRow[] = [];
      for (const text of lines) {
        if (!started && /^\s*\[/.test(text)) {
          stopped = true;
          findings.addProblem({
            message: 'it is one JSON list; expected one object a line',
            fix: `jq -c '.[]' ${findings.file} > list.jsonl`,
          });
        }
        const row = stopped || text.trim() === '' ? undefined : readLine(text);
        if (row !== undefined) rows.push(row);
        line++;
      }
      return rows;
    },
  };
}

type Members = readonly (readonly [string, unknown])[];

function parseObject(text: string): Members | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : undefined;
  } catch {
    return undefined;
  }
}

interface LinePlace extends Pick<RowListener, 'findings'> {
  readonly line: number;
  readonly onNested: RowListener['onNested'] | undefined;
  /** The names checked so far. */
  readonly names: Set<string>;
}

function readCells(members: Members, { line, names, findings, onNested }: LinePlace): ReadonlyMap<string, Cell> {
  const cells = new Map<string, Cell>();
  for (const [name, value] of members) {
    if (!names.has(name)) {
      names.add(name);
      const problem = checkColumnName(name);
      if (problem !== undefined) findings.addProblem({ ...problem, line });
    }
    const read = readValue(value);
    if (read.cell !== undefined && read.cell !== '') cells.set(name, read.cell);
    if (read.isNested === true && onNested !== undefined) onNested(name);
    else if (read.problem !== undefined)
      findings.addProblem({ line, message: `${name} is ${read.problem}`, fix: 'write it as a text, in quotes' });
  }
  return cells;
}

interface Value {
  readonly cell?: Cell;
  readonly problem?: string;
  /** Whether it holds a map, which no cell can. */
  readonly isNested?: boolean;
}

/** Ids are often written as numbers, and JSON readers silently round those beyond 2^53. */
function readValue(value: unknown): Value {
  if (value === null) return {};
  if (typeof value === 'string') return { cell: value };
  if (typeof value === 'boolean') return { cell: String(value) };
  if (typeof value === 'number') {
    const isRounded = Number.isInteger(value) && !Number.isSafeInteger(value);
    return isRounded ? { problem: 'a number too large to be read exactly; expected a text' } : { cell: String(value) };
  }
  const expected = 'expected a text, a number, true, false, null, or a list of texts';
  if (!Array.isArray(value)) return { problem: `a map; ${expected}`, isNested: true };
  const parts: readonly Value[] = value.map(readValue);
  const texts = parts.flatMap(({ cell }) => (typeof cell === 'string' ? [cell] : []));
  return texts.length === value.length
    ? { cell: texts }
    : { problem: `a list that holds more than texts; ${expected}`, isNested: true };
}
