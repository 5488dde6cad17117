/** The stage report: sums the run up, writes the report to S3, and closes the run. */

import { withLock } from '../database/connecting/lock';
import { saveArtefact } from '../database/runs/artefacts';
import { closeRun, findRun } from '../database/runs/runs';
import { noteReporting } from '../database/runs/sending-marks';
import { renderNightHtml } from '../report/html';
import type { RunSummary } from '../report/summary';
import { writeObject } from '../storage/objects';
import { audiencePreview } from './audiences/audience-preview';
import { place } from './engines';
import { sampleMails } from './mails/sample-mails';
import { DONE, type Stage, type StageContext } from './stage';
import { summarise } from './summarise';

const MAILS_SHOWN = 3;

/**
 * Closes a run whose every delivery or query is done. Workers may come here at the same time, as each of them may be the last:
 * one makes the report and closes the run, and the others find it closed.
 */
export const report: Stage = async (context) => {
  const { engines } = context;
  await withLock(engines.db, `report ${context.run.runId}`, async () => {
    const run = await findRun(engines.db, context.run.runId);
    if (run !== undefined && run.state === context.run.state) await closeWithReport({ ...context, run });
  });
  return DONE;
};

async function closeWithReport(context: StageContext): Promise<void> {
  const { engines, run, bundle } = context;
  const summary: RunSummary = { ...(await summarise({ engines, run, bundle })), state: 'finished' };
  // Before S3 has it: a lane that looks meanwhile must not take it for one that this database has forgotten.
  await noteReporting(engines.db, run.runId);
  const write = (name: string, text: string, contentType: string) => writeReport(context, { name, text, contentType });
  await write('report.json', `${JSON.stringify(summary, null, 2)}\n`, 'application/json');
  await write('report.html', await renderHtml(context, summary), 'text/html; charset=utf-8');
  await closeRun(engines.db, run.runId, { from: run.state, summary, now: engines.now() });
}

async function renderHtml(context: StageContext, summary: RunSummary): Promise<string> {
  const { engines, run, bundle } = context;
  const mails = await sampleMails({ engines, run, job: bundle.job, template: bundle.template }, MAILS_SHOWN);
  const preview = await audiencePreview(engines, run);
  return renderNightHtml({
    title: summary.run,
    runs: [{ summary, mails, ...(preview === undefined ? {} : { audiencePreview: preview }) }],
  });
}

async function writeReport(
  { engines, run }: StageContext,
  report: { name: string; text: string; contentType: string },
): Promise<void> {
  const uri = place(engines, `runs/${run.runId}/${report.name}`);
  const written = await writeObject(engines.s3, uri, [report.text], {
    contentType: report.contentType,
    kmsKeyArn: engines.settings.aws.kmsKeyArn,
  });
  await saveArtefact(engines.db, run.runId, {
    kind: 'report',
    name: report.name,
    rows: undefined,
    ...written,
    now: engines.now(),
  });
}
