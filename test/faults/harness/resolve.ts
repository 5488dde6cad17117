/** Resolves unknown deliveries as an honest person does: looks each up in the mail server's record. */
import { setTimeout as wait } from 'node:timers/promises';
import type { Note } from './supervised';
import type { World } from './world';

/** The record is looked at when nothing has come in for this long. */
const QUIET_MS = 1500;

/** Tells nightjar what became of each unknown delivery of a paused run, and answers how many there were. */
export async function resolveUnknown(world: World, runId: string, note: Note): Promise<number> {
  await waitUntilQuiet(world);
  const rows = await world.sql(
    `SELECT user_id FROM nightjar.delivery WHERE run_id = $1 AND state = 'unknown' ORDER BY user_id`,
    [runId],
  );
  const users = rows.map((row) => String(row.user_id));
  const arrived = new Set(world.mail.accepted().map((mail) => mail.to.split('@')[0]));
  const answers = [
    ['accepted', users.filter((user) => arrived.has(user))],
    ['resend', users.filter((user) => !arrived.has(user))],
  ] as const;
  for (const [as, those] of answers) {
    if (those.length > 0) await resolve(world, runId, { as, users: those });
  }
  note(`resolved ${answers.map(([as, those]) => `${those.length} as ${as}`).join(', ')}`);
  return users.length;
}

async function resolve(
  world: World,
  runId: string,
  answer: { readonly as: string; readonly users: readonly string[] },
): Promise<void> {
  const { ended } = world.cli([
    'runs',
    'resolve',
    runId,
    '--as',
    answer.as,
    ...answer.users.flatMap((user) => ['--user', user]),
  ]);
  const end = await ended;
  if (end.code !== 0) throw new Error(`runs resolve ended with ${end.code}: ${end.stderr}`);
}

async function waitUntilQuiet(world: World): Promise<void> {
  for (let before = -1, now = world.mail.accepted().length; now !== before; now = world.mail.accepted().length) {
    before = now;
    await wait(QUIET_MS);
  }
}
