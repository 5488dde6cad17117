/** Writes answers: stdout holds one answer, text or one JSON document; all else goes to stderr. */
import { describeError, formatError, isNightjarError, NightjarError } from '../errors';
import { explainFailure } from '../run/explain-failure';
import type { GlobalFlags } from './context';
import { hideWith, PROCESS_KEY } from './hide-addresses';

/** Writes the answer of a verb. */
export function answer(flags: GlobalFlags, content: { readonly text: string; readonly json: object }): void {
  if (flags.json === true) process.stdout.write(`${JSON.stringify({ version: 1, ...content.json }, null, 2)}\n`);
  else process.stdout.write(content.text.endsWith('\n') || content.text === '' ? content.text : `${content.text}\n`);
}

/** Writes an error, in the same envelope with `--json`, and tells its exit code. */
export function answerError(flags: GlobalFlags, thrown: unknown): number {
  const error = withoutAddresses(explainFailure(thrown));
  if (flags.json === true)
    process.stdout.write(`${JSON.stringify({ version: 1, error: describeError(error) }, null, 2)}\n`);
  process.stderr.write(`${formatError(error)}\n`);
  if (error.code === 'E_BUG' || flags.debug === true) process.stderr.write(`${hide(stackOf(thrown))}\n`);
  if (error.code === 'E_BUG')
    process.stderr.write('this is a defect of nightjar; please report it with the lines above\n');
  return error.exitCode;
}

const hide = hideWith(() => PROCESS_KEY);

/** What a library threw may repeat what it was given; the messages of nightjar's own errors hold no address. */
function withoutAddresses(error: NightjarError): NightjarError {
  return error.code === 'E_BUG' ? new NightjarError('E_BUG', hide(error.message), { cause: error.cause }) : error;
}

function stackOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  const cause =
    isNightjarError(thrown) && thrown.cause instanceof Error
      ? `\ncaused by ${thrown.cause.stack ?? thrown.cause.message}`
      : '';
  return `${thrown.stack ?? thrown.message}${cause}`;
}
