/** The rule of lists in which nothing stands twice. */
import type { z } from 'zod';

/** Makes the check of a list, which points at the later ones; `expected` is for messages. */
export function refuseDoubles(expected: string) {
  return (list: readonly string[], context: z.core.$RefinementCtx<string[]>): void => {
    for (const [index, one] of list.entries()) {
      if (list.indexOf(one) === index) continue;
      const params = { expected, fix: 'remove it from the list' };
      context.addIssue({ code: 'custom', input: one, path: [index], params });
    }
  };
}
