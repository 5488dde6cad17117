/** A destination that takes files by HTTP PUT, with their checksum (Content-Digest, RFC 9530). */
import { readFile } from 'node:fs/promises';
import * as http from 'node:http';
import * as https from 'node:https';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { systemErrorCode } from '../../errors';
import { away, type Destination, type DestinationCase, type OutgoingFile, refused } from './destination';

/** A server that is silent for so long has gone. */
const SILENCE_MS = 120_000;

/** Opens it; each file is a request of its own. */
export async function openHttps(given: DestinationCase): Promise<Destination> {
  const { name, settings } = given;
  const ca = typeof settings.caFile === 'string' ? await readPem(name, settings.caFile) : undefined;
  return {
    put: async (file, signal) => check(name, await send(given, file, { ca, signal })),
    close: async () => undefined,
  };
}

async function readPem(name: string, file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (cause) {
    const fix = `set destinations.${name}.caFile to a PEM file that nightjar may read`;
    throw refused(name, `names a caFile that can't be read (${systemErrorCode(cause) ?? 'unknown'})`, { fix, cause });
  }
}

interface SendOptions {
  readonly ca: Buffer | undefined;
  readonly signal: AbortSignal;
}

/** Sends a file and answers the status. */
async function send(
  { name, settings, folder }: DestinationCase,
  file: OutgoingFile,
  { ca, signal }: SendOptions,
): Promise<number> {
  const url = new URL(`${settings.url}${folder}${encodeURIComponent(file.name)}`);
  const options: https.RequestOptions = {
    method: 'PUT',
    signal,
    timeout: SILENCE_MS,
    headers: {
      'content-type': file.contentType,
      'content-length': file.bytes,
      'content-digest': `sha-256=:${Buffer.from(file.sha256, 'hex').toString('base64')}:`,
      ...(typeof settings.authorization === 'string' ? { authorization: settings.authorization } : {}),
    },
    ...(ca === undefined ? {} : { ca }),
  };
  const request = url.protocol === 'https:' ? https.request(url, options) : http.request(url, options);
  try {
    return await exchange(request, file);
  } catch (error) {
    if (signal.aborted) throw error;
    throw explain(name, error);
  }
}

async function exchange(request: http.ClientRequest, file: OutgoingFile): Promise<number> {
  request.on('timeout', () => request.destroy(new Error('silent for too long')));
  const answered = new Promise<number>((resolve, reject) => {
    request.on('error', reject);
    request.on('response', (response) => {
      response.resume();
      response.on('error', reject);
      response.on('end', () => resolve(response.statusCode ?? 0));
    });
  });
  // A server may answer before it has read everything, and then close.
  const sent = pipeline(Readable.from(file.open()), request).catch((error: unknown) => error);
  try {
    const status = await answered;
    if (isSuccess(status) && !request.writableFinished) throw new Error('taken before all of it was sent');
    return status;
  } finally {
    request.destroy();
    await sent;
  }
}

const UNTRUSTED = /^(DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_|CERT_|ERR_TLS_CERT)/;

function explain(name: string, cause: unknown): Error {
  const code = systemErrorCode(cause) ?? (cause instanceof Error ? cause.message : 'unknown');
  if (!UNTRUSTED.test(code)) return away(name, `can't be reached (${code})`, cause);
  const fix = `set destinations.${name}.caFile to the PEM file of its authority`;
  return refused(name, `has a certificate that nobody vouches for (${code})`, { fix, cause });
}

const isSuccess = (status: number) => status >= 200 && status < 300;

/** Passing troubles of a server; all other statuses that are not 2xx stay as they are. */
function check(name: string, status: number): void {
  if (isSuccess(status)) return;
  if (status === 408 || status === 425 || status === 429 || status >= 500) throw away(name, `answers with ${status}`);
  const fix =
    status === 401 || status === 403
      ? `set destinations.${name}.authorization, or the user and password in its url`
      : `check destinations.${name}.url: it is to take PUT below it`;
  throw refused(name, `refuses the upload (${status})`, { fix });
}
