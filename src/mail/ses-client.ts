/** The client of Amazon SES, and the one way in which a message goes through it. */
import {
  SESv2Client,
  SendEmailCommand,
  type SendEmailCommandInput,
  type SendEmailCommandOutput,
} from '@aws-sdk/client-sesv2';
import { NightjarError } from '../errors';
import type { AwsAccess } from './aws-access';
import type { BodyProbe } from './body-probe';
import type { Timeouts } from './contract';

interface ClientOptions {
  readonly aws: AwsAccess;
  readonly connections: number;
  readonly timeouts: Timeouts;
}

const MINUTE = 60_000;
/**
 * A request on a connection that the server has just closed is lost without a trace, and its e-mail unknown. So we
 * close idle connections ourselves, before any server does.
 */
const IDLE_MS = 4000;

/** Creates a client that sends every request once: SES has no token to tell a repeated one, and would send a second e-mail. */
export function createSesClient({ aws, connections, timeouts }: ClientOptions): SESv2Client {
  const agent = { keepAlive: true, maxSockets: connections, timeout: IDLE_MS };
  return new SESv2Client({
    region: aws.region,
    ...(aws.credentials === undefined ? {} : { credentials: aws.credentials }),
    ...(aws.endpoint === undefined ? {} : { endpoint: aws.endpoint }),
    maxAttempts: 1,
    requestHandler: {
      connectionTimeout: timeouts.connect ?? MINUTE,
      socketTimeout: timeouts.silence ?? 10 * MINUTE,
      httpAgent: agent,
      httpsAgent: agent,
    },
  });
}

/** What travels with one message through nodemailer's transport, beside the fields of the API. */
export interface Exchange {
  readonly probe: BodyProbe;
  readonly signal: AbortSignal;
  /** The sender that SES checks: the From header. */
  from: string;
  /** What the SDK threw, before nodemailer writes on it. */
  error: unknown;
}

/** The request as the transport makes it: our exchange comes back among the fields of the API. */
export class SesRequest {
  constructor(readonly input: SendEmailCommandInput & { readonly exchange?: Exchange }) {}
}

/** Sends one request; the probe is set once it is signed, right before the first byte leaves. */
export async function sendRequest(client: SESv2Client, request: unknown): Promise<SendEmailCommandOutput> {
  if (!(request instanceof SesRequest) || request.input.exchange === undefined) {
    throw new NightjarError('E_BUG', 'a message came to SES without its probe');
  }
  const { exchange, ...input } = request.input;
  exchange.from = input.FromEmailAddress ?? '';
  const command = new SendEmailCommand(input);
  command.middlewareStack.add(
    (next) => async (args) => {
      if (exchange.signal.aborted) throw exchange.signal.reason;
      markBegun(exchange.probe);
      try {
        return await next(args);
      } catch (error) {
        // Seen here before the SDK wraps errors of other realms, codes and all.
        exchange.error = error;
        throw error;
      }
    },
    { step: 'deserialize', name: 'nightjarProbe' },
  );
  try {
    return await client.send(command, { abortSignal: exchange.signal });
  } catch (error) {
    exchange.error ??= error;
    throw new Error('the message was not taken', { cause: error });
  }
}

function markBegun(probe: BodyProbe): void {
  try {
    probe.beforeBody();
  } catch (cause) {
    probe.failure = cause;
    throw new Error('the message is held back', { cause });
  }
  probe.begun = true;
}
