/** A name server for tests: answers TXT questions from a table over UDP, and NXDOMAIN to the rest. */
import { createSocket } from 'node:dgram';
import { Resolver } from 'node:dns/promises';

export interface TestDns {
  /** Asks this server. */
  readonly resolver: Resolver;
  close(): Promise<void>;
}

const [TXT, IN] = [16, 1];

/** @param records name → TXT records, each in its pieces of at most 255 octets; a name without any has none */
export async function startDns(records: Readonly<Record<string, readonly (readonly string[])[]>>): Promise<TestDns> {
  const socket = createSocket('udp4');
  socket.on('message', (query, { port, address }) => socket.send(answer(query, records), port, address));
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  const resolver = new Resolver({ timeout: 500, tries: 1 });
  resolver.setServers([`127.0.0.1:${socket.address().port}`]);
  return { resolver, close: () => new Promise<void>((resolve) => socket.close(() => resolve())) };
}

function answer(query: Buffer, records: Readonly<Record<string, readonly (readonly string[])[]>>): Buffer {
  const { name, end } = readName(query);
  const found = records[name];
  const head = Buffer.alloc(12);
  query.copy(head, 0, 0, 2);
  // A response, recursion available; NXDOMAIN for an unknown name.
  head.writeUInt16BE(0x8180 | (found === undefined ? 3 : 0), 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(found?.length ?? 0, 6);
  return Buffer.concat([head, query.subarray(12, end + 4), ...(found ?? []).map(writeRecord)]);
}

function readName(query: Buffer): { readonly name: string; readonly end: number } {
  const labels: string[] = [];
  let at = 12;
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join('.').toLowerCase(), end: at + 1 };
}

function writeRecord(pieces: readonly string[]): Buffer {
  const data = Buffer.concat(
    pieces.map((piece) => Buffer.concat([Buffer.of(piece.length), Buffer.from(piece, 'latin1')])),
  );
  const head = Buffer.alloc(12);
  head.writeUInt16BE(0xc00c, 0);
  head.writeUInt16BE(TXT, 2);
  head.writeUInt16BE(IN, 4);
  head.writeUInt16BE(data.length, 10);
  return Buffer.concat([head, data]);
}
