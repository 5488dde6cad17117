/** The verb `audience overlap`: how many members audiences share, each with each. */
import type { Command } from 'commander';
import { countMembership, similarity } from '../../../audience/membership';
import type { AudienceVersion } from '../../../database/audiences/versions';
import { NightjarError } from '../../../errors';
import { layOut } from '../../../report/columns';
import { countOf, formatCount, formatShare } from '../../../report/figures';
import type { Engines } from '../../../run/engines';
import { answer } from '../../answer';
import type { CliContext } from '../../context';
import { withEngines } from '../runs/with-store';
import { openMembers } from './diff';
import { findVersions, nameVersion } from './find-audience';

/** A wider matrix becomes lists. */
const WIDTH = 80;

/** Each pair is read once: 20 audiences are 190 pairs. */
const MOST = 20;

/** Adds the verb. */
export function addOverlap(audience: Command, context: CliContext): void {
  audience
    .command('overlap')
    .argument('<audiences...>', 'job/audience, or a job for all of its audiences; with @2026-03-01 of that slot')
    .description('tell how many members audiences share, each with each')
    .addHelpText(
      'before',
      'Examples:\n  nightjar audience overlap drama-fans\n  nightjar audience overlap drama-fans/drama tea-fans/tea\n',
    )
    .addHelpText(
      'after',
      '\nA cell is the share of the row that is in the column, too. Where the matrix\nwould be wider than 80 columns, there is a list for each audience of those that\nit shares members with.',
    )
    .action(async (names: readonly string[], _own: unknown, command: Command) => {
      const flags = command.optsWithGlobals();
      await withEngines(context, flags, async (engines) => {
        const versions = await newestOf(engines, names);
        const pairs = await countPairs(engines, versions);
        answer(flags, {
          text: formatMatrix(versions, pairs),
          json: {
            audiences: versions.map((version) => ({
              name: nameVersion(version),
              run: version.runId,
              slot: version.slot,
              members: version.members,
            })),
            pairs: pairs.map(({ a, b, both, similar }) => ({
              a: nameVersion(a),
              b: nameVersion(b),
              both,
              similarity: similar,
            })),
          },
        });
      });
    });
}

async function newestOf({ db }: Pick<Engines, 'db'>, names: readonly string[]): Promise<readonly AudienceVersion[]> {
  const newest = new Map<string, AudienceVersion>();
  for (const name of names) {
    for (const version of await findVersions(db, name))
      if (version.deletedAt === undefined) newest.set(nameVersion(version), version);
  }
  if (newest.size >= 2 && newest.size <= MOST) return [...newest.values()];
  throw new NightjarError('E_USAGE', `these are ${newest.size} audiences; expected 2 to ${MOST}`, {
    fix: 'nightjar audience overlap drama-fans/drama drama-fans/comedy',
  });
}

interface Pair {
  readonly a: AudienceVersion;
  readonly b: AudienceVersion;
  readonly both: number;
  readonly similar: number;
}

async function countPairs(
  engines: Pick<Engines, 's3'>,
  versions: readonly AudienceVersion[],
): Promise<readonly Pair[]> {
  const pairs: Pair[] = [];
  for (const [index, a] of versions.entries()) {
    for (const b of versions.slice(index + 1)) {
      const counts = await countMembership(openMembers(engines, a), openMembers(engines, b));
      pairs.push({ a, b, both: counts.both, similar: similarity(counts) });
    }
  }
  return pairs;
}

function formatMatrix(versions: readonly AudienceVersion[], pairs: readonly Pair[]): string {
  const bothOf = (row: AudienceVersion, column: AudienceVersion) =>
    pairs.find(({ a, b }) => (a === row && b === column) || (a === column && b === row))?.both ?? row.members;
  const head = ['', 'MEMBERS', ...versions.map((_, index) => `[${index + 1}]`)];
  const rows = versions.map((row, index) => [
    `[${index + 1}] ${nameVersion(row)}`,
    formatCount(row.members),
    ...versions.map((column) => (row === column ? '·' : formatShare(bothOf(row, column), row.members))),
  ]);
  const lines = layOut([head, ...rows], head.map((_, column) => column).slice(1));
  return lines.some((line) => line.length > WIDTH) ? formatLists(versions, pairs) : lines.join('\n');
}

/** Lists for each audience those that it shares somebody with, the largest share first. */
function formatLists(versions: readonly AudienceVersion[], pairs: readonly Pair[]): string {
  return versions
    .map((version) => {
      const shared = pairs
        .flatMap(({ a, b, both }) => (a === version ? [{ other: b, both }] : b === version ? [{ other: a, both }] : []))
        .filter(({ both }) => both > 0)
        .sort((one, other) => other.both - one.both);
      const rows = shared.map(({ other, both }) => [
        `  ${formatShare(both, version.members).padStart(6)}`,
        formatCount(both),
        `in ${nameVersion(other)}, which has ${formatCount(other.members)}`,
      ]);
      const head = `${nameVersion(version)}, ${countOf(version.members, 'member')}`;
      return [head, ...(rows.length === 0 ? ['  shares nobody with the others'] : layOut(rows, [1]))].join('\n');
    })
    .join('\n\n');
}
