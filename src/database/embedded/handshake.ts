/** Asks a server over its unix socket whether it takes sessions, by the first message of the PostgreSQL protocol. */
import { connect } from 'node:net';

/** `ready`: sessions are taken; `busy`: starting, recovering or shutting down; `absent`: nobody listens. */
export type Readiness = 'ready' | 'busy' | 'absent';

const PROTOCOL_3_0 = 196608;
const TIMEOUT_MS = 2000;
const TERMINATE = Buffer.from([0x58, 0, 0, 0, 4]);
/** SQLSTATE cannot_connect_now. */
const NOT_NOW = '57P03';

/** Opens a session as a user, and leaves it at once. Never throws. */
export function askServer(socketPath: string, session: { user: string; database: string }): Promise<Readiness> {
  return new Promise((resolve) => {
    const socket = connect(socketPath);
    const finish = (readiness: Readiness): void => {
      socket.destroy();
      resolve(readiness);
    };
    socket.setTimeout(TIMEOUT_MS, () => finish('busy'));
    socket.once('connect', () => socket.write(buildStartup(session)));
    socket.once('data', (answer) => {
      if (answer[0] === 0x52) socket.end(TERMINATE);
      resolve(isNotNow(answer) ? 'busy' : 'ready');
      socket.destroySoon();
    });
    socket.once('error', () => finish('absent'));
    socket.once('close', () => resolve('busy'));
  });
}

function buildStartup(session: { user: string; database: string }): Buffer {
  const body = Buffer.from(`user\0${session.user}\0database\0${session.database}\0\0`);
  const head = Buffer.alloc(8);
  head.writeInt32BE(body.length + 8, 0);
  head.writeInt32BE(PROTOCOL_3_0, 4);
  return Buffer.concat([head, body]);
}

function isNotNow(answer: Buffer): boolean {
  return answer[0] === 0x45 && answer.toString('latin1').includes(`C${NOT_NOW}\0`);
}
