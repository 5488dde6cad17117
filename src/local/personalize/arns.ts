/** Makes ARNs in the shapes that AWS uses. */
import { createHash } from 'node:crypto';

/** Holds where a resource belongs. */
export interface Owner {
  readonly region: string;
  readonly accountId: string;
}

/** Makes the ARN of a resource; `path` is for example `solution/picks`. */
export function arnOf(owner: Owner, path: string): string {
  return `arn:aws:personalize:${owner.region}:${owner.accountId}:${path}`;
}

/** Takes the part behind the account: `solution/picks`. */
export function pathOf(arn: string): string {
  return arn.split(':').slice(5).join(':');
}

/** Makes the ARN of a solution's version; the same for the same number, so that a run repeats from a fresh state. */
export function solutionVersionArn(solutionArn: string, number: number): string {
  return `${solutionArn}/${createHash('sha256').update(`${solutionArn}#${number}`).digest('hex').slice(0, 8)}`;
}

/** Derives the seed of a resource's randomness from its name: 0 to 2^32 - 1. */
export function seedOf(arn: string): number {
  return createHash('sha256').update(pathOf(arn)).digest().readUInt32BE();
}

/** Makes the ARN of one of AWS's recipes. */
export function recipeArn(name: string): string {
  return `arn:aws:personalize:::recipe/${name}`;
}
