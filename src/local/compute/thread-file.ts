/** Finds the compiled file that worker threads run. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { NightjarError } from '../../errors';

/**
 * Finds the thread's file: beside this one, or in dist/ where this one runs from its source, as it does under jest.
 *
 * @throws E_BUG if it has not been built
 */
export function findThreadFile(own: string = __filename): string {
  const file = own.endsWith('.ts')
    ? join(own, '..', '..', '..', '..', 'dist', 'local', 'compute', 'thread.js')
    : join(own, '..', 'thread.js');
  if (existsSync(file)) return file;
  throw new NightjarError('E_BUG', 'the file that worker threads run has not been built', {
    where: { file },
    fix: 'npx tsc -p tsconfig.build.json',
  });
}
