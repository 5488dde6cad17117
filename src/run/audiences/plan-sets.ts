/** Plans the sets that the expressions of a job name: what each is, how many users it has now, and where that is odd. */
import { countContactsAmong } from '../../database/people/contact-attributes';
import { listEventTypes } from '../../database/people/interactions';
import { countUserSet } from '../../database/people/user-sets';
import type { AudienceJob } from '../../job/audience-job';
import { type Leaf, listLeaves, writeLeaf } from '../../job/combine/expression';
import type { PlannedSet } from '../../job/plan';
import { countOf } from '../../report/figures';
import type { JobSource } from '../bundle';
import type { Engines } from '../engines';
import { audiencesOf } from './audiences-of';
import { checkSets, type ForeignSet } from './check-sets';
import { countList } from './lists';
import { userSetOf } from './set-file';

type SetEngines = Pick<Engines, 'db' | 'settings' | 'now'>;
type DatabaseLeaf = Exclude<Leaf, { readonly kind: 'query' | 'list' | 'audience' }>;

/** Describes every set but the queries, once and in the order of the file. @throws as starting the run would */
export async function planSets(
  engines: SetEngines,
  job: AudienceJob,
  source: JobSource,
): Promise<readonly PlannedSet[]> {
  const foreign = new Map((await checkSets(engines, job, source.jobs)).map((set) => [set.name, set]));
  const leaves = audiencesOf(job).flatMap(({ expression }) => listLeaves(expression));
  const sets: PlannedSet[] = [];
  for (const [name, leaf] of new Map(leaves.map((leaf) => [writeLeaf(leaf), leaf]))) {
    if (leaf.kind === 'query') continue;
    sets.push({ name, ...(await planSet(engines, { job, source, leaf, foreign: foreign.get(name) })) });
  }
  return sets;
}

interface SetCase {
  readonly job: AudienceJob;
  readonly source: JobSource;
  readonly leaf: Exclude<Leaf, { readonly kind: 'query' }>;
  readonly foreign: ForeignSet | undefined;
}

async function planSet(
  engines: SetEngines,
  { job, source, leaf, foreign }: SetCase,
): Promise<Omit<PlannedSet, 'name'>> {
  if (leaf.kind === 'audience') return { about: foreign?.about ?? '', users: foreign?.users ?? 0 };
  if (leaf.kind === 'list') {
    const written = job.audience.lists[leaf.name] ?? leaf.name;
    const { rows: users, first } = await countList(source.lists?.[leaf.name] ?? written);
    const note = users === 0 ? noteNobody('the file names nobody') : await noteStrangers(engines, first);
    return { about: `${countOf(users, 'user')} of ${written}`, users, ...note };
  }
  const set = await userSetOf(engines, { job, leaf, at: engines.now() });
  const users = set === undefined ? 0 : await countUserSet(engines.db, set);
  const note = users > 0 ? {} : noteNobody(await explainNobody(engines, leaf));
  return { about: `${countOf(users, 'user')} ${describe(engines, leaf)}`, users, ...note };
}

/** Who is no contact is in no file. */
async function noteStrangers({ db }: SetEngines, first: readonly string[]): Promise<{ readonly note?: string }> {
  const ids = [...new Set(first)];
  const known = await countContactsAmong(db, ids);
  if (known >= ids.length * LEAST_KNOWN) return {};
  const of = `of its first ${countOf(ids.length, 'user')}`;
  return {
    note: `${known === 0 ? `none ${of} is a contact` : `only ${known} ${of} are contacts`}; is it the user_id?`,
  };
}

/** Below this share a list most likely has ids of another kind. */
const LEAST_KNOWN = 0.1;

function describe({ settings }: SetEngines, leaf: DatabaseLeaf): string {
  switch (leaf.kind) {
    case 'everyone':
      return 'of the contacts';
    case 'suppressed':
      return 'of the contacts, who may not be written to';
    case 'buyers':
      return `with one of the events ${settings.events.bought.join(', ')}`;
    case 'recipients':
      return leaf.within === undefined ? 'of its newest run' : 'to whom an e-mail was accepted';
  }
}

/** Which event types are purchases stands in the settings, where nobody looks who reads an audience that is wrong. */
async function explainNobody({ db, settings }: SetEngines, leaf: DatabaseLeaf): Promise<string> {
  if (leaf.kind === 'everyone') return 'no contacts are imported';
  if (leaf.kind === 'suppressed') return 'nobody is suppressed';
  if (leaf.kind === 'recipients')
    return `${leaf.job} has written to nobody ${leaf.within === undefined ? 'yet' : 'in that time'}`;
  const types = (await listEventTypes(db)).filter((type) => type !== '');
  if (types.length === 0)
    return 'no interactions with an event type are imported (nightjar import --interactions FILE)';
  const bought = new Set(settings.events.bought.map((event) => event.toLowerCase()));
  if (types.some((type) => bought.has(type.toLowerCase()))) return 'no purchase that is imported is so young';
  return `what is imported are the events ${types.slice(0, TYPES_SHOWN).join(', ')}; events.bought names others`;
}

const TYPES_SHOWN = 8;

function noteNobody(why: string): { readonly note: string } {
  return { note: `it is empty: ${why}` };
}
