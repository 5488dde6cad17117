/** Tells who was told of a run, and who could not be. */
import type { Database } from '../../database/connecting/connection';
import { listTellings } from '../../database/runs/notices';
import type { RunRow } from '../../database/runs/runs';
import { showTarget } from './targets';

/** What became of one event at one target. Times are ISO 8601, UTC. */
export interface TellingStanding {
  /** `paused`, `failed`, `late`, `finished`, `cancelled`. */
  readonly event: string;
  /** When it happened. */
  readonly at: string;
  /** A name of the settings, or a masked address. */
  readonly target: string;
  readonly state: 'told' | 'open' | 'given-up';
  readonly tries: number;
  /** Of the target to the last try, or why there was none. */
  readonly answer: string | undefined;
  /** Of the next try, where there is one. */
  readonly nextAt: string | undefined;
}

/** Reads it from the database alone, the oldest event first. */
export async function readTellings(
  db: Database,
  run: Pick<RunRow, 'runId' | 'job' | 'slot'>,
): Promise<readonly TellingStanding[]> {
  return (await listTellings(db, run)).map((telling) => {
    const state = telling.state === 'told' || telling.state === 'given-up' ? telling.state : 'open';
    return {
      event: telling.kind,
      at: new Date(telling.at).toISOString(),
      target: showTarget(telling.target),
      state,
      tries: telling.attempts,
      answer: telling.answer,
      nextAt: state === 'open' ? new Date(telling.nextAt).toISOString() : undefined,
    };
  });
}
