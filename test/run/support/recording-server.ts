/** An SMTP server for tests of sending: it notes when each mail comes, and answers each recipient as it is told. */
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';

/** An answer such as `421 4.7.28 unusual rate`, or undefined to take the mail. */
export type Judge = (to: string) => string | undefined;

export interface Arrival {
  readonly to: string;
  /** In milliseconds of `performance.now()`: a clock that a test puts forward leaves it alone. */
  readonly at: number;
  readonly messageId: string;
}

export interface RecordingServer {
  /** `smtp://127.0.0.1:<port>`. */
  readonly url: string;
  /** Mails that were taken, in the order they came. */
  readonly arrivals: readonly Arrival[];
  /** Recipients that were asked for, taken or not. */
  readonly asked: readonly string[];
  /** Changes what recipients are answered; undefined takes every mail. */
  judge(judge: Judge | undefined): void;
  /** Waits so long before the answer to a whole mail. */
  slowDown(ms: number): void;
  /** Holds every command back until it is called again with false. */
  hang(on: boolean): void;
  close(): Promise<void>;
}

/** Starts a server on a free port of 127.0.0.1. */
export async function startRecordingServer(first?: Judge): Promise<RecordingServer> {
  const arrivals: Arrival[] = [];
  const asked: string[] = [];
  const state: { judge: Judge | undefined; slowMs: number; hanging: (() => void)[] | undefined } = {
    judge: first,
    slowMs: 0,
    hanging: undefined,
  };
  const whenFree = (action: () => void) => (state.hanging === undefined ? action() : void state.hanging.push(action));
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    onRcptTo: ({ address }, _session, callback) => {
      asked.push(address);
      whenFree(() => callback(toError(state.judge?.(address))));
    },
    onData: (stream, session, callback) => {
      let text = '';
      stream.setEncoding('latin1');
      stream.on('data', (chunk: string) => {
        text += chunk;
      });
      stream.on('end', () => {
        const messageId = /^message-id:\s*(<[^>]+>)/im.exec(text)?.[1] ?? '';
        const to = session.envelope.rcptTo[0]?.address ?? '';
        whenFree(() => {
          arrivals.push({ to, at: performance.now(), messageId });
          setTimeout(() => callback(null, 'queued'), state.slowMs);
        });
      });
    },
  });
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.server.address() as AddressInfo;
  return {
    url: `smtp://127.0.0.1:${port}`,
    arrivals,
    asked,
    judge: (judge) => {
      state.judge = judge;
    },
    slowDown: (ms) => {
      state.slowMs = ms;
    },
    hang: (on) => {
      const held = state.hanging ?? [];
      state.hanging = on ? held : undefined;
      if (!on) for (const action of held) action();
    },
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}

function toError(reply: string | undefined): Error | null {
  if (reply === undefined) return null;
  const responseCode = Number(reply.slice(0, 3));
  return Object.assign(new Error(reply.slice(4)), { responseCode });
}
