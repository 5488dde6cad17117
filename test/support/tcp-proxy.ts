/** A way to a TCP server that a test can cut or swallow, as networks and hosts that vanish do. */
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface TcpProxy {
  readonly port: number;
  /** From now on nothing comes through, and nobody is told: connections stay open, new ones are taken and get no word. */
  swallow(): void;
  /** Resets all connections, and every new one at once. */
  cut(): void;
  /** Lets new connections through; those that were swallowed stay so, as after a failover to another host. */
  heal(): void;
  close(): Promise<void>;
}

/** Starts one on a free port of 127.0.0.1; `target` is a port there, or the path of a socket. */
export async function startTcpProxy(target: number | string): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  let how: 'through' | 'swallowed' | 'cut' = 'through';
  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
  };
  const server = createServer((client) => {
    keep(client);
    if (how === 'cut') reset(client);
    if (how !== 'through') return;
    const server = typeof target === 'number' ? connect(target, '127.0.0.1') : connect(target);
    keep(server);
    client.pipe(server).pipe(client);
    client.on('close', () => server.destroy());
    server.on('close', () => client.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    swallow: () => {
      how = 'swallowed';
      for (const socket of sockets) {
        socket.unpipe();
        socket.pause();
      }
    },
    cut: () => {
      how = 'cut';
      for (const socket of sockets) reset(socket);
    },
    heal: () => {
      how = 'through';
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** Sockets of the file system know no reset. */
function reset(socket: Socket): void {
  if (socket.remoteFamily === undefined) socket.destroy();
  else socket.resetAndDestroy();
}
