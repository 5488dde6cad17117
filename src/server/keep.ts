/** Keeps answers of engines for a moment: anybody may ask, so that engines are asked once in a while at most. */

const KEPT_MS = 1000;

/** Answers again what was read a moment ago, and reads once for all who ask meanwhile. */
export function keep<T>(read: () => Promise<T>): () => Promise<T> {
  let kept: Promise<T> | undefined;
  let until = 0;
  return () => {
    if (kept === undefined || performance.now() >= until) {
      until = Number.POSITIVE_INFINITY;
      kept = read().finally(() => {
        until = performance.now() + KEPT_MS;
      });
    }
    return kept;
  };
}
