/** Makes the e-mails of a proof: those of sample people as they would be sent, to somebody who looks at them first. */
import type { SendMailOptions } from 'nodemailer';
import { messageIdOf } from '../../content/links';
import type { ProofCandidate } from '../../database/proof-samples';
import type { EmailJob } from '../../job/definition';
import { refusalOf } from '../allowed-addresses';
import { loadCatalogue } from '../catalogue-cache';
import { type MadeMail, type MailParts, makeMail } from '../make-mail';
import { readPlan } from '../plan-record';
import { senderDomain } from '../sending/sender';
import type { StageContext } from '../stage';

/** What the subject of a proof begins with. */
const MARK = '[proof]';
/** Names the run of a proof, and which of its samples it shows. */
const HEADER = 'X-Nightjar-Proof';

/**
 * Collects what the e-mails of a run are made of, but for the secret: links that another one has signed look the same and
 * take nobody off a list.
 */
export async function proofParts(
  { engines, run, bundle }: StageContext,
  job: EmailJob,
): Promise<MailParts | undefined> {
  const { template } = bundle;
  if (template === undefined) return undefined;
  return {
    engines: { settings: engines.settings, now: engines.now, secret: `${engines.secret} of a proof` },
    run,
    job,
    template,
    catalogue: await loadCatalogue(engines.db, run.catalogueVersion),
    popular: readPlan(run.plan).popular,
    refuse: refusalOf(engines, { job, onlyTo: run.onlyTo }),
  };
}

/** Makes the e-mail of a person, as the run would at this moment. */
export function makeSample(parts: MailParts, candidate: ProofCandidate, contacts: Contacts): MadeMail {
  const { userId, addressHash, slate } = candidate;
  return makeMail(parts, { row: { userId, addressHash, slate, attempt: 1 }, stored: contacts.get(userId) });
}

type Contacts = ReadonlyMap<string, Parameters<typeof makeMail>[1]['stored']>;

export interface ProofPlace {
  readonly runId: string;
  readonly job: EmailJob;
  readonly mailFrom: string;
  readonly userId: string;
  /** Of the seed list. */
  readonly address: string;
  /** From 1. */
  readonly sample: number;
  readonly samples: number;
}

/** Turns the e-mail of a person into the proof of it: another recipient, a marked subject, a header and an id of its own. */
export function addressProof(message: SendMailOptions, place: ProofPlace): SendMailOptions {
  const { runId, job, mailFrom, userId, address, sample, samples } = place;
  const messageId = messageIdOf({
    run: `${runId} proof`,
    userId: `${userId} ${address}`,
    domain: senderDomain(job.send.from ?? mailFrom),
  });
  return {
    ...message,
    envelope: { ...message.envelope, to: [address] },
    to: { name: '', address },
    subject: `${MARK} ${message.subject ?? ''}`,
    messageId,
    headers: { ...message.headers, [HEADER]: `${runId}; sample ${sample} of ${samples}` },
  };
}
