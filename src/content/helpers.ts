/** The helpers that templates can call, each with what it takes and what it gives. None returns markup. */
import { type Formats, isDateStyle, PLURAL_CATEGORIES } from './formats';
import { leaf, type Shape } from './shape';
import { fillPlaceholders, type Strings } from './strings';

/** One call at render time. */
export interface HelperCall {
  readonly args: readonly unknown[];
  readonly hash: Readonly<Record<string, unknown>>;
  readonly locale: string;
  readonly formats: Formats;
  readonly strings: Strings;
}

export interface Helper {
  /** How it is written, for messages. */
  readonly usage: string;
  /** The least and the greatest number of positional values. */
  readonly takes: readonly [number, number];
  /** Names of the values that are written `name=value`; `any` for free ones. */
  readonly named: readonly string[] | 'any';
  /** The shape of the result, from those of the positional values; a text where it is left out. */
  readonly gives?: (args: readonly Shape[]) => Shape;
  readonly run: (call: HelperCall) => unknown;
}

const ANY_NUMBER = 99;

/** Helper name → helper. Block helpers (`if`, `unless`, `each`, `with`) are Handlebars' own. */
export const HELPERS: ReadonlyMap<string, Helper> = new Map<string, Helper>([
  [
    'money',
    {
      usage: '{{money price currency}}',
      takes: [2, 2],
      named: [],
      run: ({ args, locale, formats }) => formats.money(locale, args[0], args[1]),
    },
  ],
  [
    'number',
    {
      usage: '{{number value decimals=2}}',
      takes: [1, 1],
      named: ['decimals'],
      run: ({ args, hash, locale, formats }) => formats.number(locale, args[0], readCount(hash.decimals, 20)),
    },
  ],
  [
    'date',
    {
      usage: '{{date slot style="long"}}',
      takes: [1, 1],
      named: ['style'],
      run: ({ args, hash, locale, formats }) =>
        formats.date(locale, args[0], isDateStyle(hash.style) ? hash.style : 'long'),
    },
  ],
  [
    'plural',
    {
      usage: '{{plural items.length one="{count} pick" other="{count} picks"}}',
      takes: [1, 1],
      named: PLURAL_CATEGORIES,
      run: choosePlural,
    },
  ],
  [
    't',
    {
      usage: '{{t "key" name=contact.firstName}}',
      takes: [1, 1],
      named: 'any',
      run: ({ args, hash, locale, formats, strings }) =>
        strings.translate({ locale, key: String(args[0]), values: hash, formats }),
    },
  ],
  [
    'truncate',
    {
      usage: '{{truncate title 60}}',
      takes: [2, 2],
      named: [],
      run: ({ args }) => truncateText(printValue(args[0]), readCount(args[1], 10_000) ?? 10_000),
    },
  ],
  [
    'sentence',
    {
      usage: '{{sentence description}}',
      takes: [1, 1],
      named: [],
      run: ({ args, locale }) => firstSentence(printValue(args[0]), locale),
    },
  ],
  [
    'join',
    {
      usage: '{{join categories ", "}}',
      takes: [1, 2],
      named: [],
      run: ({ args }) => (Array.isArray(args[0]) ? args[0].map(printValue).join(printValue(args[1] ?? ', ')) : ''),
    },
  ],
  [
    'chunk',
    {
      usage: '{{#each (chunk items 2)}}{{#each this}}…{{/each}}{{/each}}',
      takes: [2, 2],
      named: [],
      gives: ([list]) => ({ kind: 'list', name: 'chunk', item: list ?? leaf('chunk') }),
      run: ({ args }) => cutChunks(args[0], readCount(args[1], 100) ?? 1),
    },
  ],
  ['eq', { usage: '{{#if (eq a b)}}', takes: [2, 2], named: [], run: ({ args }) => isSame(args[0], args[1]) }],
  ['not', { usage: '{{#if (not a)}}', takes: [1, 1], named: [], run: ({ args }) => !isSet(args[0]) }],
  ['and', { usage: '{{#if (and a b)}}', takes: [2, ANY_NUMBER], named: [], run: ({ args }) => args.every(isSet) }],
  ['or', { usage: '{{#if (or a b)}}', takes: [2, ANY_NUMBER], named: [], run: ({ args }) => args.some(isSet) }],
]);

/** Names of the values that must be written: a plural without `other` would print nothing for some numbers. */
export const REQUIRED_NAMED: ReadonlyMap<string, readonly string[]> = new Map([['plural', ['other']]]);

function choosePlural({ args, hash, locale, formats }: HelperCall): string {
  const text = hash[formats.plural(locale, args[0])] ?? hash.other;
  return fillPlaceholders(printValue(text), { locale, values: { count: args[0] }, formats });
}

/** Numbers and texts compare by what they print: attributes are texts, `(eq contact.attributes.level 3)` should hold. */
function isSame(left: unknown, right: unknown): boolean {
  return printValue(left) === printValue(right);
}

function isSet(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : Boolean(value);
}

function printValue(value: unknown): string {
  return value === undefined || value === null ? '' : String(value);
}

function readCount(value: unknown, max: number): number | undefined {
  const count = Number(value);
  return value !== undefined && Number.isInteger(count) && count >= 0 ? Math.min(count, max) : undefined;
}

/** Counts graphemes, so that a family emoji is never cut within, and ends at a blank where one is near. */
function truncateText(text: string, max: number): string {
  if (text.length <= max) return text;
  const letters = [...new Intl.Segmenter().segment(text)].map(({ segment }) => segment);
  if (letters.length <= max) return text;
  const cut = letters.slice(0, Math.max(0, max - 1)).join('');
  const blank = cut.lastIndexOf(' ');
  const end = blank > cut.length * 0.7 ? blank : cut.length;
  return `${cut.slice(0, end).replace(/[\s,;:]+$/u, '')}…`;
}

/** Sentences end as the language ends them: 。 as well as a full stop. */
function firstSentence(text: string, locale: string): string {
  for (const { segment } of new Intl.Segmenter(locale, { granularity: 'sentence' }).segment(text))
    return segment.trim();
  return '';
}

function cutChunks(list: unknown, size: number): readonly (readonly unknown[])[] {
  if (!Array.isArray(list)) return [];
  const step = Math.max(1, size);
  return Array.from({ length: Math.ceil(list.length / step) }, (_, index) =>
    list.slice(index * step, (index + 1) * step),
  );
}
