/** A program that shares a small TCP service, which answers with the number of its process, and says when the service is its own. */
import { randomBytes } from 'node:crypto';
import { type AddressInfo, createServer } from 'node:net';
import { type RunningService, shareService } from '../../../src/database/embedded/service';

const [host = '', database = '', name = ''] = process.argv.slice(2);

function print(line: unknown): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

export function serve(wish: { readonly port?: number; readonly token?: string }): Promise<RunningService> {
  const server = createServer((socket) => socket.end(String(process.pid)));
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(wish.port ?? 0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      print({ serving: port });
      resolve({
        port,
        token: wish.token ?? randomBytes(8).toString('hex'),
        close: () => new Promise((done) => server.close(() => done())),
      });
    });
  });
}

async function main(): Promise<void> {
  const connection = { host, port: 5432, user: 'nightjar', database };
  const service = await shareService({
    connection,
    name,
    now: Date.now,
    serve,
    onError: (error) => print({ failed: String(error) }),
  });
  print({ joined: true, port: service.port, token: service.token, mine: service.mine });
  process.stdin.once('end', async () => {
    print({ last: true, port: service.port, token: service.token, mine: service.mine });
    await service.release();
    process.exit(0);
  });
  process.stdin.resume();
}

main().catch((error: unknown) => {
  print({ failed: String(error) });
  process.exit(1);
});
