/** The shape of `send` in an e-mail job: who sends, how fast, and when it stops. */
import { z } from 'zod';
import { parseRate, parseShare } from '../units';
import { PATTERN_FORMS, parseAddressPattern } from './address-pattern';
import { proofField } from './proof-schema';

/** A sender: an address alone, or a name with the address in angle brackets. */
const SENDER = /^(?:[^<>@\r\n]*<[^<>@\s]+@[^<>@\s]+>|[^<>@\s]+@[^<>@\s]+)$/;
/** A domain as it stands in an address, in lower case, or `*`. */
const DOMAIN = /^(?:\*|(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+)$/;

const from = z
  .string()
  .regex(SENDER)
  .optional()
  .meta({
    description: 'The sender; without it mail.from of the settings',
    expected: 'an address, or a name and an address',
    examples: ['Corner Shop <news@shop.example>'],
  });

const rateField = z
  .string()
  .refine((text) => parseRate(text) !== undefined)
  .meta({ expected: 'a rate such as 50/s, 3000/m or 100000/h', examples: ['50/s'] });

const rate = rateField.optional().meta({
  description: 'How many e-mails may leave in a time; without it as many as the server takes',
  expected: 'a rate such as 50/s, 3000/m or 100000/h',
  examples: ['50/s'],
});

const unknown = z.enum(['ask', 'resend', 'drop']).default('ask').meta({
  description:
    'What becomes of e-mails of which nobody can tell whether they were taken: the run waits for a person, they are sent again, or given up',
});

const ramp = z
  .strictObject({
    start: z
      .int()
      .min(1)
      .meta({ description: 'E-mails on the first day', expected: 'a whole number, 1 or more', examples: [200] }),
    growth: z
      .string()
      .refine((text) => parseShare(text) !== undefined)
      .meta({ description: 'How many more each day', expected: 'a share such as 15%', examples: ['15%'] }),
  })
  .optional()
  .meta({
    description: 'Warms a new sender up: a number of e-mails a day that grows; the rest waits for the next day',
    expected: 'a map of start and growth',
    examples: [{ start: 200, growth: '15%' }],
  });

const perDomain = z
  .record(z.string().regex(DOMAIN).meta({ expected: 'a domain in lower case, or "*"' }), rateField)
  .optional()
  .meta({
    description: 'Rates by the domain of the recipient; "*" is every other domain, each by itself',
    expected: 'a map from domains to rates',
    examples: [{ 'gmail.com': '20/s' }],
  });

const errorShare = z
  .string()
  .refine((text) => (parseShare(text) ?? 0) > 0)
  .meta({ expected: 'a share such as 1%', examples: ['1%'] });
const errorCount = z
  .int()
  .min(1)
  .meta({ expected: 'a whole number, 1 or more', examples: [50] });

const stopAfterErrors = z
  .union([errorShare, errorCount, z.strictObject({ share: errorShare, count: errorCount })])
  .optional()
  .meta({
    description: 'Pauses the run at this share of refused e-mails among those answered, or at this number',
    expected: 'a share such as 1%, a number such as 50, or a map of share and count',
    examples: ['1%'],
  });

const onlyTo = z
  .array(
    z
      .string()
      .refine((text) => parseAddressPattern(text) !== undefined)
      .meta({ expected: PATTERN_FORMS, examples: ['*@shop.example'] }),
  )
  .min(1)
  .optional()
  .meta({
    description: 'Outside production nobody else gets an e-mail of the job',
    expected: 'a list of addresses, or patterns such as "*@shop.example"',
    examples: [['*@shop.example']],
  });

/** The field `send`. */
export const sendField = z
  .strictObject({ from, rate, unknown, ramp, perDomain, stopAfterErrors, onlyTo, proof: proofField })
  .prefault({})
  .meta({
    expected: 'a map of from, rate, unknown, ramp, perDomain, stopAfterErrors, onlyTo and proof',
    examples: [{ rate: '50/s' }],
  });
