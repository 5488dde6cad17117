/** Helps tests of S3: what went wrong with a call, presigned URLs by the SDK's own signer, and requests as raw bytes. */
import { request as httpRequest, type IncomingMessage } from 'node:http';
import type { S3Client } from '@aws-sdk/client-s3';

/** Gives name and HTTP status of the error that a call ends with; `done` where it succeeds. */
export async function outcome(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return 'done';
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const meta = '$metadata' in error && typeof error.$metadata === 'object' ? error.$metadata : undefined;
    const status = meta !== null && meta !== undefined && 'httpStatusCode' in meta ? meta.httpStatusCode : '';
    return `${error.name} ${String(status)}`.trim();
  }
}

export interface PresignOptions {
  readonly method?: string;
  readonly path: string;
  readonly host: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly expiresIn?: number;
  readonly signingDate?: Date;
}

/** Makes a presigned URL of a call. */
export async function presign(s3: S3Client, options: PresignOptions): Promise<string> {
  const { method = 'GET', path, host, query = {}, headers = {}, expiresIn = 60, signingDate } = options;
  const [hostname = '', port = ''] = host.split(':');
  const signer = await s3.config.signer();
  if (!isPresigner(signer)) throw new Error('the signer of the SDK can not presign');
  const request = {
    method,
    protocol: 'http:',
    hostname,
    port: Number(port),
    path,
    query: { ...query },
    headers: { host, 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD', ...headers },
  };
  const signed = await signer.presign(request, {
    expiresIn,
    ...(signingDate === undefined ? {} : { signingDate }),
  });
  const search = Object.entries(signed.query ?? {})
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`)
    .join('&');
  return `http://${host}${path}?${search}`;
}

interface Presigner {
  presign(
    request: object,
    options: { expiresIn: number; signingDate?: Date },
  ): Promise<{ readonly query?: Readonly<Record<string, unknown>> }>;
}

function isPresigner(signer: object): signer is Presigner {
  return 'presign' in signer && typeof signer.presign === 'function';
}

/** Holds an answer as it came. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** Sends a request whose path and headers nobody touches. */
export function send(
  endpoint: string,
  options: {
    readonly method?: string;
    readonly path: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: string | Buffer;
  },
): Promise<RawAnswer> {
  const { hostname, port } = new URL(endpoint);
  const { method = 'GET', path, headers = {}, body } = options;
  return new Promise((resolve, reject) => {
    const request = httpRequest({ hostname, port, method, path, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks).toString('utf8'),
        }),
      );
    });
    request.on('error', reject);
    request.end(body);
  });
}
