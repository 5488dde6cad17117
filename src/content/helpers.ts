/** The helpers that templates can call, each with what it takes and what it gives. None returns markup. */
import { absoluteUrl } from './context';
import { DATE_STYLES, type DateStyle, type Formats, isDateStyle, PLURAL_CATEGORIES } from './formats';
import { leaf, type Shape } from './shape';
import { fillPlaceholders, type Strings } from './strings';
import {
  capitalise,
  cutChunks,
  firstSentence,
  groupItems,
  printValue,
  readCount,
  sizedUrl,
  themeKey,
  truncateText,
} from './text-forms';

/** One call at render time. */
export interface HelperCall {
  readonly args: readonly unknown[];
  readonly hash: Readonly<Record<string, unknown>>;
  readonly locale: string;
  readonly timeZone: string;
  readonly publicUrl: string;
  readonly formats: Formats;
  readonly strings: Strings;
}

export interface Helper {
  /** How it is written, for messages. */
  readonly usage: string;
  /** What it gives, for docs/templates.md. */
  readonly about: string;
  /** The least and the greatest number of positional values. */
  readonly takes: readonly [number, number];
  /** Names of the values that are written `name=value`; `any` for free ones. */
  readonly named: readonly string[] | 'any';
  /** What a value written `name="value"` may be; any text where left out. */
  readonly choices?: Readonly<Record<string, readonly string[]>>;
  /** The shape of the result, from those of the positional values; a text where it is left out. */
  readonly gives?: (args: readonly Shape[]) => Shape;
  readonly run: (call: HelperCall) => unknown;
}

const ANY_NUMBER = 99;
const STYLES = { style: DATE_STYLES };

/** Helper name → helper. Block helpers (`if`, `unless`, `each`, `with`) are Handlebars' own. */
export const HELPERS: ReadonlyMap<string, Helper> = new Map<string, Helper>(
  Object.entries({
    money: {
      usage: '{{money price currency}}',
      about: 'an amount in its currency, as the language writes it; nothing where the amount is missing',
      takes: [2, 2],
      named: [],
      run: ({ args, locale, formats }) => formats.money(locale, args[0], args[1]),
    },
    number: {
      usage: '{{number value decimals=2}}',
      about: 'a number, `decimals` 0 to 20',
      takes: [1, 1],
      named: ['decimals'],
      run: ({ args, hash, locale, formats }) => formats.number(locale, args[0], readCount(hash.decimals, 20)),
    },
    date: {
      usage: '{{date slot style="long"}}',
      about: "a day: `full`, `long`, `medium` or `short`; an instant is the day that it is in the contact's time zone",
      takes: [1, 1],
      named: ['style'],
      choices: STYLES,
      run: ({ args, hash, locale, timeZone, formats }) =>
        formats.date(locale, args[0], { style: readStyle(hash.style, 'long'), timeZone }),
    },
    time: {
      usage: '{{time createdAt style="short"}}',
      about: "the time of day of an instant in the contact's time zone; nothing for a day",
      takes: [1, 1],
      named: ['style'],
      choices: STYLES,
      run: ({ args, hash, locale, timeZone, formats }) =>
        formats.time(locale, args[0], { style: readStyle(hash.style, 'short'), timeZone }),
    },
    plural: {
      usage: '{{plural items.length one="{count} pick" other="{count} picks"}}',
      about: 'the form that the number takes in the language: `zero`, `one`, `two`, `few`, `many`, `other`',
      takes: [1, 1],
      named: PLURAL_CATEGORIES,
      run: choosePlural,
    },
    t: {
      usage: '{{t "key" name=contact.firstName}}',
      about: 'a text of the strings files, its placeholders filled in',
      takes: [1, 1],
      named: 'any',
      run: ({ args, hash, locale, formats, strings }) =>
        strings.translate({ locale, key: String(args[0]), values: hash, formats }),
    },
    themeTitle: {
      usage: '{{themeTitle contact.attributes.theme}}',
      about: 'a theme as a heading: the text `theme.<words-of-the-theme>` of the strings files, else the theme itself',
      takes: [1, 1],
      named: [],
      run: titleTheme,
    },
    truncate: {
      usage: '{{truncate title 60}}',
      about: 'at most so many letters, cut at a blank where one is near',
      takes: [2, 2],
      named: [],
      run: ({ args }) => truncateText(printValue(args[0]), readCount(args[1], 10_000) ?? 10_000),
    },
    sentence: {
      usage: '{{sentence description}}',
      about: 'the first sentence',
      takes: [1, 1],
      named: [],
      run: ({ args, locale }) => firstSentence(printValue(args[0]), locale),
    },
    list: {
      usage: '{{list categories type="and"}}',
      about: 'a list as the language says it: `a, b and c`; `type` is `and` or `or`',
      takes: [1, 1],
      named: ['type'],
      choices: { type: ['and', 'or'] },
      run: ({ args, hash, locale, formats }) =>
        formats.list(locale, readTexts(args[0]), hash.type === 'or' ? 'or' : 'and'),
    },
    join: {
      usage: '{{join categories ", "}}',
      about: 'a list with a text between its members',
      takes: [1, 2],
      named: [],
      run: ({ args }) => readTexts(args[0]).join(printValue(args[1] ?? ', ')),
    },
    absolute: {
      usage: '{{absolute "/sale"}}',
      about: 'a path with `publicUrl` before it; a whole address stays',
      takes: [1, 1],
      named: [],
      run: ({ args, publicUrl }) => absoluteUrl(printValue(args[0]), publicUrl),
    },
    imageUrl: {
      usage: '{{imageUrl image width=510 height=382}}',
      about: 'the address of a picture with `{width}` and `{height}` in it filled in; other addresses stay',
      takes: [1, 1],
      named: ['width', 'height'],
      run: ({ args, hash }) =>
        sizedUrl(printValue(args[0]), { width: readCount(hash.width, 10_000), height: readCount(hash.height, 10_000) }),
    },
    chunk: {
      usage: '{{#each (chunk items 2)}}{{#each this}}…{{/each}}{{/each}}',
      about: 'a list in rows of so many',
      takes: [2, 2],
      named: [],
      gives: ([list]) => ({ kind: 'list', name: 'chunk', item: list ?? leaf('chunk') }),
      run: ({ args }) => cutChunks(args[0], readCount(args[1], 100) ?? 1),
    },
    groupBy: {
      usage: '{{#each (groupBy items "category") as |group|}}{{group.name}}{{#each group.items}}…{{/each}}{{/each}}',
      about: 'items in groups of a `name` and `items`: by their first category, or by an attribute',
      takes: [2, 2],
      named: [],
      gives: ([list]) => {
        const items: Shape = list ?? leaf('group.items');
        const fields = new Map<string, Shape>([
          ['name', leaf('group.name')],
          ['items', items],
        ]);
        return { kind: 'list', name: 'groups', item: { kind: 'fields', name: 'group', fields } };
      },
      run: ({ args }) => groupItems(args[0], printValue(args[1])),
    },
    eq: {
      usage: '{{#if (eq a b)}}',
      about: 'whether both print the same',
      takes: [2, 2],
      named: [],
      run: ({ args }) => isSame(args[0], args[1]),
    },
    not: {
      usage: '{{#if (not a)}}',
      about: 'whether it is missing, empty, 0 or false',
      takes: [1, 1],
      named: [],
      run: ({ args }) => !isSet(args[0]),
    },
    and: {
      usage: '{{#if (and a b)}}',
      about: 'whether all are there',
      takes: [2, ANY_NUMBER],
      named: [],
      run: ({ args }) => args.every(isSet),
    },
    or: {
      usage: '{{#if (or a b)}}',
      about: 'whether one is there',
      takes: [2, ANY_NUMBER],
      named: [],
      run: ({ args }) => args.some(isSet),
    },
  } satisfies Record<string, Helper>),
);

/** Names of the values that must be written: a plural without `other` would print nothing for some numbers. */
export const REQUIRED_NAMED: ReadonlyMap<string, readonly string[]> = new Map([['plural', ['other']]]);

function choosePlural({ args, hash, locale, formats }: HelperCall): string {
  const text = hash[formats.plural(locale, args[0])] ?? hash.other;
  return fillPlaceholders(printValue(text), { locale, values: { count: args[0] }, formats });
}

function titleTheme({ args, locale, strings, formats }: HelperCall): string {
  const theme = printValue(args[0]);
  const key = themeKey(theme);
  return strings.keys.has(key) ? strings.translate({ locale, key, values: {}, formats }) : capitalise(theme, locale);
}

function readStyle(value: unknown, otherwise: DateStyle): DateStyle {
  return isDateStyle(value) ? value : otherwise;
}

/** Members that are missing or empty are left out. */
function readTexts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(printValue).filter((text) => text !== '') : [];
}

/** Numbers and texts compare by what they print: attributes are texts, `(eq contact.attributes.level 3)` should hold. */
function isSame(left: unknown, right: unknown): boolean {
  return printValue(left) === printValue(right);
}

function isSet(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : Boolean(value);
}
