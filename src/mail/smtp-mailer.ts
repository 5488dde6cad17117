/** A mailer over SMTP: a pool of connections to one server. */
import { createTransport } from 'nodemailer';
import type { Message } from '../content/message';
import { isNightjarError, NightjarError, systemErrorCode } from '../errors';
import { type BodyProbe, createProbe } from './body-probe';
import type { Mailer, MailerOptions, SendHooks } from './contract';
import { createDkimSigner, signMessage } from './dkim/signer';
import { reportWish } from './dsn';
import { isLoginRefused, readAcceptance, readEarlyAnswer, readFailure, refuseLogin, type SendOutcome } from './outcome';
import { sendReady } from './ready-mail';
import { parseServerUrl } from './server-url';
import { shortenAnswer } from './shorten-answer';
import { explainTlsFailure } from './tls-failure';

const MINUTE = 60_000;
/** What nodemailer says to messages that wait in a pool when it closes. */
const POOL_CLOSED = 'Connection pool was closed';

/**
 * Creates a pool of connections; none is opened before the first use.
 * @throws E_CONFIG_FIELD where the URL is none of an SMTP server
 */
export function createSmtpMailer(options: MailerOptions): Mailer {
  const { dsn } = parseServerUrl(options.url);
  const line: Line = { pool: createPool(options), closed: false, connections: options.connections, dsn, options };
  const pending = new Set<Promise<SendOutcome>>();
  const signer = options.dkim === undefined ? undefined : createDkimSigner(options.dkim);
  return {
    send: async (message, hooks = {}) => {
      const sending = signMessage(message, signer).then((signed) => sendOne(line, signed, hooks));
      pending.add(sending);
      return sending.finally(() => pending.delete(sending));
    },
    verify: async () => {
      await line.pool.verify().catch((cause: unknown) => {
        throw explainVerify(cause);
      });
      return { warnings: [] };
    },
    close: async ({ force = false } = {}) => {
      line.closed = true;
      line.pool.close({ force });
      await Promise.allSettled(pending);
    },
  };
}

function explainVerify(cause: unknown): NightjarError {
  const answer = shortenAnswer(cause instanceof Error ? cause.message : String(cause));
  if (isLoginRefused(cause)) return refuseLogin(answer, cause);
  return (
    explainTlsFailure(cause) ??
    new NightjarError('E_MAIL_SERVER', `the SMTP server can't be used: ${answer}`, { fix: 'check SMTP_URL', cause })
  );
}

/** nodemailer would send a message again after some failures of a connection (`maxRequeues`); under the ledger it must not. */
function createPool({ url, connections, name, timeouts = {} }: MailerOptions) {
  const { auth, dsn: _dsn, ...server } = parseServerUrl(url);
  return createTransport({
    ...server,
    ...(auth === undefined ? {} : { auth }),
    ...(name === undefined ? {} : { name }),
    pool: true,
    maxConnections: connections,
    maxRequeues: 0,
    connectionTimeout: timeouts.connect ?? MINUTE,
    greetingTimeout: timeouts.greeting ?? 5 * MINUTE,
    socketTimeout: timeouts.silence ?? 10 * MINUTE,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
}

type Pool = ReturnType<typeof createPool>;

interface Line {
  readonly options: MailerOptions;
  readonly connections: number;
  /** Whether servers are told what to report. */
  readonly dsn: boolean;
  pool: Pool;
  closed: boolean;
}

/** Connections of the old pool end as soon as their message is answered, and none takes another. */
function renewPool(line: Line, old: Pool): void {
  if (line.closed || line.pool !== old) return;
  line.pool = createPool(line.options);
  old.close();
}

/** One try: the outcome, or the error of a connection that was dead before it could carry a byte of the message. */
type Try = { readonly outcome: SendOutcome } | { readonly stale: unknown };

/** As many tries as there are connections find them all dead; one more gets a new connection. */
async function sendOne(line: Line, message: Message, hooks: SendHooks): Promise<SendOutcome> {
  for (let left = line.connections; ; left -= 1) {
    const probe = createProbe(hooks.beforeBody);
    const tried = await trySend(line, { message, hooks, probe });
    if ('outcome' in tried) return tried.outcome;
    if (left <= 0 || line.closed || hooks.signal?.aborted === true)
      return readFailure({ error: tried.stale, begun: false });
  }
}

interface Parcel {
  readonly message: Message;
  readonly hooks: SendHooks;
  readonly probe: BodyProbe;
}

async function trySend(line: Line, { message, hooks, probe }: Parcel): Promise<Try> {
  const { pool } = line;
  const signal = hooks.signal === undefined ? {} : { signal: hooks.signal };
  const dsn = line.dsn ? { dsn: reportWish(message) } : {};
  try {
    const info = await sendReady(pool, { message, probe, ...dsn, ...signal });
    if (probe.begun) return { outcome: readAcceptance(info) };
    probe.cancelled = true;
    renewPool(line, pool);
    return { outcome: readEarlyAnswer(info.response, probe.begun) };
  } catch (error) {
    // Its answer is given: it must not be handed over any more.
    if (!probe.begun) probe.cancelled = true;
    if (isOutOfStep(error, probe)) renewPool(line, pool);
    if (probe.failure !== undefined) throw probe.failure;
    if (isNightjarError(error)) throw error;
    if (isStale(error, probe) || (line.pool !== pool && isTurnedAway(error))) return { stale: error };
    return { outcome: readFailure({ error, begun: probe.begun }) };
  }
}

/**
 * A used connection that the server closed, in silence or with a 421 to MAIL: it had reached its limit of messages or
 * of idleness, which says nothing about the message. A server that is busy says 421 on the new connection again.
 */
function isStale(error: unknown, { reused, begun }: BodyProbe): boolean {
  if (!reused || begun || typeof error !== 'object' || error === null) return false;
  const { code, command, responseCode }: { code?: unknown; command?: unknown; responseCode?: unknown } = error;
  if (responseCode === undefined) return code === 'ECONNECTION' || code === 'ESOCKET';
  return responseCode === 421 && command === 'MAIL FROM';
}

/** A server that answers a message before it has it waits for the body yet, and reads whatever comes next as such. */
function isOutOfStep(error: unknown, { begun }: BodyProbe): boolean {
  return !begun && systemErrorCode(error) === 'EMESSAGE';
}

/** A message that waited in a pool which was closed before its turn. */
function isTurnedAway(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'message' in error && error.message === POOL_CLOSED;
}
