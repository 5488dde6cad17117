/** The shape of `send.proof`: who sees the e-mails of sample people before anybody else gets one. */
import { z } from 'zod';
import { parseDuration } from '../units';
import { isOneAddress, parseAddressPattern } from './address-pattern';

/** Beyond these a proof is a mailing of its own; limits of nightjar's own. */
const MOST_SAMPLES = 10;
const MOST_ADDRESSES = 20;
/** Nobody could look at a mail in less. */
const SHORTEST_HOLD_MS = 60_000;

const to = z
  .array(
    z
      .string()
      .refine((text) => isOneAddress(parseAddressPattern(text)))
      .meta({ expected: 'an address such as seed@shop.example', examples: ['seed@shop.example'] }),
  )
  .min(1)
  .max(MOST_ADDRESSES)
  .meta({
    description: 'Who gets the proofs; each address gets the e-mail of each sample person',
    expected: `a list of 1 to ${MOST_ADDRESSES} addresses`,
    examples: [['seed@shop.example']],
  });

const hold = z
  .string()
  .refine((text) => (parseDuration(text) ?? 0) >= SHORTEST_HOLD_MS)
  .optional()
  .meta({
    description: 'How long the run then waits before it goes on by itself; without it, until a person approves',
    expected: 'a duration of at least a minute such as 30m',
    examples: ['30m'],
  });

const samples = z
  .int()
  .min(1)
  .max(MOST_SAMPLES)
  .default(3)
  .meta({
    description: 'How many people the e-mails are those of',
    expected: `a whole number, 1 to ${MOST_SAMPLES}`,
    examples: [3],
  });

/** The field `send.proof`. */
export const proofField = z
  .strictObject({ to, hold, samples })
  .optional()
  .meta({
    description: 'Sends the e-mails of sample people to a list of yours first, and holds the run',
    expected: 'a map of to, hold and samples',
    examples: [{ to: ['seed@shop.example'], hold: '30m' }],
  });
