/** The embedded inbox: an SMTP server on this machine that keeps every message it accepts, and delivers none further. */
import { timingSafeEqual } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerAuthentication, type SMTPServerDataStream } from 'smtp-server';
import { isDiskFull, NightjarError, systemErrorCode } from '../errors';
import { type InboxFiles, openInboxFiles } from './inbox-files';

export interface InboxOptions {
  /** Where messages are kept; several inboxes may share it. */
  readonly dir: string;
  /** Any free one where it is left out. */
  readonly port?: number;
  /** The password of the user `nightjar`. */
  readonly token: string;
}

export interface Inbox {
  readonly port: number;
  /** `smtp://nightjar:<token>@127.0.0.1:<port>`. */
  readonly url: string;
  /** Lets messages under way finish, at most a second. */
  close(): Promise<void>;
}

/** The one user of an inbox. */
export const INBOX_USER = 'nightjar';
const SIZE_MAX = 25 * 1024 * 1024;

/**
 * Starts an inbox on 127.0.0.1. A message is answered with 250 once it is on disk under its number;
 * a full disk is answered with 452, any other failure to keep it with 451.
 *
 * @throws E_ENGINE_PORT where the port is taken
 * @throws E_ENGINE_STATE where the folder can't be used
 */
export async function startInbox({ dir, port, token }: InboxOptions): Promise<Inbox> {
  const files = await openInboxFiles(dir).catch((cause: unknown) => {
    const fix = 'check the rights of the state folder';
    throw new NightjarError('E_ENGINE_STATE', "the inbox folder can't be used", { where: { file: dir }, fix, cause });
  });
  const underWay = new Set<Promise<unknown>>();
  const server = createServer({ files, token, underWay });
  const listening = await listen(server, port ?? 0);
  return {
    port: listening,
    url: `smtp://${INBOX_USER}:${encodeURIComponent(token)}@127.0.0.1:${listening}`,
    close: async () => {
      await new Promise<void>((resolve) => server.close(() => resolve()));
      await Promise.allSettled(underWay);
    },
  };
}

interface ServerParts {
  readonly files: InboxFiles;
  readonly token: string;
  readonly underWay: Set<Promise<unknown>>;
}

function createServer({ files, token, underWay }: ServerParts): SMTPServer {
  const server = new SMTPServer({
    name: 'nightjar-inbox',
    banner: 'nightjar inbox',
    authMethods: ['PLAIN', 'LOGIN'],
    allowInsecureAuth: true,
    disabledCommands: ['STARTTLS'],
    hideSMTPUTF8: true,
    disableReverseLookup: true,
    size: SIZE_MAX,
    closeTimeout: 1000,
    onAuth: (auth, _session, callback) => {
      if (isOwner(auth, token)) callback(null, { user: INBOX_USER });
      else callback(new Error('wrong user or token'));
    },
    onData: (stream, _session, callback) => {
      const keeping = keepMessage(files, stream).then((answer) => {
        underWay.delete(keeping);
        if (answer.code === 250) callback(null, answer.text);
        else callback(Object.assign(new Error(answer.text), { responseCode: answer.code }));
      });
      underWay.add(keeping);
    },
  });
  // a client that goes away in mid-session is no failure of the inbox
  server.on('error', () => undefined);
  return server;
}

function isOwner({ username, password }: SMTPServerAuthentication, token: string): boolean {
  const given = Buffer.from(password ?? '', 'utf8');
  const expected = Buffer.from(token, 'utf8');
  return username === INBOX_USER && given.length === expected.length && timingSafeEqual(given, expected);
}

interface Answer {
  readonly code: number;
  readonly text: string;
}

async function keepMessage(files: InboxFiles, stream: SMTPServerDataStream): Promise<Answer> {
  try {
    const number = await files.keep(readWhole(stream));
    return { code: 250, text: `kept as ${number}` };
  } catch (error) {
    // the client sends on until its final dot, whatever became of the message
    stream.resume();
    return describeFailure(error);
  }
}

class TooLarge extends Error {}

/** Leaves the stream open where the reader gives up: the rest of the message still has to be taken off the connection. */
async function* readWhole(stream: SMTPServerDataStream): AsyncGenerator<Buffer> {
  for await (const chunk of stream.iterator({ destroyOnReturn: false })) yield Buffer.from(chunk);
  if (stream.sizeExceeded) throw new TooLarge();
}

/** Says what a client is told when its message could not be kept. */
export function describeFailure(error: unknown): Answer {
  if (error instanceof TooLarge) return { code: 552, text: `5.3.4 larger than ${SIZE_MAX} bytes` };
  if (isDiskFull(error)) return { code: 452, text: '4.3.1 the disk of the inbox is full' };
  return { code: 451, text: `4.3.0 the message could not be kept (${systemErrorCode(error) ?? 'unknown'})` };
}

async function listen(server: SMTPServer, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const net = server.listen(port, '127.0.0.1');
    net.once('error', (cause) => {
      const fix = 'stop the other process, or leave the port out';
      reject(new NightjarError('E_ENGINE_PORT', `port ${port} of the inbox is in use`, { fix, cause }));
    });
    net.once('listening', () => resolve(readPort(net.address())));
  });
}

function readPort(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new NightjarError('E_BUG', 'the inbox has no port');
  return address.port;
}
