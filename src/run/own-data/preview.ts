/** Renders the mail that a customer would get, by the renderer of the runs; nothing is sent and no run is made. */
import { maskAddress } from '../../content/address';
import { currentCatalogueVersion } from '../../database/catalogue';
import { streamContactPages } from '../../database/people/contact-pages';
import { findContacts, type StoredContact } from '../../database/people/contacts';
import { activeUsers, popularItems } from '../../database/people/interactions';
import { isNightjarError } from '../../errors';
import type { EmailJob } from '../../job/email-job';
import type { Bundle } from '../bundle';
import { createValueReader, type ReadValues } from '../buying/filter-values';
import type { Engines } from '../engines';
import { loadCatalogue } from '../mails/catalogue-cache';
import { makeMail } from '../mails/make-mail';
import { chooseRecipient } from '../recipients/choose-recipients';
import { findMeans, type PreviewMeans, previewSlate } from './preview-slate';

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
  /** The filter as the job names it, and why the items shown have not passed it; left out without one. */
  readonly filter?: { readonly name: string; readonly problem?: string };
}

type PreviewEngines = Pick<Engines, 'settings' | 'db' | 's3' | 'personalize' | 'secret' | 'now'>;

const CANDIDATES = 500;
const POPULAR_ITEMS = 100;

/** So many people are tried: the most active may have bought all that a filter lets pass. */
const MOST_TRIED = 5;

/** Previews the mail of a job to one of its most active recipients; undefined where there is nobody to write to or nothing to show. */
export async function previewMail(
  engines: PreviewEngines,
  { bundle, slot }: { readonly bundle: Bundle; readonly slot: string },
): Promise<Preview | undefined> {
  const { job, template } = bundle;
  if (job.kind !== 'email' || template === undefined) return undefined;
  const means = job.recommend.from === undefined ? await findUsable(engines, job) : undefined;
  const readValues = createValueReader(job.recommend.filter, means?.filter?.compared ?? []);
  const catalogue = await loadCatalogue(engines.db, await currentCatalogueVersion(engines.db));
  // A customer of a shop without visits is shown what there is.
  const used = await popularItems(engines.db, { since: 0, limit: POPULAR_ITEMS });
  const popular = used.length > 0 ? used : [...catalogue.keys()].slice(0, POPULAR_ITEMS);
  const run = { runId: `${job.name}.preview`, slot };
  let first: Preview | undefined;
  for (const { stored, addressHash, isRecipient } of await choosePeople(engines, job, readValues)) {
    const { userId, email = '' } = stored.contact;
    const slate = means === undefined ? [] : await ownSlate(engines, means, { stored, readValues });
    const parts = {
      engines,
      run,
      job: isRecipient ? job : withoutConditions(job),
      template,
      catalogue,
      planned: { popular: [...popular] },
      trial: {},
    };
    const made = makeMail(parts, { row: { userId, addressHash, slate, attempt: 1 }, stored });
    if (made.kind !== 'mail') continue;
    const { subject, html } = made.rendered;
    const shown = { subject, html, isPersonal: slate.length > 0, isRecipient };
    const preview = { userId, to: maskAddress(email), ...shown, ...describeFilter(job, means) };
    if (preview.isPersonal || means === undefined) return preview;
    first ??= preview;
  }
  return first;
}

function describeFilter(job: EmailJob, means: PreviewMeans | undefined): Pick<Preview, 'filter'> {
  const name = job.recommend.filter?.named;
  if (name === undefined) return {};
  const problem = means === undefined ? 'nothing is trained' : means.filterProblem;
  return { filter: { name, ...(problem === undefined ? {} : { problem }) } };
}

/** The preview of someone whom the job leaves out; an explicit refusal of consent counts all the same. */
function withoutConditions(job: EmailJob): EmailJob {
  return { ...job, recipients: { ...job.recipients, where: {} } };
}

/** Undefined where nothing is trained. */
async function findUsable(engines: PreviewEngines, job: EmailJob): Promise<PreviewMeans | undefined> {
  try {
    return await findMeans(engines, job);
  } catch (error) {
    if (isNightjarError(error) && error.code === 'E_RECO_SOLUTION') return undefined;
    throw error;
  }
}

async function ownSlate(
  engines: PreviewEngines,
  means: PreviewMeans,
  { stored, readValues }: { readonly stored: StoredContact; readonly readValues: ReadValues },
): Promise<readonly string[]> {
  const own = readValues(stored.contact);
  return 'lacks' in own ? [] : previewSlate(engines, means, { userId: stored.contact.userId, values: own.values });
}

interface Person {
  readonly stored: StoredContact;
  readonly addressHash: string;
  readonly isRecipient: boolean;
}

/** People of the job who have all that its filter asks for; without any, people whom the job leaves out. */
async function choosePeople(
  engines: PreviewEngines,
  job: EmailJob,
  readValues: ReadValues,
): Promise<readonly Person[]> {
  const candidates = await listCandidates(engines);
  const choose = (rule: EmailJob, isRecipient: boolean): readonly Person[] =>
    candidates.flatMap((stored) => {
      const choice = chooseRecipient(stored, { where: rule.recipients.where, topic: rule.name });
      if (!choice.chosen || 'lacks' in readValues(stored.contact)) return [];
      return [{ stored, addressHash: choice.addressHash, isRecipient }];
    });
  const recipients = choose(job, true);
  return (recipients.length > 0 ? recipients : choose(withoutConditions(job), false)).slice(0, MOST_TRIED);
}

/** The most active contacts first, those with a name before others; of a shop without visits the first ones. */
async function listCandidates({ db }: PreviewEngines): Promise<readonly StoredContact[]> {
  const ids = await activeUsers(db, CANDIDATES);
  const found = await findContacts(db, ids);
  const active = ids.flatMap((id) => found.get(id) ?? []);
  const others: StoredContact[] = [];
  for await (const page of streamContactPages(db)) {
    others.push(...page.slice(0, CANDIDATES - others.length));
    if (others.length === CANDIDATES) break;
  }
  const hasName = ({ contact }: StoredContact) => contact.firstName !== undefined;
  return [...active.filter(hasName), ...active.filter((one) => !hasName(one)), ...others];
}
