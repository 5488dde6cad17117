/** Writes one report over the runs of a night, a single HTML file that needs no server. */
import { rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { RunRow } from '../database/runs/runs';
import { renderNightHtml } from '../report/html';
import { audiencePreview } from '../run/audiences/audience-preview';
import { loadBundle } from '../run/bundle';
import { sampleMails } from '../run/mails/sample-mails';
import { readSummary } from '../run/stored-summary';
import type { OpenEngines } from './open-engines';

const MAILS_SHOWN = 3;

/** Writes `report.html` in the state folder and answers its path. */
export async function writeNightReport(
  engines: OpenEngines,
  night: { readonly slot: string; readonly runs: readonly RunRow[] },
): Promise<string> {
  const runs = [];
  for (const run of night.runs) {
    const summary = readSummary(run);
    if (summary === undefined) continue;
    const { job, template } = await loadBundle(engines, run);
    const preview = await audiencePreview(engines, run);
    const mails = await sampleMails({ engines, run, job, template }, MAILS_SHOWN);
    runs.push({ summary, mails, ...(preview === undefined ? {} : { audiencePreview: preview }) });
  }
  const file = path.join(engines.state.root, 'report.html');
  await writeFile(`${file}.new`, renderNightHtml({ title: `The night of ${night.slot}`, runs }));
  await rename(`${file}.new`, file);
  return file;
}
