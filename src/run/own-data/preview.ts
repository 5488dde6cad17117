/** Renders the mail that a customer would get, by the renderer of the runs; nothing is sent and no run is made. */
import { maskAddress } from '../../content/address';
import { currentCatalogueVersion } from '../../database/catalogue';
import { findContacts, type StoredContact, streamContacts } from '../../database/contacts';
import { activeUsers, popularItems } from '../../database/interactions';
import { isNightjarError } from '../../errors';
import type { EmailJob } from '../../job/definition';
import type { Bundle } from '../bundle';
import { loadCatalogue } from '../catalogue-cache';
import { chooseRecipient } from '../choose-recipients';
import type { Engines } from '../engines';
import { makeMail } from '../make-mail';
import { previewSlate } from './preview-slate';

/** A mail as it would be sent. */
export interface Preview {
  readonly userId: string;
  /** Masked. */
  readonly to: string;
  readonly subject: string;
  readonly html: string;
  /** Whether the person's own recommendations are shown; the most popular items otherwise. */
  readonly isPersonal: boolean;
  /** Whether the person may be written to by the job; else no run would send this mail. */
  readonly isRecipient: boolean;
}

type PreviewEngines = Pick<Engines, 'settings' | 'db' | 's3' | 'personalize' | 'secret' | 'now'>;

const CANDIDATES = 500;
const POPULAR_ITEMS = 100;

/** Previews the mail of a job to one of its most active recipients; undefined where there is nobody to write to or nothing to show. */
export async function previewMail(
  engines: PreviewEngines,
  { bundle, slot }: { readonly bundle: Bundle; readonly slot: string },
): Promise<Preview | undefined> {
  const { job, template } = bundle;
  if (job.kind !== 'email' || template === undefined) return undefined;
  const person = await choosePerson(engines, job);
  if (person === undefined) return undefined;
  const { stored, addressHash, isRecipient } = person;
  const { userId, email = '' } = stored.contact;
  const slate = await ownSlate(engines, { job, userId });
  const catalogue = await loadCatalogue(engines.db, await currentCatalogueVersion(engines.db));
  // A customer of a shop without visits is shown what there is.
  const used = await popularItems(engines.db, { since: 0, limit: POPULAR_ITEMS });
  const popular = used.length > 0 ? used : [...catalogue.keys()].slice(0, POPULAR_ITEMS);
  const run = { runId: `${job.name}.preview`, slot };
  const made = makeMail(
    { engines, run, job, template, catalogue, planned: { popular: [...popular] }, trial: {} },
    { row: { userId, addressHash, slate, attempt: 1 }, stored },
  );
  if (made.kind !== 'mail') return undefined;
  const { subject, html } = made.rendered;
  return { userId, to: maskAddress(email), subject, html, isPersonal: slate.length > 0, isRecipient };
}

/** The preview of someone whom the job leaves out; an explicit refusal of consent counts all the same. */
function withoutConditions(job: EmailJob): EmailJob {
  return { ...job, recipients: { ...job.recipients, where: {} } };
}

async function ownSlate(
  engines: PreviewEngines,
  wish: { readonly job: EmailJob; readonly userId: string },
): Promise<readonly string[]> {
  try {
    return await previewSlate(engines, wish);
  } catch (error) {
    if (isNightjarError(error) && error.code === 'E_RECO_SOLUTION') return [];
    throw error;
  }
}

interface Person {
  readonly stored: StoredContact;
  readonly addressHash: string;
  readonly isRecipient: boolean;
}

async function choosePerson(engines: PreviewEngines, job: EmailJob): Promise<Person | undefined> {
  const candidates = await listCandidates(engines);
  const choose = (rule: EmailJob, isRecipient: boolean): Person | undefined => {
    for (const stored of candidates) {
      const choice = chooseRecipient(stored, { where: rule.recipients.where, topic: rule.name });
      if (choice.chosen) return { stored, addressHash: choice.addressHash, isRecipient };
    }
    return undefined;
  };
  return choose(job, true) ?? choose(withoutConditions(job), false);
}

/** The most active contacts first, those with a name before others; of a shop without visits the first ones. */
async function listCandidates({ db }: PreviewEngines): Promise<readonly StoredContact[]> {
  const ids = await activeUsers(db, CANDIDATES);
  const found = await findContacts(db, ids);
  const active = ids.flatMap((id) => found.get(id) ?? []);
  const others: StoredContact[] = [];
  for await (const stored of streamContacts(db)) {
    others.push(stored);
    if (others.length === CANDIDATES) break;
  }
  const hasName = ({ contact }: StoredContact) => contact.firstName !== undefined;
  return [...active.filter(hasName), ...active.filter((one) => !hasName(one)), ...others];
}
