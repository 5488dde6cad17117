/** Combines the clauses of a filter: the union of what is included without the union of what is excluded. */
import type { Selection } from './selection';

/** One clause that applies to a line. */
export interface ClauseSelection extends Selection {
  readonly action: 'INCLUDE' | 'EXCLUDE';
  /** Which clause of the filter it is. */
  readonly number: number;
}

/** 1 at each place that is allowed, overwritten by the next call; undefined where all are. */
export type Combine = (clauses: readonly ClauseSelection[]) => Uint8Array | undefined;

/** Bytes of places that are kept for lines with the same values. */
const KEPT_BYTES = 32 * 1024 * 1024;

/** The clauses that have a key, put together; undefined where there is no such clause. */
interface Base {
  readonly included: Uint8Array | undefined;
  readonly excluded: Uint8Array | undefined;
  /** What is included and not excluded. */
  readonly allowed: Uint8Array | undefined;
}

/** Makes the combination of clauses over so many places; clauses that have a key are computed once for it. */
export function createCombine(placeCount: number): Combine {
  const kept = new Map<string, Base>();
  const capacity = Math.max(2, Math.floor(KEPT_BYTES / (3 * placeCount + 100)));
  const buffer = new Uint8Array(placeCount);
  const findBase = (clauses: readonly ClauseSelection[]): Base => {
    const key = JSON.stringify(clauses.map((clause) => [clause.number, clause.key]));
    const known = kept.get(key);
    if (known !== undefined) return known;
    const made = makeBase(clauses, placeCount);
    const [oldest] = kept.keys();
    if (kept.size >= capacity && oldest !== undefined) kept.delete(oldest);
    kept.set(key, made);
    return made;
  };
  return (clauses) => {
    const base = findBase(clauses.filter(({ key }) => key !== undefined));
    const others = clauses.filter(({ key }) => key === undefined);
    if (others.length === 0) return base.allowed;
    const including = others.filter(({ action }) => action === 'INCLUDE');
    if (including.length === 0) copy(buffer, base.allowed, 1);
    else {
      copy(buffer, base.included, 0);
      for (const clause of including) clause.write(buffer, 1);
      if (base.excluded !== undefined) clear(buffer, base.excluded);
    }
    for (const clause of others) if (clause.action === 'EXCLUDE') clause.write(buffer, 0);
    return buffer;
  };
}

function makeBase(clauses: readonly ClauseSelection[], placeCount: number): Base {
  const unite = (action: ClauseSelection['action']) => {
    const some = clauses.filter((clause) => clause.action === action);
    if (some.length === 0) return undefined;
    const bits = new Uint8Array(placeCount);
    for (const clause of some) clause.write(bits, 1);
    return bits;
  };
  const [included, excluded] = [unite('INCLUDE'), unite('EXCLUDE')];
  if (excluded === undefined) return { included, excluded, allowed: included };
  const allowed = included?.slice() ?? new Uint8Array(placeCount).fill(1);
  clear(allowed, excluded);
  return { included, excluded, allowed };
}

function copy(bits: Uint8Array, from: Uint8Array | undefined, otherwise: 0 | 1): void {
  if (from === undefined) bits.fill(otherwise);
  else bits.set(from);
}

function clear(bits: Uint8Array, excluded: Uint8Array): void {
  for (let place = 0; place < bits.length; place++) if (excluded[place] === 1) bits[place] = 0;
}
