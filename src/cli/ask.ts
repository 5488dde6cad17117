/** Asks a person at a terminal. */
import { createInterface } from 'node:readline/promises';
import { NightjarError } from '../errors';

/**
 * Asks for a yes on stderr, so that stdout keeps the answer alone.
 * @throws E_USAGE where nobody can be asked, or the answer is another
 */
export async function askYes(question: string, fix: string): Promise<void> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) throw new NightjarError('E_USAGE', question, { fix });
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const text = await lines.question(`${question}\ntype yes to go on: `);
    if (text.trim().toLowerCase() !== 'yes') throw new NightjarError('E_USAGE', 'nothing was changed', { fix });
  } finally {
    lines.close();
  }
}
