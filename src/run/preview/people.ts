/** Chooses the people whose mails a preview shows. */
import { languageOf } from '../../content/locale';
import { listLastSlated } from '../../database/ledger/last-slates';
import { streamContactPages } from '../../database/people/contact-pages';
import { findContacts, type StoredContact } from '../../database/people/contacts';
import { findUserByAddress } from '../../database/people/find-contact';
import { activeUsers } from '../../database/people/interactions';
import { NightjarError } from '../../errors';
import type { EmailJob } from '../../job/email-job';
import type { Engines } from '../engines';
import { chooseRecipient } from '../recipients/choose-recipients';

const CANDIDATES = 500;

/**
 * Finds one person by user id or e-mail address, with what suppresses the person for a topic (the job's name).
 * @throws E_USAGE where there is none
 */
export async function findPerson(
  { db }: Pick<Engines, 'db'>,
  { wanted, topic }: { readonly wanted: string; readonly topic: string },
): Promise<StoredContact> {
  const byAddress = wanted.includes('@') ? await findUserByAddress(db, wanted) : undefined;
  const found = await findContacts(db, [wanted, ...(byAddress === undefined ? [] : [byAddress])], topic);
  const person = found.get(wanted) ?? found.get(byAddress ?? wanted);
  if (person !== undefined) return person;
  throw new NightjarError('E_USAGE', `there is no contact "${wanted}"`, {
    fix: 'name a user_id of the imported contacts, or an e-mail address',
  });
}

/**
 * Chooses recipients of a job: one of each language first, those with recommendations of the last run before others, then
 * the most active. Fewer where there are no more.
 */
export async function sampleRecipients(
  engines: Pick<Engines, 'db'>,
  job: EmailJob,
  count: number,
): Promise<readonly StoredContact[]> {
  const candidates = (await listCandidates(engines, job)).filter(
    (stored) => chooseRecipient(stored, { where: job.recipients.where, topic: job.name }).chosen,
  );
  const language = ({ contact }: StoredContact) => languageOf(contact.locale);
  const firsts = candidates.filter(
    (one, index) => candidates.findIndex((other) => language(other) === language(one)) === index,
  );
  return [...new Set([...firsts, ...candidates])].slice(0, count);
}

async function listCandidates({ db }: Pick<Engines, 'db'>, job: EmailJob): Promise<readonly StoredContact[]> {
  const ids = [...(await listLastSlated(db, job.name, CANDIDATES)), ...(await activeUsers(db, CANDIDATES))];
  const found = await findContacts(db, [...new Set(ids)], job.name);
  const known = [...new Set(ids)].flatMap((id) => found.get(id) ?? []);
  const others: StoredContact[] = [];
  for await (const page of streamContactPages(db, job.name)) {
    others.push(...page.filter(({ contact }) => !found.has(contact.userId)));
    if (others.length >= CANDIDATES) break;
  }
  return [...known, ...others.slice(0, CANDIDATES)];
}
