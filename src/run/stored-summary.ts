/** Reads the summary that a finished run has stored. */
import { z } from 'zod';
import type { RunRow } from '../database/runs/runs';
import type { RunSummary } from '../report/summary';

/** It was written by this program, so only its version is checked. */
const versionSchema = z.object({ version: z.literal(1), run: z.string() });

/** Answers the stored summary; undefined before the run is finished, and while it goes on again. */
export function readSummary(run: RunRow): RunSummary | undefined {
  return run.state === 'finished' && isSummary(run.summary) ? run.summary : undefined;
}

function isSummary(value: unknown): value is RunSummary {
  return versionSchema.safeParse(value).success;
}
