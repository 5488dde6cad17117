/** Plans what becomes of audiences that are no longer in the job, and whose people somebody still holds. */
import { nearestName } from '../../config/nearest';
import type { HeldPart } from '../../database/audiences/held';
import type { AudienceJob } from '../../job/audience-job';
import { tellHolders, tellLeftBehind } from '../../report/audience-notes';
import { countOf } from '../../report/figures';
import type { LeftBehindSummary } from '../../report/summary';
import type { Engines } from '../engines';
import { describeLeftBehind, findLeftBehind } from './withdraw-audience';

/** Notes what is left behind, what this run takes out, and names in `audience.withdraw` that mean nothing any more. */
export async function planWithdrawal(engines: Pick<Engines, 'db'>, job: AudienceJob): Promise<readonly string[]> {
  const { withdrawn, forgotten } = await findLeftBehind(engines, job);
  const going = describeLeftBehind(withdrawn);
  const isMeant = (name: string) => going.some((left) => left.name === name || left.name.startsWith(`${name}.`));
  return [
    ...describeLeftBehind(forgotten).map(tellLeftBehind),
    ...going.map((left) => tellGoing(left, job)),
    ...job.audience.withdraw.filter((name) => !isMeant(name)).map((name) => tellGone(name, forgotten)),
  ];
}

function tellGoing({ name, members, slot, destinations }: LeftBehindSummary, { audience }: AudienceJob): string {
  const told = destinations.filter((one) => audience.deliver.includes(one));
  const others = destinations.filter((one) => !told.includes(one));
  const people = `${countOf(members, 'person', 'people')} of ${slot}`;
  const lacks = `audience.deliver lacks ${others.join(', ')}, where`;
  if (told.length === 0 && others.length > 0)
    return `${name} is withdrawn, and nobody is told: ${lacks} ${people} stay until a person removes them`;
  const unheard = others.length === 0 ? '' : `; ${lacks} they stay until a person removes them`;
  const holders = tellHolders({ destinations: told });
  return `${name} is withdrawn: ${holders} ${told.length > 1 ? 'are' : 'is'} told to remove ${people}${unheard}`;
}

function tellGone(name: string, forgotten: readonly HeldPart[]): string {
  const names = describeLeftBehind(forgotten).map((left) => left.name);
  const near = nearestName(name, [...names, ...forgotten.map(({ audience }) => audience)]);
  const fix = near === undefined ? 'take it out of the list' : `is ${near} meant?`;
  return `audience.withdraw has ${name}, of which nobody holds anything: ${fix}`;
}
