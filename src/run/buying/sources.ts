/** What an e-mail job buys: for its own items and for each section, equal wishes once. */
import { currentCatalogueVersion } from '../../database/catalogue';
import { OWN_ITEMS } from '../../database/ledger/section-slates';
import { NightjarError } from '../../errors';
import type { ParsedJob } from '../../job/definition';
import type { EmailJob, RecommendRules, SlateSource } from '../../job/email-job';
import type { Item } from '../../job/people';
import type { JobFile } from '../../job/place';
import type { Engines } from '../engines';
import { loadCatalogue } from '../mails/catalogue-cache';
import type { PlanRecord } from '../plan-record';
import { explainListed } from './explain-listed';
import { findFilter } from './resolve-filter';
import { resolveSolution } from './resolve-solution';

/** A list of items that a job's e-mails show, and what is bought for it. */
export interface Part {
  /** Of the section; `OWN_ITEMS` for the e-mail's own items. */
  readonly name: string;
  readonly recommend: RecommendRules;
  /** Where `recommend` stands in the job file. */
  readonly at: string;
}

/** Lists the parts of a job's e-mails, their own items first. */
export function partsOf({ recommend, content }: EmailJob): readonly Part[] {
  const further = (content.sections ?? []).map((section) => {
    return { name: section.name, recommend: section.recommend, at: `content.sections.${section.name}.recommend` };
  });
  return [{ name: OWN_ITEMS, recommend, at: 'recommend' }, ...further];
}

/** Batch jobs of one input, and the parts that their output is for. */
export interface Source {
  /** Names of parts, at least one. */
  readonly parts: readonly string[];
  readonly recommend: RecommendRules;
  readonly solutionVersionArn: string;
  readonly recipe: string;
  readonly filter?: PlanRecord['filter'];
  /** What is ranked for each recipient; undefined for other recipes. */
  readonly listed?: readonly string[];
  readonly numResults: number;
}

type SourceEngines = Pick<Engines, 'settings' | 'personalize' | 'db'>;

/**
 * Resolves what a job buys, the source of the e-mail's own items first; parts that want the same share a source.
 * @param catalogueVersion  of the run; the newest where left out
 * @throws E_RECO_SOLUTION, E_RECO_FILTER, and E_JOB_FIELD where a list has no item that the catalogue knows
 */
export async function resolveSources(
  engines: SourceEngines,
  job: EmailJob,
  catalogueVersion?: number,
): Promise<readonly [Source, ...Source[]]> {
  const [own, ...further] = partsOf(job);
  if (own === undefined) throw new NightjarError('E_BUG', `the job ${job.name} buys nothing`);
  const resolve = (part: Part) => resolveSource(engines, part, { job, catalogueVersion });
  const first = await resolve(own);
  const others: Source[] = [];
  for (const part of further) others.push(await resolve(part));
  return joinEqual(first, others);
}

/** Finds the solution of a part, its filter, and what it lists. */
export async function resolveSource(
  engines: SourceEngines,
  { name, recommend, at }: Part,
  { job, catalogueVersion }: Pick<ListCase, 'job' | 'catalogueVersion'>,
): Promise<Source> {
  const solution = await resolveSolution(engines, { solution: recommend.solution, kind: 'email', job, at, recommend });
  const filter = await findFilter(engines, { wish: recommend.filter, solution, section: at, job });
  const { solutionVersionArn, recipe } = solution;
  const listed = await listItems(engines, { recommend, at, job, catalogueVersion });
  return makeSource([name], { recommend, solutionVersionArn, recipe, filter, listed });
}

function makeSource(
  parts: readonly string[],
  {
    filter,
    listed,
    ...bought
  }: Pick<Source, 'recommend' | 'solutionVersionArn' | 'recipe'> & {
    readonly filter: Source['filter'] | undefined;
    readonly listed: readonly string[] | undefined;
  },
): Source {
  return {
    parts,
    ...bought,
    ...(filter === undefined ? {} : { filter }),
    ...(listed === undefined ? {} : { listed }),
    numResults: listed?.length ?? bought.recommend.results,
  };
}

/** Parts that would buy the same share it, so that nothing is bought twice. */
function joinEqual(own: Source, further: readonly Source[]): readonly [Source, ...Source[]] {
  const sources: [Source, ...Source[]] = [own];
  for (const source of further) {
    const at = sources.findIndex((other) => wishOf(other) === wishOf(source));
    const equal = sources[at];
    if (equal === undefined) sources.push(source);
    else sources[at] = { ...equal, parts: [...equal.parts, ...source.parts] };
  }
  return sources;
}

/** All that the input and the create call are made of. */
function wishOf({ recommend, solutionVersionArn, filter, listed, numResults }: Source): string {
  const { from, themes } = recommend;
  return JSON.stringify([
    solutionVersionArn,
    numResults,
    filter?.arn ?? null,
    Object.entries(recommend.filter?.values ?? {}).sort(([a], [b]) => (a < b ? -1 : 1)),
    from?.by === 'related' ? 'related' : (listed ?? null),
    themes ?? null,
  ]);
}

interface ListCase extends Omit<Part, 'name'> {
  readonly job: JobFile;
  readonly catalogueVersion: number | undefined;
}

async function listItems(
  { db }: Pick<Engines, 'db'>,
  { recommend, at, job, catalogueVersion }: ListCase,
): Promise<readonly string[] | undefined> {
  const { from } = recommend;
  if (from === undefined || from.by === 'related') return undefined;
  const catalogue = await loadCatalogue(db, catalogueVersion ?? (await currentCatalogueVersion(db)));
  const listed = chooseListed(from, catalogue);
  if (listed.length > 0) return listed;
  throw explainListed({ job, at: `${at}.from`, from, catalogue });
}

/** Chooses the items that are ranked: of a list those that the catalogue has; the newest by `created_at`, ties by id. */
export function chooseListed(
  from: Exclude<SlateSource, { readonly by: 'related' }>,
  catalogue: ReadonlyMap<string, Item>,
): readonly string[] {
  if (from.by === 'list') return from.itemIds.filter((itemId) => catalogue.has(itemId));
  const { count, category } = from;
  return [...catalogue.values()]
    .filter(({ categories }) => category === undefined || categories.includes(category))
    .map(({ itemId, createdAt }) => ({ itemId, at: Date.parse(createdAt ?? '') || Number.NEGATIVE_INFINITY }))
    .sort((a, b) => (a.at === b.at ? (a.itemId < b.itemId ? -1 : 1) : b.at - a.at))
    .slice(0, count)
    .map(({ itemId }) => itemId);
}

/** What the plan keeps of sources: the first one in the fields of old, all of them where a job has sections. */
export function keepSources(
  [own, ...further]: readonly [Source, ...Source[]],
  { content }: EmailJob,
): Pick<PlanRecord, 'solutionVersionArn' | 'recipe' | 'filter' | 'sources'> {
  const keep = ({ solutionVersionArn, recipe, filter }: Source) => {
    return { solutionVersionArn, recipe, ...(filter === undefined ? {} : { filter }) };
  };
  if (content.sections === undefined) return keep(own);
  return { ...keep(own), sources: [own, ...further].map((source) => ({ ...keep(source), parts: [...source.parts] })) };
}

/** Finds the sources of a run again as its plan has decided them, whatever was trained since. */
export async function plannedSources(
  engines: Pick<Engines, 'db'>,
  job: EmailJob,
  { plan, catalogueVersion }: { readonly plan: PlanRecord; readonly catalogueVersion: number },
): Promise<readonly Source[]> {
  const kept = plan.sources ?? [{ ...plan, parts: [OWN_ITEMS] }];
  const parts = partsOf(job);
  return Promise.all(
    kept.map(async ({ solutionVersionArn, recipe, filter, parts: names }): Promise<Source> => {
      const part = parts.find(({ name }) => name === names[0]);
      if (part === undefined) throw new NightjarError('E_BUG', `the job ${job.name} has no part "${names[0]}"`);
      const listed = await listItems(engines, { ...part, job, catalogueVersion });
      return makeSource(names, { recommend: part.recommend, solutionVersionArn, recipe, filter, listed });
    }),
  );
}

/** Tells how many batch jobs score each recipient; related items are bought for items instead. */
export function countPerRecipient(sources: readonly Pick<Source, 'recommend'>[]): number {
  return sources.filter(({ recommend }) => recommend.from?.by !== 'related').length;
}

/** Counts the same of a run, by its plan. */
export function countPlannedPerRecipient(job: ParsedJob, plan: PlanRecord | undefined): number {
  if (job.kind !== 'email') return 1;
  const parts = partsOf(job);
  const names = plan?.sources?.map((source) => source.parts[0]) ?? [OWN_ITEMS];
  return countPerRecipient(names.flatMap((name) => parts.find((part) => part.name === name) ?? []));
}
