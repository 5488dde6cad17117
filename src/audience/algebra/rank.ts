/** The rank of members who have none. */

/**
 * Stands for the rank of whoever is in sets without ranks alone (lists, everyone, buyers): behind everybody who has one, and
 * within a 32-bit column.
 */
export const UNRANKED = 2_147_483_647;

/** Writes a rank as a cell: empty where there is none. */
export function rankCell(rank: number): string {
  return rank === UNRANKED ? '' : String(rank);
}
