/** A mailer over the API of Amazon SES (SendEmail of version 2), through nodemailer's transport. */
import type { MessageTag, SESv2Client } from '@aws-sdk/client-sesv2';
import { createTransport } from 'nodemailer';
import type { Message } from '../content/message';
import { isNightjarError, NightjarError } from '../errors';
import type { AwsAccess } from './aws-access';
import { createProbe } from './body-probe';
import type { Mailer, MailerOptions, SendHooks } from './contract';
import { createDkimSigner, signMessage } from './dkim/signer';
import { notReached, type SendOutcome, unknown } from './outcome';
import { readAccount } from './ses-account';
import { createSesClient, type Exchange, SesRequest, sendRequest } from './ses-client';
import { readSesFailure } from './ses-outcome';
import { parseSesUrl, type SesAddress } from './ses-url';
import { shortenAnswer } from './shorten-answer';
import { createSlots, type Slots } from './slots';

/**
 * Creates a mailer of one region of one account; nothing is opened before the first use.
 * @throws E_CONFIG_FIELD where the URL is wrong, or names no region and there is none
 */
export function createSesMailer({ url, connections, aws, dkim, timeouts = {} }: MailerOptions): Mailer {
  const address = parseSesUrl(url);
  const access = chooseAccess(address, aws);
  const client = createSesClient({ aws: access, connections, timeouts });
  const line: Line = {
    address,
    client,
    transport: createSesTransport(client),
    slots: createSlots(connections),
    ends: new Set(),
  };
  const signer = dkim === undefined ? undefined : createDkimSigner(dkim, REPLACED);
  const pending = new Set<Promise<SendOutcome>>();
  const state = { closed: false };
  return {
    send: async (message, hooks = {}) => {
      const sending = line.slots.run(async () =>
        state.closed ? notReached('the mailer was closed') : sendOne(line, await signMessage(message, signer), hooks),
      );
      pending.add(sending);
      return sending.finally(() => pending.delete(sending));
    },
    verify: () => readAccount(client, access.region),
    close: async ({ force = false } = {}) => {
      state.closed = true;
      if (force) for (const end of line.ends) end.abort();
      await Promise.allSettled(pending);
      client.destroy();
    },
  };
}

/** SES writes its own; a signature over ours would not hold. */
const REPLACED = ['message-id', 'date'];

function chooseAccess({ region }: SesAddress, aws: AwsAccess | undefined): AwsAccess {
  if (region !== undefined) return { ...aws, region };
  if (aws !== undefined) return aws;
  throw new NightjarError('E_CONFIG_FIELD', 'mail.url names no region of SES', {
    fix: 'set mail.url: ses://eu-west-1',
  });
}

interface Line {
  readonly address: SesAddress;
  readonly client: SESv2Client;
  readonly transport: Transport;
  readonly slots: Slots;
  /** One a message in flight. */
  readonly ends: Set<AbortController>;
}

type Transport = ReturnType<typeof createSesTransport>;

function createSesTransport(client: SESv2Client) {
  const sesClient = {
    config: { region: client.config.region },
    send: (request: unknown) => sendRequest(client, request),
  };
  return createTransport({
    SES: { sesClient, SendEmailCommand: SesRequest },
    disableFileAccess: true,
    disableUrlAccess: true,
  });
}

async function sendOne(line: Line, message: Message, hooks: SendHooks): Promise<SendOutcome> {
  const end = new AbortController();
  const signal = hooks.signal === undefined ? end.signal : AbortSignal.any([end.signal, hooks.signal]);
  const exchange: Exchange = { probe: createProbe(hooks.beforeBody), signal, from: '', error: undefined };
  line.ends.add(end);
  try {
    const { envelope, messageId, raw } = message;
    const ses = { ...readFields(line, message, hooks), exchange };
    const info = await line.transport.sendMail({ envelope, messageId, raw, ses });
    return readSesAcceptance(info.response);
  } catch (error) {
    return readSendError(exchange, error);
  } finally {
    line.ends.delete(end);
  }
}

/** An error that the SDK did not throw came up while the message was composed: a defect of it, not of SES. */
function readSendError(exchange: Exchange, error: unknown): SendOutcome {
  const { probe, from } = exchange;
  if (probe.failure !== undefined) throw probe.failure;
  if (exchange.error === undefined || isNightjarError(error)) throw error;
  return readSesFailure({ error: exchange.error, begun: probe.begun, from });
}

/** A 200 without an id is no answer of SES. */
function readSesAcceptance(messageId: string | undefined): SendOutcome {
  if (messageId === undefined || messageId === '') return unknown('an answer without a message id');
  return { kind: 'accepted', code: 200, answer: shortenAnswer(`200 ${messageId}`), messageId };
}

/** SES takes no envelope sender: a return path of its own can only be given as the address for feedback. */
function readFields({ address }: Line, { envelope, from }: Message, { tags = {} }: SendHooks) {
  const feedback = from !== envelope.from && !from.endsWith(`<${envelope.from}>`);
  const labels = Object.entries(tags).map(
    ([name, value]): MessageTag => ({ Name: cleanTag(name), Value: cleanTag(value) }),
  );
  return {
    FromEmailAddress: from,
    ...(labels.length === 0 ? {} : { EmailTags: labels }),
    ...(address.configurationSet === undefined ? {} : { ConfigurationSetName: address.configurationSet }),
    ...(feedback ? { FeedbackForwardingEmailAddress: envelope.from } : {}),
  };
}

/** SES takes ASCII letters, digits, `_` and `-` in tags, at most 256; anything else becomes `-`. */
export function cleanTag(text: string): string {
  const cleaned = text.replaceAll(/[^\w-]/g, '-').slice(0, 256);
  return cleaned === '' ? '-' : cleaned;
}
