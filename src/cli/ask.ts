/** Asks a person at a terminal. */
import { createInterface } from 'node:readline/promises';
import { NightjarError } from '../errors';

/** What is asked, and what is said where nobody can be asked or the answer is another. */
export interface Question {
  /** Several lines where it needs them. */
  readonly text: string;
  /** Said instead of the question where nobody is there; the text itself where it is left out. */
  readonly unasked?: string;
  readonly fix: string;
}

/**
 * Asks for a yes on stderr, so that stdout keeps the answer alone.
 * @throws E_USAGE where nobody can be asked, or the answer is another
 */
export async function askYes(question: string, fix: string): Promise<void> {
  const text = await readAnswer({ text: question, fix }, 'type yes to go on: ');
  if (text.toLowerCase() !== 'yes') throw new NightjarError('E_USAGE', 'nothing was changed', { fix });
}

/**
 * Asks for a name on stderr: what a hand types by habit is no answer to it.
 * @throws E_USAGE where nobody can be asked, or the answer is another
 */
export async function askName(question: Question, name: string): Promise<void> {
  const text = await readAnswer(question, `type ${name} to go on: `);
  if (text !== name) throw new NightjarError('E_USAGE', 'nothing was started', { fix: question.fix });
}

async function readAnswer({ text, unasked = text, fix }: Question, prompt: string): Promise<string> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) throw new NightjarError('E_USAGE', unasked, { fix });
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    // The end of the input (Ctrl-D) or Ctrl-C is an answer too: another one.
    const ended = new Promise<string>((resolve) => lines.once('close', () => resolve('')));
    return (await Promise.race([lines.question(`${text}\n${prompt}`).catch(() => ''), ended])).trim();
  } finally {
    lines.close();
  }
}
