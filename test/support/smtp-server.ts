/** An SMTP server for tests that fails where it is told to: a bare TCP server, so that it can also break the protocol. */
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';

/** The moments at which a server can fail. `body` is the answer after the final dot. */
export type Stage = 'connect' | 'ehlo' | 'auth' | 'mail' | 'rcpt' | 'data' | 'body';

/** What happens instead of the usual answer. */
export type Fault =
  /** Answers with these lines, each ended by CRLF, in one segment; a 421 also closes. */
  | { readonly reply: string | readonly string[] }
  /** Closes: `fin` in good order, `reset` by RST. */
  | { readonly drop: 'fin' | 'reset' }
  | { readonly silent: true };

export interface SmtpServerOptions {
  /** Per stage a fault for every command, or a function of the count of that command on this server, from 1. */
  readonly faults?: Readonly<Partial<Record<Stage, Fault | ((nth: number) => Fault | undefined)>>>;
  /** Announces PIPELINING and answers MAIL, RCPT and DATA that came together in one segment. */
  readonly pipelining?: boolean;
  /** Announces DSN (RFC 3461). */
  readonly dsn?: boolean;
  /** Asks for this login. */
  readonly login?: { readonly user: string; readonly pass: string };
}

export interface ReceivedMail {
  readonly from: string;
  readonly to: readonly string[];
  /** Octets as received, dots unstuffed, CRLF line ends. */
  readonly message: Buffer;
}

export interface FaultySmtpServer {
  readonly port: number;
  /** `smtp://127.0.0.1:<port>`. */
  readonly url: string;
  /** Messages that came whole, whatever was answered after the dot. */
  readonly received: readonly ReceivedMail[];
  /** Every command line, over all connections. */
  readonly commands: readonly string[];
  connectionCount(): number;
  close(): Promise<void>;
}

/** Starts a server on a free port of 127.0.0.1. */
export async function startSmtpServer(options: SmtpServerOptions = {}): Promise<FaultySmtpServer> {
  const state: State = { options, received: [], commands: [], counts: new Map(), sockets: new Set(), connections: 0 };
  const server = createServer((socket) => openSession(socket, state));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = readAddress(server);
  return {
    port,
    url: `smtp://127.0.0.1:${port}`,
    received: state.received,
    commands: state.commands,
    connectionCount: () => state.connections,
    close: async () => {
      for (const socket of state.sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** Returns a port of 127.0.0.1 on which nothing listens. */
export async function findClosedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = readAddress(server);
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
}

function readAddress(server: Server): AddressInfo {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server does not listen on a port');
  return address;
}

interface State {
  readonly options: SmtpServerOptions;
  readonly received: ReceivedMail[];
  readonly commands: string[];
  readonly counts: Map<Stage, number>;
  readonly sockets: Set<Socket>;
  connections: number;
}

interface Session {
  readonly socket: Socket;
  readonly state: State;
  /** Bytes that are not handled yet. */
  buffer: Buffer;
  inBody: boolean;
  from: string;
  to: string[];
  refused: boolean;
  answers: string[];
}

function openSession(socket: Socket, state: State): void {
  state.connections += 1;
  state.sockets.add(socket);
  socket.on('close', () => state.sockets.delete(socket));
  socket.on('error', () => undefined);
  const session: Session = {
    socket,
    state,
    buffer: Buffer.alloc(0),
    inBody: false,
    from: '',
    to: [],
    refused: false,
    answers: [],
  };
  socket.on('data', (chunk: Buffer) => {
    session.buffer = Buffer.concat([session.buffer, chunk]);
    while (!socket.destroyed && consume(session));
    flush(session);
  });
  answer(session, 'connect', '220 test ESMTP');
  flush(session);
}

/** Handles one command line or one whole body; false where more bytes are needed. */
function consume(session: Session): boolean {
  const end = session.buffer.indexOf(session.inBody ? '\r\n.\r\n' : '\r\n');
  if (end < 0) return false;
  const part = session.buffer.subarray(0, end);
  session.buffer = session.buffer.subarray(end + (session.inBody ? 5 : 2));
  if (session.inBody) takeBody(session, part);
  else takeCommand(session, part.toString('latin1'));
  return true;
}

function takeCommand(session: Session, line: string): void {
  const { state } = session;
  state.commands.push(line);
  const verb = line.slice(0, 4).toUpperCase();
  if (verb === 'EHLO') answer(session, 'ehlo', ...listExtensions(state.options));
  else if (verb === 'AUTH') answer(session, 'auth', isLogin(line, state.options) ? '235 2.7.0 ok' : '535 5.7.8 no');
  else if (verb === 'MAIL') takeSender(session, line);
  else if (verb === 'RCPT') takeRecipient(session, line);
  else if (verb === 'DATA') takeData(session);
  else if (verb === 'QUIT') leave(session);
  else session.answers.push('250 2.0.0 ok');
  if (state.options.pipelining !== true) flush(session);
}

function listExtensions({ pipelining, login, dsn }: SmtpServerOptions): string[] {
  const offered = [...(pipelining ? ['PIPELINING'] : []), ...(login ? ['AUTH PLAIN'] : []), ...(dsn ? ['DSN'] : [])];
  const extensions = ['test', ...offered, '8BITMIME'];
  return extensions.map((name, index) => `250${index === extensions.length - 1 ? ' ' : '-'}${name}`);
}

function isLogin(line: string, { login }: SmtpServerOptions): boolean {
  const [, user, pass] = Buffer.from(line.split(' ')[2] ?? '', 'base64')
    .toString('utf8')
    .split('\0');
  return login !== undefined && user === login.user && pass === login.pass;
}

function takeSender(session: Session, line: string): void {
  session.from = /<([^>]*)>/.exec(line)?.[1] ?? '';
  session.to = [];
  session.refused = !answer(session, 'mail', '250 2.1.0 ok');
}

function takeRecipient(session: Session, line: string): void {
  if (answer(session, 'rcpt', '250 2.1.5 ok')) session.to.push(/<([^>]*)>/.exec(line)?.[1] ?? '');
}

function takeData(session: Session): void {
  if (session.refused || session.to.length === 0) {
    session.answers.push('503 5.5.1 no valid recipients');
    return;
  }
  session.inBody = answer(session, 'data', '354 go ahead');
}

function takeBody(session: Session, part: Buffer): void {
  session.inBody = false;
  const message = Buffer.from(`${part.toString('latin1').replaceAll(/^\.\./gm, '.')}\r\n`, 'latin1');
  session.state.received.push({ from: session.from, to: session.to, message });
  answer(session, 'body', `250 2.0.0 queued as ${session.state.received.length}`);
}

function leave(session: Session): void {
  session.answers.push('221 2.0.0 bye');
  flush(session);
  session.socket.end();
}

/** Answers, or fails as told; true where the command went well (2xx or 3xx). */
function answer(session: Session, stage: Stage, ...usual: string[]): boolean {
  const fault = chooseFault(session.state, stage);
  if (fault === undefined) {
    session.answers.push(...usual);
    return true;
  }
  if ('drop' in fault) {
    flush(session);
    if (fault.drop === 'reset') session.socket.resetAndDestroy();
    else session.socket.end();
    return false;
  }
  if ('silent' in fault) return false;
  const lines = typeof fault.reply === 'string' ? [fault.reply] : fault.reply;
  session.answers.push(...lines);
  flush(session);
  if (lines.some((line) => line.startsWith('421'))) session.socket.end();
  return /^[23]/.test(lines[0] ?? '');
}

function chooseFault(state: State, stage: Stage): Fault | undefined {
  const nth = (state.counts.get(stage) ?? 0) + 1;
  state.counts.set(stage, nth);
  const fault = state.options.faults?.[stage];
  return typeof fault === 'function' ? fault(nth) : fault;
}

/** Sends all answers that are due in one segment. */
function flush(session: Session): void {
  if (session.answers.length === 0 || session.socket.destroyed || !session.socket.writable) return;
  session.socket.write(`${session.answers.join('\r\n')}\r\n`);
  session.answers = [];
}
