/** Builds the rules of sending from the checked fields of a job file. */
import type { z } from 'zod';
import { type PerSecond, parseDuration, parseRate, parseShare } from '../units';
import type { ProofRules, Ramp, SendRules, StopAfterErrors } from './email-job';
import type { sendField } from './send-schema';

type SendFields = z.output<typeof sendField>;

/** Builds `send`. */
export function buildSend(fields: SendFields): SendRules {
  const { from, rate, unknown, ramp, perDomain, stopAfterErrors, onlyTo } = fields;
  const proof = buildProof(fields.proof);
  const perSecond = rate === undefined ? undefined : parseRate(rate);
  const builtRamp = buildRamp(ramp);
  const stop = buildStop(stopAfterErrors);
  return {
    unknown,
    ...(from === undefined ? {} : { from }),
    ...(perSecond === undefined ? {} : { rate: perSecond }),
    ...(builtRamp === undefined ? {} : { ramp: builtRamp }),
    ...(perDomain === undefined ? {} : { perDomain: buildRates(perDomain) }),
    ...(stop === undefined ? {} : { stopAfterErrors: stop }),
    ...(onlyTo === undefined ? {} : { onlyTo }),
    ...(proof === undefined ? {} : { proof }),
  };
}

/** An address that is named twice gets one proof of each sample. */
function buildProof(written: SendFields['proof']): ProofRules | undefined {
  if (written === undefined) return undefined;
  const { to, samples } = written;
  const hold = written.hold === undefined ? undefined : parseDuration(written.hold);
  const once = to.filter((address, index) => to.findIndex((other) => fold(other) === fold(address)) === index);
  return { to: once.map((address) => address.trim()), samples, ...(hold === undefined ? {} : { hold }) };
}

function fold(address: string): string {
  return address.trim().toLowerCase();
}

function buildRamp(ramp: SendFields['ramp']): Ramp | undefined {
  const growth = ramp === undefined ? undefined : parseShare(ramp.growth);
  return ramp === undefined || growth === undefined ? undefined : { start: ramp.start, growth };
}

function buildRates(fields: Readonly<Record<string, string>>): Readonly<Record<string, PerSecond>> {
  return Object.fromEntries(
    Object.entries(fields).flatMap(([domain, text]) => {
      const rate = parseRate(text);
      return rate === undefined ? [] : [[domain, rate]];
    }),
  );
}

function buildStop(written: SendFields['stopAfterErrors']): StopAfterErrors | undefined {
  if (written === undefined) return undefined;
  if (typeof written === 'number') return { count: written };
  if (typeof written === 'string') return shareOf(written);
  return { ...shareOf(written.share), count: written.count };
}

function shareOf(text: string): StopAfterErrors {
  const share = parseShare(text);
  return share === undefined ? {} : { share };
}
