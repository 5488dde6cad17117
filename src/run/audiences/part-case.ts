/** What a part of an audience is written with. */
import type { DeliveredRows } from '../../database/audiences/delivered-rows';
import type { AudienceVersion } from '../../database/audiences/versions';
import type { AudienceCase } from './choose-members';

/** What was delivered last, by another run, and what may have been taken since. */
export interface DeliveredBase {
  readonly version: AudienceVersion | undefined;
  /** By the name of the format. */
  readonly rows: ReadonlyMap<string, DeliveredRows>;
  /** The same, of each later version of which nobody knows whether it was taken; also of what this run had written before. */
  readonly unfinished: readonly ReadonlyMap<string, DeliveredRows>[];
  /** Whether a destination of the job lacks what was delivered last. */
  readonly hasNewDestination: boolean;
}

export interface PartCase extends AudienceCase {
  /** `''` where the audience is not split. */
  readonly part: string;
  /** How its files begin: `tea`, or `tea.b` for a part. */
  readonly fileName: string;
  /** Of the member file and the row files, below the output location; ends with `/`. */
  readonly folder: string;
  readonly base: DeliveredBase;
  /** The job does not make it any more, and nobody is in it. */
  readonly isWithdrawn?: true;
  /** How the files of its formats begin, where they would have names of another part's else. */
  readonly filesName?: string;
}
