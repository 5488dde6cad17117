/** Sends the mails of a proof that are due, each at most once: what was claimed and has no answer is never sent again. */
import { setTimeout as sleep } from 'node:timers/promises';
import { findProofDeliveries } from '../../database/runs/proof-samples';
import {
  answerProofMail,
  claimProofMail,
  findProof,
  type Proof,
  type ProofAnswer,
  type ProofMail,
} from '../../database/runs/proofs';
import { isNightjarError } from '../../errors';
import type { EmailJob } from '../../job/email-job';
import type { SendOutcome } from '../../mail/outcome';
import type { WorkOutcome } from '../../queue/work-queue';
import type { MailParts } from '../mails/make-mail';
import { checkMailServer } from '../sending/mail-server';
import type { StageContext } from '../stage';
import { findPeople, makeSample } from './proof-mail';

/** A server that puts a proof off so often will not take it in the time that somebody waits for it. */
const MOST_TRIES = 3;
/** At slow rates a few mails need not wait for one another as long as a night's do. */
const LONGEST_GAP_MS = 2000;

export interface ProofCall {
  readonly context: StageContext;
  readonly job: EmailJob;
  readonly parts: MailParts;
}

/** Sends what is due; answers when more is, or undefined where every mail has its answer. */
export async function sendProofs(call: ProofCall): Promise<WorkOutcome | undefined> {
  const { context, job } = call;
  const { engines, run, signal } = context;
  const before = await findProof(engines.db, run.runId);
  if (!before?.mails.some(({ state }) => state === 'planned')) return undefined;
  await checkMailServer(engines.mailer);
  const samples = await readSamples(call, before);
  const token = `${engines.token}.proof`;
  for (;;) {
    if (signal.aborted) return { kind: 'again', at: engines.now() };
    const mail = await claimProofMail(engines.db, run.runId, { token, now: engines.now() });
    if (mail === undefined) break;
    await sendClaimed(call, { mail, token, samples });
    if (job.send.rate !== undefined)
      await sleep(Math.min(LONGEST_GAP_MS, 1000 / job.send.rate), undefined, { signal }).catch(() => undefined);
  }
  const after = await findProof(engines.db, run.runId);
  const due = (after?.mails ?? []).filter(({ state }) => state === 'planned').map(({ dueAt }) => dueAt);
  return due.length === 0 ? undefined : { kind: 'again', at: Math.min(...due) };
}

type Samples = Awaited<ReturnType<typeof readSamples>>;

async function readSamples({ context, job }: ProofCall, proof: Proof) {
  const { engines, run } = context;
  const userIds = [...new Set(proof.mails.map(({ userId }) => userId))];
  const deliveries = await findProofDeliveries(engines.db, run.runId, userIds);
  return { userIds, deliveries, people: await findPeople({ engines, job }, userIds) };
}

interface Claimed {
  readonly mail: ProofMail;
  readonly token: string;
  readonly samples: Samples;
}

async function sendClaimed(call: ProofCall, { mail, token, samples }: Claimed): Promise<void> {
  const { engines, run } = call.context;
  const record = (answer: ProofAnswer) =>
    answerProofMail(engines.db, { runId: run.runId, nth: mail.nth, token }, { answer, now: engines.now() });
  const answer = await sendOne(call, mail, samples).catch(async (error: unknown) => {
    // What a mailer or a template throws such an error for was surely not sent.
    if (isNightjarError(error)) await record({ state: 'planned', dueAt: engines.now() });
    throw error;
  });
  await record(answer);
}

async function sendOne(call: ProofCall, mail: ProofMail, samples: Samples): Promise<ProofAnswer> {
  const { engines, run } = call.context;
  const { parts } = call;
  const delivery = samples.deliveries.get(mail.userId);
  const place = {
    runId: run.runId,
    address: mail.address,
    sample: samples.userIds.indexOf(mail.userId) + 1,
    samples: samples.userIds.length,
  };
  const made = delivery === undefined ? undefined : makeSample(parts, delivery, samples.people, place);
  if (made?.kind !== 'mail') {
    const reason = made?.answer.reason ?? 'not planned any more';
    return { state: 'refused', answer: `the person would get no e-mail: ${reason.replaceAll('_', ' ')}` };
  }
  try {
    const outcome = await engines.mailer.send(made.message, { tags: { run: run.runId, job: run.job, kind: 'proof' } });
    return readOutcome(outcome, {
      mail,
      now: engines.now(),
      retryAfterSeconds: engines.settings.mail.retryAfterSeconds,
    });
  } catch (error) {
    if (!isNightjarError(error) || error.code !== 'E_MAIL_ADDRESS') throw error;
    return { state: 'refused', answer: error.message };
  }
}

interface Sent {
  readonly mail: ProofMail;
  readonly now: number;
  readonly retryAfterSeconds: readonly number[];
}

function readOutcome(outcome: SendOutcome, { mail, now, retryAfterSeconds }: Sent): ProofAnswer {
  const { kind, answer } = outcome;
  if (kind === 'unknown') return { state: 'unknown', answer };
  const { code: smtpCode } = outcome;
  if (kind !== 'deferred') return { state: kind, smtpCode, answer };
  const seconds = retryAfterSeconds[mail.attempt - 1];
  if (mail.attempt >= MOST_TRIES || seconds === undefined) return { state: 'refused', smtpCode, answer };
  return { state: 'planned', smtpCode, answer, dueAt: now + Math.max(seconds * 1000, outcome.retryAfterMs ?? 0) };
}
