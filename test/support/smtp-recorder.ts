/**
 * An SMTP server in a process of its own that keeps a durable record of what it has accepted, and misbehaves by plan:
 * `node -r test/support/register.js test/support/smtp-recorder.ts <options file>`; prints `ready` once it listens.
 */
import { closeSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';

/** What becomes of the nth command of its kind, counted over all connections from 1. `body` is the answer after the final dot. */
export const misbehaviourSchema = z.strictObject({
  at: z.enum(['connect', 'mail', 'rcpt', 'body']),
  nth: z.int().min(1),
  how: z.discriminatedUnion('kind', [
    /** Answers so, and accepts nothing; 421 also closes. */
    z.strictObject({ kind: z.literal('reply'), text: z.string() }),
    /** Closes without an answer after a time of silence; with `accepted` the message is in the record all the same. */
    z.strictObject({ kind: z.literal('drop'), afterMs: z.int(), accepted: z.boolean() }),
    /** Answers as usual after a time. */
    z.strictObject({ kind: z.literal('slow'), ms: z.int() }),
  ]),
});

export const recorderOptionsSchema = z.strictObject({
  port: z.int(),
  /** JSON Lines of `acceptedMailSchema`, synced to the disk before the client hears of it. */
  record: z.string(),
  /** How long a message takes. */
  latencyMs: z.int(),
  misbehaviours: z.array(misbehaviourSchema),
});

export const acceptedMailSchema = z.object({ at: z.number(), to: z.string(), messageId: z.string() });

export type Misbehaviour = z.infer<typeof misbehaviourSchema>;
export type RecorderOptions = z.infer<typeof recorderOptionsSchema>;
export type AcceptedMail = z.infer<typeof acceptedMailSchema>;

/** Reads the record; a last line that a kill has cut was never answered, and is no acceptance. */
export function readRecord(file: string): readonly AcceptedMail[] {
  const text = readFileSync(file, 'utf8');
  const lines = text.slice(0, text.lastIndexOf('\n') + 1).split('\n');
  return lines.filter((line) => line !== '').map((line) => acceptedMailSchema.parse(JSON.parse(line)));
}

interface Recorder {
  readonly options: RecorderOptions;
  readonly counts: Map<Misbehaviour['at'], number>;
  readonly file: number;
}

interface Session {
  readonly socket: Socket;
  readonly recorder: Recorder;
  buffer: string;
  inBody: boolean;
  to: string;
}

async function serve(socket: Socket, recorder: Recorder): Promise<void> {
  const session: Session = { socket, recorder, buffer: '', inBody: false, to: '' };
  socket.on('error', () => undefined);
  if (!(await answer(session, 'connect', '220 recorder ESMTP'))) return;
  for await (const chunk of socket.setEncoding('latin1')) {
    session.buffer += String(chunk);
    while (!socket.destroyed && (await takePart(session)));
  }
}

/** Handles one command line or one whole body; false where more bytes are needed. */
async function takePart(session: Session): Promise<boolean> {
  const mark = session.inBody ? '\r\n.\r\n' : '\r\n';
  const end = session.buffer.indexOf(mark);
  if (end < 0) return false;
  const part = session.buffer.slice(0, end);
  session.buffer = session.buffer.slice(end + mark.length);
  if (session.inBody) await takeBody(session, part);
  else await takeCommand(session, part);
  return true;
}

async function takeCommand(session: Session, line: string): Promise<void> {
  switch (line.slice(0, 4).toUpperCase()) {
    case 'EHLO':
      return say(session, '250-recorder\r\n250 8BITMIME');
    case 'MAIL':
      session.to = '';
      return void (await answer(session, 'mail', '250 2.1.0 ok'));
    case 'RCPT':
      if (await answer(session, 'rcpt', '250 2.1.5 ok')) session.to = /<([^>]*)>/.exec(line)?.[1] ?? '';
      return;
    case 'DATA':
      session.inBody = session.to !== '';
      return say(session, session.inBody ? '354 go ahead' : '503 5.5.1 no recipient');
    case 'QUIT':
      say(session, '221 2.0.0 bye');
      return void session.socket.end();
    default:
      return say(session, '250 2.0.0 ok');
  }
}

async function takeBody(session: Session, message: string): Promise<void> {
  const { options } = session.recorder;
  session.inBody = false;
  if (options.latencyMs > 0) await wait(options.latencyMs);
  await answer(session, 'body', '250 2.0.0 queued', () => keep(session, message));
}

/** Writes a message into the record; once this returns, nothing but the disk's death makes it unsent. */
function keep({ recorder, to }: Session, message: string): void {
  const messageId = /^message-id:\s*(<[^>]+>)/im.exec(message)?.[1] ?? '';
  writeSync(recorder.file, `${JSON.stringify({ at: Date.now(), to, messageId })}\n`);
  fsyncSync(recorder.file);
}

/** Answers as usual or as planned; true where the command went well. `accept` makes what a positive answer promises. */
async function answer(
  session: Session,
  at: Misbehaviour['at'],
  usual: string,
  accept: () => void = () => undefined,
): Promise<boolean> {
  const how = takeMisbehaviour(session.recorder, at);
  if (how?.kind === 'reply') {
    say(session, how.text);
    if (how.text.startsWith('421')) session.socket.end();
    return false;
  }
  if (how?.kind === 'drop') {
    if (how.accepted) accept();
    await wait(how.afterMs);
    session.socket.resetAndDestroy();
    return false;
  }
  if (how?.kind === 'slow') await wait(how.ms);
  accept();
  say(session, usual);
  return true;
}

function takeMisbehaviour({ options, counts }: Recorder, at: Misbehaviour['at']): Misbehaviour['how'] | undefined {
  const nth = (counts.get(at) ?? 0) + 1;
  counts.set(at, nth);
  return options.misbehaviours.find((one) => one.at === at && one.nth === nth)?.how;
}

function say({ socket }: Session, text: string): void {
  if (socket.writable) socket.write(`${text}\r\n`);
}

function main(optionsFile: string): void {
  const options = recorderOptionsSchema.parse(JSON.parse(readFileSync(optionsFile, 'utf8')));
  const recorder: Recorder = { options, counts: new Map(), file: openSync(options.record, 'a') };
  const server = createServer((socket) => {
    serve(socket, recorder).catch(() => socket.destroy());
  });
  server.listen(options.port, '127.0.0.1', () => process.stdout.write('ready\n'));
  process.on('SIGTERM', () => {
    closeSync(recorder.file);
    process.exit(0);
  });
}

if (require.main === module) main(process.argv[2] ?? '');
