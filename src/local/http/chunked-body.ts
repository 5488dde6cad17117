/** Decodes aws-chunked bodies: signed or unsigned chunks, with or without a trailer of checksums. */
import { createHash } from 'node:crypto';
import { type ByteReader, createByteReader } from './byte-reader';
import { AwsFault } from './fault';
import { type ChunkSeed, hmac, isSame, sha256Hex } from './sigv4';

/** Says how a body is framed; `seed` is set where its chunks are signed and signatures are checked. */
export interface ChunkFraming {
  readonly hasTrailer: boolean;
  readonly seed?: ChunkSeed;
}

/** Holds a decoded body; `trailers` is filled once `data` has ended. */
export interface DecodedBody {
  readonly data: AsyncIterable<Buffer>;
  readonly trailers: ReadonlyMap<string, string>;
}

/**
 * Decodes a body as it streams. What was yielded counts only once the stream has ended without an error.
 *
 * @throws AwsFault (while reading) IncompleteBody where frames are cut, SignatureDoesNotMatch where a chunk was changed
 */
export function decodeChunkedBody(source: AsyncIterable<Buffer>, framing: ChunkFraming): DecodedBody {
  const trailers = new Map<string, string>();
  return { data: decode(createByteReader(source), framing, trailers), trailers };
}

const EMPTY_HASH = sha256Hex('');

async function* decode(
  reader: ByteReader,
  framing: ChunkFraming,
  trailers: Map<string, string>,
): AsyncGenerator<Buffer> {
  const signatures = createSignatureChain(framing.seed);
  for (;;) {
    const head = await readChunkHead(reader);
    const hash = createHash('sha256');
    let received = 0;
    for await (const piece of reader.take(head.size)) {
      received += piece.length;
      if (framing.seed !== undefined) hash.update(piece);
      yield piece;
    }
    if (received < head.size) throw incomplete();
    signatures.checkChunk(head.signature, hash.digest('hex'));
    if (head.size === 0) break;
    if ((await reader.readLine()) !== '') throw incomplete();
  }
  await readTrailers(reader, trailers);
  if (framing.hasTrailer) signatures.checkTrailer(trailers);
}

async function readChunkHead(reader: ByteReader): Promise<{ readonly size: number; readonly signature?: string }> {
  const match = /^([0-9a-fA-F]{1,12})(?:;chunk-signature=([0-9a-f]{64}))?$/.exec((await reader.readLine()) ?? '');
  if (match?.[1] === undefined) throw incomplete();
  return { size: Number.parseInt(match[1], 16), ...(match[2] === undefined ? {} : { signature: match[2] }) };
}

async function readTrailers(reader: ByteReader, trailers: Map<string, string>): Promise<void> {
  for (;;) {
    const line = await reader.readLine();
    // Some clients leave the last empty line away, so the end of the body ends the trailer too.
    if (line === undefined || line === '') return;
    const colon = line.indexOf(':');
    if (colon < 1) throw incomplete();
    trailers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
}

function incomplete(): AwsFault {
  return new AwsFault('IncompleteBody', 'The request body terminated unexpectedly');
}

interface SignatureChain {
  checkChunk(signature: string | undefined, hash: string): void;
  checkTrailer(trailers: ReadonlyMap<string, string>): void;
}

function createSignatureChain(seed: ChunkSeed | undefined): SignatureChain {
  if (seed === undefined) return { checkChunk: () => {}, checkTrailer: () => {} };
  let previous = seed.signature;
  const check = (kind: string, signature: string | undefined, rest: string): void => {
    const text = `${kind}\n${seed.date}\n${seed.scope}\n${previous}\n${rest}`;
    const expected = hmac(seed.signingKey, text).toString('hex');
    if (signature === undefined || !isSame(expected, signature)) throw wrongSignature();
    previous = expected;
  };
  return {
    checkChunk: (signature, hash) => check('AWS4-HMAC-SHA256-PAYLOAD', signature, `${EMPTY_HASH}\n${hash}`),
    checkTrailer: (trailers) => {
      const lines = [...trailers].filter(([name]) => name !== 'x-amz-trailer-signature');
      const canonical = lines.map(([name, value]) => `${name}:${value}\n`).join('');
      check('AWS4-HMAC-SHA256-TRAILER', trailers.get('x-amz-trailer-signature'), sha256Hex(canonical));
    },
  };
}

function wrongSignature(): AwsFault {
  return new AwsFault(
    'SignatureDoesNotMatch',
    'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
    { status: 403 },
  );
}
