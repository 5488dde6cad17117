/** The format ses: contacts for a contact list of Amazon SES, by CreateImportJob. */
import type { Contact } from '../../job/people';
import { encodeChunks } from '../chunks';
import { refuseUnknown } from './columns';
import type { AudienceFormat, Cells, FileContext } from './format';
import { attributeHeader, emailCell } from './plain-cells';

const FIELDS: readonly (readonly [string, (contact: Contact) => string | undefined])[] = [
  ['firstName', ({ firstName }) => firstName],
  ['lastName', ({ lastName }) => lastName],
  ['locale', ({ locale }) => locale],
  ['country', ({ country }) => country?.toUpperCase()],
];

const OWN = ['userId', ...FIELDS.map(([name]) => name)];

/** Developer guide "Using list management": one JSON object a line, at most a million a job. */
export const ses: AudienceFormat = {
  name: 'ses',
  title: 'Amazon SES contact list, by CreateImportJob with DataFormat JSON',
  version: 1,
  columns: () => [
    { header: 'emailAddress', form: 'plain', rule: 'the key: trimmed, lower case' },
    {
      header: 'attributesData',
      form: 'plain',
      rule: 'a text of JSON: userId, firstName, lastName, locale, country and the attributes that the job asks for',
    },
  ],
  keyColumns: 1,
  file: { extension: 'jsonl', contentType: 'application/x-ndjson', maxRows: 1_000_000 },
  consent: [],
  changes: ['full', 'add', 'remove'],
  open: [
    'The guide shows the JSON of a CSV cell without quotes, which no CSV reader takes: nightjar writes JSON.',
    'PUT overrides a contact: unsubscribeAll and topicPreferences are left out, so that nothing that a person has chosen is overwritten by a value of ours. Whether PUT then keeps them is not documented: import into the list that the job owns.',
    'Files of removals are for ContactListImportAction DELETE, all others for PUT.',
  ],
  makeCells({ userId, contact }, context, count) {
    const address = emailCell(contact, count);
    return address === '' ? refuseUnknown(count) : [address, attributesOf(userId, contact, context)];
  },
  write: (rows, _context, change) => encodeChunks(writeContacts(rows, change === 'remove' ? 1 : 2)),
  rowBytes: ([address = '', attributes = '']) =>
    Buffer.byteLength(JSON.stringify({ emailAddress: address, attributesData: attributes })) + 1,
};

function attributesOf(userId: string, contact: Contact, { attributes }: FileContext): string {
  const own = FIELDS.map(([name, read]) => [name, read(contact)] as const);
  const chosen = attributes.map((name) => [attributeHeader(name, OWN), contact.attributes[name]] as const);
  const filled = [...own, ...chosen].filter(([, value]) => value !== undefined && value !== '');
  return JSON.stringify(Object.fromEntries([['userId', userId], ...filled]));
}

async function* writeContacts(rows: AsyncIterable<readonly Cells[]>, width: 1 | 2): AsyncGenerator<string> {
  for await (const batch of rows) {
    let text = '';
    for (const [emailAddress = '', attributesData = ''] of batch) {
      text += `${JSON.stringify(width === 1 ? { emailAddress } : { emailAddress, attributesData })}\n`;
    }
    yield text;
  }
}
