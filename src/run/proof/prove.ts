/**
 * Holds a run before its first mail: the mails of sample people go to the seed list of the job, and the run is paused until its
 * time is over or a person lets it go on.
 */
import { languageOf } from '../../content/locale';
import { withLock } from '../../database/connecting/lock';
import { listProofCandidates } from '../../database/runs/proof-samples';
import {
  decideProof,
  findProof,
  HOLD,
  listHeldOver,
  loseProofClaims,
  PROOF,
  PROOF_FAILED,
  type Proof,
  passProof,
  pauseForProof,
} from '../../database/runs/proofs';
import { findRun } from '../../database/runs/runs';
import { NightjarError } from '../../errors';
import type { EmailJob, ProofRules } from '../../job/email-job';
import type { WorkOutcome } from '../../queue/work-queue';
import type { Engines } from '../engines';
import { queueOpenWork } from '../open-work';
import { checkBeforeSending } from '../restored/announce';
import { DONE, type StageContext } from '../stage';
import { chooseSamples } from './choose-samples';
import { countProof } from './figures';
import { findPeople, makeSample, proofParts } from './proof-mail';
import { type ProofCall, sendProofs } from './send-proof';

/** What `prove` answers where the run may send. */
export const PROVED = Symbol('proved');

/** People who are looked at for the choice of the samples, of each kind of slate. */
const CANDIDATES = 150;

/** Answers PROVED where the job wants no proof or its proof has been passed; else the outcome of the stage. */
export async function prove(context: StageContext, job: EmailJob): Promise<WorkOutcome | typeof PROVED> {
  const { engines, run } = context;
  const rules = job.send.proof;
  const parts = rules === undefined ? undefined : await proofParts(context, job);
  if (rules === undefined || parts === undefined) return PROVED;
  if (!(await checkBeforeSending(engines, run))) return DONE;
  return withLock(engines.db, `proof ${run.runId}`, async () => {
    if ((await findRun(engines.db, run.runId))?.state !== 'collecting') return DONE;
    const call = { context, job, parts };
    const proof = (await findProof(engines.db, run.runId)) ?? (await decide(call, rules));
    if (proof === undefined || proof.passedAt !== undefined) return PROVED;
    // Whoever had claimed them held the lock, and has it no more.
    await loseProofClaims(engines.db, run.runId, engines.now());
    return (await sendProofs(call)) ?? pause(context, rules);
  });
}

/** Undefined where nobody is planned. */
async function decide({ context, job, parts }: ProofCall, rules: ProofRules): Promise<Proof | undefined> {
  const { engines, run } = context;
  const candidates = await listProofCandidates(engines.db, run.runId, CANDIDATES);
  if (candidates.length === 0) return undefined;
  const people = await findPeople(
    { engines, job },
    candidates.map(({ userId }) => userId),
  );
  const able = candidates
    .filter((candidate) => makeSample(parts, candidate, people).kind === 'mail')
    .map(({ userId, fallback }) => {
      const language = languageOf(people.contacts.get(userId)?.contact.locale);
      return { userId, fallback, language };
    });
  const samples = chooseSamples(able, rules.samples);
  const mails = samples.flatMap(({ userId }) => rules.to.map((address) => ({ userId, address })));
  await decideProof(engines.db, run.runId, { mails, now: engines.now() });
  return findProof(engines.db, run.runId);
}

async function pause({ engines, run }: StageContext, rules: ProofRules): Promise<WorkOutcome> {
  const proof = await findProof(engines.db, run.runId);
  if (proof === undefined) return DONE;
  const now = engines.now();
  const counts = countProof(proof);
  const isFailed = counts.refused > 0 || counts.accepted === 0;
  const holdUntil = isFailed || rules.hold === undefined ? undefined : now + rules.hold;
  const reason = isFailed ? PROOF_FAILED : PROOF;
  const message = isFailed ? describeFailure(proof) : describeWait(counts, holdUntil);
  const { code, fix } = new NightjarError('E_RUN_PROOF', message, {
    fix: fixOf(run.runId, { isFailed, refused: counts.refused }),
  });
  const until = holdUntil === undefined ? {} : { holdUntil: new Date(holdUntil).toISOString() };
  const error = { code, message, fix, ...until };
  if (await pauseForProof(engines.db, run.runId, { reason, error, holdUntil, now }))
    engines.log(isFailed ? 'warn' : 'info', 'run paused', { run: run.runId, reason, code, found: message });
  return DONE;
}

function describeWait({ mails, to, unknown }: ReturnType<typeof countProof>, holdUntil: number | undefined): string {
  const sent = `${mails === 1 ? '1 proof was' : `${mails} proofs were`} sent to ${to.join(', ')}`;
  const doubt = unknown === 0 ? '' : ` (of ${unknown} it is not known whether it arrived)`;
  return `${sent}${doubt}; the run waits ${holdUntil === undefined ? 'for a person' : `until ${new Date(holdUntil).toISOString()}`}`;
}

function fixOf(runId: string, { isFailed, refused }: { readonly isFailed: boolean; readonly refused: number }): string {
  // What may have arrived is never sent again.
  if (isFailed && refused === 0)
    return `see what became of them, then let it go on: nightjar runs approve ${runId}; or end it: nightjar runs cancel ${runId}`;
  if (isFailed)
    return `mend what the answer names, then send the proofs again: nightjar runs retry ${runId}; or go on without: nightjar runs approve ${runId}`;
  return `look at them; then let it go on: nightjar runs approve ${runId}; or end it: nightjar runs cancel ${runId}`;
}

function describeFailure(proof: Proof): string {
  const { mails, refused } = countProof(proof);
  if (mails === 0) return 'no proof could be made: none of the people that were looked at would get an e-mail';
  const first = proof.mails.find(({ state }) => state === 'refused') ?? proof.mails[0];
  // The mailer has taken the names out of the addresses in it.
  const answer = first?.answer ?? '';
  if (refused === 0) return `of none of ${mails} proofs is it known that it arrived: "${answer}"`;
  return `${refused} of ${mails} proofs were not taken, the first: "${answer}"`;
}

/** Lets the runs go on whose time is over. */
export async function resumeHeld(engines: Pick<Engines, 'db' | 'settings' | 'queue' | 'now' | 'log'>): Promise<void> {
  for (const runId of await listHeldOver(engines.db, engines.now())) {
    if (!(await passProof(engines.db, runId, { by: HOLD, now: engines.now() }))) continue;
    engines.log('info', 'goes on after its proof', { run: runId });
    await queueOpenWork(engines, runId);
  }
}
