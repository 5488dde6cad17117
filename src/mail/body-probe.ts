/** Tells whether the server may have seen a byte of a message: what parts "not sent" from "unknown" when a connection dies. */
import { Readable, Transform } from 'node:stream';
import { escapeDots } from './escape-dots';

/** What happened to the body of one message. */
export interface BodyProbe {
  /** Called once, right before the first byte is handed on; what it throws stops the message before that byte. */
  readonly beforeBody: () => void;
  /** True from just before the first byte on; all others follow in the same turn. */
  begun: boolean;
  /** What `beforeBody` threw. */
  failure: unknown;
  /** Set to keep a body back that has not begun. */
  cancelled: boolean;
  /** True where the message failed on a connection that had carried others before. */
  reused: boolean;
}

/** A probe of a message that nothing has happened to. */
export function createProbe(beforeBody: () => void = () => undefined): BodyProbe {
  return { beforeBody, begun: false, failure: undefined, cancelled: false, reused: false };
}

/**
 * The octets of a message, handed over through the probe in one piece. nodemailer pipes them to the connection when the
 * server has answered DATA, so a body that was not piped was not sent.
 */
export class ProbedBody extends Readable {
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
  override pipe<Destination extends NodeJS.WritableStream>(destination: Destination): Destination {
    process.nextTick(() => setImmediate(() => this.begin(destination)));
    return destination;
  }

  private begin(destination: NodeJS.WritableStream): void {
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
    writeBody(destination, this.raw);
  }
}

/**
 * nodemailer looks at each byte of what is written to its stream, for dots and for line ends that are none. What needs no more
 * of that is put behind it; the stream ends a message in which it has seen nothing by a line end and the final dot.
 */
function writeBody(destination: NodeJS.WritableStream, raw: Buffer): void {
  const escaped = destination instanceof Transform ? escapeDots(raw) : undefined;
  if (escaped === undefined || !(destination instanceof Transform)) {
    destination.end(raw);
    return;
  }
  destination.push(escaped);
  destination.end();
}
