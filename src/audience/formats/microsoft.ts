/**
 * A customer list of Microsoft Advertising as a bulk file, hashed.
 * Microsoft, "Customer List Record - Bulk", "Customer List Item Record - Bulk".
 */
import { normaliseEmail } from '../normalise/email';
import { cellsOf } from '../normalise/field';
import { CSV, columnOf, hashed, refuseUnknown } from './columns';
import { writeCsvFile } from './csv-file';
import type { AudienceFormat, Cells, Change, Column, FileContext } from './format';

const email = hashed('lower case; dots and tags kept', 'bad_email', normaliseEmail);
const hashEmail = cellsOf(email);

const RULES: readonly (readonly [string, string])[] = [
  ['Type', 'Customer List Item; before them a Format Version and a Customer List'],
  ['Status', 'empty; of the list Active'],
  ['Id', 'empty; of the list its id'],
  ['Parent Id', 'the id of the list'],
  ['Client Id', 'empty'],
  ['Modified Time', 'empty'],
  ['Name', 'empty; of the format version 6.0'],
  ['Description', 'empty'],
  ['Scope', 'empty; of the list Customer'],
  ['Audience', 'empty; of the list the name of the audience'],
  ['Action Type', 'empty; of the list Add, Remove or Replace'],
  ['Sub Type', 'Email'],
];

const COLUMNS: readonly Column[] = [
  ...RULES.map(([header, rule]) => ({ header, form: 'plain', rule }) as const),
  columnOf('Text', email),
];

/** Microsoft refuses it, so that nobody uploads a file whose list is not known. Without an id it would make a new list of each file. */
const LIST_ID = 'LIST-ID';

export const microsoft: AudienceFormat = {
  name: 'microsoft',
  title: 'Microsoft Advertising customer match: bulk file, hashed',
  version: 1,
  columns: () => COLUMNS,
  file: CSV,
  minimum: { count: 300, of: 'matched' },
  consent: [],
  changes: ['full', 'add', 'remove'],
  open: [
    'Records name their list by the id that Microsoft gave it: set audience.listIds. Without it they say LIST-ID, to be replaced before the upload; -1 makes a new list.',
    'The largest file is not documented: files are not split.',
    'The form of a hashed telephone number is not documented, and user ids stay here: only addresses are written.',
    'The terms must be accepted once on the web before any upload.',
  ],
  fields: { email: [email] },
  makeCells({ contact }, _context, count) {
    const hash = hashEmail(contact.email, undefined, count);
    if (hash === '') return refuseUnknown(count);
    return ['Customer List Item', '', '', LIST_ID, '', '', '', '', '', '', '', 'Email', hash];
  },
  write: (rows, context, change) => writeCsvFile(COLUMNS, nameList(rows, context), {}, describeList(context, change)),
};

const ACTIONS: Readonly<Record<Change, string>> = { full: 'Replace', add: 'Add', remove: 'Remove' };

const PARENT_ID = RULES.findIndex(([header]) => header === 'Parent Id');

/** Puts the list's id into the rows as they are written: it is no change of a person. */
async function* nameList(
  batches: AsyncIterable<readonly Cells[]>,
  { listId = LIST_ID }: FileContext,
): AsyncGenerator<readonly Cells[]> {
  for await (const rows of batches) {
    yield listId === LIST_ID ? rows : rows.map((cells) => cells.map((cell, at) => (at === PARENT_ID ? listId : cell)));
  }
}

/** Makes the records that come before the people. */
function describeList({ audience, listId = LIST_ID }: FileContext, change: Change): readonly Cells[] {
  return [
    ['Format Version', '', '', '', '', '', '6.0', '', '', '', '', '', ''],
    ['Customer List', 'Active', listId, '', '', '', '', '', 'Customer', audience, ACTIONS[change], '', ''],
  ];
}
