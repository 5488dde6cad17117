/** Says what is wrong with a line that is not JSON. */
import { JsonMachine } from './json-machine';

/** Says why a whole line is not a JSON object in UTF-8, with the byte, from 1, at which that shows; quotes no more. */
export function explainBroken(line: Buffer): string {
  const machine = new JsonMachine({ begin: () => undefined, finish: () => undefined });
  machine.start();
  machine.feed(line, 0, line.length);
  return machine.end() ?? 'the line is not valid JSON';
}
