/** Opens the engines of a server that must answer before its database does: whoever unsubscribes must not be sent away. */
import { setTimeout as wait } from 'node:timers/promises';
import { Kysely, PostgresDialect } from 'kysely';
import type { Database } from '../database/connecting/connection';
import { isAway } from '../database/connecting/connection-problem';
import { openStateFolder, type StateFolder } from '../database/embedded/state-folder';
import type { Tables } from '../database/schema';
import { NightjarError } from '../errors';
import { settledWithin } from '../queue/bounded';
import { explainFailure } from '../run/explain-failure';
import { forgetOutage, tellOutage } from '../run/outages';
import { type OpenEngines, openEngines, placesOf, signingSecret } from './open-engines';
import type { OpenOptions } from './open-store';

/** A database that says nothing at all is not waited for any longer before the server listens. */
const FIRST_MS = 3000;
const RETRY_MS = 2000;
const OUTAGE = 'server waits for its database';

export interface LateEngines {
  /** Until the database has come, every use of it and of what is opened behind it is refused with E_ENGINE_DATABASE. */
  readonly engines: OpenEngines;
  /** Rejects where the database has come and can't be used: it is another instance's, say. */
  readonly failed: Promise<never>;
}

/**
 * Opens the engines; where the database is only away, answers without it and goes on trying.
 * @throws what `openEngines` does where waiting would not help; the embedded database is always waited for
 */
export async function openEnginesLate(options: OpenOptions): Promise<LateEngines> {
  const first = openEngines(options);
  const isEmbedded = options.settings.database.url === 'embedded';
  try {
    if (isEmbedded || (await settledWithin(first, FIRST_MS)))
      return { engines: await first, failed: new Promise(() => undefined) };
  } catch (error) {
    if (isEmbedded || !isAway(error)) throw error;
  }
  return goOnTrying(options, first);
}

interface Trying {
  readonly options: OpenOptions;
  readonly stopping: AbortController;
  opened: OpenEngines | undefined;
}

async function goOnTrying(options: OpenOptions, first: Promise<OpenEngines>): Promise<LateEngines> {
  const trying: Trying = { options, stopping: new AbortController(), opened: undefined };
  first.catch(() => undefined);
  const state = await openStateFolder(options.stateDir);
  const secret = signingSecret(options, state);
  const trial = tryAgain(trying, first);
  const failed = trial.then(() => new Promise<never>(() => undefined));
  failed.catch(() => undefined);
  const close = async () => {
    trying.stopping.abort();
    await trial.catch(() => undefined);
    await trying.opened?.close();
  };
  return { engines: lateEngines(trying, { state, secret, close }), failed };
}

/** Ends when the engines are open, or the server stops. @throws where waiting does not help */
async function tryAgain(trying: Trying, first: Promise<OpenEngines>): Promise<void> {
  const { options, stopping } = trying;
  const engines = { log: options.log, now: () => Date.now() };
  for (let attempt = first; !stopping.signal.aborted; attempt = openEngines(options)) {
    try {
      trying.opened = await attempt;
      forgetOutage(OUTAGE);
      options.log('info', 'database has come');
      return;
    } catch (thrown) {
      const error = explainFailure(thrown);
      // Once the database is there, the queue and AWS may still be on their way.
      if (!isAway(error) && (error.code === 'E_ENGINE_DATABASE' || error.retry !== 'later')) throw error;
      tellOutage(engines, { subject: OUTAGE, error });
    }
    await wait(RETRY_MS, undefined, { signal: stopping.signal }).catch(() => undefined);
    if (stopping.signal.aborted) return;
  }
}

function notYet(): NightjarError {
  return new NightjarError('E_ENGINE_DATABASE', 'the database has not answered since the server was started', {
    fix: 'ask again when it is back; the log of the server says what is wrong with it',
  });
}

/** A handle of which every statement fails. */
function absentDatabase(): Database {
  return new Kysely<Tables>({ dialect: new PostgresDialect({ pool: async () => Promise.reject(notYet()) }) });
}

interface Known {
  readonly state: StateFolder;
  readonly secret: string;
  readonly close: () => Promise<void>;
}

function lateEngines(trying: Trying, { state, secret, close }: Known): OpenEngines {
  const { settings, log } = trying.options;
  const absent = absentDatabase();
  const open = (): OpenEngines => {
    if (trying.opened === undefined) throw notYet();
    return trying.opened;
  };
  return {
    ...{ settings, log, state, secret, close, now: () => Date.now() },
    ...placesOf(settings, state),
    get db() {
      return trying.opened?.db ?? absent;
    },
    get s3() {
      return open().s3;
    },
    get personalize() {
      return open().personalize;
    },
    get queue() {
      return open().queue;
    },
    get mailer() {
      return open().mailer;
    },
    get journal() {
      return open().journal;
    },
    get token() {
      return open().token;
    },
    get bootId() {
      return open().bootId;
    },
  };
}
