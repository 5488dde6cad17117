/** Tells an error that comes again and again once, so that an engine that is away for an hour does not fill the log. */

/** How long the same text stays told. */
const QUIET_MS = 60_000;
const TEXTS_KEPT = 50;

/** Wraps a listener: the same message is passed on at most once a minute. */
export function tellOnce(tell: (error: Error) => void, now: () => number = Date.now): (error: Error) => void {
  const told = new Map<string, number>();
  return (error) => {
    const text = error.message;
    const last = told.get(text);
    if (last !== undefined && now() - last < QUIET_MS) return;
    if (told.size >= TEXTS_KEPT) told.clear();
    told.set(text, now());
    tell(error);
  };
}
