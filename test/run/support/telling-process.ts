/** A worker that only tells, to be killed while it does: `telling-process.ts STATE TARGETS`, the targets as JSON. */
import { tellDue } from './tell-due';
import { openWorld } from './world';

async function main([state = '', targets = '{}']: readonly string[]): Promise<void> {
  const world = await openWorld(state);
  const notify = { ...world.settings.notify, targets: JSON.parse(targets) };
  await tellDue({ ...world, settings: { ...world.settings, notify } });
}

void main(process.argv.slice(2));
