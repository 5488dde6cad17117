/** Builds the definition of a job from the checked fields of its file: what is left out gets its default here. */
import { createHash } from 'node:crypto';
import type { z } from 'zod';
import { NightjarError } from '../errors';
import { parseDuration } from '../units';
import type { AudienceJob, SegmentQuery } from './audience-job';
import { type AudienceRef, readAudienceRef } from './audience-ref';
import type { audienceSchema } from './audience-schema';
import type { Where } from './base-job';
import { buildCombine } from './build-combine';
import { buildFilter } from './build-filter';
import { buildGuard } from './build-guard';
import { buildRecommend, buildSections } from './build-recommend';
import { buildSend } from './build-send';
import { buildShow } from './build-show';
import { buildStart } from './build-start';
import type { ParsedJob } from './definition';
import type { EmailJob } from './email-job';
import type { emailSchema } from './email-schema';
import { buildNotify } from './notify';

type JobFile = Pick<EmailJob, 'name' | 'file' | 'text' | 'paramRules' | 'params'>;

/** Builds an e-mail job. */
export function buildEmailJob(source: JobFile, fields: z.output<ReturnType<typeof emailSchema>>): ParsedJob {
  const { about, keep, recommend, recipients, content, send, guard, notify } = fields;
  const bought = buildRecommend(recommend);
  const job: EmailJob = {
    ...source,
    about,
    kind: 'email',
    ...buildStart(fields),
    ...buildKeep(keep),
    ...buildGuard(guard),
    ...buildNotify(notify),
    recommend: bought,
    recipients: { from: buildFrom(recipients.from), where: buildWhere(recipients.where) },
    content: {
      template: content.template,
      show: buildShow(content.show, bought),
      ...buildSections(content.sections),
      ...buildLinks(content.links),
      ...(content.subject === undefined ? {} : { subject: content.subject }),
      ...(content.locales === undefined ? {} : { locales: content.locales }),
    },
    send: buildSend(send),
  };
  return job as ParsedJob;
}

/** Builds an audience job. */
export function buildAudienceJob(source: JobFile, fields: z.output<ReturnType<typeof audienceSchema>>): ParsedJob {
  const { about, keep, segment, audience, guard, notify } = fields;
  const queries = [
    ...Object.entries(segment.queries ?? {}).map(([name, query]): SegmentQuery => ({ name, by: 'attributes', query })),
    ...buildItemQueries(segment.items),
  ];
  const job: AudienceJob = {
    ...source,
    about,
    kind: 'audience',
    ...buildStart(fields),
    ...buildKeep(keep),
    ...buildGuard(guard),
    ...buildNotify(notify),
    segment: { solution: segment.solution, users: segment.users, queries, ...buildFilter(segment) },
    audience: {
      where: buildWhere(audience.where),
      topic: audience.topic ?? source.name,
      ...buildCombine({ name: source.name, queries }, audience),
      formats: audience.formats,
      attributes: audience.attributes,
      listIds: new Map(Object.entries(audience.listIds).map(([name, id]) => [name, String(id)])),
      change: buildChange(audience.change),
      deliver: audience.deliver,
      withdraw: audience.withdraw,
      to: audience.to ?? `audiences/${source.name}/`,
    },
  };
  return job as ParsedJob;
}

type ItemFields = z.output<ReturnType<typeof audienceSchema>>['segment']['items'];

function buildItemQueries(items: ItemFields): readonly SegmentQuery[] {
  if (items === undefined) return [];
  if (Array.isArray(items)) return items.map((itemId) => ({ name: nameItemQuery(itemId), by: 'item', itemId }));
  return Object.entries(items).map(([name, wanted]): SegmentQuery => {
    if (Array.isArray(wanted)) return { name, by: 'items', itemIds: wanted };
    const { newest, inStock, category, where = {} } = wanted;
    const choice = {
      newest,
      inStock,
      where: Object.fromEntries(Object.entries(where).map(([attribute, value]) => [attribute, [value].flat()])),
      ...(category === undefined ? {} : { category: [category].flat() }),
    };
    return { name, by: 'catalogue', choice };
  });
}

/**
 * Names the query of an item: the id itself where it can stand in file names and keys, else its letters and digits
 * with eight hex digits of its SHA-256, so that different ids never share a name.
 */
export function nameItemQuery(itemId: string): string {
  if (/^[a-z0-9][a-z0-9-]{0,39}$/.test(itemId)) return itemId;
  const slug = itemId
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+/, '')
    .slice(0, 31)
    .replace(/-+$/, '');
  const hash = createHash('sha256').update(itemId).digest('hex').slice(0, 8);
  return `${slug === '' ? 'item' : slug}-${hash}`;
}

/** Every file whole, unless the job says otherwise; of changes every seventh is whole, so that platforms that lose some recover. */
function buildChange(fields: ChangeFields): AudienceJob['audience']['change'] {
  return { files: fields?.files ?? 'full', fullEvery: fields?.fullEvery ?? 7 };
}

type ChangeFields = z.output<ReturnType<typeof audienceSchema>>['audience']['change'];

function buildFrom(from: z.output<ReturnType<typeof emailSchema>>['recipients']['from']): 'contacts' | AudienceRef {
  if (from === 'contacts') return from;
  const read = readAudienceRef(from.audience);
  if (!read.ok) throw new NightjarError('E_BUG', `${from.audience} passed the schema and names no audience`);
  return { ...read.ref, ...(from.part === undefined ? {} : { part: from.part }) };
}

function buildKeep(text: string | undefined): Pick<EmailJob, 'keep'> {
  const keep = text === undefined ? undefined : parseDuration(text);
  return keep === undefined ? {} : { keep };
}

type LinksField = z.output<ReturnType<typeof emailSchema>>['content']['links'];

function buildLinks(written: LinksField): Pick<EmailJob['content'], 'links'> {
  if (written === undefined) return {};
  const { utm, clicks } = written;
  if (utm === undefined) return { links: { clicks } };
  const { source, medium, campaign, term, content } = utm;
  const more = {
    ...(campaign === undefined ? {} : { campaign }),
    ...(term === undefined ? {} : { term }),
    ...(content === undefined ? {} : { content }),
  };
  return { links: { clicks, utm: { source, medium, ...more } } };
}

type WhereFields = z.output<ReturnType<typeof audienceSchema>>['audience']['where'];

/** Asks for consent wherever the file does not say otherwise: nobody is written to by leaving a line out. */
function buildWhere(fields: WhereFields): Where {
  const where: Record<string, Where[string]> = fields.consent === undefined ? { consent: true } : {};
  for (const [name, wanted] of Object.entries(fields)) {
    where[name] = typeof wanted === 'object' && !Array.isArray(wanted) ? withoutUndefined(wanted) : wanted;
  }
  return where;
}

type ConditionFields = Extract<WhereFields[string], { readonly exists?: boolean | undefined }>;

function withoutUndefined({ min, max, before, after, exists, not }: ConditionFields): Where[string] {
  return {
    ...(min === undefined ? {} : { min }),
    ...(max === undefined ? {} : { max }),
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
    ...(exists === undefined ? {} : { exists }),
    ...(not === undefined ? {} : { not }),
  };
}
