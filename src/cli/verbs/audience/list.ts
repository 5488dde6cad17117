/** The verb `audience list`: every audience, its size, and how that went. */
import type { Command } from 'commander';
import { HOLDOUT } from '../../../audience/choose/split';
import { listDeliveries } from '../../../database/audiences/delivered-rows';
import { type AudienceVersion, listVersions } from '../../../database/audiences/versions';
import type { Database } from '../../../database/connecting/connection';
import { layOut } from '../../../report/columns';
import { formatCount } from '../../../report/figures';
import { answer } from '../../answer';
import type { CliContext } from '../../context';
import { withStore } from '../runs/with-store';
import { drawHistory } from './chart';
import { nameVersion } from './find-audience';

const HISTORY = 20;

/** Adds the verb. */
export function addList(audience: Command, context: CliContext): void {
  audience
    .command('list')
    .description('list the audiences with their sizes and how these went')
    .option('--job <name>', 'of this job only')
    .addHelpText('before', 'Examples:\n  nightjar audience list\n  nightjar audience list --job drama-fans --json\n')
    .action(async (own: { job?: string }, command: Command) => {
      const flags = command.optsWithGlobals();
      await withStore(context, flags, async ({ db }) => {
        const versions = await listVersions(db, own.job === undefined ? {} : { job: own.job });
        const audiences: ListedAudience[] = [];
        for (const history of groupVersions(versions))
          audiences.push({ ...history, destinations: await namesOf(db, history.newest) });
        answer(flags, { text: formatList(audiences), json: { audiences: audiences.map(describe) } });
      });
    });
}

interface History {
  readonly name: string;
  /** The oldest first; at least one. */
  readonly versions: readonly AudienceVersion[];
  readonly newest: AudienceVersion;
}

interface ListedAudience extends History {
  /** That have the newest version. */
  readonly destinations: readonly string[];
}

async function namesOf(db: Database, version: AudienceVersion): Promise<readonly string[]> {
  return (await listDeliveries(db, version)).map(({ destination }) => destination);
}

/** Where the files of a version are: delivered is what has gone to a destination. */
export function describeState(
  { part, deliveredAt, deliveryBeganAt }: AudienceVersion,
  destinations: readonly string[],
): string {
  if (part === HOLDOUT) return 'held out';
  if (deliveredAt !== undefined) return destinations.length === 0 ? 'on S3' : 'delivered';
  return deliveryBeganAt === undefined ? 'not delivered' : 'delivery not finished';
}

function groupVersions(versions: readonly AudienceVersion[]): readonly History[] {
  const groups = new Map<string, AudienceVersion[]>();
  for (const version of versions)
    groups.set(nameVersion(version), [...(groups.get(nameVersion(version)) ?? []), version]);
  return [...groups].flatMap(([name, all]) => {
    const newest = all.at(-1);
    return newest === undefined ? [] : [{ name, versions: all, newest }];
  });
}

function formatList(audiences: readonly ListedAudience[]): string {
  if (audiences.length === 0) return 'no audiences: run an audience job, nightjar jobs list';
  const rows = audiences.map(({ name, versions, newest, destinations }) => [
    name,
    formatCount(newest.members),
    newest.gained === undefined ? '' : `+${formatCount(newest.gained)}`,
    newest.lost === undefined ? '' : `-${formatCount(newest.lost)}`,
    newest.slot,
    describeState(newest, destinations),
    drawHistory(versions.slice(-HISTORY).map(({ members }) => members)),
  ]);
  const head = ['AUDIENCE', 'MEMBERS', 'GAINED', 'LOST', 'SLOT', 'STATE', 'HISTORY'];
  return layOut([head, ...rows], [1, 2, 3]).join('\n');
}

function describe({ name, versions, newest, destinations }: ListedAudience): object {
  return {
    name,
    ...describeVersion(newest),
    destinations,
    history: versions.slice(-HISTORY).map(({ members }) => members),
  };
}

/** What a JSON document tells of a version. */
export function describeVersion(version: AudienceVersion): object {
  const { job, audience, part, runId, slot, members, gained, lost, baseRunId, madeAt, deliveredAt, deletedAt } =
    version;
  return {
    job,
    audience,
    ...(part === '' ? {} : { part }),
    run: runId,
    slot,
    members,
    gained,
    lost,
    previousRun: baseRunId,
    madeAt: new Date(madeAt).toISOString(),
    deliveredAt: deliveredAt === undefined ? undefined : new Date(deliveredAt).toISOString(),
    isDeleted: deletedAt !== undefined,
  };
}
