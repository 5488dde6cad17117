/** Opens what the verbs that import are given: files, objects on S3, and queries on a PostgreSQL database. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { S3Client } from '@aws-sdk/client-s3';
import { NightjarError } from '../errors';
import { type ColumnMappings, IMPORT_KINDS, type ImportKind } from '../run/import/column-mapping';
import { readMappings } from '../run/import/mapping-file';
import { openObject } from '../run/import/object-source';
import { openQuery } from '../run/import/query-source';
import type { RowSource } from '../run/import/row';
import { openFile } from '../run/import/rows';
import { createS3Client } from '../storage/client';
import { connectAws, storageEndpoint } from './connect-services';
import type { CliContext } from './context';
import type { OpenOptions, OpenStore } from './open-store';
import { importFile } from './project-files';
import { readSecret } from './secrets';

/** What the command line names, by kind. */
export interface SourceFlags {
  readonly contacts?: string;
  readonly items?: string;
  readonly interactions?: string;
  readonly suppressions?: string;
  readonly contactsSql?: string;
  readonly itemsSql?: string;
  readonly interactionsSql?: string;
  readonly suppressionsSql?: string;
  readonly from?: string;
}

export type RowSources = Partial<Record<ImportKind, RowSource>>;

/** The variable that holds the URL of `--from`, whose password a command line would show to everyone on the machine. */
const FROM = 'NIGHTJAR_IMPORT_FROM';

/**
 * Opens every source that the flags name.
 *
 * @param s3  is asked for where a source lies on S3
 * @throws E_USAGE where a kind is named twice, or a query has no database
 */
export async function openSources(
  context: CliContext,
  flags: SourceFlags,
  s3: () => Promise<S3Client>,
): Promise<RowSources> {
  const sources: RowSources = {};
  for (const kind of IMPORT_KINDS) {
    const place = flags[kind];
    const sql = flags[`${kind}Sql`];
    if (place !== undefined && sql !== undefined) {
      throw new NightjarError('E_USAGE', `--${kind} and --${kind}-sql are both given`, { fix: `leave out --${kind}` });
    }
    if (sql !== undefined) sources[kind] = openQuery({ name: `--${kind}-sql`, url: readFrom(context, flags), sql });
    else if (place?.startsWith('s3://') === true) sources[kind] = openObject(await s3(), place);
    else if (place !== undefined) sources[kind] = openFile(path.resolve(context.cwd, place));
  }
  return sources;
}

function readFrom(context: CliContext, flags: SourceFlags): string {
  const url = flags.from ?? readSecret(FROM, context.env);
  if (url !== undefined && /^postgres(ql)?:\/\/\S+$/.test(url)) return url;
  const what =
    url === undefined ? 'no database to query is named' : 'the database to query is not named by a postgres:// URL';
  throw new NightjarError('E_USAGE', what, { fix: `export ${FROM}=postgres://user:password@host/database` });
}

/** Opens S3 alone, as the settings say how it is reached; it closes with the store. */
export async function openS3(options: OpenOptions, store: OpenStore): Promise<S3Client> {
  const s3 = createS3Client({ ...(await connectAws(options, store)), ...storageEndpoint(options.settings) });
  store.releases.add('S3', async () => s3.destroy());
  return s3;
}

/** Reads a mapping file: the one that is named, else the project's own where there is one. */
export function readMappingsOf(context: CliContext, named: string | undefined): ColumnMappings {
  const file = named === undefined ? importFile(context) : path.resolve(context.cwd, named);
  if (!existsSync(file)) {
    if (named === undefined) return {};
    throw new NightjarError('E_USAGE', `there is no file "${named}"`, { fix: 'check the path given by --columns' });
  }
  return readMappings({ file: named ?? path.relative(context.cwd, file), text: readFileSync(file, 'utf8') });
}
