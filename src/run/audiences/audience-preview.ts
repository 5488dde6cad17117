/** Reads the top of an audience file for a report, without what is personal in it. */
import { parse } from 'csv-parse/sync';
import { z } from 'zod';
import { maskAddress } from '../../content/address';
import { type ArtefactRow, listArtefacts } from '../../database/runs/artefacts';
import type { RunRow } from '../../database/runs/runs';
import { readObject, readSmallObject } from '../../storage/objects';
import { parseS3Uri } from '../../storage/uri';
import type { Engines } from '../engines';
import { manifestSchema } from './manifest-schema';

export interface AudiencePreview {
  readonly name: string;
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

const ROWS_SHOWN = 8;
const BYTES_READ = 16 * 1024;
const tableSchema = z.array(z.array(z.string()));

/** Answers the first rows of the run's first file for people, undefined where it has none: those of platforms name other columns. */
export async function audiencePreview(
  engines: Pick<Engines, 'db' | 's3'>,
  run: RunRow,
): Promise<AudiencePreview | undefined> {
  const file = await findCsv(engines, await listArtefacts(engines.db, run.runId));
  if (file === undefined) return undefined;
  const text = await readTop(engines, file.uri);
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  const [header = [], ...rows] = tableSchema.parse(parse(whole, { to: ROWS_SHOWN + 1, relaxColumnCount: true }));
  const masked = rows.map((row) => row.map((cell, column) => maskCell(header[column] ?? '', cell)));
  return { name: file.name, header, rows: masked };
}

/** Columns that tell nothing of a person but what a report is for; names, telephone numbers and attributes are left out. */
const SHOWN: ReadonlySet<string> = new Set(['user_id', 'rank', 'locale', 'country']);

function maskCell(column: string, cell: string): string {
  if (cell === '' || SHOWN.has(column)) return cell;
  return column === 'email' ? maskAddress(cell) : '…';
}

async function findCsv(
  engines: Pick<Engines, 's3'>,
  artefacts: readonly ArtefactRow[],
): Promise<ArtefactRow | undefined> {
  for (const { kind, uri } of artefacts) {
    if (kind !== 'manifest') continue;
    const manifest = manifestSchema.parse(JSON.parse((await readSmallObject(engines.s3, parseS3Uri(uri))).toString()));
    const files = manifest.formats.find(({ format }) => format === 'csv')?.files ?? [];
    const name = (files.find(({ change }) => change === 'full') ?? files.at(-1))?.name;
    const found = artefacts.find((artefact) => artefact.kind === 'audience' && artefact.name === name);
    if (found !== undefined) return found;
  }
  return undefined;
}

async function readTop(engines: Pick<Engines, 's3'>, uri: string): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of readObject(engines.s3, parseS3Uri(uri))) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes >= BYTES_READ) break;
  }
  return Buffer.concat(chunks).toString('utf8');
}
