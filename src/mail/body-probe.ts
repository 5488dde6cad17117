/** Tells whether the server may have seen a byte of a message: what parts "not sent" from "unknown" when a connection dies. */
import { Readable } from 'node:stream';
import type { MailMessage, SendMailOptions } from 'nodemailer';
import type { Message } from '../content/message';

/** What happened to the body of one message. */
export interface BodyProbe {
  /** Called once, right before the first byte is handed on; what it throws stops the message before that byte. */
  readonly beforeBody: () => void;
  /** True from just before the first byte on. */
  begun: boolean;
  /** Octets of the message; dots and line ends that SMTP adds not counted. */
  length: number;
  /** What `beforeBody` threw. */
  failure: unknown;
  /** Set to keep a body back that has not begun. */
  cancelled: boolean;
  /** True where the message failed on a connection that had carried others before. */
  reused: boolean;
}

/** A probe of a message that nothing has happened to. */
export function createProbe(beforeBody: () => void = () => undefined): BodyProbe {
  return { beforeBody, begun: false, length: 0, failure: undefined, cancelled: false, reused: false };
}

/** nodemailer copies the members of a message's options, so the probe travels as one of them. */
interface Probed {
  nightjarProbe?: BodyProbe;
}

/** Makes the options of one message: its octets as they are, with a probe attached. */
export function attachProbe({ envelope, messageId, raw }: Message, probe: BodyProbe): SendMailOptions & Probed {
  return { envelope: { from: envelope.from, to: [envelope.to] }, messageId, raw, nightjarProbe: probe };
}

/**
 * A nodemailer plugin for the step `stream`: hands the message over through the probe.
 * The server's answer to DATA comes before the first read of the body, so a body that was not read was not sent.
 */
export function probeBody(mail: MailMessage, done: (error?: Error | null) => void): void {
  const { nightjarProbe: probe, raw }: SendMailOptions & Probed = mail.data;
  if (probe !== undefined && Buffer.isBuffer(raw)) {
    probe.length = raw.length;
    mail.message.createReadStream = () => new ProbedBody(raw, probe);
  }
  done();
}

/** Gives the octets of a message in one piece, at the first read. */
class ProbedBody extends Readable {
  constructor(
    private readonly raw: Buffer,
    private readonly probe: BodyProbe,
  ) {
    super();
    // A pool asks a stream for `readableDidRead` only when it failed on a connection that it had used before; told `false`,
    // it would swallow the reply (a 421 in mid-session) and put the message back into its own queue. It is told nothing:
    // the reply comes through, and the mailer decides.
    Object.defineProperty(this, 'readableDidRead', {
      get: () => {
        probe.reused = true;
        return undefined;
      },
    });
  }

  /**
   * Waits one turn before the first byte: where a server sent another reply in the same segment as its answer to DATA,
   * nodemailer takes that reply for the message's within this turn.
   */
  override _read(): void {
    if (this.probe.begun) return;
    setImmediate(() => this.begin());
  }

  private begin(): void {
    const { probe } = this;
    if (this.destroyed || probe.begun) return;
    if (probe.cancelled) {
      this.destroy(new Error('the server is out of step'));
      return;
    }
    try {
      probe.beforeBody();
    } catch (cause) {
      probe.failure = cause;
      // nodemailer writes a code of its own on the error that it gets, so it gets another.
      this.destroy(new Error('the message is held back', { cause }));
      return;
    }
    probe.begun = true;
    this.push(this.raw);
    this.push(null);
  }
}
