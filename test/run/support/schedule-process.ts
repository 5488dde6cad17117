/** A worker whose clock runs fast and that only starts jobs, to be killed: `schedule-process.ts STATE FROM SPEED STARTS`. */
import { createLook } from '../../../src/run/schedules/keep-schedules';
import { scheduleFiles } from './schedule-files';
import { openWorld } from './world';

async function main([state = '', from = '0', speed = '1', starts = '{}']: readonly string[]): Promise<void> {
  const world = await openWorld(state);
  const began = Date.now();
  const now = () => Number(from) + (Date.now() - began) * Number(speed);
  const look = createLook({ ...world, now }, scheduleFiles(JSON.parse(starts)));
  process.stdout.write('ready\n');
  while (true) await look();
}

void main(process.argv.slice(2));
