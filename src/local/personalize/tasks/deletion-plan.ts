/** Keeps what a deletion of data is about to put in place, so that a kill in the middle of it does no harm. */
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { replaceFile, syncFolder } from '../../files';
import { systemCode } from '../../http/fault';
import type { Plane } from '../plane';

const PLAN = z.object({
  numDeleted: z.number(),
  moves: z.array(z.object({ from: z.string(), to: z.string() })),
});

/** Holds how many rows go, and the files that take the places of others. */
export type DeletionPlan = z.infer<typeof PLAN>;

/** Names a file: `from` below the plan's folder, `to` below the data folder. */
export type Move = DeletionPlan['moves'][number];

const PLAN_FILE = 'plan.json';
const FOLDER = /^deletion-(\d+)$/;

/** Names the folder that a job's plan and files are kept in until it has ended. */
export function planFolder(plane: Plane, job: { readonly sequence: number }): string {
  return join(plane.folders.data, `deletion-${job.sequence}`);
}

/** Reads a plan; undefined where none was written whole. */
export async function readPlan(folder: string): Promise<DeletionPlan | undefined> {
  const text = await readFile(join(folder, PLAN_FILE), 'utf8').catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  });
  return text === undefined ? undefined : PLAN.parse(JSON.parse(text));
}

/** Writes a plan, after which the job is sure to be done. */
export async function writePlan(plane: Plane, job: { readonly sequence: number }, plan: DeletionPlan): Promise<void> {
  const folder = planFolder(plane, job);
  await mkdir(folder, { recursive: true });
  for (const attempt of new Set(plan.moves.map(({ from }) => dirname(join(folder, from))))) await syncFolder(attempt);
  await replaceFile(join(folder, PLAN_FILE), JSON.stringify(plan), folder);
  await syncFolder(plane.folders.data);
}

/** Puts the files in their places; may be done again. Imports that are gone by now are passed over. */
export async function carryOut(plane: Plane, folder: string, { moves }: DeletionPlan): Promise<void> {
  for (const { from, to } of moves) {
    const target = join(plane.folders.data, to);
    await rename(join(folder, from), target).catch((error: unknown) => {
      if (systemCode(error) !== 'ENOENT') throw error;
    });
  }
  for (const place of new Set(moves.map(({ to }) => dirname(join(plane.folders.data, to))))) await syncFolder(place);
}

/** Carries out the plans that are there: one of a killed job must not overwrite what a later job has changed. */
export async function finishPlans(plane: Plane): Promise<void> {
  for (const name of await readdir(plane.folders.data)) {
    if (!FOLDER.test(name)) continue;
    const folder = join(plane.folders.data, name);
    const plan = await readPlan(folder);
    if (plan !== undefined) await carryOut(plane, folder, plan);
  }
}

/** Removes the plans of jobs that have ended. */
export async function removeEndedPlans(plane: Plane): Promise<void> {
  const jobs = plane.resources.dataDeletionJobs.list();
  for (const name of await readdir(plane.folders.data)) {
    const sequence = FOLDER.exec(name)?.[1];
    const job = jobs.find((one) => String(one.sequence) === sequence);
    if (sequence === undefined || (job !== undefined && job.outcome === undefined)) continue;
    await rm(join(plane.folders.data, name), { recursive: true, force: true });
  }
}
