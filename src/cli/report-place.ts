/** Tells where the HTML report of a run lies. */
import path from 'node:path';
import { place } from '../run/engines';
import { formatS3Uri } from '../storage/uri';
import type { OpenEngines } from './open-engines';

/** Answers a path of this machine where the local AWS keeps its objects here, else the URI. */
export function locateReport(engines: Pick<OpenEngines, 'settings' | 'state'>, runId: string): string {
  const { aws, storage } = engines.settings;
  const uri = place(engines, `runs/${runId}/report.html`);
  const isHere = aws.endpoint === 'embedded' && storage.endpoint === null;
  return isHere ? path.join(engines.state.s3, uri.bucket, uri.key) : formatS3Uri(uri);
}
