/** Checks for which audiences a job has the ids of a platform. */
import { nearestName } from '../../config/nearest';
import { NightjarError } from '../../errors';
import type { AudienceJob } from '../../job/audience-job';
import { placeOf } from '../../job/place';
import { audiencesOf } from './audiences-of';

/** Finds ids of no audience of the job: they would stand in no file. */
export function findWrongListIds(job: AudienceJob): readonly NightjarError[] {
  const { listIds, split = [] } = job.audience;
  const parts = ['', ...split.map(({ name }) => `.${name}`)].filter((part) => (part === '') === (split.length === 0));
  const known = audiencesOf(job).flatMap(({ name }) => parts.map((part) => `${name}${part}`));
  const { withdraw } = job.audience;
  return [...listIds.keys()]
    .filter((name) => !known.includes(name) && !withdraw.includes(name) && !withdraw.includes(name.split('.')[0] ?? ''))
    .map((name) => {
      const near = nearestName(name, known) ?? (known.length === 1 ? known[0] : undefined);
      const message = `audience.listIds has "${name}"; expected an audience of the job: ${known.join(', ')}`;
      const fix =
        near === undefined
          ? `name one of these: ${known.join(', ')}; or remove it`
          : `write "${near}:" instead of "${name}:"`;
      return new NightjarError('E_JOB_FIELD', message, {
        where: placeOf(job, ['audience', 'listIds', name], 'key'),
        fix,
      });
    });
}
