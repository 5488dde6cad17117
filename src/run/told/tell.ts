/** Tells what the outbox holds: decides who is told of an event, and tells each, again and again where that fails. */
import { noteLateRuns } from '../../database/runs/late';
import {
  type Address,
  addressNotice,
  answerTelling,
  claimTellings,
  type DueTelling,
  type OpenNotice,
} from '../../database/runs/notices';
import { readNotifyRules } from '../../job/notify';
import type { Engines } from '../engines';
import { explainFailure } from '../explain-failure';
import { tellOutage } from '../outages';
import { sendNotice } from './email';
import { buildPayload, type Payload, payloadSchema } from './payload';
import { chooseTargets, showTarget, wayTo } from './targets';
import { slackMessage } from './texts';
import { postJson, signWebhook, type TryOutcome } from './webhook';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** Waits between the tries of one target; after the last one it is given up. */
export const WAITS_MS: readonly number[] = [
  10 * SECOND,
  MINUTE,
  5 * MINUTE,
  30 * MINUTE,
  2 * HOUR,
  6 * HOUR,
  12 * HOUR,
];

/** Longer than a try takes: a worker that dies leaves it to the others after this. */
export const LEASE_MS = 2 * MINUTE;

/** Beyond so many the trouble is none of theirs. */
const MOST_FAILED = 20;

type TellEngines = Pick<Engines, 'db' | 'settings' | 'mailer' | 'now' | 'log'>;

/**
 * Decides of everything that has happened who is told, and fixes what. An event of which that fails holds up no other; it
 * is looked at again the next time.
 */
export async function addressAll(engines: TellEngines, signal: AbortSignal): Promise<void> {
  await noteLateRuns(engines.db, engines.now());
  const failed = new Set<string>();
  const decide = async (trx: Engines['db'], notice: OpenNotice): Promise<Address> => {
    try {
      const targets = chooseTargets(engines, readNotifyRules(notice.rules), notice.kind);
      if (targets.length === 0) return { targets, payload: null };
      return { targets, payload: await buildPayload({ ...engines, db: trx }, notice) };
    } catch (error) {
      failed.add(notice.event);
      tellOutage(engines, { subject: `deciding who is told of ${notice.event}`, error: explainFailure(error) });
      throw error;
    }
  };
  let found = true;
  while (found && !signal.aborted && failed.size < MOST_FAILED) {
    const before = failed.size;
    found = await addressNotice(engines.db, decide, { now: engines.now(), except: [...failed] }).catch(
      (error: unknown) => {
        if (failed.size > before) return true;
        throw error;
      },
    );
  }
}

/** Begins to tell what is due, at most `limit`; each promise ends when its answer is written, and none rejects. */
export async function beginTelling(
  engines: TellEngines,
  { limit, signal }: { readonly limit: number; readonly signal: AbortSignal },
): Promise<readonly Promise<void>[]> {
  // What nobody has begun when a worker stops is no try.
  if (limit <= 0 || signal.aborted) return [];
  const due = await claimTellings(engines.db, { now: engines.now(), leaseMs: LEASE_MS, limit });
  return due.map((telling) => tellOne(engines, telling, signal));
}

async function tellOne(engines: TellEngines, telling: DueTelling, signal: AbortSignal): Promise<void> {
  // Whatever a try fails for, it counts as one: else it would be tried for ever.
  const failed = (error: unknown): TryOutcome => ({ kind: 'again', answer: explainFailure(error).message });
  try {
    await writeEnd(engines, telling, await tryOnce(engines, telling, signal).catch(failed));
  } catch (error) {
    // The lease runs out, and it is tried again.
    const fields = { event: telling.event, target: showTarget(telling.target), reason: explainFailure(error).message };
    engines.log('warn', 'not told', fields);
  }
}

async function tryOnce(
  engines: TellEngines,
  { target, payload }: DueTelling,
  signal: AbortSignal,
): Promise<TryOutcome> {
  const read = payloadSchema.safeParse(payload);
  if (!read.success) return { kind: 'given-up', answer: 'what was to be told can not be read' };
  return tellTarget(engines, read.data, { target, signal });
}

/** Tells one target once. */
export async function tellTarget(
  engines: Pick<TellEngines, 'settings' | 'mailer' | 'now'>,
  payload: Payload,
  { target, signal }: { readonly target: string; readonly signal: AbortSignal },
): Promise<TryOutcome> {
  const way = wayTo(engines, target);
  switch (way?.kind) {
    case 'email':
      return sendNotice(engines, payload, { address: way.address, signal });
    case 'slack':
      return postJson(way.url, { body: JSON.stringify(slackMessage(payload)), signal });
    case 'webhook': {
      const body = JSON.stringify(payload);
      const seconds = Math.floor(engines.now() / SECOND);
      const headers = signWebhook(way.secrets, { id: payload.id, seconds, body });
      return postJson(way.url, { body, headers, signal });
    }
    default:
      return { kind: 'given-up', answer: 'the settings have no such target' };
  }
}

async function writeEnd(engines: TellEngines, telling: DueTelling, { kind, answer }: TryOutcome): Promise<void> {
  const now = engines.now();
  const wait = WAITS_MS[telling.attempt - 1];
  const fields = { event: telling.event, target: showTarget(telling.target), attempt: telling.attempt, answer };
  if (kind === 'told') {
    await answerTelling(engines.db, telling, { state: 'told', answer, now });
    engines.log('info', 'told', fields);
  } else if (kind === 'again' && wait !== undefined) {
    await answerTelling(engines.db, telling, { state: 'open', answer, now, nextAt: now + wait });
    engines.log('warn', 'not told yet', { ...fields, againInSeconds: wait / SECOND });
  } else {
    await answerTelling(engines.db, telling, { state: 'given-up', answer, now });
    engines.log('error', 'telling given up', fields);
  }
}
