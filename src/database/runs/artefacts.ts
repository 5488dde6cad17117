/** Queries on what a run made: files and objects with their checksums. */
import type { Database } from '../connecting/connection';

export interface ArtefactRow {
  readonly kind: string;
  readonly name: string;
  readonly uri: string;
  readonly rows: number | undefined;
  readonly bytes: number;
  /** Lower-case hex. */
  readonly sha256: string;
}

/** Records an artefact; one made again replaces the record. */
export async function saveArtefact(
  db: Database,
  runId: string,
  artefact: ArtefactRow & { readonly now: number },
): Promise<void> {
  const values = {
    uri: artefact.uri,
    row_count: artefact.rows ?? null,
    bytes: artefact.bytes,
    sha256: artefact.sha256,
    created_at: new Date(artefact.now),
  };
  await db
    .insertInto('artefact')
    .values({ run_id: runId, kind: artefact.kind, name: artefact.name, ...values })
    .onConflict((conflict) => conflict.columns(['run_id', 'kind', 'name']).doUpdateSet(values))
    .execute();
}

/** Lists the artefacts of a run by kind and name. */
export async function listArtefacts(db: Database, runId: string): Promise<readonly ArtefactRow[]> {
  const rows = await db
    .selectFrom('artefact')
    .selectAll()
    .where('run_id', '=', runId)
    .orderBy('kind')
    .orderBy('name')
    .execute();
  return rows.map((row) => ({
    kind: row.kind,
    name: row.name,
    uri: row.uri,
    rows: row.row_count ?? undefined,
    bytes: row.bytes,
    sha256: row.sha256,
  }));
}
