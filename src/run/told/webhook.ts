/** Posts to webhooks, signed as Standard Webhooks has it (https://github.com/standard-webhooks/standard-webhooks, spec). */
import { createHmac } from 'node:crypto';
import { systemErrorCode } from '../../errors';
import { shortenAnswer } from '../../mail/shorten-answer';

/** What became of a try: `again` may be tried once more, `given-up` never. */
export interface TryOutcome {
  readonly kind: 'told' | 'again' | 'given-up';
  /** What was answered, or why nothing was. */
  readonly answer: string;
}

const TIMEOUT_MS = 10_000;
const ANSWER_BYTES = 400;
const GONE = 410;

/**
 * Signs a message.
 * @param secrets  `whsec_…`, several parted by blanks: each makes a signature, so that a receiver can change its secret
 * @param seconds  epoch seconds of this try
 */
export function signWebhook(
  secrets: string,
  { id, seconds, body }: { readonly id: string; readonly seconds: number; readonly body: string },
): Readonly<Record<string, string>> {
  const signatures = secrets.split(' ').map((secret) => {
    const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
    return `v1,${createHmac('sha256', key).update(`${id}.${seconds}.${body}`).digest('base64')}`;
  });
  return { 'webhook-id': id, 'webhook-timestamp': String(seconds), 'webhook-signature': signatures.join(' ') };
}

/** Posts JSON. Redirects are not followed: who may be told stands in the settings alone. */
export async function postJson(
  url: string,
  { body, headers = {}, signal }: { body: string; headers?: Readonly<Record<string, string>>; signal: AbortSignal },
): Promise<TryOutcome> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'user-agent': 'nightjar', ...headers },
      body,
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
    });
    const answer = shortenAnswer(`${response.status} ${await readStart(response)}`.trim());
    if (response.ok) return { kind: 'told', answer };
    return { kind: response.status === GONE ? 'given-up' : 'again', answer };
  } catch (error) {
    return { kind: 'again', answer: explain(error) };
  }
}

/** An answer may have no end; its start says enough. */
async function readStart(response: Response): Promise<string> {
  const reader = response.body?.getReader();
  const chunk = await reader?.read().catch(() => undefined);
  await reader?.cancel().catch(() => undefined);
  return Buffer.from(chunk?.value ?? [])
    .subarray(0, ANSWER_BYTES)
    .toString('utf8');
}

/** Without the URL, which may be the secret. */
function explain(error: unknown): string {
  const { name, cause } = error instanceof Error ? error : { name: '', cause: undefined };
  if (name === 'TimeoutError') return `no answer within ${TIMEOUT_MS / 1000} seconds`;
  if (name === 'AbortError') return 'the worker was stopped';
  return `not reached: ${systemErrorCode(cause) ?? (cause instanceof Error ? cause.message : 'the connection failed')}`;
}
