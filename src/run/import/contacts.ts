/** Imports contacts: by key, those that differ. */
import { checkAddress, hashAddress } from '../../content/address';
import { type ContactRow, removeContacts, saveContacts } from '../../database/people/contacts';
import { CONTACT_COLUMNS } from '../../job/attributes';
import { type FileImport, type GoodRow, importRows, refuseEmptyReplace } from './batches';
import type { ColumnRule } from './columns';
import { readConsent } from './consent';
import { showValue } from './findings';
import { readCountry, readLocale, readTimeZone } from './places';
import { type RowScope, readAttributes, readCell, readParts, requireId } from './row-cells';
import { addSeenKeys, createSeenKeys, removeUnseenContacts } from './seen-keys';
import { readDeleted, readId, readIsoTime, readLine } from './values';

/** What an import did to the contacts; `changed` holds the new ones as well. */
export interface ContactCounts {
  readonly read: number;
  readonly changed: number;
  readonly unchanged: number;
  readonly removed: number;
}

const COLUMNS: ColumnRule = {
  required: ['user_id'],
  optional: [...CONTACT_COLUMNS, 'deleted'],
  others: 'attributes',
};
const NAMES: ReadonlySet<string> = new Set([...COLUMNS.required, ...COLUMNS.optional]);

/** Imports a file of contacts; an address that can't be written to is a warning, a key that is there twice a problem. */
export async function importContacts(work: FileImport): Promise<ContactCounts> {
  const { db, findings } = work;
  const counts = { changed: 0, deleted: 0, removed: 0 };
  await createSeenKeys(db);
  const read = await importRows(work, {
    columns: COLUMNS,
    read: readChange,
    async save(rows) {
      await reportDoubled(work, rows);
      if (findings.failed) return;
      const kept = rows.flatMap(({ value }) => (value.contact === undefined ? [] : [value.contact]));
      const deleted = rows.flatMap(({ value }) => (value.contact === undefined ? [value.userId] : []));
      counts.changed += await saveContacts(db, kept, work.now);
      counts.removed += await removeContacts(db, deleted);
      counts.deleted += deleted.length;
    },
  });
  refuseEmptyReplace(work, read);
  const { changed, deleted } = counts;
  const unseen = work.replace && !findings.failed ? await removeUnseenContacts(db) : 0;
  return { read, changed, unchanged: read - changed - deleted, removed: counts.removed + unseen };
}

/** A contact to save, or without one an id to remove. */
interface ContactChange {
  readonly userId: string;
  readonly contact: ContactRow | undefined;
}

async function reportDoubled({ db, findings }: FileImport, rows: readonly GoodRow<ContactChange>[]): Promise<void> {
  const keys = rows.map(({ line, value }) => ({ line, value: value.userId }));
  for (const doubled of await addSeenKeys(db, keys)) {
    findings.addProblem({
      line: doubled.line,
      message: `user_id is ${showValue(doubled.userId)}, as in line ${doubled.firstLine}; expected each id once`,
      fix: 'keep one of the two rows',
    });
  }
}

function readChange(scope: RowScope): ContactChange | undefined {
  const userId = requireId(scope, 'user_id', readId);
  if (readCell(scope, 'deleted', readDeleted) !== true) {
    const contact = readContact(scope, userId);
    return contact && { userId: contact.contact.userId, contact };
  }
  return userId === undefined ? undefined : { userId, contact: undefined };
}

function readContact(scope: RowScope, userId: string | undefined): ContactRow | undefined {
  const email = readCell(scope, 'email', readLine);
  const firstName = readCell(scope, 'first_name', readLine);
  const lastName = readCell(scope, 'last_name', readLine);
  const locale = readCell(scope, 'locale', readLocale);
  const country = readCell(scope, 'country', readCountry);
  const timeZone = readCell(scope, 'time_zone', readTimeZone);
  const phone = readCell(scope, 'phone', readLine);
  const consent = readParts(scope, 'consent', readConsent);
  const consentAt = readCell(scope, 'consent_at', readIsoTime);
  const consentSource = readCell(scope, 'consent_source', readLine);
  const attributes = readAttributes(scope, NAMES);
  if (userId === undefined) return undefined;
  const contact = {
    userId,
    attributes,
    ...(email === undefined ? {} : { email }),
    ...(firstName === undefined ? {} : { firstName }),
    ...(lastName === undefined ? {} : { lastName }),
    ...(locale === undefined ? {} : { locale }),
    ...(country === undefined ? {} : { country }),
    ...(timeZone === undefined ? {} : { timeZone }),
    ...(phone === undefined ? {} : { phone }),
    ...(consent === undefined ? {} : { consent }),
    ...(consentAt === undefined ? {} : { consentAt }),
    ...(consentSource === undefined ? {} : { consentSource }),
  };
  return { contact, ...identifyUsable(scope, email) };
}

/** Hashes an address in the form in which it is written to, and tells its domain; warns where it can't be written to. */
function identifyUsable({ row, findings }: RowScope, email: string | undefined): Omit<ContactRow, 'contact'> {
  const unusable = { addressHash: undefined, addressDomain: undefined };
  if (email === undefined) return unusable;
  const checked = checkAddress(email);
  if (checked.ok) return { addressHash: hashAddress(checked.address), addressDomain: checked.domain };
  const message = `email is ${showValue(email)}; it can't be written to (${checked.reason})`;
  findings.addWarning('unwritable_address', row.line, message);
  return unusable;
}
