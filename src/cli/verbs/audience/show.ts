/** The verb `audience show`: the versions of an audience as a chart, and the files of the newest one. */
import type { Command } from 'commander';
import { type DeliveredRows, listDeliveries, listRows } from '../../../database/audiences/delivered-rows';
import type { AudienceVersion } from '../../../database/audiences/versions';
import type { Database } from '../../../database/connecting/connection';
import { listArtefacts } from '../../../database/runs/artefacts';
import { layOut } from '../../../report/columns';
import { countOf, formatBytes, formatCount, formatTime } from '../../../report/figures';
import { answer } from '../../answer';
import type { CliContext } from '../../context';
import { withStore } from '../runs/with-store';
import { drawBar } from './chart';
import { findVersions, nameVersion } from './find-audience';
import { describeState, describeVersion } from './list';

const SHOWN = 20;
const BAR_WIDTH = 30;

/** Adds the verb. */
export function addShow(audience: Command, context: CliContext): void {
  audience
    .command('show')
    .argument('<audience>', 'job/audience, with .part for a part of a split; a job alone shows all of its audiences')
    .description('show the versions of an audience, and the files of the newest one')
    .addHelpText('before', 'Examples:\n  nightjar audience show drama-fans/drama\n')
    .action(async (name: string, _own: unknown, command: Command) => {
      const flags = command.optsWithGlobals();
      await withStore(context, flags, async ({ db }) => {
        const versions = await findVersions(db, name);
        const names = [...new Set(versions.map(nameVersion))];
        const shown: ShownAudience[] = [];
        for (const one of names) shown.push(await readAudience(db, one, versions));
        answer(flags, { text: shown.map(formatAudience).join('\n\n'), json: { audiences: shown.map(describe) } });
      });
    });
}

interface ShownAudience {
  readonly name: string;
  readonly versions: readonly AudienceVersion[];
  readonly formats: readonly DeliveredRows[];
  readonly files: readonly {
    readonly name: string;
    readonly uri: string;
    readonly rows?: number;
    readonly bytes: number;
  }[];
  readonly deliveries: readonly { readonly destination: string; readonly deliveredAt: number }[];
}

async function readAudience(db: Database, name: string, all: readonly AudienceVersion[]): Promise<ShownAudience> {
  const versions = all.filter((version) => nameVersion(version) === name);
  const newest = versions.at(-1);
  if (newest === undefined) return { name, versions, formats: [], files: [], deliveries: [] };
  const start = `${newest.audience}.${newest.part === '' ? '' : `${newest.part}.`}`;
  const files = (await listArtefacts(db, newest.runId))
    .filter((artefact) => ['audience', 'manifest'].includes(artefact.kind) && artefact.name.startsWith(start))
    .map(({ name: file, uri, rows, bytes }) => ({ name: file, uri, bytes, ...(rows === undefined ? {} : { rows }) }));
  const formats = [...(await listRows(db, newest)).values()];
  return { name, versions, formats, files, deliveries: await listDeliveries(db, newest) };
}

function formatAudience({ name, versions, formats, files, deliveries }: ShownAudience): string {
  const shown = versions.slice(-SHOWN);
  const largest = Math.max(0, ...shown.map(({ members }) => members));
  const rows = shown.map((version) => [
    `  ${version.slot}`,
    formatCount(version.members),
    version.gained === undefined ? '' : `+${formatCount(version.gained)}`,
    version.lost === undefined ? '' : `-${formatCount(version.lost)}`,
    drawBar(version.members, { largest, width: BAR_WIDTH }),
    version.deliveredAt === undefined ? describeState(version, []) : '',
  ]);
  return [
    name,
    ...layOut(rows, [1, 2, 3]),
    ...formats.map(({ format, version, rows: count }) => `  ${format} (version ${version}): ${countOf(count, 'row')}`),
    ...layOut(
      files.map((file) => [
        `  ${file.name}`,
        file.rows === undefined ? '' : countOf(file.rows, 'row'),
        formatBytes(file.bytes),
        file.uri,
      ]),
      [1, 2],
    ),
    ...deliveries.map(
      ({ destination, deliveredAt }) =>
        `  delivered to ${destination}, ${formatTime(new Date(deliveredAt).toISOString())}`,
    ),
  ].join('\n');
}

function describe({ name, versions, formats, files, deliveries }: ShownAudience): object {
  return {
    name,
    versions: versions.map(describeVersion),
    formats: formats.map(({ format, version, rows, sinceFull }) => ({
      format,
      formatVersion: version,
      rows,
      sinceFull,
    })),
    files,
    deliveries: deliveries.map(({ destination, deliveredAt }) => ({
      destination,
      deliveredAt: new Date(deliveredAt).toISOString(),
    })),
  };
}
