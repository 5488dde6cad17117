/** The guard on the template: renders e-mails for a sample of the recipients before anything is bought. */
import type { CompiledTemplate } from '../../content/template';
import type { FurtherSlates } from '../../database/ledger/section-slates';
import { findContacts } from '../../database/people/contacts';
import type { EmailJob } from '../../job/definition';
import type { Item } from '../../job/people';
import { isInStock } from '../../job/slate';
import type { Engines } from '../engines';
import { loadCatalogue } from '../mails/catalogue-cache';
import { type MailParts, makeMail } from '../mails/make-mail';
import type { GuardCheck } from './check';
import { percent } from './recipients';

/** The way out stands at the end, and Gmail would hide it. */
const HTML_MAX_BYTES = 100_000;
/** Recipients for whom an e-mail is rendered. */
export const SAMPLE_SIZE = 100;
/** Items that stand in for recommendations, the popular ones first. */
const STAND_INS = 500;

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
  const { job, template, run, popular, recipients } = sample;
  const catalogue = await loadCatalogue(engines.db, sample.catalogueVersion);
  const contacts = await findContacts(
    engines.db,
    recipients.map(({ userId }) => userId),
    job.name,
  );
  const parts = { engines, run, job, template, catalogue, planned: { popular: [...popular] } };
  const items = listStandIns(catalogue, popular);
  const faults = recipients.flatMap(({ userId, addressHash }, nth) => {
    const slates = standIn(job, items, nth);
    const fault = findFault(parts, {
      row: { userId, addressHash, ...slates, attempt: 1 },
      stored: contacts.get(userId),
    });
    return fault === undefined ? [] : [fault];
  });
  const share = recipients.length === 0 ? 0 : faults.length / recipients.length;
  const first = faults[0] === undefined ? '' : `, the first: ${faults[0]}`;
  return {
    guard: 'templateErrors',
    limit: percent(limit),
    figure: `${faults.length} of ${recipients.length} sample e-mails are wrong (${percent(share)})${first}`,
    trips: share > limit,
    measure: share,
  };
}

function listStandIns(catalogue: ReadonlyMap<string, Item>, popular: readonly string[]): readonly string[] {
  const known = popular.filter((itemId) => catalogue.has(itemId));
  const all = new Set([...known, ...[...catalogue.keys()].slice(0, STAND_INS)]);
  return [...all].filter((itemId) => {
    const item = catalogue.get(itemId);
    return item !== undefined && isInStock(item);
  });
}

/** Gives every part of an e-mail other items, and one as the reason. */
function standIn(
  { content }: EmailJob,
  items: readonly string[],
  nth: number,
): FurtherSlates & { slate: readonly string[] } {
  const { show, sections = [] } = content;
  const all = sections.reduce((sum, section) => sum + section.show.items, show.items);
  let from = nth * all;
  const take = (count: number) => {
    from += count;
    return takeAround(items, from - count, count);
  };
  const slate = take(show.items);
  const further = sections.map((section) => [section.name, { items: take(section.show.items) }] as const);
  const seed = takeAround(items, from, 1)[0];
  return { slate, sections: Object.fromEntries(further), seed };
}

/** Goes round, so that every item has its turn. */
function takeAround(items: readonly string[], from: number, count: number): readonly string[] {
  return Array.from({ length: Math.min(count, items.length) }, (_, n) => items[(from + n) % items.length] ?? '');
}

/** Says what is wrong with the e-mail of a recipient; one who would get none has none that is wrong. */
function findFault(parts: MailParts, delivery: Parameters<typeof makeMail>[1]): string | undefined {
  try {
    const made = makeMail(parts, delivery);
    if (made.kind !== 'mail') return undefined;
    const { subject, text, html } = made.rendered;
    if (subject.trim() === '') return 'its subject is empty';
    const bytes = Buffer.byteLength(html);
    if (bytes > HTML_MAX_BYTES) return `its HTML has ${Math.ceil(bytes / 1000)} kB; Gmail cuts off what passes 102 kB`;
    return findLeftOver(subject, text);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** What a template leaves where data was not as it was meant to be. */
const LEFT_OVER = /\{\{|\}\}|\[object \w+\]|\bNaN\b/;

function findLeftOver(subject: string, text: string): string | undefined {
  const inSubject = LEFT_OVER.exec(subject)?.[0] ?? (/\b(undefined|null)\b/.exec(subject)?.[0] || undefined);
  if (inSubject !== undefined) return `its subject shows "${inSubject}"`;
  const inText = LEFT_OVER.exec(text)?.[0];
  return inText === undefined ? undefined : `its text shows "${inText}"`;
}
