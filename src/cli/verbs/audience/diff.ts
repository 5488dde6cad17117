/** The verb `audience diff`: who came and who went between two versions of an audience. */
import type { Command } from 'commander';
import { readMembers } from '../../../audience/members';
import { type Comparison, compareMembership, similarity } from '../../../audience/membership';
import { type AudienceVersion, listVersions } from '../../../database/audiences/versions';
import { NightjarError } from '../../../errors';
import { formatCount, formatShare } from '../../../report/figures';
import type { Engines } from '../../../run/engines';
import { readObject } from '../../../storage/objects';
import { parseS3Uri } from '../../../storage/uri';
import { answer } from '../../answer';
import type { CliContext } from '../../context';
import { withEngines } from '../runs/with-store';
import { findVersion, nameVersion } from './find-audience';

const NAMED = 10;

/** Adds the verb. */
export function addDiff(audience: Command, context: CliContext): void {
  audience
    .command('diff')
    .argument('<audience>', 'job/audience; with @2026-03-01 of that slot, else the newest')
    .argument('[other]', 'another version, or another audience; the version before where left out')
    .description('tell who came and who went: from the older version to the newer one')
    .option('--ids', 'name the first users of each side')
    .addHelpText(
      'before',
      'Examples:\n  nightjar audience diff drama-fans/drama\n  nightjar audience diff drama-fans/drama@2026-03-01 drama-fans/drama@2026-03-08\n',
    )
    .action(async (name: string, other: string | undefined, own: { ids?: boolean }, command: Command) => {
      const flags = command.optsWithGlobals();
      await withEngines(context, flags, async (engines) => {
        const named = await findVersion(engines.db, name);
        const { before, now } =
          other === undefined
            ? { before: await findBefore(engines, named), now: named }
            : inOrder(named, await findVersion(engines.db, other));
        const found = await compare(engines, { before, now, ids: own.ids === true });
        answer(flags, { text: formatDiff(before, now, found), json: describe(before, now, found) });
      });
    });
}

/** Versions of one audience go from the older to the newer one, however they are named; two audiences from the first to the second. */
function inOrder(first: AudienceVersion, second: AudienceVersion): { before: AudienceVersion; now: AudienceVersion } {
  const isOne = nameVersion(first) === nameVersion(second);
  const isReversed =
    isOne && (first.slot > second.slot || (first.slot === second.slot && first.madeAt > second.madeAt));
  return isReversed ? { before: second, now: first } : { before: first, now: second };
}

async function findBefore({ db }: Pick<Engines, 'db'>, now: AudienceVersion): Promise<AudienceVersion> {
  const all = await listVersions(db, { job: now.job, audience: now.audience });
  const earlier = all.filter(
    ({ part, madeAt, deletedAt }) => part === now.part && madeAt < now.madeAt && deletedAt === undefined,
  );
  const before = earlier.at(-1);
  if (before !== undefined) return before;
  throw new NightjarError('E_USAGE', `${nameVersion(now)} has no version before that of the run ${now.runId}`, {
    fix: 'name two audiences: nightjar audience diff drama-fans/drama drama-fans/comedy',
  });
}

interface Found extends Comparison {
  readonly gained?: readonly string[];
  readonly lost?: readonly string[];
}

/** Opens the member file of a version. */
export function openMembers({ s3 }: Pick<Engines, 's3'>, { uri }: AudienceVersion) {
  return readMembers(readObject(s3, parseS3Uri(uri)));
}

async function compare(
  engines: Pick<Engines, 's3'>,
  { before, now, ids }: { readonly before: AudienceVersion; readonly now: AudienceVersion; readonly ids: boolean },
): Promise<Found> {
  const counts = { both: 0, onlyBefore: 0, onlyNow: 0 };
  const [gained, lost]: [string[], string[]] = [[], []];
  for await (const batch of compareMembership(openMembers(engines, before), openMembers(engines, now))) {
    for (const user of batch) {
      if (user.before && user.now) counts.both += 1;
      else if (user.now) {
        counts.onlyNow += 1;
        if (gained.length < NAMED) gained.push(user.userId);
      } else {
        counts.onlyBefore += 1;
        if (lost.length < NAMED) lost.push(user.userId);
      }
    }
  }
  return { ...counts, ...(ids ? { gained, lost } : {}) };
}

function formatDiff(before: AudienceVersion, now: AudienceVersion, found: Found): string {
  const { both, onlyBefore, onlyNow } = found;
  const all = both + onlyBefore + onlyNow;
  const line = (count: number, what: string) => `${formatCount(count).padStart(12)}  ${what}`;
  return [
    `${nameSides(before, now)}: +${formatCount(onlyNow)} -${formatCount(onlyBefore)}`,
    line(both, `stayed, ${formatShare(both, all)} of all`),
    line(onlyNow, 'gained'),
    ...(found.gained ?? []).map((id) => `              ${id}`),
    line(onlyBefore, 'lost'),
    ...(found.lost ?? []).map((id) => `              ${id}`),
  ].join('\n');
}

function nameSides(before: AudienceVersion, now: AudienceVersion): string {
  const name = nameVersion(before);
  if (name !== nameVersion(now)) return `from ${name} of ${before.slot} to ${nameVersion(now)} of ${now.slot}`;
  const isOneSlot = before.slot === now.slot;
  return `${name} from ${isOneSlot ? before.runId : before.slot} to ${isOneSlot ? now.runId : now.slot}`;
}

function describe(before: AudienceVersion, now: AudienceVersion, found: Found): object {
  const { both, onlyBefore, onlyNow, ...ids } = found;
  const side = (version: AudienceVersion) => ({
    name: nameVersion(version),
    run: version.runId,
    slot: version.slot,
    members: version.members,
  });
  const counts = { stayed: both, gained: onlyNow, lost: onlyBefore, similarity: similarity(found) };
  return { before: side(before), now: side(now), ...counts, ...(ids.gained === undefined ? {} : { ids }) };
}
