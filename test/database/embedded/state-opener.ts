/** A program that opens a state folder and prints its secret as a JSON line. */
import { openStateFolder } from '../../../src/database/embedded/state-folder';

async function main(): Promise<void> {
  const { secret } = await openStateFolder(process.argv[2] ?? '');
  process.stdout.write(`${JSON.stringify({ secret })}\n`);
}

void main();
