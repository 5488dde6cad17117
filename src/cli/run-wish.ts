/** The flags by which a run is given values, and fewer recipients. */
import type { Command } from 'commander';
import { NightjarError } from '../errors';
import type { GivenParams } from '../job/params';

export interface WishFlags {
  readonly param?: readonly string[];
  readonly limit?: string;
  readonly onlyTo?: readonly string[];
}

/** Adds `--param`, `--limit` and `--only-to`. */
export function addWishFlags(command: Command): Command {
  return command
    .option('--param <name=value>', 'value of a param of the job; once for each', collect)
    .option('--limit <n>', 'of the recipients, which are in no order, the first n alone')
    .option(
      '--only-to <pattern>',
      'nobody else gets an e-mail of it; me@shop.example or "*@shop.example"; any number',
      collect,
    );
}

function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

/**
 * Reads what the flags say.
 * @throws E_USAGE
 */
export function readWish({ param = [], limit, onlyTo }: WishFlags): {
  readonly params: GivenParams;
  readonly limit: number | undefined;
  readonly onlyTo: readonly string[] | undefined;
} {
  const pairs = param.map(splitPair);
  const twice = pairs.find(([name], index) => pairs.findIndex(([other]) => other === name) < index);
  if (twice !== undefined) throw usage(`--param ${twice[0]} is given twice`, `give it once: --param ${twice[0]}=VALUE`);
  if (limit === undefined) return { params: Object.fromEntries(pairs), limit, onlyTo };
  if (!/^[1-9]\d{0,8}$/.test(limit))
    throw usage(`--limit is "${limit}"; expected a whole number, 1 or more`, 'write --limit 100');
  return { params: Object.fromEntries(pairs), limit: Number(limit), onlyTo };
}

function splitPair(text: string): readonly [string, string] {
  const at = text.indexOf('=');
  if (at > 0) return [text.slice(0, at), text.slice(at + 1)];
  throw usage(`--param is "${text}"; expected a name and a value`, 'write --param name=value');
}

function usage(message: string, fix: string): NightjarError {
  return new NightjarError('E_USAGE', message, { fix });
}
