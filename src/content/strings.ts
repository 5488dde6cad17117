/** The texts of a template in its languages, from `strings.<locale>.yaml`. */
import { isMap, isPair, isScalar, LineCounter, parseDocument } from 'yaml';
import { NightjarError, type Where } from '../errors';
import { type Formats, PLURAL_CATEGORIES, type PluralCategory } from './formats';
import { listForms, matchLocale, readLocale } from './locale';

/** A text with `{placeholders}`, or one per plural category of `count`; `other` is always there. */
export type TextEntry = string | Readonly<Partial<Record<PluralCategory, string>>>;

/** Texts by key, in every language of a template. */
export interface Strings {
  /** Locales of the files, sorted. */
  readonly locales: readonly string[];
  /** Keys of all files. */
  readonly keys: ReadonlySet<string>;
  /** Every form of a text in every language, to check its placeholders; empty for an unknown key. */
  listForms(key: string): readonly string[];
  /** The text in the nearest language: the locale, its shorter forms, its next of kin, then the preferred ones, English, the first file. */
  translate(call: Translation): string;
  /** Keys that a language lacks, where another has them: locale → keys. */
  listMissing(): ReadonlyMap<string, readonly string[]>;
}

export interface Translation {
  readonly locale: string;
  readonly key: string;
  /** Values of the placeholders; `count` also chooses the plural category. */
  readonly values: Readonly<Record<string, unknown>>;
  readonly formats: Formats;
}

type Table = ReadonlyMap<string, TextEntry>;

const FILE = /^strings\.([\w-]+)\.yaml$/;
const PLACEHOLDER = /\{(\w+)\}/g;

/** A contact may name any locale. */
const KEPT_CHAINS = 1000;

/** Names the placeholders of a text: `Hello {name}` gives `name`. */
export function listPlaceholders(text: string): readonly string[] {
  return [...text.matchAll(PLACEHOLDER)].map((match) => match[1] ?? '');
}

export interface StringFiles {
  /** File name → text; names other than `strings.<locale>.yaml` are ignored. */
  readonly files: Readonly<Record<string, string>>;
  /** Turns a file name into the path that messages show. */
  readonly locate: (file: string) => string;
  /** Languages to fall back on, in order. */
  readonly preferred?: readonly string[];
}

/**
 * Reads all string files of a template. A file is a flat map: key → text, or key → map of plural categories.
 * @returns the texts, and what is wrong with the files (E_TEMPLATE_SYNTAX, E_TEMPLATE_FIELD) with line and column
 */
export function readStrings({ files, locate, preferred = [] }: StringFiles): {
  readonly strings: Strings;
  readonly problems: readonly NightjarError[];
} {
  const tables = new Map<string, Table>();
  const problems: NightjarError[] = [];
  for (const name of Object.keys(files).sort()) {
    const written = FILE.exec(name)?.[1];
    if (written === undefined) continue;
    const locale = readLocale(written);
    if (locale === undefined) {
      problems.push(
        new NightjarError('E_TEMPLATE_FIELD', `"${written}" is not a language tag; expected one such as en or pt-BR`, {
          where: { file: locate(name) },
        }),
      );
      continue;
    }
    tables.set(locale, readTable(files[name] ?? '', { file: locate(name) }, problems));
  }
  return { strings: createStrings(tables, preferred), problems };
}

function readTable(text: string, where: Where, problems: NightjarError[]): Table {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const place = (offset: number | undefined): Where => {
    const at = lines.linePos(offset ?? 0);
    return { ...where, line: at.line, column: at.col };
  };
  for (const error of document.errors) {
    const message = error.message.split('\n')[0]?.replace(/ at line \d+, column \d+:?$/, '') ?? '';
    problems.push(new NightjarError('E_TEMPLATE_SYNTAX', `is not YAML: ${message}`, { where: place(error.pos[0]) }));
  }
  const table = new Map<string, TextEntry>();
  const root = document.contents;
  if (document.errors.length > 0 || root === null) return table;
  const pairs = isMap(root) ? root.items : [];
  if (!isMap(root)) problems.push(refuseText('the file', place(0)));
  for (const pair of pairs) {
    const key = isScalar(pair.key) ? String(pair.key.value) : '';
    const entry = readEntry(pair.value);
    const offset = isScalar(pair.key) ? pair.key.range?.[0] : undefined;
    if (entry === undefined) problems.push(refuseText(`"${key}"`, place(offset)));
    else table.set(key, entry);
  }
  return table;
}

function refuseText(what: string, where: Where): NightjarError {
  const message = `${what} is not a text; expected a text, or a map of plural categories with "other"`;
  return new NightjarError('E_TEMPLATE_FIELD', message, {
    where,
    fix: 'write "key: text", or "key: { one: {count} pick, other: {count} picks }"',
  });
}

function readEntry(node: unknown): TextEntry | undefined {
  if (isScalar(node)) return typeof node.value === 'string' ? node.value : undefined;
  if (!isMap(node)) return undefined;
  const forms: Partial<Record<PluralCategory, string>> = {};
  for (const pair of node.items) {
    if (!isPair(pair) || !isScalar(pair.key) || !isScalar(pair.value)) return undefined;
    const name = pair.key.value;
    const category = PLURAL_CATEGORIES.find((known) => known === name);
    if (category === undefined || typeof pair.value.value !== 'string') return undefined;
    forms[category] = pair.value.value;
  }
  return forms.other === undefined ? undefined : forms;
}

function createStrings(tables: ReadonlyMap<string, Table>, preferred: readonly string[]): Strings {
  const locales = [...tables.keys()].sort();
  const keys = new Set([...tables.values()].flatMap((table) => [...table.keys()]));
  const chains = new Map<string, readonly Table[]>();
  const chainOf = (locale: string): readonly Table[] => {
    const known = chains.get(locale);
    if (known !== undefined) return known;
    const near = matchLocale(locale, locales) ?? [];
    const order = [locale, near, ...listForms(locale), ...preferred, 'en', ...locales].flat();
    const chain = [...new Set(order)].flatMap((tag) => tables.get(tag) ?? []);
    if (chains.size < KEPT_CHAINS) chains.set(locale, chain);
    return chain;
  };
  return {
    locales,
    keys,
    listMissing: () =>
      new Map([...tables].map(([locale, table]) => [locale, [...keys].filter((key) => !table.has(key))] as const)),
    listForms: (key) =>
      [...tables.values()].flatMap((table) => {
        const entry = table.get(key);
        return entry === undefined ? [] : typeof entry === 'string' ? [entry] : Object.values(entry);
      }),
    translate: ({ locale, key, values, formats }) => {
      const entry =
        chainOf(locale)
          .find((table) => table.has(key))
          ?.get(key) ?? '';
      const text = typeof entry === 'string' ? entry : (entry[formats.plural(locale, values.count)] ?? entry.other);
      return fillPlaceholders(text ?? '', { locale, values, formats });
    },
  };
}

/** Numbers are written as the language writes them; values that are missing become nothing. */
export function fillPlaceholders(text: string, call: Omit<Translation, 'key'>): string {
  return text.replaceAll(PLACEHOLDER, (_, name: string) => {
    const value = Object.hasOwn(call.values, name) ? call.values[name] : undefined;
    if (typeof value === 'number') return call.formats.number(call.locale, value, undefined);
    return value === undefined || value === null ? '' : String(value);
  });
}
