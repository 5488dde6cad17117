/** Renders a few of a run's accepted mails again, with their pictures inside, so that a report can show them without any server. */
import { sql } from 'kysely';
import { z } from 'zod';
import { maskAddress, parseMailbox } from '../../content/address';
import { languageOf } from '../../content/locale';
import type { CompiledTemplate } from '../../content/template';
import type { Database } from '../../database/connecting/connection';
import { furtherSchema, readFurther } from '../../database/ledger/section-slates';
import { findContacts } from '../../database/people/contacts';
import type { RunRow } from '../../database/runs/runs';
import type { ParsedJob } from '../../job/definition';
import type { EmailJob } from '../../job/email-job';
import type { Item } from '../../job/people';
import { readSmallObject } from '../../storage/objects';
import { parseS3Uri } from '../../storage/uri';
import type { Engines } from '../engines';
import { readPlan } from '../plan-record';
import { loadCatalogue } from './catalogue-cache';
import { makeMail } from './make-mail';

export interface SampleMail {
  readonly subject: string;
  readonly from: string;
  /** Masked. */
  readonly to: string;
  readonly html: string;
}

const CANDIDATES = 200;
const rowSchema = furtherSchema.extend({
  user_id: z.string(),
  address_hash: z.string(),
  slate: z.array(z.string()),
  fallback: z.boolean(),
});

/** Renders up to `count` mails, of as many languages as there are. */
export async function sampleMails(
  subject: {
    readonly engines: Engines;
    readonly run: RunRow;
    readonly job: ParsedJob;
    readonly template: CompiledTemplate | undefined;
  },
  count: number,
): Promise<readonly SampleMail[]> {
  const { engines, run, job, template } = subject;
  if (job.kind !== 'email' || template === undefined || run.plan === undefined) return [];
  const rows = await acceptedRows(engines.db, run.runId);
  const contacts = await findContacts(
    engines.db,
    rows.map((row) => row.userId),
    job.name,
  );
  const language = (userId: string) => languageOf(contacts.get(userId)?.contact.locale);
  const firsts = rows.filter(
    (row, index) => rows.findIndex((other) => language(other.userId) === language(row.userId)) === index,
  );
  const chosen = [...firsts, ...rows.filter((row) => !firsts.includes(row))].slice(0, count);
  const items = await inlinePictures(
    engines,
    await loadCatalogue(engines.db, run.catalogueVersion),
    new Set(
      chosen.flatMap((row) => [row.slate, ...Object.values(row.sections ?? {}).map(({ items }) => items)].flat()),
    ),
  );
  const parts = {
    engines,
    run,
    job,
    template,
    catalogue: items,
    planned: readPlan(run.plan),
    // Whoever reads a report must not be able to unsubscribe the people in it.
    trial: { onlyIfDue: true },
  };
  return chosen.flatMap((row) =>
    renderSample(job, engines, makeMail(parts, { row, stored: contacts.get(row.userId) })),
  );
}

function renderSample(job: EmailJob, engines: Engines, made: ReturnType<typeof makeMail>): SampleMail[] {
  if (made.kind !== 'mail') return [];
  const { rendered, message } = made;
  const from = parseMailbox(job.send.from ?? engines.settings.mail.from);
  return [
    {
      subject: rendered.subject,
      from: `${from.name} <${from.address}>`,
      to: maskAddress(message.envelope.to),
      html: rendered.html,
    },
  ];
}

async function acceptedRows(db: Database, runId: string) {
  const rows = await sql`
    SELECT user_id, address_hash, slate, fallback, seed, sections FROM delivery
    WHERE run_id = ${runId} AND state = 'accepted' AND slate IS NOT NULL ORDER BY fallback, user_id LIMIT ${sql.lit(CANDIDATES)}
  `.execute(db);
  return rows.rows.map((row) => {
    const read = rowSchema.parse(row);
    return {
      userId: read.user_id,
      addressHash: read.address_hash,
      slate: read.slate,
      fallback: read.fallback,
      attempt: 1,
      ...readFurther(read),
    };
  });
}

/** Puts the pictures of the items that are shown into data URIs; the others keep their URL. */
async function inlinePictures(
  engines: Engines,
  catalogue: ReadonlyMap<string, Item>,
  shown: ReadonlySet<string>,
): Promise<ReadonlyMap<string, Item>> {
  const inlined = new Map(catalogue);
  for (const itemId of shown) {
    const item = catalogue.get(itemId);
    const picture = item?.image === undefined ? undefined : await readPicture(engines, item.image);
    if (item !== undefined && picture !== undefined) inlined.set(itemId, { ...item, image: picture });
  }
  return inlined;
}

/** Reads a picture where the settings say that its URL lies; undefined for one that lies elsewhere or is missing. */
export async function readPicture(engines: Pick<Engines, 'settings' | 's3'>, url: string): Promise<string | undefined> {
  const { images } = engines.settings;
  if (images === null || !url.startsWith(images.url)) return undefined;
  const type = { png: 'image/png', jpg: 'image/jpeg', jpeg: 'image/jpeg', webp: 'image/webp', gif: 'image/gif' }[
    url.slice(url.lastIndexOf('.') + 1).toLowerCase()
  ];
  if (type === undefined) return undefined;
  try {
    const bytes = await readSmallObject(engines.s3, parseS3Uri(`${images.from}${url.slice(images.url.length)}`));
    return `data:${type};base64,${bytes.toString('base64')}`;
  } catch {
    return undefined;
  }
}
