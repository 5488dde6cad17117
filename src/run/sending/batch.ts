/** Sends the mails of one claim: makes them, gives each its turn, and records what became of it. */
import { currentCatalogueVersion } from '../../database/catalogue';
import type { ClaimedDelivery, DeliveryAnswer } from '../../database/ledger/claims';
import { findContacts } from '../../database/people/contacts';
import { isNightjarError } from '../../errors';
import { isTaken } from '../../mail/taken-claims';
import { loadCatalogue } from '../mails/catalogue-cache';
import { type MadeMail, makeMail } from '../mails/make-mail';
import { readPlan } from '../plan-record';
import { refusalOf } from '../recipients/allowed-addresses';
import { drainSpool } from '../suppress/unsubscribe';
import { createAnswerWriter, writeAnswers } from './answers';
import { findAvoided } from './avoid';
import { type Lane, leaseMs } from './lane';
import { holdLease, type Lease, type Moment } from './lease';
import { createMailQueue, type Parcel } from './mail-queue';
import { createMakingTally } from './making';
import { journalKey } from './recover';
import { readOutcome, type Wait } from './send-outcome';
import { stopAfterErrors } from './stop';
import { handleDeferral, noTroubles, type Troubles } from './troubles';
import type { Turn } from './turns';

/** The rows that a lane has claimed in one commit. */
export interface ClaimInHand {
  readonly token: string;
  readonly claimed: Moment;
  readonly rows: readonly ClaimedDelivery[];
}

/** Sends what was claimed; what it can't send it gives back. */
export async function sendBatch(lane: Lane, claim: ClaimInHand): Promise<void> {
  const { engines, run } = lane.context;
  const { token, claimed, rows } = claim;
  const userIds = rows.map((row) => row.userId);
  const lease = holdLease({ engines, run, token, userIds, claimed, leaseMs: leaseMs(lane.context) });
  const settled = engines.journal.hold();
  try {
    const made = await makeMails(lane, rows);
    const answers = made.flatMap(({ made: mail }) => (mail.kind === 'excluded' ? [mail.answer] : []));
    await writeAnswers(lane, { token, claimedAt: claimed.at, answers });
    const parcels = made.flatMap(({ made: mail, row }) => (mail.kind === 'mail' ? [{ mail, row }] : []));
    await sendAll(lane, { claim, parcels, lease, settled });
  } finally {
    lease.release();
  }
}

async function makeMails(
  lane: Lane,
  rows: readonly ClaimedDelivery[],
): Promise<readonly { readonly made: MadeMail; readonly row: ClaimedDelivery }[]> {
  const { context, job } = lane;
  const { engines, run, bundle } = context;
  const template = bundle.template;
  if (template === undefined) return [];
  // What came while the database was away holds for whoever is written to now.
  await drainSpool(engines);
  const contacts = await findContacts(
    engines.db,
    rows.map((row) => row.userId),
    job.name,
  );
  const catalogue = await loadCatalogue(engines.db, run.catalogueVersion);
  const refuse = refusalOf(engines, { job, onlyTo: run.onlyTo });
  const newest = await loadCatalogue(engines.db, await currentCatalogueVersion(engines.db));
  const avoided = await findAvoided(
    engines,
    job,
    rows.map((row) => row.userId),
  );
  const tally = createMakingTally(lane);
  const choice = { planned: readPlan(run.plan), avoided, refuse, note: tally.note };
  const parts = { engines, run, job, template, catalogue, newest, ...choice };
  const make = (row: ClaimedDelivery) => makeMail(parts, { row, stored: contacts.get(row.userId) });
  const made = rows.map((row) => ({ made: tally.watch(row, () => make(row)), row }));
  await tally.store();
  return made;
}

interface Batch {
  readonly lane: Lane;
  /** Of the claim. */
  readonly token: string;
  readonly lease: Lease;
  readonly troubles: Troubles;
  /** What ends the stage once the mails under way have their answers. */
  failure: { readonly error: unknown } | undefined;
}

interface Load {
  readonly claim: ClaimInHand;
  readonly parcels: readonly Parcel[];
  readonly lease: Lease;
  /** See `Journal.hold`. */
  readonly settled: () => void;
}

/** Sends over as many connections as the settings give; answers are written in bulk while others are under way. */
async function sendAll(lane: Lane, { claim, parcels, lease, settled }: Load): Promise<void> {
  const { engines, signal } = lane.context;
  const batch: Batch = { lane, token: claim.token, lease, troubles: noTroubles(), failure: undefined };
  const queue = createMailQueue(parcels, { now: engines.now, signal });
  const answers = createAnswerWriter(lane, {
    token: claim.token,
    claimedAt: claim.claimed.at,
    onWritten: (written) => heedRefusals(batch, written),
  });
  lane.turns.expect(parcels.length);
  const connection = async () => {
    for (let parcel = await queue.next(); parcel !== undefined; parcel = await queue.next()) {
      answers.add(parcel.mail.attempt, await sendInTurn(batch, parcel));
      // While answers can't be written no mail is begun: each would be one more of which nobody knows, were this process to die.
      await answers.flushFull().catch((error: unknown) => {
        batch.failure ??= { error };
      });
    }
  };
  const count = Math.min(engines.settings.mail.connections, parcels.length);
  const ended = await Promise.allSettled(Array.from({ length: count }, connection));
  await answers.flushAll();
  settled();
  const failed = ended.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  if (batch.failure !== undefined) throw batch.failure.error;
}

/** The limit is looked at where it can have been reached: not a mail, but a statement that wrote refusals. */
async function heedRefusals({ lane, troubles }: Batch, written: readonly DeliveryAnswer[]): Promise<void> {
  if (!written.some(({ state }) => state === 'refused')) return;
  if (await stopAfterErrors(lane)) troubles.isStopped = true;
}

function mayBegin({ lane, lease, troubles, failure }: Batch, { row }: Parcel): boolean {
  if (failure !== undefined || troubles.isStopped || lane.context.signal.aborted) return false;
  return !troubles.blocked.has(row.domain ?? '') && lease.isOurs(row.userId);
}

async function sendInTurn(batch: Batch, parcel: Parcel): Promise<DeliveryAnswer> {
  let turn: Turn | undefined;
  try {
    if (mayBegin(batch, parcel)) turn = await batch.lane.turns.take();
    if (turn === undefined || !mayBegin(batch, parcel)) return giveBack(batch, parcel);
    return await sendOne(batch, parcel, turn);
  } catch (error) {
    if (!(error instanceof LeaseLost)) batch.failure ??= { error };
    return giveBack(batch, parcel);
  } finally {
    turn?.done();
  }
}

/** What a mailer throws for was surely not sent, and neither was what waits behind it. */
function giveBack({ troubles }: Batch, { row }: Parcel): DeliveryAnswer {
  const domain = row.domain ?? '';
  const reason = troubles.givenUp.get(domain);
  if (reason !== undefined) return { userId: row.userId, state: 'dropped', reason };
  return { userId: row.userId, state: 'planned', held: troubles.blocked.has(domain) };
}

/** Thrown right before the first body byte, where the wait for a connection has outlived the lease; nothing was sent. */
class LeaseLost extends Error {}

async function sendOne(batch: Batch, parcel: Parcel, turn: Turn): Promise<DeliveryAnswer> {
  const { engines, run } = batch.lane.context;
  const { mail, row } = parcel;
  const beforeBody = () => {
    if (!batch.lease.isOurs(row.userId)) throw new LeaseLost('the lease has run out');
    engines.journal.begin(journalKey(run.runId, mail));
    if (isTaken(engines.journalDir, batch.token)) throw new LeaseLost('the claim was taken');
    turn.begun();
  };
  try {
    const outcome = await engines.mailer.send(mail.message, { beforeBody, tags: { run: run.runId, job: run.job } });
    const wait: Wait =
      outcome.kind === 'deferred'
        ? await handleDeferral(batch.lane, batch.troubles, { outcome, parcel })
        : { kind: 'own' };
    const { retryAfterSeconds } = engines.settings.mail;
    const answer = readOutcome(outcome, {
      mail: { ...mail, waits: row.waits },
      now: engines.now(),
      retryAfterSeconds,
      wait,
    });
    return { ...answer, shown: mail.shown };
  } catch (error) {
    // One address is one recipient's matter, not the run's.
    if (!isNightjarError(error) || error.code !== 'E_MAIL_ADDRESS') throw error;
    return { userId: row.userId, state: 'excluded', reason: 'address_refused' };
  }
}
