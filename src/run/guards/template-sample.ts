/** The guard on the template: renders e-mails for a sample of the recipients before anything is bought. */
import type { RenderedMail } from '../../content/context';
import type { CompiledTemplate } from '../../content/template';
import { type FurtherSlates, OWN_ITEMS } from '../../database/ledger/section-slates';
import { findContacts } from '../../database/people/contacts';
import type { EmailJob, RecommendRules, ShowRules } from '../../job/email-job';
import type { Item } from '../../job/people';
import { chooseItems } from '../../job/slate';
import { chooseListed } from '../buying/sources';
import type { Engines } from '../engines';
import { loadCatalogue } from '../mails/catalogue-cache';
import { type MailParts, makeMail } from '../mails/make-mail';
import type { GuardCheck } from './check';
import { percent } from './recipients';

/** The way out stands at the end, and Gmail would hide it. */
const HTML_MAX_BYTES = 100_000;
/** Recipients for whom an e-mail is rendered. */
export const SAMPLE_SIZE = 100;
/** Items that stand in for the recommendations of a part, the popular ones first. */
const STAND_INS = 500;
/** What stands in for the words of Personalize. */
const THEME = 'Things that go well together';

export interface TemplateSample {
  readonly job: EmailJob;
  readonly template: CompiledTemplate;
  readonly run: MailParts['run'];
  readonly catalogueVersion: number;
  readonly popular: readonly string[];
  readonly recipients: readonly { readonly userId: string; readonly addressHash: string }[];
}

/** Renders the sample with items of the catalogue in place of recommendations, and counts what is wrong. */
export async function checkTemplate(
  engines: MailParts['engines'] & Pick<Engines, 'db'>,
  limit: number,
  sample: TemplateSample,
): Promise<GuardCheck> {
  const { template, run, popular, recipients } = sample;
  const job = withoutMinimum(sample.job);
  const catalogue = await loadCatalogue(engines.db, sample.catalogueVersion);
  const contacts = await findContacts(
    engines.db,
    recipients.map(({ userId }) => userId),
    job.name,
  );
  const parts = { engines, run, job, template, catalogue, planned: { popular: [...popular] } };
  const all = [...popular.filter((itemId) => catalogue.has(itemId)), ...catalogue.keys()];
  const pools = listPools(job, { catalogue, all, now: engines.now() });
  const made = recipients.map(({ userId, addressHash }, nth) => {
    const slates = { ...standIn(pools, nth), seed: takeAround(all, nth, 1)[0] };
    return tryMail(parts, { row: { userId, addressHash, ...slates, attempt: 1 }, stored: contacts.get(userId) });
  });
  const unmade = made.flatMap(({ excluded }) => excluded ?? []);
  const faults = made.flatMap(({ fault }) => fault ?? []);
  const tried = made.length - unmade.length;
  const share = tried === 0 ? 0 : faults.length / tried;
  const first = faults[0] === undefined ? '' : `, the first: ${faults[0]}`;
  const rest = unmade[0] === undefined ? '' : `; ${unmade.length} could not be made, the first: ${unmade[0]}`;
  return {
    guard: 'templateErrors',
    limit: percent(limit),
    figure: `${faults.length} of ${tried} sample e-mails are wrong (${percent(share)})${first}${rest}`,
    trips: share > limit,
    measure: share,
  };
}

/** A part is shown with what there is: that some have too few items is no fault of the template. */
function withoutMinimum(job: EmailJob): EmailJob {
  const { show, sections } = job.content;
  const least = <P extends { readonly show: ShowRules }>(part: P): P => ({ ...part, show: { ...part.show, min: 1 } });
  const further = sections === undefined ? {} : { sections: sections.map(least) };
  return { ...job, content: { ...job.content, ...least({ show }), ...further } };
}

interface Pool {
  readonly name: string;
  readonly count: number;
  readonly items: readonly string[];
  readonly theme?: string;
}

/** Lists what may stand in for the recommendations of each part: items that its rules let through, of its list where it has one. */
function listPools({ recommend, content }: EmailJob, shop: Shop): readonly Pool[] {
  const { show, sections = [] } = content;
  const parts = [{ name: OWN_ITEMS, recommend, show }, ...sections].map((part) => {
    return { ...part, listed: listOf(part.recommend, shop) };
  });
  const wanted = new Set(parts.flatMap(({ listed = [] }) => listed));
  // An e-mail shows each item once: what a list needs is left to it.
  const others = shop.all.filter((itemId) => !wanted.has(itemId));
  const free = others.length === 0 ? shop.all : others;
  return parts.map((part) => ({
    name: part.name,
    count: part.show.items,
    items: choosePool(part.listed ?? free, part.show, shop),
    ...(part.recommend.themes === undefined ? {} : { theme: THEME }),
  }));
}

interface Shop {
  readonly catalogue: ReadonlyMap<string, Item>;
  /** Item ids, the popular ones first; some twice. */
  readonly all: readonly string[];
  readonly now: number;
}

function listOf({ from }: RecommendRules, { catalogue }: Shop): readonly string[] | undefined {
  return from === undefined || from.by === 'related' ? undefined : chooseListed(from, catalogue);
}

function choosePool(slate: readonly string[], show: ShowRules, { catalogue, now }: Shop): readonly string[] {
  // How much alike the items may be is a rule for those of one e-mail.
  const { maxPer: _maxPer, ...rules } = show;
  const findItem = (itemId: string) => catalogue.get(itemId);
  const { items } = chooseItems({ slate, fallback: [], findItem, show: { ...rules, items: STAND_INS }, now });
  return items.map(({ itemId }) => itemId);
}

/** Gives every part of an e-mail other items where there are enough. */
function standIn(pools: readonly Pool[], nth: number): FurtherSlates & { slate: readonly string[] } {
  let from = nth * pools.reduce((sum, { count }) => sum + count, 0);
  const slates = pools.map(({ name, count, items, theme }) => {
    from += count;
    const slate = takeAround(items, from - count, items.length);
    return [name, { items: slate, ...(theme === undefined ? {} : { theme }) }] as const;
  });
  return { slate: slates[0]?.[1].items ?? [], sections: Object.fromEntries(slates) };
}

/** Goes round, so that every item has its turn. */
function takeAround(items: readonly string[], from: number, count: number): readonly string[] {
  return Array.from({ length: Math.min(count, items.length) }, (_, n) => items[(from + n) % items.length] ?? '');
}

/** What came of a sample e-mail; neither where it is right. */
interface Tried {
  readonly fault?: string;
  /** Why it was not made. */
  readonly excluded?: string;
}

function tryMail(parts: MailParts, delivery: Parameters<typeof makeMail>[1]): Tried {
  try {
    const made = makeMail(parts, delivery);
    if (made.kind !== 'mail') return { excluded: made.answer.reason ?? made.answer.state };
    const fault = findFault(made.rendered);
    return fault === undefined ? {} : { fault };
  } catch (error) {
    return { fault: error instanceof Error ? error.message : String(error) };
  }
}

function findFault({ subject, text, html }: RenderedMail): string | undefined {
  if (subject.trim() === '') return 'its subject is empty';
  const bytes = Buffer.byteLength(html);
  if (bytes > HTML_MAX_BYTES) return `its HTML has ${Math.ceil(bytes / 1000)} kB; Gmail cuts off what passes 102 kB`;
  return findLeftOver(subject, text);
}

/** What a template leaves where data was not as it was meant to be. */
const LEFT_OVER = /\{\{|\}\}|\[object \w+\]|\bNaN\b/;

function findLeftOver(subject: string, text: string): string | undefined {
  const inSubject = LEFT_OVER.exec(subject)?.[0] ?? (/\b(undefined|null)\b/.exec(subject)?.[0] || undefined);
  if (inSubject !== undefined) return `its subject shows "${inSubject}"`;
  const inText = LEFT_OVER.exec(text)?.[0];
  return inText === undefined ? undefined : `its text shows "${inText}"`;
}
