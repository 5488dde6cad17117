/** The settings of being told: targets by name, and whom jobs tell that name nobody. */
import { z } from 'zod';

/** An e-mail address of somebody who looks after the jobs. */
export const NOTICE_ADDRESS = /^[^\s@<>,;"]+@[^\s@<>,;"]+\.[^\s@<>,;"]+$/;
/** A key of 24 to 64 bytes in base64, as Standard Webhooks has it; two while the receiver changes over. */
const SECRETS = /^whsec_[A-Za-z0-9+/]{32,86}={0,2}( whsec_[A-Za-z0-9+/]{32,86}={0,2})?$/;
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

const address = z
  .string()
  .regex(NOTICE_ADDRESS)
  .meta({ expected: 'an e-mail address', examples: ['ops@shop.example'] });

function urlField(expected: string, secret: 'url' | 'whole') {
  return z
    .string()
    .refine((text) => /^https?:\/\//.test(text) && URL.canParse(text))
    .nullable()
    .optional()
    .meta({ expected, secret });
}

const email = z
  .array(address)
  .min(1)
  .nullable()
  .optional()
  .meta({ expected: 'a list of e-mail addresses', examples: [['ops@shop.example']] });

const secret = z.string().regex(SECRETS).nullable().optional().meta({
  expected: 'whsec_ and a key of 24 to 64 bytes in base64; two of them, parted by a space, sign both',
  secret: 'whole',
});

const target = z
  .strictObject({
    email,
    webhook: urlField('a URL such as https://crm.shop.example/hooks/nightjar, or null', 'whole'),
    secret,
    slack: urlField('the URL of an incoming webhook, or null', 'whole'),
    allowHttp: z.boolean().optional().meta({ expected: 'true or false' }),
  })
  .superRefine((fields, context) => {
    const problem = explainTarget(fields);
    if (problem === undefined) return;
    const { path, input, ...params } = problem;
    context.addIssue({ code: 'custom', input, path: [...path], params });
  })
  .meta({
    expected: 'a map of email, or of webhook and secret, or of slack',
    examples: [{ email: ['ops@shop.example'] }],
  });

interface TargetFields {
  readonly email?: readonly string[] | null | undefined;
  readonly webhook?: string | null | undefined;
  readonly secret?: string | null | undefined;
  readonly slack?: string | null | undefined;
  readonly allowHttp?: boolean | undefined;
}

interface TargetProblem {
  readonly path: readonly string[];
  readonly input: unknown;
  readonly expected: string;
  readonly fix?: string;
}

function explainTarget(fields: TargetFields): TargetProblem | undefined {
  const { webhook, secret, slack } = fields;
  const ways = [fields.email, webhook, slack].filter((way) => way !== undefined && way !== null);
  if (ways.length !== 1) return { path: [], input: fields, expected: 'one of email, webhook and slack in it' };
  if (isSet(webhook) && !isSet(secret)) {
    const fix = `make one: node -p '"whsec_" + crypto.randomBytes(32).toString("base64")'`;
    return { path: ['secret'], input: undefined, expected: 'the secret that the webhook is signed with', fix };
  }
  if (!isSet(webhook) && isSet(secret))
    return { path: ['secret'], input: secret, expected: 'it beside a webhook only', fix: 'remove secret' };
  const [key, url] = isSet(webhook) ? ['webhook', webhook] : ['slack', slack];
  if (!isSet(url) || !URL.canParse(url) || url.startsWith('https:') || fields.allowHttp === true) return undefined;
  if (LOOPBACK.test(new URL(url).hostname)) return undefined;
  const fix = 'write https://, or "allowHttp: true" where the network is your own';
  return { path: [key ?? ''], input: url, expected: 'https, or a URL of this machine', fix };
}

function isSet(text: string | null | undefined): text is string {
  return text !== undefined && text !== null;
}

const targets = z.record(
  z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,39}$/)
    .meta({ expected: 'a name of lower-case letters, digits and dashes' }),
  target,
);

/** The section `notify`. */
export const notifySettings = z
  .strictObject({
    default: z.array(z.string()).meta({ expected: 'a list of names of targets, and e-mail addresses' }),
    from: z.string().min(3).nullable().meta({ expected: 'a sender such as "nightjar <ops@shop.example>", or null' }),
    targets,
  })
  .superRefine((fields, context) => {
    for (const [index, name] of fields.default.entries()) {
      if (NOTICE_ADDRESS.test(name) || name in fields.targets) continue;
      const candidates = Object.keys(fields.targets);
      const params = { expected: 'an e-mail address, or a name of notify.targets', candidates };
      context.addIssue({ code: 'custom', input: name, path: ['default', index], params });
    }
  });

export type NotifySettings = z.output<typeof notifySettings>;
export type TargetSettings = z.output<typeof target>;
