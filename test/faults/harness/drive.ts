/** Drives a round: starts the runs, strikes at the planned moments, heals, and sees both runs to their end as a person would. */
import { setTimeout as wait } from 'node:timers/promises';
import { putFaults } from './aws';
import { createStriker } from './blows';
import { createHurry } from './hurry';
import { JOBS, type JobName, type RoundPlan } from './plan';
import { isIdle, isReached, look, type Progress, runIdOf } from './progress';
import { resolveUnknown } from './resolve';
import { SLOT } from './shop';
import type { Note } from './supervised';
import type { World } from './world';

const LOOK_MS = 25;
/** Longer than a lease and all that follows from its end. */
const STALL_MS = 12_000;
/** From the last blow to the end of both runs; several leases, retries and waits fit in. */
const END_MS = 120_000;
const START_TRIES = 20;
/** Failures that a person answers by the same command again, once what was struck is there. */
const MOST_RESUMES = 4;

export interface Driven {
  /** Blows that fell; the others' moments never came, or found down already what they would have struck. */
  readonly fallen: readonly string[];
  readonly violations: readonly string[];
  /** Errors of runs that failed and went on after the same command. */
  readonly resumed: readonly string[];
  readonly resolved: number;
  /** How often a run was still paused whose unknown deliveries a late answer had settled. */
  readonly reopened: number;
}

/** Runs the plan. */
export async function drive(world: World, plan: RoundPlan, note: Note): Promise<Driven> {
  for (const worker of world.workers) worker.start();
  await giveFaults(world, plan.aws, note);
  const [struck] = await Promise.all([strikeAll({ world, plan, note }), startAll({ world, plan, note })]);
  note('all healed');
  const end = await seeToEnd(world, note);
  return { ...end, fallen: struck.fallen, violations: [...struck.violations, ...end.violations] };
}

/** In the embedded world a worker has to serve the local AWS first. */
async function giveFaults(world: World, rules: RoundPlan['aws'], note: Note): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    try {
      return await putFaults(await world.awsAccess(), rules);
    } catch (error) {
      if (tries === 199) note(`the local AWS took no fault rules: ${String(error)}`);
      await wait(50);
    }
  }
}

async function startAll({ world, plan, note }: Strike): Promise<void> {
  for (const ms of plan.startKillsMs) {
    const running = world.cli(START('letters'));
    await Promise.race([wait(ms, undefined, { ref: false }), running.ended]);
    running.child.kill('SIGKILL');
    note(`run letters killed after ${ms} ms`);
    await running.ended;
  }
  const jobs = plan.twins ? [...JOBS, ...JOBS] : JOBS;
  await Promise.all(jobs.map((job) => startJob(world, job, note)));
}

const START = (job: JobName) => ['run', job, '--date', SLOT, '--detach', '--confirm', job];

/** Gives the command until it is done: what a person does who sees exit 5. */
async function startJob(world: World, job: JobName, note: Note): Promise<void> {
  for (let tries = 1; tries <= START_TRIES; tries++) {
    const end = await world.cli(START(job)).ended;
    if (end.code === 0) return note(`run ${job} started`);
    note(`run ${job}: exit ${end.code}, ${end.stderr.trim().split('\n').slice(0, 2).join(' ')}`);
    if (end.code !== 5) throw new Error(`run ${job} ended with ${end.code}: ${end.stderr}`);
    await wait(300);
  }
  throw new Error(`run ${job} could not be started`);
}

interface Strike {
  readonly world: World;
  readonly plan: RoundPlan;
  readonly note: Note;
}

async function strikeAll({ world, plan, note }: Strike): Promise<Pick<Driven, 'fallen' | 'violations'>> {
  const striker = createStriker(world, plan, note);
  const waiting = new Set(plan.blows);
  const deadline = Date.now() + END_MS;
  const hurry = createHurry(world);
  let told = '';
  let progress: Progress = { runs: {}, accepted: 0 };
  let movedAt = Date.now();
  while (waiting.size > 0 && !isIdle(progress) && Date.now() < deadline) {
    const seen = await look(world, progress);
    if (JSON.stringify(seen) !== JSON.stringify(progress)) movedAt = Date.now();
    progress = seen;
    told = tell(progress, told, note);
    // What waits for minutes would keep the moments of the other blows from coming.
    if (Date.now() - movedAt > STALL_MS && (await hurry().catch(() => false))) note('long waits ended');
    for (const blow of [...waiting].filter((one) => isReached(progress, one.when))) {
      waiting.delete(blow);
      void wait(blow.delayMs).then(() => striker.strike(blow));
    }
    await wait(LOOK_MS);
  }
  // Blows that wait for their delay are under way after it.
  await wait(Math.max(0, ...plan.blows.map((blow) => blow.delayMs)) + LOOK_MS);
  await striker.healed();
  return { fallen: striker.fallen, violations: striker.violations };
}

function tell(progress: Progress, told: string, note: Note): string {
  const text = JOBS.map((job) => `${job} ${progress.runs[job]?.state ?? '-'}`).join(', ');
  if (text !== told) note(`${text}, ${progress.accepted} accepted`);
  return text;
}

/** What a person has done so far to bring the runs to their end. */
interface Help {
  readonly resumed: string[];
  resolved: number;
  reopened: number;
}

async function seeToEnd(world: World, note: Note): Promise<Omit<Driven, 'fallen'>> {
  await giveFaults(world, [], note);
  const deadline = Date.now() + END_MS;
  const hurry = createHurry(world);
  const help: Help = { resumed: [], resolved: 0, reopened: 0 };
  let told = '';
  let progress: Progress = { runs: {}, accepted: 0 };
  while (Date.now() < deadline) {
    progress = await look(world, progress);
    told = tell(progress, told, note);
    if (JOBS.every((job) => progress.runs[job]?.state === 'finished')) return { violations: [], ...help };
    if (help.resumed.length > MOST_RESUMES) return { violations: ['runs keep failing'], ...help };
    if (await hurry().catch(() => false)) note('long waits ended');
    if (isIdle(progress)) await helpOn(world, { progress, help, note });
    await wait(LOOK_MS * 4);
  }
  const states = JOBS.map((job) => `${job} is ${progress.runs[job]?.state}`).join(', ');
  return { violations: [`not at an end ${END_MS / 1000} s after all was healed: ${states}`], ...help };
}

interface Stop {
  readonly progress: Progress;
  readonly help: Help;
  readonly note: Note;
}

/** Does what a person does about runs that wait for one. */
async function helpOn(world: World, { progress, help, note }: Stop): Promise<void> {
  for (const job of JOBS) {
    const run = progress.runs[job];
    if (run?.state === 'failed') {
      help.resumed.push(`${job}: ${run.errorCode}`);
      note(`${job} has failed with ${run.errorCode}; run again`);
      await startJob(world, job, note);
    }
    if (run?.state !== 'paused') continue;
    const resolved = await resolveUnknown(world, runIdOf(job), note);
    help.resolved += resolved;
    if (resolved > 0) continue;
    // A late answer has settled what the run was paused for.
    help.reopened += 1;
    await startJob(world, job, note);
  }
}
