/** The words in which an answer of a mail server is judged: whose matter it is, why, and what may follow from it. */

/** Whose fault a refusal or delay is, and so what may follow from it. */
export type ReplyCause =
  /** The mailbox does not exist or is disabled: the address is dead. */
  | 'address'
  | 'mailbox_full'
  /** The message is too large: a defect of the template. */
  | 'too_large'
  /** Policy or authentication of the sender: never the recipient's fault. */
  | 'policy'
  /** A rate: slow down. */
  | 'throttled'
  /** The quota of a day is used up: waiting minutes does not help. */
  | 'daily_quota'
  | 'transient'
  /** The session was in the wrong state, or the connection failed. */
  | 'connection'
  /** A permanent refusal without a known reason. */
  | 'permanent';

/** Whose matter an answer is: how far a wait or a stop reaches. */
export type Scope =
  /** This recipient alone. */
  | 'recipient'
  /** The recipient's domain: wait there, go on elsewhere. */
  | 'destination'
  /** All mail of ours over this server: our rate, quota, reputation or message, or the server itself. */
  | 'sender'
  /** Our credentials. */
  | 'login';

/** What an answer says about an address: dead, dead if it says so again (a full mailbox: in three runs), or nothing. */
export type Bounce = 'hard' | 'soft' | 'none';

/** What one answer means. */
export interface Finding {
  readonly cause: ReplyCause;
  readonly scope: Scope;
  readonly bounce: Bounce;
  /** Least wait before anything of this scope is tried again, where the standards or the provider name one. */
  readonly retryAfterMs?: number;
}

/** `stop` means that no mail of this server can succeed: wrong credentials. */
export interface Verdict extends Finding {
  readonly kind: 'refused' | 'deferred' | 'stop';
  /** RFC 3463, such as `5.1.1`; undefined where the reply has none. */
  readonly enhanced: string | undefined;
}
