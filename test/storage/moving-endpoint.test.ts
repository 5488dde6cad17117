/** Clients of an endpoint that moves ask for its place before each call. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ListRecipesCommand } from '@aws-sdk/client-personalize';
import { createPersonalizeClient } from '../../src/run/buying/personalize-client';
import { createS3Client } from '../../src/storage/client';
import { writeObject } from '../../src/storage/objects';

const asked: string[] = [];
const servers: Server[] = [];

async function startEndpoint(name: string): Promise<string> {
  const server = createServer((request, response) => {
    asked.push(`${name} ${request.method}`);
    request.resume().on('end', () => response.end(request.method === 'POST' ? '{}' : ''));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const address: AddressInfo | string | null = server.address();
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
}

afterAll(() => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
});

it('an endpoint that has moved is found by clients that are open', async () => {
  const [first, second] = [await startEndpoint('first'), await startEndpoint('second')];
  let place = first;
  const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };
  const connection = { region: 'us-east-1', endpoint: async () => ({ url: new URL(place) }), credentials };
  const s3 = createS3Client(connection);
  const personalize = createPersonalizeClient(connection);
  const useBoth = async () => {
    await writeObject(s3, { bucket: 'shop', key: 'note' }, ['tea'], { contentType: 'text/plain' });
    await personalize.send(new ListRecipesCommand({}));
  };

  await useBoth();
  place = second;
  await useBoth();

  expect(asked).toEqual(['first PUT', 'first POST', 'second PUT', 'second POST']);
  s3.destroy();
  personalize.destroy();
});
