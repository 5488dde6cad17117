/** Plans what formats demand: consents that few contacts have, and audiences that are too small for a platform. */
import { HOLDOUT } from '../../audience/choose/split';
import type { AudienceFormat } from '../../audience/formats/format';
import { type AudienceVersion, listVersions } from '../../database/audiences/versions';
import { countConsents } from '../../database/people/consents';
import type { AudienceJob } from '../../job/audience-job';
import { type Expression, writeLeaf } from '../../job/combine/expression';
import type { PlannedSet } from '../../job/plan';
import { nameOf } from '../../report/audience-notes';
import { formatCount } from '../../report/figures';
import type { Engines } from '../engines';
import { audiencesOf } from './audiences-of';

/** A smaller share of the contacts with a consent is told. */
const FEW = 0.1;

interface FormatCase {
  readonly job: AudienceJob;
  readonly formats: readonly AudienceFormat[];
  /** By query: how many lines ask for it, each of which finds as many users as the job wants. */
  readonly asks: ReadonlyMap<string, number>;
  /** What the expressions name, with how many users each has. */
  readonly sets: readonly PlannedSet[];
}

/** Notes what is odd about the formats of a job. */
export async function planFormats({ db }: Pick<Engines, 'db'>, given: FormatCase): Promise<readonly string[]> {
  const versions = await listVersions(db, { job: given.job.name });
  const sizes = expectSizes(given, versions);
  const notes: string[] = [];
  const byLeast = new Map<number, string[]>();
  for (const { name, consent, minimum } of given.formats) {
    const lack = consent.length === 0 ? undefined : noteConsent(consent, await countConsents(db, consent));
    if (lack !== undefined) notes.push(`${name}: ${lack}`);
    if (minimum !== undefined) byLeast.set(minimum.count, [...(byLeast.get(minimum.count) ?? []), name]);
  }
  const small = [...byLeast].flatMap(([least, names]) => noteSmall(sizes, { least, formats: names.join(', ') }));
  return [...notes, ...small];
}

function noteConsent(
  topics: readonly string[],
  { contacts, consenting }: Awaited<ReturnType<typeof countConsents>>,
): string | undefined {
  if (contacts === 0 || consenting >= contacts * FEW) return undefined;
  const count = consenting === 0 ? 'no contact' : `${formatCount(consenting)} of ${formatCount(contacts)} contacts`;
  return `it takes people who have consented to ${topics.join(' and ')}; ${count} ${consenting === 1 || consenting === 0 ? 'has' : 'have'} (consent: [${topics.join(', ')}])`;
}

interface ExpectedSize {
  readonly name: string;
  /** The most that it can be; unknown where nothing bounds it. */
  readonly most: number;
  /** What it was last. */
  readonly last: AudienceVersion | undefined;
}

function noteSmall(
  sizes: readonly ExpectedSize[],
  { least, formats }: { readonly least: number; readonly formats: string },
): readonly string[] {
  const small = sizes.flatMap(({ name, most, last }) => {
    if (most < least) return [`${name} (at most ${formatCount(most)})`];
    return last === undefined || last.members >= least ? [] : [`${name} (${formatCount(last.members)} last time)`];
  });
  if (small.length === 0) return [];
  return [`${formats}: the platform uses no audience of fewer than ${formatCount(least)}: ${small.join(', ')}`];
}

/** Of each audience, and of each part with files. */
function expectSizes({ job, sets, asks }: FormatCase, versions: readonly AudienceVersion[]): readonly ExpectedSize[] {
  const users = new Map(sets.map((set) => [set.name, set.users]));
  const { split = [{ name: '', share: 1 }], sample = 1, top } = job.audience;
  return audiencesOf(job).flatMap(({ name, expression }) => {
    const found = mostOf(expression, (leaf) => users.get(leaf) ?? job.segment.users * (asks.get(leaf) ?? 1));
    const kept = top === undefined ? found : 'count' in top ? Math.min(found, top.count) : found * top.share;
    return split
      .filter((part) => part.name !== HOLDOUT)
      .map((part) => ({
        name: nameOf(name, part.name),
        most: Math.ceil(kept * sample * part.share),
        last: versions.filter((version) => version.audience === name && version.part === part.name).at(-1),
      }));
  });
}

/** How many users an expression has at most: of `!a` as many as there are. Parts that it has several times are looked at once. */
function mostOf(
  expression: Expression,
  sizeOf: (leaf: string) => number,
  known = new Map<Expression, number>(),
): number {
  if (expression.op === 'leaf') return sizeOf(writeLeaf(expression.leaf));
  if (expression.op === 'not') return Number.POSITIVE_INFINITY;
  const before = known.get(expression);
  if (before !== undefined) return before;
  const sizes = expression.of.map((one) => mostOf(one, sizeOf, known));
  const most = expression.op === 'and' ? Math.min(...sizes) : sizes.reduce((sum, size) => sum + size, 0);
  known.set(expression, most);
  return most;
}
