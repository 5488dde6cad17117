/** Withdraws audiences and parts that are no longer in their job: a version without members is written of each. */
import { type HeldPart, listHeldParts } from '../../database/audiences/held';
import { listVersions } from '../../database/audiences/versions';
import type { RunRow } from '../../database/runs/runs';
import type { AudienceJob } from '../../job/audience-job';
import { nameOf } from '../../report/audience-notes';
import type { AudienceSummary, LeftBehindSummary } from '../../report/summary';
import type { Engines } from '../engines';
import { isMade, isPartMade } from './audiences-of';
import type { AudienceCase } from './choose-members';
import { gatherRows } from './gather-rows';
import { openPart, planPart } from './open-part';
import { keepTaken } from './taken-rows';
import { writePart } from './write-part';

/** Stands where the query of an audience does. */
const WITHDRAWN = 'withdrawn';

/** Parts of which somebody may hold people, and that the job does not make any more. */
export interface LeftBehind {
  /** Those that the job withdraws. */
  readonly withdrawn: readonly HeldPart[];
  readonly forgotten: readonly HeldPart[];
}

/**
 * Finds what an earlier state of the job has left behind.
 * @param run  whose job it is: what runs that began later have made is none of its business
 */
export async function findLeftBehind(
  { db }: Pick<Engines, 'db'>,
  job: AudienceJob,
  run?: Pick<RunRow, 'createdAt'>,
): Promise<LeftBehind> {
  const left = (await listHeldParts(db, job.name, run?.createdAt)).filter((part) => !isPartMade(job, part));
  const withdrawn = left.filter((part) => isWithdrawn(job, part));
  return { withdrawn, forgotten: isNamedByParams(job) ? [] : left.filter((part) => !withdrawn.includes(part)) };
}

/** Audiences of single items have their names: where params may say which, runs with other values make others. */
function isNamedByParams({ paramRules = [], segment, audience }: AudienceJob): boolean {
  return paramRules.length > 0 && audience.combine === 'each' && segment.queries.some(({ by }) => by === 'item');
}

/** An audience alone stands for all of its parts. */
function isWithdrawn({ audience: { withdraw } }: AudienceJob, { audience, part }: { audience: string; part: string }) {
  return withdraw.includes(audience) || withdraw.includes(nameOf(audience, part));
}

/** Writes what an audience withdraws; the rows that were delivered last are all to be removed. */
export async function writeWithdrawn(given: AudienceCase): Promise<void> {
  const { engines } = given.context;
  const { runId } = given.context.run;
  const parts = await listWithdrawnParts(given);
  if (parts.length === 0) return;
  const plans = parts.map((part) => planPart(given, part));
  const gathered = await gatherRows({ ...given, job: withNobody(given) }, plans);
  try {
    for (const part of gathered.parts) {
      await keepTaken(engines, { runId, audience: given.audience, part: part.part });
      const opened = await openPart(given, part.part);
      const names = hasLikeNames(given, parts) ? { filesName: `${opened.fileName}.${WITHDRAWN}` } : {};
      await writePart({ ...opened, ...names, isWithdrawn: true }, part, WITHDRAWN);
    }
  } finally {
    await gathered.release();
  }
}

/** `fans.meta.csv` is of all in the format meta, or of a part meta: where there are both, what is withdrawn is named apart. */
function hasLikeNames({ context, job, audience }: AudienceCase, withdrawn: readonly string[]): boolean {
  const made = isMade(job, audience) ? (job.audience.split?.map(({ name }) => name) ?? ['']) : [];
  const parts = [...withdrawn, ...made];
  const words = context.bundle.formats.flatMap(({ name, file }) => [name, ...file.extension.split('.')]);
  return parts.includes('') && parts.some((part) => ['add', 'remove', ...words].includes(part));
}

/** Those that are held now, and those that the run has written before. */
async function listWithdrawnParts({ context, job, audience }: AudienceCase): Promise<readonly string[]> {
  const { engines, run } = context;
  const { withdrawn } = await findLeftBehind(engines, job, run);
  const own = await listVersions(engines.db, { runId: run.runId, audience });
  const parts = [...withdrawn.filter((part) => part.audience === audience), ...own].filter(
    (part) => !isPartMade(job, { audience, part: part.part }),
  );
  return [...new Set(parts.map(({ part }) => part))].sort();
}

/** The job as if its audience were an expression that nobody fulfils, and its members were kept together. */
function withNobody({ job, audience }: AudienceCase): AudienceJob {
  const { top: _top, sample: _sample, split: _split, ...rest } = job.audience;
  return {
    ...job,
    audience: { ...rest, combine: [{ name: audience, text: WITHDRAWN, expression: { op: 'or', of: [] } }] },
  };
}

/** What a report says of an audience that the job does not make any more. */
export function describeWithdrawn(name: string): AudienceSummary {
  return { name, query: WITHDRAWN, segmentUsers: 0, members: 0, leftOut: [], formats: [], isWithdrawn: true };
}

/** Tells what a report and a plan tell of what is left behind. */
export function describeLeftBehind(parts: readonly HeldPart[]): readonly LeftBehindSummary[] {
  return parts.map(({ audience, part, ...held }) => ({ name: nameOf(audience, part), ...held }));
}
