/** A destination that takes files by HTTP PUT, with their checksum (Content-Digest, RFC 9530). */
import { readFile } from 'node:fs/promises';
import * as http from 'node:http';
import * as https from 'node:https';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { systemErrorCode } from '../../errors';
import { away, type Destination, type DestinationCase, type OutgoingFile, refused, unheard } from './destination';

/** A server that is silent for so long has gone. */
const SILENCE_MS = 120_000;

/** Opens it; each file is a request of its own. */
export async function openHttps(given: DestinationCase): Promise<Destination> {
  const { name, settings } = given;
  const ca = typeof settings.caFile === 'string' ? await readPem(name, settings.caFile) : undefined;
  return {
    put: async (file, signal) => check(name, await send(given, file, { ca, signal })),
    probe: async (signal) => checkDoor(name, await knock(given, { ca, signal })),
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
  options: SendOptions,
): Promise<number> {
  const url = new URL(`${settings.url}${folder}${encodeURIComponent(file.name)}`);
  const headers = {
    'content-type': file.contentType,
    'content-length': file.bytes,
    'content-digest': `sha-256=:${Buffer.from(file.sha256, 'hex').toString('base64')}:`,
  };
  const request = open(url, settings, { method: 'PUT', headers, ...options });
  return explained(name, options.signal, () => exchange(request, file));
}

/** Asks for the folder itself, and sends nothing. */
async function knock({ name, settings }: DestinationCase, options: SendOptions): Promise<number> {
  const request = open(new URL(settings.url), settings, { method: 'HEAD', headers: {}, ...options });
  return explained(name, options.signal, () => {
    request.end();
    return answerOf(request).finally(() => request.destroy());
  });
}

function open(
  url: URL,
  { authorization }: DestinationCase['settings'],
  {
    method,
    headers,
    ca,
    signal,
  }: SendOptions & { readonly method: string; readonly headers: http.OutgoingHttpHeaders },
): http.ClientRequest {
  const options: https.RequestOptions = {
    method,
    signal,
    timeout: SILENCE_MS,
    headers: { ...headers, ...(typeof authorization === 'string' ? { authorization } : {}) },
    ...(ca === undefined ? {} : { ca }),
  };
  return url.protocol === 'https:' ? https.request(url, options) : http.request(url, options);
}

async function explained(name: string, signal: AbortSignal, action: () => Promise<number>): Promise<number> {
  try {
    return await action();
  } catch (error) {
    if (signal.aborted) throw error;
    throw explain(name, error);
  }
}

/** Answers the status when the whole answer has come. */
function answerOf(request: http.ClientRequest): Promise<number> {
  request.on('timeout', () => {
    const isConnected = request.socket?.connecting === false;
    request.destroy(isConnected ? new Error('silent for too long') : unheard('no connection in time'));
  });
  return new Promise<number>((resolve, reject) => {
    request.on('error', reject);
    request.on('response', (response) => {
      response.resume();
      response.on('error', reject);
      response.on('end', () => resolve(response.statusCode ?? 0));
    });
  });
}

async function exchange(request: http.ClientRequest, file: OutgoingFile): Promise<number> {
  const answered = answerOf(request);
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
const isPassing = (status: number) => status === 408 || status === 425 || status === 429 || status >= 500;

/** A server that takes files need not let its folder be looked at: 403, 404, 405 and 501 tell nothing of an upload. */
function checkDoor(name: string, status: number): void {
  if (status === 401 || (isPassing(status) && status !== 501)) check(name, status);
}

function check(name: string, status: number): void {
  if (isSuccess(status)) return;
  if (isPassing(status)) throw away(name, `answers with ${status}`);
  const isLogin = status === 401 || status === 403;
  const fix = isLogin
    ? `set destinations.${name}.authorization, or the user and password in its url`
    : `check destinations.${name}.url: it is to take PUT below it`;
  throw refused(name, `refuses the upload (${status})`, { fix });
}
