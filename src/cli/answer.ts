/** Writes answers: stdout holds one answer, text or one JSON document; all else goes to stderr. */
import { formatError, isNightjarError, type NightjarError } from '../errors';
import { explainFailure } from '../run/explain-failure';
import type { GlobalFlags } from './context';

/** Writes the answer of a verb. */
export function answer(flags: GlobalFlags, content: { readonly text: string; readonly json: object }): void {
  if (flags.json === true) process.stdout.write(`${JSON.stringify({ version: 1, ...content.json }, null, 2)}\n`);
  else process.stdout.write(content.text.endsWith('\n') || content.text === '' ? content.text : `${content.text}\n`);
}

/** Writes an error, in the same envelope with `--json`, and tells its exit code. */
export function answerError(flags: GlobalFlags, thrown: unknown): number {
  const error = explainFailure(thrown);
  if (flags.json === true) process.stdout.write(`${JSON.stringify({ version: 1, error: describe(error) }, null, 2)}\n`);
  process.stderr.write(`${formatError(error)}\n`);
  if (error.code === 'E_BUG' || flags.debug === true) process.stderr.write(`${stackOf(thrown)}\n`);
  if (error.code === 'E_BUG')
    process.stderr.write('this is a defect of nightjar; please report it with the lines above\n');
  return error.exitCode;
}

function describe(error: NightjarError): object {
  const { code, message, where, fix } = error;
  return {
    code,
    message,
    where,
    fix,
    others: error.others.map((other) => ({
      code: other.code,
      message: other.message,
      where: other.where,
      fix: other.fix,
    })),
  };
}

function stackOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  const cause =
    isNightjarError(thrown) && thrown.cause instanceof Error
      ? `\ncaused by ${thrown.cause.stack ?? thrown.cause.message}`
      : '';
  return `${thrown.stack ?? thrown.message}${cause}`;
}
