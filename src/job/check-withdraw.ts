/** Checks that a job withdraws no audience that it makes. */
import type { Problem } from '../config/problems';
import { queriesOf } from './check-combine';

type Fields = Readonly<Record<string, unknown>>;

/** Finds the names that would be told to go and to stay; what is wrong with a field itself is left to the schema. */
export function checkWithdraw({ audience, segment }: Fields, job: string): readonly Problem[] {
  if (!isMap(audience) || !Array.isArray(audience.withdraw)) return [];
  const { combine = 'each', split } = audience;
  const made = new Set(namesOf(combine, { job, segment: isMap(segment) ? segment : {} }));
  const parts = isMap(split) ? Object.keys(split) : undefined;
  return audience.withdraw.flatMap((written: unknown, index): Problem[] => {
    if (typeof written !== 'string') return [];
    const [name = '', part, more] = written.split('.');
    if (more !== undefined) return [];
    const isMade = made.has(name) && (parts === undefined ? part === undefined : parts.includes(part ?? ''));
    if (!isMade) return [];
    const message = `audience.withdraw has "${written}", which the job makes; expected what is no longer in it`;
    return [
      { path: ['audience', 'withdraw', index], part: 'value', message, fix: `take "${written}" out of the list` },
    ];
  });
}

function namesOf(combine: unknown, { job, segment }: { readonly job: string; readonly segment: Fields }) {
  if (combine === 'each') return queriesOf(segment);
  return isMap(combine) ? Object.keys(combine) : [job];
}

function isMap(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
