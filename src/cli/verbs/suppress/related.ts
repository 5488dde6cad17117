/** Finds all that can be said of one: of a user also the address and its domain, of an address also the users who have it. */
import { checkAddress } from '../../../content/address';
import { domainSubject, hashSubject, readSubject, type Suppression, userSubject } from '../../../content/suppression';
import type { Database } from '../../../database/connecting/connection';
import { findContacts, findUsersOfAddress } from '../../../database/people/contacts';
import { findSuppressions } from '../../../database/people/suppressions';
import type { NamedSubject } from './subject';

export interface NamedSuppression {
  readonly suppression: Suppression;
  /** How a person names its subject. */
  readonly shown: string;
}

/** More contacts than these with one address are a mistake of the import. */
const USERS = 20;

/** Finds the suppressions of a subject and of what belongs to it, in the order of subject and topic. */
export async function findRelated(db: Database, named: NamedSubject): Promise<readonly NamedSuppression[]> {
  const { scope, value } = readSubject(named.subject);
  const names = new Map([[named.subject, named.shown]]);
  if (scope === 'user') {
    const user = (await findContacts(db, [value])).get(value);
    if (user?.addressHash !== undefined) names.set(hashSubject(user.addressHash), 'its address');
    nameDomain(names, user?.contact.email);
  } else if (scope === 'address') {
    for (const id of await findUsersOfAddress(db, value, USERS)) names.set(userSubject(id), `user ${id}`);
    nameDomain(names, named.shown);
  }
  const found = await findSuppressions(db, [...names.keys()]);
  return found.map((suppression) => ({ suppression, shown: names.get(suppression.subject) ?? suppression.subject }));
}

function nameDomain(names: Map<string, string>, address: string | undefined): void {
  const checked = checkAddress(address ?? '');
  const subject = checked.ok ? domainSubject(checked.domain) : undefined;
  if (checked.ok && subject !== undefined) names.set(subject, `@${checked.domain}`);
}
