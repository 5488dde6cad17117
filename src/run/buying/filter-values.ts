/** Gives the placeholders of a job's filter their values, recipient by recipient. */
import { nearestName } from '../../config/nearest';
import type { Database } from '../../database/connecting/connection';
import { isAttributeThere, sampleAttributeNames } from '../../database/people/contact-attributes';
import { findContacts } from '../../database/people/contacts';
import { combineErrors, NightjarError, type Where } from '../../errors';
import { isColumn, readAttribute } from '../../job/attributes';
import type { FilterWish } from '../../job/base-job';
import type { EmailJob } from '../../job/email-job';
import type { Contact } from '../../job/people';
import { placeOf } from '../../job/place';
import { printFilterValue } from '../../personalize/filter-values';
import { type InputFilterValues, userInputLine } from '../../personalize/input-lines';
import { partsOf } from './sources';

/** The values for one contact, or the attribute that the contact lacks. */
export type ContactValues = { readonly values: InputFilterValues } | { readonly lacks: string };

/** Reads the values for a contact. */
export type ReadValues = (contact: Contact) => ContactValues;

/** Makes the reader of a filter's values; `compared` names the placeholders that numbers are for. */
export function createValueReader(wish: FilterWish | undefined, compared: readonly string[]): ReadValues {
  const entries = Object.entries(wish?.values ?? {});
  return (contact) => {
    const values: Record<string, string> = {};
    for (const [name, value] of entries) {
      const own = value.by === 'attribute' ? readAttribute(contact, value.attribute) : undefined;
      const given = value.by === 'constants' ? value.constants : own === undefined ? value.otherwise : [own];
      if (given === undefined) return { lacks: value.by === 'attribute' ? value.attribute : name };
      values[name] = printFilterValue(given, compared.includes(name));
    }
    return { values };
  };
}

/** Reads the values of a filter that are the same on every line: those of audience jobs. */
export function readConstantValues(wish: FilterWish | undefined, compared: readonly string[]): InputFilterValues {
  const read = createValueReader(wish, compared)({ userId: '', attributes: {} });
  return 'values' in read ? read.values : {};
}

const LOOKED_UP_USERS = 2000;

/**
 * Writes the input lines of users, in their order. A user whose contact is gone, or lacks an attribute by now, gets no
 * line, and nothing is bought.
 */
export async function* userLines(
  db: Database,
  users: Iterable<string> | AsyncIterable<string>,
  filter: { readonly wish: FilterWish | undefined; readonly compared: readonly string[] },
  write: WriteLine = userInputLine,
): AsyncGenerator<string> {
  const asksContacts = Object.values(filter.wish?.values ?? {}).some(({ by }) => by === 'attribute');
  if (!asksContacts) {
    const values = readConstantValues(filter.wish, filter.compared);
    for await (const user of users) yield write(user, values);
    return;
  }
  const read = createValueReader(filter.wish, filter.compared);
  let batch: string[] = [];
  for await (const user of users) {
    batch.push(user);
    if (batch.length < LOOKED_UP_USERS) continue;
    yield* linesOf(db, batch, { read, write });
    batch = [];
  }
  yield* linesOf(db, batch, { read, write });
}

/** Writes the line of a user. */
type WriteLine = (userId: string, values: InputFilterValues) => string;

async function* linesOf(
  db: Database,
  users: readonly string[],
  { read, write }: { readonly read: ReadValues; readonly write: WriteLine },
): AsyncGenerator<string> {
  const contacts = users.length === 0 ? new Map<string, never>() : await findContacts(db, users);
  for (const user of users) {
    const stored = contacts.get(user);
    const own = stored === undefined ? undefined : read(stored.contact);
    if (own !== undefined && 'values' in own) yield write(user, own.values);
  }
}

/**
 * Checks that contacts have the attributes that the values name: where nobody has one, its name is wrong.
 *
 * @throws E_JOB_FIELD, all of them at once
 */
export async function checkAttributes(db: Database, job: EmailJob): Promise<void> {
  const problems: NightjarError[] = [];
  for (const { recommend, at } of partsOf(job)) {
    for (const [name, value] of Object.entries(recommend.filter?.values ?? {})) {
      if (value.by !== 'attribute' || isColumn(value.attribute)) continue;
      if (await isAttributeThere(db, value.attribute)) continue;
      const path = [...at.split('.'), 'filterValues', name, 'attribute'];
      const known = await sampleAttributeNames(db);
      problems.push(unknownAttribute({ attribute: value.attribute, path, known }, placeOf(job, path)));
    }
  }
  const problem = combineErrors(problems);
  if (problem !== undefined) throw problem;
}

interface NamedAttribute {
  readonly attribute: string;
  readonly path: readonly string[];
  /** Attributes that contacts have. */
  readonly known: readonly string[];
}

function unknownAttribute({ attribute, path, known }: NamedAttribute, where: Where): NightjarError {
  const near = nearestName(attribute, known);
  const message = `${path.join('.')} is "${attribute}", and no contact has it; attributes are ${known.join(', ') || 'none'}`;
  const fix = near === undefined ? 'import contacts with that column, or name another' : `write "attribute: ${near}"`;
  return new NightjarError('E_JOB_FIELD', message, { where, fix });
}
