/** Makes the e-mails of a proof: those of sample people as they would be sent, to somebody who looks at them first. */
import { currentCatalogueVersion } from '../../database/catalogue';
import { findContacts } from '../../database/people/contacts';
import type { ProofCandidate } from '../../database/runs/proof-samples';
import type { EmailJob } from '../../job/email-job';
import { loadCatalogue } from '../mails/catalogue-cache';
import { type MadeMail, type MailParts, makeMail, type Trial } from '../mails/make-mail';
import { readPlan } from '../plan-record';
import { refusalOf } from '../recipients/allowed-addresses';
import { findAvoided } from '../sending/avoid';
import type { StageContext } from '../stage';

/** What the subject of a proof begins with. */
const MARK = '[proof] ';
/** Names the run of a proof, and which of its samples it shows. */
const FIELD = 'X-Nightjar-Proof';

/** Collects what the e-mails of a run are made of. */
export async function proofParts(
  { engines, run, bundle }: StageContext,
  job: EmailJob,
): Promise<MailParts | undefined> {
  const { template } = bundle;
  if (template === undefined) return undefined;
  return {
    engines,
    run,
    job,
    template,
    catalogue: await loadCatalogue(engines.db, run.catalogueVersion),
    newest: await loadCatalogue(engines.db, await currentCatalogueVersion(engines.db)),
    planned: readPlan(run.plan),
    refuse: refusalOf(engines, { job, onlyTo: run.onlyTo }),
  };
}

/** What is known of the people of a proof at this moment. */
export interface SamplePeople {
  readonly contacts: ReadonlyMap<string, Parameters<typeof makeMail>[1]['stored']>;
  readonly avoided: MailParts['avoided'];
}

/** Reads what the e-mails of these people depend on, as the run does before it makes them. */
export async function findPeople(
  { engines, job }: { readonly engines: StageContext['engines']; readonly job: EmailJob },
  userIds: readonly string[],
): Promise<SamplePeople> {
  return {
    contacts: await findContacts(engines.db, userIds, job.name),
    avoided: await findAvoided(engines, job, userIds),
  };
}

/** Makes the e-mail of a person as the run would at this moment; with a place it is addressed to that one instead. */
export function makeSample(
  parts: MailParts,
  candidate: ProofCandidate,
  { contacts, avoided }: SamplePeople,
  place?: ProofPlace,
): MadeMail {
  const { userId } = candidate;
  const trial: Trial = { onlyIfDue: true, ...(place === undefined ? {} : addressProof(place)) };
  return makeMail({ ...parts, trial, avoided }, { row: { ...candidate, attempt: 1 }, stored: contacts.get(userId) });
}

export interface ProofPlace {
  readonly runId: string;
  /** Of the seed list. */
  readonly address: string;
  /** From 1. */
  readonly sample: number;
  readonly samples: number;
}

/** Another recipient, a marked subject, a field and an id of its own. */
function addressProof({ runId, address, sample, samples }: ProofPlace): Trial {
  return {
    to: { name: '', address },
    idOf: `${runId} proof ${address}`,
    mark: { subject: MARK, field: [FIELD, `${runId}; sample ${sample} of ${samples}`] },
  };
}
