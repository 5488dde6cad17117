/** The stage report: sums the run up, writes the report to S3, and closes the run. */
import { saveArtefact } from '../database/artefacts';
import { moveRun, saveSummary } from '../database/runs';
import { renderNightHtml } from '../report/html';
import type { RunSummary } from '../report/summary';
import { writeObject } from '../storage/objects';
import { audiencePreview } from './audience-preview';
import { place } from './engines';
import { sampleMails } from './sample-mails';
import { DONE, type Stage, type StageContext } from './stage';
import { summarise } from './summarise';

const MAILS_SHOWN = 3;

/** Closes a run whose every delivery or query is done; whoever comes last does it, and doing it twice makes the same report. */
export const report: Stage = async (context) => {
  const { engines, run, bundle } = context;
  const summary: RunSummary = { ...(await summarise({ engines, run, bundle })), state: 'finished' };
  await writeReport(context, {
    name: 'report.json',
    text: `${JSON.stringify(summary, null, 2)}\n`,
    contentType: 'application/json',
  });
  await writeReport(context, {
    name: 'report.html',
    text: await renderHtml(context, summary),
    contentType: 'text/html; charset=utf-8',
  });
  await saveSummary(engines.db, run.runId, summary);
  await moveRun(engines.db, run.runId, { from: run.state, to: 'finished', now: engines.now() });
  return DONE;
};

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
