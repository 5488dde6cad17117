/** Reads back what stopped a run. */
import { z } from 'zod';
import { PROOF } from '../database/runs/proofs';
import type { RunRow } from '../database/runs/runs';
import { ERROR_CODES, type ErrorCode, NightjarError } from '../errors';

const errorSchema = z.object({ code: z.string(), message: z.string(), fix: z.string().optional() });

/** Answers what stopped a failed or paused run; undefined where nothing was stored. */
export function storedError(run: RunRow): NightjarError | undefined {
  const read = errorSchema.safeParse(run.error);
  if (!read.success) return undefined;
  const code = isErrorCode(read.data.code) ? read.data.code : 'E_BUG';
  return new NightjarError(code, read.data.message, {
    where: { step: run.runId },
    ...(read.data.fix === undefined ? {} : { fix: read.data.fix }),
  });
}

function isErrorCode(code: string): code is ErrorCode {
  return code in ERROR_CODES;
}

const holdSchema = z.object({ holdUntil: z.string() });

/** Tells when a run that is paused for its proof goes on by itself (ISO 8601); undefined where it waits for a person. */
export function heldUntil(run: RunRow): string | undefined {
  if (run.state !== 'paused' || run.pausedReason !== PROOF) return undefined;
  const read = holdSchema.safeParse(run.error);
  return read.success ? read.data.holdUntil : undefined;
}
