/** Sends e-mails over SMTP: pooled connections, one recipient a message, and an honest word on what became of each. */
import { createTransport, type SendMailOptions } from 'nodemailer';
import { isNightjarError, NightjarError } from '../errors';
import { attachProbe, type BodyProbe, probeBody } from './body-probe';
import { readAcceptance, readEarlyAnswer, readFailure, type SendOutcome, shortenAnswer } from './outcome';
import { parseServerUrl } from './server-url';

export interface MailerOptions {
  /** `smtp://user:password@host:port` or `smtps://…`; `parseServerUrl` says what else. */
  readonly url: string;
  /** Connections at a time, at least 1. */
  readonly connections: number;
  /** What we call ourselves in EHLO; the machine's name where it is left out. */
  readonly name?: string;
  readonly timeouts?: Timeouts;
}

/** In milliseconds. The defaults follow RFC 5321 section 4.5.3.2: a shorter wait after the final dot makes deliveries unknown. */
export interface Timeouts {
  readonly connect?: number;
  readonly greeting?: number;
  /** Of silence, also after the final dot. */
  readonly silence?: number;
}

export interface SendHooks {
  /**
   * Called once, right before the first byte of the message is handed to the connection: the server has answered DATA by then.
   * What it throws is thrown by `send`, and the message is not sent.
   */
  readonly beforeBody?: () => void;
  /** Gives the message up; a message whose body has begun is then `unknown`. */
  readonly signal?: AbortSignal;
}

/** Callers keep at most twice as many sends going as there are connections: nodemailer queues without bound. */
export interface Mailer {
  /**
   * Sends one message to one recipient, once: nothing is tried again here.
   * @throws E_MAIL_SERVER where the server refuses our credentials; the message was not sent
   * @throws E_MAIL_ADDRESS where an address can't be put into a command; the message was not sent
   * @throws what `beforeBody` threw; the message was not sent
   */
  send(message: SendMailOptions, hooks?: SendHooks): Promise<SendOutcome>;
  /**
   * Connects, greets and logs in, and sends nothing.
   * @throws E_MAIL_SERVER
   */
  verify(): Promise<void>;
  /** Lets messages under way finish, fails waiting ones (`deferred`), and closes; with `force`, cuts at once. */
  close(options?: { readonly force?: boolean }): Promise<void>;
}

const MINUTE = 60_000;

/**
 * Creates a pool of connections; none is opened before the first use.
 * @throws E_CONFIG_FIELD where the URL is none of an SMTP server
 */
export function createMailer(options: MailerOptions): Mailer {
  let pool = createPool(options);
  const pending = new Set<Promise<SendOutcome>>();
  const renewPool = () => {
    pool.close();
    pool = createPool(options);
  };
  return {
    send: async (message, hooks = {}) => {
      const sending = sendOne({ pool, renewPool }, message, hooks);
      pending.add(sending);
      return sending.finally(() => pending.delete(sending));
    },
    verify: async () => {
      await pool.verify().catch((cause: unknown) => {
        const answer = shortenAnswer(cause instanceof Error ? cause.message : String(cause));
        throw new NightjarError('E_MAIL_SERVER', `the SMTP server can't be used: ${answer}`, {
          fix: 'check SMTP_URL',
          cause,
        });
      });
    },
    close: async ({ force = false } = {}) => {
      pool.close({ force });
      await Promise.allSettled(pending);
    },
  };
}

/** nodemailer would send a message again after some failures of a connection (`maxRequeues`); under the ledger it must not. */
function createPool({ url, connections, name, timeouts = {} }: MailerOptions) {
  const { auth, ...server } = parseServerUrl(url);
  const pool = createTransport({
    ...server,
    ...(auth === undefined ? {} : { auth }),
    ...(name === undefined ? {} : { name }),
    pool: true,
    maxConnections: connections,
    maxMessages: Number.POSITIVE_INFINITY,
    maxRequeues: 0,
    connectionTimeout: timeouts.connect ?? MINUTE,
    greetingTimeout: timeouts.greeting ?? MINUTE,
    socketTimeout: timeouts.silence ?? 10 * MINUTE,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return pool.use('stream', probeBody);
}

type Pool = ReturnType<typeof createPool>;

interface Line {
  readonly pool: Pool;
  /** Replaces the pool; connections of the old one end as soon as their message is answered, none takes another. */
  readonly renewPool: () => void;
}

async function sendOne({ pool, renewPool }: Line, message: SendMailOptions, hooks: SendHooks): Promise<SendOutcome> {
  const probe: BodyProbe = {
    beforeBody: hooks.beforeBody ?? (() => undefined),
    begun: false,
    length: 0,
    failure: undefined,
    cancelled: false,
  };
  const { signal } = hooks;
  try {
    const info = await pool.sendMail(attachProbe({ ...message, ...(signal === undefined ? {} : { signal }) }, probe));
    if (probe.begun && (info.messageSize ?? 0) >= probe.length) return readAcceptance(info.response);
    probe.cancelled = true;
    renewPool();
    return readEarlyAnswer(info.response, probe.begun);
  } catch (error) {
    if (probe.failure !== undefined) throw probe.failure;
    if (isNightjarError(error)) throw error;
    return readFailure({ error, begun: probe.begun });
  }
}
