/** Finds the manifest of an audience, or of a part of one, among what a run has made. */
import type { Database } from '../../database/connecting/connection';
import { type ArtefactRow, listArtefacts } from '../../database/runs/artefacts';
import { manifestName } from './manifest';

/** Undefined where the version is not made, or is being made anew. */
export async function findManifest(db: Database, runId: string, fileName: string): Promise<ArtefactRow | undefined> {
  const name = manifestName(fileName);
  return (await listArtefacts(db, runId)).find((artefact) => artefact.kind === 'manifest' && artefact.name === name);
}
