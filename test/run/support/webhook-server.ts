/** A receiver of webhooks for tests: it keeps what it is sent, and answers as it is told. */
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ReceivedCall {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface WebhookServer {
  /** `http://127.0.0.1:<port>`. */
  readonly url: string;
  readonly calls: readonly ReceivedCall[];
  /** What paths are answered from now on: a status, or `silent`; 200 where nothing is said. */
  answer(path: string, how: number | 'silent'): void;
  /** Forgets the calls. */
  forget(): void;
  close(): Promise<void>;
}

/** Starts a receiver on a free port of 127.0.0.1. */
export async function startWebhookServer(): Promise<WebhookServer> {
  const calls: ReceivedCall[] = [];
  const answers = new Map<string, number | 'silent'>();
  const reply = (path: string, response: ServerResponse) => {
    const how = answers.get(path) ?? 200;
    if (how === 'silent') return;
    response.writeHead(how, how >= 300 && how < 400 ? { location: '/elsewhere' } : {}).end(how === 200 ? 'ok' : 'no');
  };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => void chunks.push(chunk));
    request.on('end', () => {
      const path = request.url ?? '';
      calls.push({ path, headers: request.headers, body: Buffer.concat(chunks).toString('utf8') });
      reply(path, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    calls,
    answer: (path, how) => void answers.set(path, how),
    forget: () => void calls.splice(0),
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
