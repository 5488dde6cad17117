/** Plans a run without doing any of it: who would get it, what would be bought, what it would cost (D6). */

import { readYaml } from '../config/yaml-source';
import { maskAddress } from '../content/address';
import type { CompiledTemplate } from '../content/template';
import { currentCatalogueVersion } from '../database/catalogue';
import { findContacts } from '../database/people/contacts';
import type { Where } from '../errors';
import type { AudienceJob } from '../job/audience-job';
import type { FilterWish, PlaceholderValue } from '../job/base-job';
import { describeQuery } from '../job/choose-items';
import type { EmailJob } from '../job/email-job';
import type { GivenParams } from '../job/params';
import { type AudiencePlan, type EmailPlan, type Plan, planAudience, planEmail } from '../job/plan';
import { createPartHasher } from '../personalize/input-parts';
import type { Money } from '../units';
import { planChoice } from './audiences/plan-choice';
import { type JobSource, openBundle } from './bundle';
import { loadAskedItems } from './buying/asked-items';
import { checkSegment } from './buying/check-segment';
import { checkAttributes, createValueReader } from './buying/filter-values';
import { limitsOf } from './buying/input';
import { planBatchJobs, planSources } from './buying/plan-jobs';
import { findFilter, type ResolvedFilter } from './buying/resolve-filter';
import { resolveSolution } from './buying/resolve-solution';
import { askedQueries, queryLines } from './buying/segment-queries';
import { createPlannedInputs } from './buying/source-lines';
import { countPerRecipient, resolveSources } from './buying/sources';
import type { Engines } from './engines';
import { planGuards, sampleOf } from './guards/plan';
import { checkPopularBy } from './mails/fallback';
import type { RecipientAudience } from './plan-record';
import { type Aim, checkOnlyTo, describeRestrictions, refusalOf, warningOf } from './recipients/allowed-addresses';
import { checkWhere } from './recipients/check-where';
import { NOT_MEANT } from './recipients/choose-recipients';
import { checkLimit } from './recipients/limit-recipients';
import { planRecipients } from './recipients/plan-recipients';
import { findRecipientAudience, openCandidates } from './recipients/recipient-audience';
import { priceOf } from './summarise';

type PlanEngines = Pick<Engines, 'settings' | 'db' | 's3' | 'personalize' | 'inputLimits' | 'secret' | 'now'>;

/** What a run would be started with. */
export interface PlanWish {
  readonly source: JobSource;
  readonly slot: string;
  /** Address patterns: nobody else would get a mail. */
  readonly onlyTo?: readonly string[] | undefined;
  /** Values of the job's params; the others have their defaults. */
  readonly params?: GivenParams | undefined;
  /** How many recipients at most. */
  readonly limit?: number | undefined;
}

/**
 * Plans the run of a job for a slot; nothing is written, bought or sent.
 * @throws as starting the run would
 */
export async function planRun(engines: PlanEngines, wish: PlanWish): Promise<Plan> {
  const { job, template } = await openBundle(engines, wish.source, { by: 'given', given: wish.params ?? {} });
  checkLimit(job, wish.limit);
  checkOnlyTo(job, wish.onlyTo);
  await checkWhere(engines.db, job, (path) => locate(wish.source, path));
  if (job.kind === 'audience') return planAudienceRun(engines, job, wish);
  await checkAttributes(engines.db, job.recommend.filter, (path) => locate(wish.source, path));
  await checkPopularBy(engines, job.content.show, (path) => locate(wish.source, path));
  return planEmailRun(engines, { job, template }, wish);
}

function locate({ file, text }: JobSource, path: readonly string[]): Where {
  return readYaml({ file, text, code: 'E_JOB_SYNTAX' }).whereIs(path, 'value');
}

async function planEmailRun(
  engines: PlanEngines,
  { job, template }: { readonly job: EmailJob; readonly template: CompiledTemplate | undefined },
  { source, slot, onlyTo, limit }: PlanWish,
): Promise<EmailPlan> {
  const { recommend } = job;
  const catalogueVersion = await currentCatalogueVersion(engines.db);
  const sources = await resolveSources(engines, job, catalogueVersion);
  const [{ filter }] = sources;
  const readValues = createValueReader(recommend.filter, filter?.compared ?? []);
  const audience = await findRecipientAudience(engines, { job, slot, whereIs: (path) => locate(source, path) });
  const {
    recipients,
    leftOut,
    sources: inputs,
    sample,
  } = await planRecipients(engines, {
    job,
    slot,
    candidates: openCandidates(engines, audience, job.name),
    inputs: createPlannedInputs(engines, sources, catalogueVersion),
    limit,
    readValues,
    refuse: refusalOf(engines, { job, onlyTo }),
  });
  const { cost, ...jobs } = await planSources(engines, { job, slot, sources, inputs });
  const handled = leftOut.find(({ name }) => name === 'handled_before')?.count ?? 0;
  const isPartial = limit !== undefined || onlyTo !== undefined;
  const versions = sources.map(({ solutionVersionArn }) => solutionVersionArn);
  const input = { job, slot, versions, cost, now: engines.now(), recipients: recipients + handled, isPartial };
  const guards = await planGuards(engines, {
    ...input,
    sample: async () => template && sampleOf(engines, { job, slot, template, recipients: sample }),
  });
  const avoidedRows = leftOut.filter(({ name }) => !NOT_MEANT.has(name)).reduce((sum, { count }) => sum + count, 0);
  return planEmail({
    job: job.name,
    about: job.about,
    slot,
    recipients,
    leftOut,
    ...jobs,
    ...planFilter(filter, recommend.filter),
    cost,
    ...guards,
    avoided: {
      rows: avoidedRows,
      cost: priceOfUsers(engines, avoidedRows * countPerRecipient(sources)),
    },
    ...(await planAddressees(engines, { job, onlyTo }, sample)),
    ...(limit === undefined ? {} : { limit }),
    ...planAudienceSource(engines, audience),
    ...paramsOf(job),
    ...pricesAsOf(engines),
  });
}

function priceOfUsers(engines: PlanEngines, users: number): Money {
  return priceOf(engines, { kind: 'inference', lines: users, users });
}

const EXAMPLES = 3;

/** Says to whom a run is kept, who gets its proof, and names a few whom it reaches, masked. */
async function planAddressees(
  engines: PlanEngines,
  aim: Aim,
  recipients: readonly { readonly userId: string }[],
): Promise<Pick<EmailPlan, 'onlyTo' | 'examples' | 'warning' | 'proof'>> {
  const shown = recipients.slice(0, EXAMPLES).map(({ userId }) => userId);
  const contacts = await findContacts(engines.db, shown);
  const { proof } = aim.job.send;
  const warning = warningOf(engines, aim);
  return {
    ...describeRestrictions(engines, aim),
    ...(proof === undefined ? {} : { proof: { ...proof, to: proof.to.map(maskAddress) } }),
    examples: shown.flatMap((userId) => maskAddress(contacts.get(userId)?.contact.email ?? '')),
    ...(warning === undefined ? {} : { warning }),
  };
}

async function planAudienceRun(
  engines: PlanEngines,
  job: AudienceJob,
  { slot, source }: PlanWish,
): Promise<AudiencePlan> {
  const { file, segment } = job;
  const solution = await resolveSolution(engines, { solution: segment.solution, kind: 'audience', file });
  const catalogueVersion = await currentCatalogueVersion(engines.db);
  const notes = await checkSegment(engines, { job, solution, catalogueVersion });
  const filter = await findFilter(engines, { wish: segment.filter, solution, section: 'segment', file });
  const hasher = createPartHasher(limitsOf(engines, solution));
  const items = await loadAskedItems(engines.db, job, catalogueVersion);
  for (const line of queryLines(job, filter, items)) hasher.add(line);
  const { batchJob, linesToBuy } = await planBatchJobs(engines, {
    job: job.name,
    slot,
    kind: 'segment',
    ...solution,
    filterArn: filter?.arn ?? null,
    numResults: job.segment.users,
    parts: hasher.finish(),
  });
  const cost = priceOf(engines, { kind: 'segment', lines: linesToBuy, users: linesToBuy * job.segment.users });
  return planAudience({
    job: job.name,
    about: job.about,
    slot,
    queries: job.segment.queries.map((query) => {
      const note = notes.get(query.name);
      return { name: query.name, query: describeQuery(query), ...(note === undefined ? {} : { note }) };
    }),
    asks: askedQueries(job, items).reduce((sum, { asks }) => sum + asks.length, 0),
    ...(await planChoice(engines, job, source)),
    users: job.segment.users,
    formats: job.audience.formats,
    to: job.audience.to,
    ...planDelivery(job),
    batchJob,
    ...planFilter(filter, segment.filter),
    cost,
    ...(await planGuards(engines, { job, slot, versions: [solution.solutionVersionArn], cost, now: engines.now() })),
    ...paramsOf(job),
    ...pricesAsOf(engines),
  });
}

/** What a plan says of the audience whose members the recipients are. */
function planAudienceSource(
  { now }: PlanEngines,
  audience: RecipientAudience | undefined,
): Pick<EmailPlan, 'audience'> {
  if (audience === undefined) return {};
  const { name, runId: run, members, finishedAt } = audience;
  return {
    audience: { name, run, members, finishedAt: new Date(finishedAt).toISOString(), ageMs: now() - finishedAt },
  };
}

function paramsOf({ params }: EmailJob | AudienceJob): Pick<Plan, 'params'> {
  return params === undefined ? {} : { params };
}

function planDelivery({ audience }: AudienceJob): Pick<AudiencePlan, 'change' | 'deliver'> {
  const { files, fullEvery } = audience.change;
  return {
    ...(files === 'full' ? {} : { change: { files, ...(files === 'changes' ? { fullEvery } : {}) } }),
    ...(audience.deliver.length === 0 ? {} : { deliver: audience.deliver }),
  };
}

function planFilter(filter: ResolvedFilter | undefined, wish: FilterWish | undefined): Pick<Plan, 'filter'> {
  if (filter === undefined) return {};
  const values = Object.entries(wish?.values ?? {}).map(([name, value]) => ({ name, value: describeValue(value) }));
  return { filter: { arn: filter.arn, values } };
}

function describeValue(value: PlaceholderValue): string {
  if (value.by === 'constants') return value.constants.join(', ');
  const otherwise = value.otherwise === undefined ? '' : `, or else ${value.otherwise.join(', ')}`;
  return `the contact's ${value.attribute}${otherwise}`;
}

function pricesAsOf({ settings }: PlanEngines): { readonly pricesAsOf?: string } {
  const asOf = settings.prices[settings.aws.region]?.asOf;
  return asOf === undefined ? {} : { pricesAsOf: asOf };
}
