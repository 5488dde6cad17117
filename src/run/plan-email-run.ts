/** Plans the run of an e-mail job: who would get it, and what would be bought for them. */
import { maskAddress } from '../content/address';
import type { CompiledTemplate } from '../content/template';
import { currentCatalogueVersion } from '../database/catalogue';
import { findContacts } from '../database/people/contacts';
import type { EmailJob } from '../job/email-job';
import { type EmailPlan, planEmail } from '../job/plan';
import { checkAttributes, createValueReader } from './buying/filter-values';
import { planSources } from './buying/plan-jobs';
import { needsSeeds } from './buying/seeds';
import { createPlannedInputs } from './buying/source-lines';
import { countPerRecipient, resolveSources, type Source } from './buying/sources';
import { planGuards, sampleOf } from './guards/plan';
import { checkPopularBy } from './mails/fallback';
import { noteShow } from './mails/note-show';
import type { RecipientAudience } from './plan-record';
import { type PlanEngines, type PlanWish, paramsOf, planFilter, pricesAsOf } from './plan-wish';
import { type Aim, describeRestrictions, refusalOf, warningOf } from './recipients/allowed-addresses';
import { NOT_MEANT } from './recipients/choose-recipients';
import { noteWhereValues } from './recipients/note-where-values';
import { planRecipients } from './recipients/plan-recipients';
import { findRecipientAudience, openCandidates } from './recipients/recipient-audience';
import { priceOf } from './summarise';

/** Plans it; nothing is written, bought or sent. */
export async function planEmailRun(
  engines: PlanEngines,
  { job, template }: { readonly job: EmailJob; readonly template: CompiledTemplate | undefined },
  { slot, onlyTo, limit }: PlanWish,
): Promise<EmailPlan> {
  await checkAttributes(engines.db, job);
  await checkPopularBy(engines, job);
  const catalogueVersion = await currentCatalogueVersion(engines.db);
  const sources = await resolveSources(engines, job, catalogueVersion);
  const [{ filter }] = sources;
  const audience = await findRecipientAudience(engines, { job, slot });
  const planned = await planRecipients(engines, {
    job,
    slot,
    candidates: openCandidates(engines, audience, job.name),
    inputs: createPlannedInputs(engines, { sources, catalogueVersion, isSeedNeeded: needsSeeds(job) }),
    limit,
    readValues: createValueReader(job.recommend.filter, filter?.compared ?? []),
    refuse: refusalOf(engines, { job, onlyTo }),
  });
  const { recipients, leftOut, sources: inputs, sample } = planned;
  const { cost, ...jobs } = await planSources(engines, { job, slot, sources, inputs });
  const handled = leftOut.find(({ name }) => name === 'handled_before')?.count ?? 0;
  const guards = await planGuards(engines, {
    ...{ job, slot, cost, now: engines.now(), recipients: recipients + handled },
    versions: sources.map(({ solutionVersionArn }) => solutionVersionArn),
    isPartial: limit !== undefined || onlyTo !== undefined,
    sample: async () => template && sampleOf(engines, { job, slot, template, recipients: sample }),
  });
  const notes = [...(await noteWhereValues(engines.db, job)), ...(await noteShow(engines.db, job, catalogueVersion))];
  return planEmail({
    ...{ job: job.name, about: job.about, slot, recipients, leftOut, cost },
    ...jobs,
    ...planFilter(filter, job.recommend.filter),
    ...guards,
    avoided: planAvoided(engines, { leftOut, sources }),
    ...(await planAddressees(engines, { job, onlyTo }, sample)),
    ...(limit === undefined ? {} : { limit }),
    ...(notes.length === 0 ? {} : { notes }),
    ...planAudienceSource(engines, audience),
    ...paramsOf(job),
    ...pricesAsOf(engines),
  });
}

/** What is not bought for those who are left out, though the run was meant for them. */
function planAvoided(
  engines: PlanEngines,
  { leftOut, sources }: { readonly leftOut: EmailPlan['leftOut']; readonly sources: readonly Source[] },
): EmailPlan['avoided'] {
  const rows = leftOut.filter(({ name }) => !NOT_MEANT.has(name)).reduce((sum, { count }) => sum + count, 0);
  const users = rows * countPerRecipient(sources);
  return { rows: users === 0 ? 0 : rows, cost: priceOf(engines, { kind: 'inference', lines: users, users }) };
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
