/** Tells whether the server may have seen a byte of a message: what parts "not sent" from "unknown" when a connection dies. */
import { Readable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { MailMessage } from 'nodemailer';

/** What happened to the body of one message. */
export interface BodyProbe {
  /** Called once, right before the first byte is handed on; what it throws stops the message before that byte. */
  readonly beforeBody: () => void;
  /** True from just before the first byte on. */
  begun: boolean;
  /** Octets of the message, once composed; dots and line ends that SMTP adds not counted. */
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

/** Attaches a probe to the options of one message. */
export function attachProbe<Options extends object>(options: Options, probe: BodyProbe): Options & Probed {
  return { ...options, nightjarProbe: probe };
}

/**
 * A nodemailer plugin for the step `stream`: composes the message whole and hands it over through the probe.
 * The server's answer to DATA comes before the first read of the body, so a body that was not read was not sent.
 */
export function probeBody(mail: MailMessage, done: (error?: Error | null) => void): void {
  const data: typeof mail.data & Probed = mail.data;
  const probe = data.nightjarProbe;
  if (probe === undefined) {
    done();
    return;
  }
  mail.message.build((error, message) => {
    if (error !== null) {
      done(error);
      return;
    }
    probe.length = message.length;
    mail.message.createReadStream = () =>
      watchReuse(Readable.from(readOnce(message, probe), { objectMode: false }), probe);
    done();
  });
}

/**
 * A pool asks a stream for `readableDidRead` only when it failed on a connection that it had used before; told `false`,
 * it would swallow the reply (a 421 in mid-session) and put the message back into its own queue. It is told nothing:
 * the reply comes through, and the mailer decides.
 */
function watchReuse(body: Readable, probe: BodyProbe): Readable {
  return Object.defineProperty(body, 'readableDidRead', {
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
async function* readOnce(message: Buffer, probe: BodyProbe): AsyncGenerator<Buffer> {
  await nextTurn();
  if (probe.cancelled) throw new Error('the server is out of step');
  try {
    probe.beforeBody();
  } catch (cause) {
    probe.failure = cause;
    // nodemailer writes a code of its own on the error that it gets, so it gets another.
    throw new Error('the message is held back', { cause });
  }
  probe.begun = true;
  yield message;
}
