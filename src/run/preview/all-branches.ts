/** Chooses changes of the template's sample until every branch of the template that data can reach is shown. */
import { type Branches, traceBranches } from '../../content/branches';
import { buildContext } from '../../content/context';
import { DEFAULT_LOCALE } from '../../content/locale';
import type { Sample } from '../../content/sample';
import { NightjarError } from '../../errors';
import type { Contact, Item } from '../../job/people';
import type { JobSource } from '../bundle';
import type { PreviewCase, PreviewScope } from './preview-mails';
import { sampleCase } from './preview-mails';
import { givenFor } from './sample-slates';

export interface BranchCases {
  readonly cases: readonly PreviewCase[];
  /** Branches that no case takes, in words. */
  readonly unseen: readonly string[];
}

interface Variant {
  readonly label: string;
  readonly contact: Contact;
  readonly items: readonly Item[];
  /** Without the reason, the theme and the sections that the sample has. */
  readonly isPlain?: boolean;
}

/**
 * Goes through changes of the sample (each language, each field missing, one item, none of the optional fields, every text
 * that a condition compares with) and keeps those that take a branch which none before took.
 * @throws E_TEMPLATE_MISSING where the template has no sample
 */
export function chooseBranchCases(scope: PreviewScope, source: JobSource): BranchCases {
  const { sample, job, template } = scope;
  if (source.template === undefined || sample === undefined) {
    throw new NightjarError('E_TEMPLATE_MISSING', `template "${template.name}" has no sample.json to change`, {
      where: { file: `templates/${template.name}/sample.json` },
      fix: 'add the file, or name people with --user or --sample',
    });
  }
  const branches = traceBranches(source.template, {
    ...(job.content.subject === undefined ? {} : { subject: job.content.subject }),
    jobFile: source.file,
  });
  const seen = new Set<string>();
  const cases = listVariants(scope, sample, branches).flatMap(({ label, contact, items, isPlain = false }) => {
    const given = isPlain ? { items } : { ...givenFor(job, sample), items };
    const taken = branches.trace(contextOf(scope, { contact, ...given }));
    const isFirst = label.startsWith('language');
    if (!isFirst && [...taken].every((id) => seen.has(id))) return [];
    for (const id of taken) seen.add(id);
    const stored = { contact, addressHash: undefined, suppression: undefined };
    return sampleCase(scope, { stored, given, variant: label }) ?? [];
  });
  return { cases, unseen: branches.all.filter(({ id }) => !seen.has(id)).map(({ unseen }) => unseen) };
}

function contextOf({ parts, job, template, engines }: PreviewScope, { contact, items, ...further }: Sample) {
  return buildContext({
    ...further,
    contact,
    items: items.slice(0, job.content.show.items),
    job,
    unsubscribeUrl: 'https://shop.example/u/x',
    sender: { name: 'Sender', postalAddress: engines.settings.mail.postalAddress },
    publicUrl: engines.settings.publicUrl,
    slot: parts.run.slot,
    locale: template.chooseLocale(contact.locale),
    timeZone: job.schedule?.timezone,
  });
}

const CONTACT_FIELDS = ['firstName', 'lastName', 'locale', 'country', 'timeZone'] as const;
const ITEM_FIELDS = ['url', 'image', 'price', 'currency', 'stock', 'createdAt'] as const;

function listVariants({ job, template }: PreviewScope, sample: Sample, { compared }: Branches): readonly Variant[] {
  const { contact, items } = sample;
  const named = job.content.locales ?? template.locales;
  const locales = named.length > 0 ? named : [contact.locale ?? DEFAULT_LOCALE];
  const person = (label: string, changed: Contact): Variant => ({ label, contact: changed, items });
  const things = (label: string, changed: readonly Item[]): Variant => ({ label, contact, items: changed });
  const bareItems = items.map(({ itemId, title }) => ({ itemId, title, categories: [], attributes: {} }));
  const attributesOfItems = [...new Set(items.flatMap((item) => Object.keys(item.attributes)))];
  return [
    ...locales.map((locale) => person(`language ${locale}`, { ...contact, locale })),
    ...CONTACT_FIELDS.map((name) => person(`contact without ${name}`, without(contact, name))),
    ...Object.keys(contact.attributes).map((name) =>
      person(`contact without ${name}`, { ...contact, attributes: without(contact.attributes, name) }),
    ),
    ...[...compared].flatMap(([name, texts]) =>
      texts.map((text) =>
        person(`${name} is ${text}`, { ...contact, attributes: { ...contact.attributes, [name]: text } }),
      ),
    ),
    { ...things('without a reason, a theme and sections', items), isPlain: true },
    things('one item', items.slice(0, 1)),
    things('two items', items.slice(0, 2)),
    ...ITEM_FIELDS.map((name) =>
      things(
        `items without ${name}`,
        items.map((item) => without(item, name)),
      ),
    ),
    things(
      'items without categories',
      items.map((item) => ({ ...item, categories: [] })),
    ),
    ...attributesOfItems.map((name) =>
      things(
        `items without ${name}`,
        items.map((item) => ({ ...item, attributes: without(item.attributes, name) })),
      ),
    ),
    things('items with title and nothing else', bareItems),
    {
      label: 'contact and items with nothing else than they must have',
      contact: {
        userId: contact.userId,
        ...(contact.email === undefined ? {} : { email: contact.email }),
        attributes: {},
      },
      items: bareItems,
      isPlain: true,
    },
  ];
}

function without<Row extends object, Name extends string>(row: Row, name: Name): Omit<Row, Name> & Row {
  const copy = { ...row };
  Reflect.deleteProperty(copy, name);
  return copy;
}
