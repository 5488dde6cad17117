/** Whatever format a team defines, Python's csv module reads its files back, strict, cell by cell; no cell of people is a formula. */
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import fc from 'fast-check';
import { z } from 'zod';
import { readCustomFormat } from '../../../src/audience/formats/custom/read';
import type { Change, Person } from '../../../src/audience/formats/format';
import { escapeFormula, isFormula } from '../../../src/audience/normalise/formula';
import { CONTEXT, person } from './people';
import { openFolder } from './read-back';
import { writeFormat } from './write-format';

const SEPARATORS = { comma: ',', semicolon: ';', tab: '\t', pipe: '|' } as const;
const PYTHON = `
import csv, json, sys
answers = []
for name, separator, encoding, end in json.load(sys.stdin):
    with open(name, encoding=encoding, newline='') as file:
        text = file.read()
    with open(name, encoding=encoding, newline='') as file:
        rows = list(csv.reader(file, strict=True, delimiter=separator))
    answers.append([rows, text == '' or text.endswith(end), open(name, 'rb').read(3).hex()])
json.dump(answers, sys.stdout)
`;
const answersSchema = z.array(z.tuple([z.array(z.array(z.string())), z.boolean(), z.string()]));

const folder = openFolder();
afterAll(() => folder.remove());

/** What is hard to write: separators, quotes, line ends, formulas, blanks, marks, scripts. */
const PIECES = [...',;|\t"\r\n\0=+-@＝＠ \u00a0\ufeff\u2028\'0aé\\', '\r\n', '""', '=1+1', '𠮷', 'e\u0301'];
const hostile = fc.oneof(
  fc.string({ unit: fc.constantFrom(...PIECES), maxLength: 8 }),
  fc.string({ unit: 'binary', maxLength: 8 }),
);
const oneLine = hostile.map((text) => text.replace(/[\r\n]/g, '')).filter((text) => text !== '');

const SOURCES = ['user_id', 'rank', 'email', 'phone', 'first_name', 'last_name', 'locale', 'country', 'time_zone'];
const RUN = { run_id: CONTEXT.runId, run_at: CONTEXT.at, audience: CONTEXT.audience } as const;
const optional = { requiredKeys: [] };
const making = fc.record(
  {
    transform: fc.array(fc.constantFrom('trim', 'lower', 'upper', 'no-accents', 'cut(3)'), { maxLength: 3 }),
    hash: fc.constantFrom('sha256', 'md5'),
  },
  optional,
);
const column = fc.oneof(
  fc.tuple(fc.record({ from: fc.constantFrom(...SOURCES) }), making).map(([from, made]) => ({ ...from, ...made })),
  fc
    .tuple(fc.record({ attribute: fc.constantFrom('plan', 'note') }), making)
    .map(([from, made]) => ({ ...from, ...made })),
  fc.record({ from: fc.constantFrom('run_id', 'run_at', 'audience', 'change') }),
  fc.record({ value: oneLine, removed: oneLine }, { requiredKeys: ['value'] }),
);
const file = fc.record(
  {
    separator: fc.constantFrom('comma', 'semicolon', 'tab', 'pipe'),
    header: fc.boolean(),
    lineEnd: fc.constantFrom('crlf', 'lf'),
    encoding: fc.constantFrom('utf-8', 'utf-8-bom'),
    formulas: fc.constantFrom('drop', 'escape', 'keep'),
  },
  optional,
);
const fields = fc
  .tuple(
    fc.uniqueArray(oneLine, { minLength: 1, maxLength: 5 }),
    fc.array(column, { minLength: 5, maxLength: 5 }),
    file,
    fc.boolean(),
  )
  .map(([headers, columns, dialect, isKnown]) => ({
    about: 'any',
    columns: headers.map((header, index) => ({ header, ...columns[index] })),
    file: dialect,
    identifiers: isKnown ? headers.slice(0, 1) : [],
  }));
const contact = fc.record(
  {
    email: fc.oneof(hostile, fc.constantFrom('=cmd@mail.example', 'Ann@Mail.Example')),
    phone: fc.oneof(hostile, fc.constant('+44 20 7946 0018')),
    firstName: hostile,
    lastName: hostile,
    locale: hostile,
    country: fc.constantFrom('GB', 'US'),
    timeZone: hostile,
    attributes: fc.record({ plan: hostile, note: hostile }, optional),
  },
  optional,
);
const people = fc
  .array(fc.tuple(oneLine, contact), { maxLength: 4 })
  .map((list) => list.map(([id, values], index) => person(id, values, index + 1)));
const change: fc.Arbitrary<Change> = fc.constantFrom('full', 'add', 'remove');
const cases = fc.array(fc.record({ fields, people, change }), { minLength: 25, maxLength: 25 });

type Fields = (typeof fields extends fc.Arbitrary<infer T> ? T : never) & {
  readonly columns: readonly Readonly<Record<string, unknown>>[];
};
interface Case {
  readonly fields: Fields;
  readonly people: readonly Person[];
  readonly change: Change;
}

/** What stands in a column of every row, by the file of the format alone. */
function fixedOf(entry: Readonly<Record<string, unknown>>, of: Change): string | undefined {
  if (typeof entry.value === 'string')
    return of === 'remove' && typeof entry.removed === 'string' ? entry.removed : entry.value;
  if (entry.from === 'change') return of;
  return Object.entries(RUN).find(([name]) => name === entry.from)?.[1];
}

const isHashed = ({ hash }: Readonly<Record<string, unknown>>) => hash !== undefined;

const isOfPeople = (entry: Readonly<Record<string, unknown>>) =>
  !isHashed(entry) && fixedOf(entry, 'full') === undefined;

/** An address or a number is what it is where the format has checked it. */
const isChecked = ({ from, transform }: Readonly<Record<string, unknown>>) =>
  (from === 'email' || from === 'phone') && transform === undefined;

async function writeCase({ fields: { file: dialect, ...rest }, people: who, change: of }: Case, nth: number) {
  const text = JSON.stringify({ ...rest, file: dialect });
  const format = readCustomFormat({ name: 'any', file: 'formats/any.yaml', text });
  const { cells, bytes } = await writeFormat(format, { people: who, change: of });
  const shown = (cell: string, isHash: boolean) =>
    dialect.formulas === 'escape' && !isHash ? escapeFormula(cell) : cell;
  const rows = cells.map((row) =>
    rest.columns.map((entry, index) => shown(fixedOf(entry, of) ?? row[index] ?? '', isHashed(entry))),
  );
  const header = rest.columns.map((entry) => shown(entry.header, false));
  return {
    columns: rest.columns,
    dialect,
    file: folder.write(`${nth}.csv`, bytes),
    rows,
    expected: dialect.header === false ? rows : [header, ...rows],
  };
}

it('is read back as it was meant, in every dialect', async () => {
  await fc.assert(
    fc.asyncProperty(cases, async (given) => {
      const written = await Promise.all(given.map(writeCase));
      const asked = written.map(({ file: name, dialect }) => [
        path.resolve(name),
        SEPARATORS[dialect.separator ?? 'comma'],
        dialect.encoding === 'utf-8-bom' ? 'utf-8-sig' : 'utf-8',
        dialect.lineEnd === 'lf' ? '\n' : '\r\n',
      ]);
      const answer = execFileSync('python3', ['-c', PYTHON], { input: JSON.stringify(asked), encoding: 'utf8' });
      for (const [nth, [rows, isEnded, first]] of answersSchema.parse(JSON.parse(answer)).entries()) {
        const { expected, dialect } = written[nth] ?? {};
        expect(rows).toEqual(expected);
        expect(isEnded).toBe(true);
        if (dialect?.encoding === 'utf-8-bom') expect(first).toBe('efbbbf');
      }
    }),
    { numRuns: 12 },
  );
}, 120_000);

it('has no cell of people that a spreadsheet would run, unless the format keeps them', async () => {
  await fc.assert(
    fc.asyncProperty(cases, async (given) => {
      for (const { columns, rows, dialect } of await Promise.all(given.map(writeCase))) {
        if (dialect.formulas === 'keep') continue;
        const isEscaped = dialect.formulas === 'escape';
        const places = columns.flatMap((entry, index) =>
          isOfPeople(entry) && (isEscaped || !isChecked(entry)) ? [index] : [],
        );
        for (const row of rows) for (const index of places) expect(isFormula(row[index] ?? '')).toBe(false);
      }
    }),
    { numRuns: 12 },
  );
}, 120_000);
