/** Plans what makes the audiences of a run: expressions, the sets that they take from elsewhere, and how members are chosen. */

import type { AudienceJob } from '../../job/audience-job';
import { listLeaves } from '../../job/combine/expression';
import type { AudiencePlan } from '../../job/plan';
import type { JobSource } from '../bundle';
import type { Engines } from '../engines';
import { audiencesOf } from './audiences-of';
import { checkSets } from './check-sets';
import { countList } from './lists';

/** Plans the choice. @throws as starting the run would, for sets and lists that are not there */
export async function planChoice(
  engines: Pick<Engines, 'db' | 'settings'>,
  job: AudienceJob,
  source: JobSource,
): Promise<Pick<AudiencePlan, 'audiences' | 'sets' | 'choice'>> {
  const { combine, lists, top, sample, split } = job.audience;
  const sets = [...(await checkSets(engines, job, source.jobs)), ...describeBuyers(engines, job)];
  for (const [name, written] of Object.entries(lists)) {
    const rows = await countList(source.lists?.[name] ?? written);
    sets.push({ name, about: `${rows.toLocaleString('en-US')} ${rows === 1 ? 'user' : 'users'} of ${written}` });
  }
  const choice = {
    ...(top === undefined ? {} : { top: 'count' in top ? top.count : writeShare(top.share) }),
    ...(sample === undefined ? {} : { sample: writeShare(sample) }),
    ...(split === undefined ? {} : { split: split.map(({ name, share }) => ({ name, share: writeShare(share) })) }),
  };
  return {
    ...(combine === 'each' ? {} : { audiences: combine.map(({ name, text }) => ({ name, expression: text })) }),
    ...(sets.length === 0 ? {} : { sets }),
    ...(Object.keys(choice).length === 0 ? {} : { choice }),
  };
}

/** Which event types are purchases stands in the settings, where nobody looks who reads an audience that is empty. */
function describeBuyers({ settings }: Pick<Engines, 'settings'>, job: AudienceJob) {
  const leaves = audiencesOf(job).flatMap(({ expression }) => listLeaves(expression));
  const isAsked = leaves.some(({ kind }) => kind === 'buyers');
  return isAsked ? [{ name: 'buyers(…)', about: `users with the events ${settings.events.bought.join(', ')}` }] : [];
}

function writeShare(share: number): string {
  return `${Number((share * 100).toFixed(6))}%`;
}
