/** Counts by what they are of. */

/** A count of something by its reason, name or text. */
export interface Tally {
  readonly name: string;
  readonly count: number;
}
