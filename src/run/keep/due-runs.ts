/** Finds the runs that are kept longer than their job files say. */

import { parse } from 'yaml';
import { z } from 'zod';
import { type EndedRun, listEndedBundles, listEndedRuns } from '../../database/keeping/keeping';
import { readSmallObject } from '../../storage/objects';
import { parseS3Uri } from '../../storage/uri';
import { type Milliseconds, parseDuration } from '../../units';
import type { Engines } from '../engines';

export interface DueRun extends EndedRun {
  /** What the run's own job file says. */
  readonly keep: Milliseconds;
}

const PAGE_RUNS = 100;

/** Streams the runs that are due, the oldest of each bundle first. */
export async function* streamDueRuns(engines: Engines): AsyncGenerator<DueRun> {
  for (const { bundleUri, firstEndedAt } of await listEndedBundles(engines.db)) {
    if (firstEndedAt >= engines.now()) continue;
    const keep = await keepOf(engines, bundleUri);
    if (keep === undefined) continue;
    let after: EndedRun | undefined;
    do {
      const wish = { bundleUri, before: engines.now() - keep, after, limit: PAGE_RUNS };
      const page: readonly EndedRun[] = await listEndedRuns(engines.db, wish);
      for (const run of page) yield { ...run, keep };
      after = page.length < PAGE_RUNS ? undefined : page.at(-1);
    } while (after !== undefined);
  }
}

const bundleSchema = z.object({ text: z.string() });
const keepSchema = z.object({ keep: z.string().optional() });

/** A bundle's name is its content, so it is read once a process. */
const known = new Map<string, Milliseconds | undefined>();

/**
 * Reads `keep` alone, not the whole job: a job file of long ago must not stop the archiving because it names
 * a solution that the settings don't have any more.
 */
async function keepOf(engines: Engines, bundleUri: string): Promise<Milliseconds | undefined> {
  if (known.has(bundleUri)) return known.get(bundleUri);
  try {
    const bundle = (await readSmallObject(engines.s3, parseS3Uri(bundleUri))).toString('utf8');
    const { text } = bundleSchema.parse(JSON.parse(bundle));
    const { keep } = keepSchema.parse(parse(text, { logLevel: 'silent' }));
    const duration = keep === undefined ? undefined : parseDuration(keep);
    known.set(bundleUri, duration);
    return duration;
  } catch (error) {
    engines.log('warn', 'bundle not readable, its runs are kept', { bundle: bundleUri, reason: String(error) });
    return undefined;
  }
}
