/**
 * Gives a list of items a title and re-ranks it by how well the items fit the title.
 * AWS has a language model write themes; nightjar composes them from what tells the listed items from the rest of the
 * catalogue: a word that most names share, or a categorical value, with one or two words of the texts.
 */
import { takeTexts } from '../model-parts';
import type { ItemTable, ModelParts, Recommendations } from '../recipe';
import { tokenise } from '../text/tokens';
import { type EmbeddedItems, findRows } from './embedded-items';
import { countHaving, findDistinctive, findSpellings, isTelling, type ListFeature } from './theme-words';
import { composeTitle } from './title';

/** A list and what to call its subject. */
export interface ThemeRequest {
  /** Places of the items, best first. */
  readonly listed: readonly number[];
  /** The place of the item that was asked for; undefined where it is not known. */
  readonly own: number | undefined;
  /** The column that holds the items' names. */
  readonly nameColumn: string;
}

/** Composes themes; the items come back in another order, each with its relevance. */
export type AddTheme = (request: ThemeRequest) => Recommendations;

/** Relevance is this share of the cosine with the theme: AWS's lies roughly between −0.1 and 0.6. */
const RELEVANCE_SHARE = 0.6;
/** Decimals that are kept. */
const RELEVANCE_UNIT = 10_000_000;
/** Of the listed items, how many must have what heads the title, and how many a word of it. */
const HEAD_SHARE = 0.5;
const WORD_SHARE = 0.2;
/** Words with as many letters in common at their beginning say the same. */
const ALIKE_LETTERS = 4;

/** Packs names and spellings for a model file; `packEmbedded` packs the rest. */
export function packThemes(itemIds: readonly string[], table: ItemTable, { embedder }: EmbeddedItems): ModelParts {
  const columns = Object.keys(table.texts).filter((name) => !table.textual.includes(name));
  const rows = findRows(itemIds, table);
  const cells = columns.map((name) => [`cells.${name}`, rows.map((row) => table.texts[name]?.[row] ?? '')] as const);
  return {
    numbers: {},
    texts: {
      cellColumns: columns,
      featureSpellings: findSpellings(table, embedder.space.keys),
      ...Object.fromEntries(cells),
    },
    arrays: {},
  };
}

/** @throws RangeError if a part is missing */
export function openThemes(parts: ModelParts, itemIds: readonly string[], embedded: EmbeddedItems): AddTheme {
  const spellings = takeTexts(parts, 'featureSpellings');
  const columns = new Set(takeTexts(parts, 'cellColumns'));
  const having = countHaving(embedded.weighed);
  return ({ listed, own, nameColumn }) => {
    const names = columns.has(nameColumn) ? takeTexts(parts, `cells.${nameColumn}`) : [];
    const found = findDistinctive(embedded.weighed, having, listed);
    const chosen = chooseFeatures(found, listed, { keys: embedded.embedder.space.keys, spellings, names });
    const title = composeTitle({
      head: chosen.head?.text,
      words: chosen.words.map(({ text }) => text),
      likeName: own === undefined ? undefined : names[own],
    });
    const features = [...(chosen.head === undefined ? [] : [chosen.head]), ...chosen.words].map((one) => one.feature);
    const theme = embedTheme(embedded, features, own === undefined ? listed : [own]);
    return rankByTheme(embedded, theme, { listed, itemIds, title });
  };
}

interface ThemePart {
  readonly feature: number;
  readonly text: string;
}

interface Wording {
  readonly keys: readonly string[];
  readonly spellings: readonly string[];
  readonly names: readonly string[];
}

function chooseFeatures(
  found: readonly ListFeature[],
  listed: readonly number[],
  { keys, spellings, names }: Wording,
): { readonly head: ThemePart | undefined; readonly words: readonly ThemePart[] } {
  const distinct = found.filter(({ excess }) => excess > 1);
  const named = new Map<string, number>();
  for (const item of listed) {
    const terms = new Set(tokenise(names[item] ?? '').map(({ term }) => term));
    for (const term of terms) named.set(term, (named.get(term) ?? 0) + 1);
  }
  const toPart = ({ feature }: ListFeature): ThemePart => {
    const [, value] = (keys[feature] ?? '').split('\u0001');
    return { feature, text: value ?? spellings[feature] ?? '' };
  };
  const isHead = ({ feature, items }: ListFeature): boolean => {
    const key = keys[feature] ?? '';
    if (isCategory(key)) return items >= HEAD_SHARE * listed.length;
    return isTelling(spellings[feature] ?? '') && (named.get(key) ?? 0) >= HEAD_SHARE * listed.length;
  };
  const headFeature = distinct.find(isHead);
  const head = headFeature === undefined ? undefined : toPart(headFeature);
  const taken = new Set(tokenise(head?.text ?? '').map(({ term }) => term));
  const words = distinct.filter(({ feature, items }) => {
    const least = Math.max(2, WORD_SHARE * listed.length);
    return items >= least && isTelling(spellings[feature] ?? '') && !taken.has(keys[feature] ?? '');
  });
  return { head, words: takeUnlike(words.map(toPart), 2) };
}

/** Takes the first words that don't begin like one that has been taken, such as `pour` and `pouring`. */
function takeUnlike(parts: readonly ThemePart[], count: number): readonly ThemePart[] {
  const taken = new Map<string, ThemePart>();
  for (const part of parts) {
    const start = part.text.slice(0, ALIKE_LETTERS);
    if (taken.size < count && !taken.has(start)) taken.set(start, part);
  }
  return [...taken.values()];
}

/** A categorical value that reads as words; codes and yes or no do not. */
function isCategory(key: string): boolean {
  const [, value] = key.split('\u0001');
  return value !== undefined && /\p{L}{2}/u.test(value) && !/^(true|false|yes|no)$/i.test(value);
}

/** Sums the directions of the features; where there are none, the vectors of `instead`. */
function embedTheme(
  { embedder, vectors }: EmbeddedItems,
  features: readonly number[],
  instead: readonly number[],
): Float64Array {
  const theme = new Float64Array(vectors.depth);
  const add = (values: Float32Array): void => {
    values.forEach((value, k) => {
      theme[k] = (theme[k] ?? 0) + value;
    });
  };
  for (const feature of features) add(embedder.direction(feature));
  if (features.length === 0) {
    for (const item of instead) add(vectors.values.subarray(item * vectors.depth, (item + 1) * vectors.depth));
  }
  const length = Math.sqrt(theme.reduce((sum, value) => sum + value * value, 0));
  return length > 0 ? theme.map((value) => value / length) : theme;
}

function rankByTheme(
  { vectors }: EmbeddedItems,
  theme: Float64Array,
  { listed, itemIds, title }: { listed: readonly number[]; itemIds: readonly string[]; title: string },
): Recommendations {
  const scored = listed.map((item, rank) => {
    const cosine = theme.reduce((sum, value, k) => sum + value * (vectors.values[item * vectors.depth + k] ?? 0), 0);
    return { item, rank, relevance: Math.round(RELEVANCE_SHARE * cosine * RELEVANCE_UNIT) / RELEVANCE_UNIT };
  });
  scored.sort((a, b) => b.relevance - a.relevance || a.rank - b.rank);
  return {
    items: scored.map(({ item }) => itemIds[item] ?? ''),
    theme: { title, relevance: scored.map(({ relevance }) => relevance) },
  };
}
