/** What a mailer is to its callers, whichever way it sends. */
import type { Message } from '../content/message';
import type { AwsAccess } from './aws-access';
import type { DkimKey } from './dkim/signer';
import type { SendOutcome } from './outcome';

export interface MailerOptions {
  /** `smtp://user:password@host:port`, `smtps://…` (`parseServerUrl` says what else), `ses` or `ses://…` (`parseSesUrl`). */
  readonly url: string;
  /** Connections at a time, and so messages in flight, at least 1. */
  readonly connections: number;
  /** What we call ourselves in EHLO; the machine's name where it is left out. */
  readonly name?: string;
  readonly timeouts?: Timeouts;
  /** Signs every message; where it is left out, that is the server's matter. */
  readonly dkim?: DkimKey | undefined;
  /** For SES; SMTP needs none. */
  readonly aws?: AwsAccess;
}

/** In milliseconds. The defaults follow RFC 5321 section 4.5.3.2: a shorter wait after the final dot makes deliveries unknown. */
export interface Timeouts {
  readonly connect?: number;
  readonly greeting?: number;
  /** Of silence, also after the final dot, or after the whole of a request. */
  readonly silence?: number;
}

export interface SendHooks {
  /**
   * Called once, right before the first byte of the message is handed to the connection: an SMTP server has answered DATA by then.
   * What it throws is thrown by `send`, and the message is not sent.
   */
  readonly beforeBody?: () => void;
  /** Gives the message up; a message whose body has begun is then `unknown`. */
  readonly signal?: AbortSignal;
  /** Labels that the service puts on its events about the message, such as `run` and `job`; SMTP has no place for them. */
  readonly tags?: Readonly<Record<string, string>>;
}

/** What a server says of itself and of us. */
export interface ServerFacts {
  /** What a person should know although mail can be sent, such as the sandbox of SES. */
  readonly warnings: readonly string[];
  /** Where the service tells it. */
  readonly quota?: SendQuota;
}

/** In recipients, not messages. */
export interface SendQuota {
  /** Within 24 hours; undefined where there is no limit. */
  readonly perDay: number | undefined;
  readonly perSecond: number;
  readonly sentLastDay: number;
}

/** Callers keep at most twice as many sends going as there are connections: what waits is held in memory. */
export interface Mailer {
  /**
   * Sends one message to one recipient, once: a message is only tried again here where a used connection turned out
   * to be dead before a byte of it was written.
   *
   * @throws E_MAIL_LOGIN where the server refuses our credentials; the message was not sent
   * @throws E_MAIL_TLS where the server's certificate is not to be trusted; the message was not sent
   * @throws E_MAIL_SENDER where the service lets this sender send nothing; the message was not sent
   * @throws E_MAIL_ADDRESS where an address can't be put into a command; the message was not sent
   * @throws what `beforeBody` threw; the message was not sent
   */
  send(message: Message, hooks?: SendHooks): Promise<SendOutcome>;
  /**
   * Connects and logs in, and sends nothing.
   * @throws E_MAIL_SERVER, E_MAIL_LOGIN, E_MAIL_TLS, E_MAIL_SENDER
   */
  verify(): Promise<ServerFacts>;
  /** Lets messages under way finish, fails waiting ones (`deferred`), and closes; with `force`, cuts at once. */
  close(options?: { readonly force?: boolean }): Promise<void>;
}
