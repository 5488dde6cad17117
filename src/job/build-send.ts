/** Builds the rules of sending from the checked fields of a job file. */
import type { z } from 'zod';
import { type PerSecond, parseRate, parseShare } from '../units';
import type { Ramp, SendRules, StopAfterErrors } from './definition';
import type { sendField } from './send-schema';

type SendFields = z.output<typeof sendField>;

/** Builds `send`. */
export function buildSend({ from, rate, unknown, ramp, perDomain, stopAfterErrors }: SendFields): SendRules {
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
  };
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
