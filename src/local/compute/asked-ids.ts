/** Collects whom and what the lines of a job ask about. */
import { parseInputLine, readId, readIds } from './input-line';
import { type Piece, readPiece } from './pieces';

/** The users of the lines, and the items of their item lists. */
export interface AskedIds {
  readonly userIds: ReadonlySet<string>;
  readonly itemIds: ReadonlySet<string>;
}

/** Reads all lines of the pieces, and keeps each id once. */
export async function collectAsked(pieces: readonly Piece[]): Promise<AskedIds> {
  const [userIds, itemIds] = [new Set<string>(), new Set<string>()];
  for (const piece of pieces) {
    for (const line of await readPiece(piece)) {
      const members = parseInputLine(line);
      const userId = readId(members?.userId);
      if (userId !== undefined) userIds.add(userId);
      for (const id of readIds(members?.itemList) ?? []) itemIds.add(id);
    }
  }
  return { userIds, itemIds };
}
