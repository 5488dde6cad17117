/** Chooses the people whose e-mails a proof shows: as unlike each other as their languages and items are; pure. */

export interface Candidate {
  readonly userId: string;
  /** `languageOf`, empty where it is not known. */
  readonly language: string;
  /** Gets popular items instead of recommendations. */
  readonly fallback: boolean;
}

/**
 * Chooses up to `count` of the candidates. Each next one adds what none before it has, of language and of how its items
 * came about; the more frequent language comes first, and recommendations before popular items. The same candidates in
 * the same order give the same choice.
 */
export function chooseSamples<C extends Candidate>(candidates: readonly C[], count: number): readonly C[] {
  const speakers = new Map<string, number>();
  for (const { language } of candidates) speakers.set(language, (speakers.get(language) ?? 0) + 1);
  const chosen: C[] = [];
  const languages = new Set<string>();
  const ways = new Set<boolean>();
  const worth = ({ language, fallback }: C) =>
    (languages.has(language) ? 0 : 4) + (ways.has(fallback) ? 0 : 2) + (fallback ? 0 : 1);
  while (chosen.length < count) {
    const left = candidates.filter((candidate) => !chosen.includes(candidate));
    const [best] = [...left].sort(
      (a, b) => worth(b) - worth(a) || (speakers.get(b.language) ?? 0) - (speakers.get(a.language) ?? 0),
    );
    if (best === undefined) break;
    chosen.push(best);
    languages.add(best.language);
    ways.add(best.fallback);
  }
  return chosen;
}
