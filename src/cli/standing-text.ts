/** Prints where a run stands for people. */
import type { RunRow } from '../database/runs';
import { countOf, formatCount, formatReason, formatTime } from '../report/figures';
import type { BatchJobStanding, DeliveryStanding, RunStanding } from '../run/operate/standing';

const LABEL_WIDTH = 14;

/** Several lines, no final newline. Where the report was printed before, its counts are not told again. */
export function formatStanding(run: RunRow, standing: RunStanding, options: { readonly isReported: boolean }): string {
  const { error, queue, nextDueAt, failing, guards, approvals } = standing;
  return [
    `${run.runId} is ${standing.state}`,
    // Guards are listed one by one below.
    ...(error === undefined || guards.length > 0 ? [] : [`  ${error.code}: ${error.message}`]),
    ...guards.flatMap(({ guard, figure, limit }) => rows('guard', [guard, `  ${figure}`, `  allowed: ${limit}`])),
    ...approvals.flatMap(({ guard, figure, by, at }) =>
      rows('approved', [`${guard} by ${by}, ${formatTime(new Date(at).toISOString())}`, `  ${figure}`]),
    ),
    ...(failing === undefined ? [] : row('failing', failing)),
    ...rows(
      'events',
      standing.events.map((event) => `${formatTime(event.at)}  ${event.state}`),
    ),
    ...standing.batchJobs.flatMap(listBatchJob),
    ...(queue === undefined
      ? []
      : row('queue', `number ${queue.position} of ${queue.waiting} that wait; ${queue.inFlight} in flight`)),
    ...(options.isReported ? [] : rows('e-mails', standing.deliveries.flatMap(listDeliveries))),
    ...(standing.clicks === undefined ? [] : row('clicks', formatClicks(standing.clicks))),
    ...(nextDueAt === undefined ? [] : row('next due', formatTime(nextDueAt))),
    ...rows(
      'you can',
      standing.advice.flatMap(({ to, command }) => [`${to}:`, `  ${command}`]),
    ),
  ].join('\n');
}

function formatClicks({ readers, clicks, programs }: NonNullable<RunStanding['clicks']>): string {
  const apart = programs === 0 ? '' : `; ${formatCount(programs)} by programs that look at links`;
  return `${countOf(clicks, 'link')} followed by ${countOf(readers, 'reader')}${apart}`;
}

function listBatchJob(job: BatchJobStanding): readonly string[] {
  const reason = job.reason === undefined ? '' : `: ${job.reason}`;
  return rows('batch job', [
    job.name,
    `${job.state}${reason}, ${countOf(job.lines, 'line')}${job.reused ? ', bought before' : ''}`,
    ...(job.arn === undefined ? [] : [job.arn]),
    `input  ${job.input}`,
    `output ${job.output}`,
  ]);
}

function listDeliveries({ state, count, reasons }: DeliveryStanding): readonly string[] {
  const named = reasons.filter(({ name }) => name !== '');
  return [
    `${formatCount(count).padStart(9)}  ${state}`,
    ...named.map((reason) => `${formatCount(reason.count).padStart(9)}    ${formatReason(reason.name)}`),
  ];
}

function row(label: string, text: string): readonly string[] {
  return rows(label, [text]);
}

function rows(label: string, texts: readonly string[]): readonly string[] {
  return texts.map((text, index) => `  ${(index === 0 ? label : '').padEnd(LABEL_WIDTH)}${text}`.trimEnd());
}
