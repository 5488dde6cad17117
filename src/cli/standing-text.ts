/** Prints where a run stands for people. */
import type { RunRow } from '../database/runs/runs';
import { countOf, formatCount, formatReason, formatTime, formatValue } from '../report/figures';
import type { BatchJobStanding, DeliveryStanding, ProofStanding, RunStanding } from '../run/operate/standing';
import type { TellingStanding } from '../run/told/standing';

const LABEL_WIDTH = 14;

/** Several lines, no final newline. Where the report was printed before, its counts are not told again. */
export function formatStanding(run: RunRow, standing: RunStanding, options: { readonly isReported: boolean }): string {
  const { error, queue, nextDueAt, failing, guards, approvals, proof, told } = standing;
  return [
    `${run.runId} is ${standing.state}`,
    ...(options.isReported ? [] : listWish(run)),
    // Guards are listed one by one below.
    ...(error === undefined || guards.length > 0 ? [] : [`  ${error.code}: ${error.message}`]),
    ...guards.flatMap(({ guard, figure, limit }) => rows('guard', [guard, `  ${figure}`, `  allowed: ${limit}`])),
    ...approvals.flatMap(({ guard, figure, by, at }) =>
      rows('approved', [`${guard} by ${by}, ${formatTime(new Date(at).toISOString())}`, `  ${figure}`]),
    ),
    ...(proof === undefined ? [] : rows('proof', listProof(proof))),
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
    ...rows('told', told.map(describeTelling)),
    ...rows(
      'you can',
      standing.advice.flatMap(({ to, command }) => [`${to}:`, `  ${command}`]),
    ),
  ].join('\n');
}

function describeTelling({ event, target, state, at, tries, answer, nextAt }: TellingStanding): string {
  const said = answer === undefined ? '' : `: ${answer}`;
  const times = tries === 1 ? 'once' : `${tries} times`;
  if (state === 'told') return `${formatTime(at)}  ${event}, ${target}`;
  if (state === 'given-up') return `${formatTime(at)}  ${event}, ${target}: given up, tried ${times}${said}`;
  const next = nextAt === undefined ? '' : `, next ${formatTime(nextAt)}`;
  return `${formatTime(at)}  ${event}, ${target}: not yet, tried ${times}${next}${said}`;
}

function listProof({ mails, heldUntil, passedBy }: ProofStanding): readonly string[] {
  return [
    ...mails.map(({ to, state, answer }) => {
      const said = answer === undefined || state === 'accepted' ? '' : `: ${answer}`;
      return `${state.padEnd(8)}  ${to}${said}`;
    }),
    ...(heldUntil === undefined ? [] : [`goes on by itself at ${formatTime(heldUntil)}`]),
    ...(passedBy === undefined ? [] : [passedBy === 'hold' ? 'its time is over' : `let go on by ${passedBy}`]),
  ];
}

/** What the report tells of it, where there is one. */
function listWish({ params, limit, onlyTo, requestedBy }: RunRow): readonly string[] {
  return [
    ...(requestedBy === undefined ? [] : row('asked for by', requestedBy)),
    ...rows(
      'params',
      Object.entries(params ?? {}).map(([name, value]) => `${name} = ${formatValue(value)}`),
    ),
    ...(limit === undefined ? [] : row('limit', `the first ${countOf(limit, 'recipient')}`)),
    ...(onlyTo === undefined ? [] : row('only to', onlyTo.join(', '))),
  ];
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
