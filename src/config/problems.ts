/** Puts the findings of zod into nightjar's words: field, quoted value, what was expected, and a fix to paste. */
import type { z } from 'zod';
import { describeInput } from './describe-input';
import { type FieldFacts, type FieldSchema, findField, findHomes, listKeys, nameField } from './field-schema';
import { explainWriting, guessValue } from './meant-value';
import { misspeltName, nearestName, type Synonyms } from './nearest';
import { quoteLine, quoteValue } from './quote';
import { MASK, secretKindOf } from './secret';
import { issuesOfMeantForm } from './union-issues';
import type { Path } from './yaml-source';

/** One thing that is wrong, and where it stands. */
export interface Problem {
  readonly path: Path;
  /** Which of the two to point at: the key (unknown, or its value is missing), or the value. */
  readonly part: 'key' | 'value';
  readonly message: string;
  readonly fix: string;
  /** Where in a text the problem is, in characters from 1; the place of the text where left out. */
  readonly column?: number;
  /** The key is none that nightjar knows. */
  readonly isUnknown?: true;
}

/** What a `custom` zod issue may carry in `params`, where it knows better than the schema. */
export interface IssueHints {
  /** What was expected. */
  readonly expected?: string;
  /** Known names; the nearest becomes the fix, and where none is near all of them. */
  readonly candidates?: readonly string[];
  readonly synonyms?: Synonyms;
  /** How to make a thing of the name that is written: an imperative. */
  readonly define?: string;
  readonly fix?: string;
}

interface Subject {
  /** Of `describeSchema`. */
  readonly schema: FieldSchema;
  /** What the file is about, for unknown keys: `job`, `settings`. */
  readonly noun: string;
  /** A value that would be right at a path, where the caller knows one. */
  readonly exampleAt?: (path: Path) => unknown;
  /** What to do with top-level keys of other kinds of file: an imperative. */
  readonly moved?: ReadonlyMap<string, string>;
}

type Issue = z.core.$ZodIssue;

/** Explains every issue of a failed parse; the parse must have been made with `reportInput: true`. */
export function explainIssues(issues: readonly Issue[], subject: Subject): readonly Problem[] {
  const withUnknownKeys = new Set(
    issues.flatMap(({ code, path }) => (code === 'unrecognized_keys' ? [nameField(path)] : [])),
  );
  const misspelt = new Set(issues.flatMap((issue) => listMisspelt(issue, subject)));
  return issues.flatMap((issue) => {
    const isThere =
      issue.code !== 'unrecognized_keys' && issue.input === undefined && misspelt.has(nameField(issue.path));
    if (isThere) return [];
    const inside = issuesOfMeantForm(issue);
    if (inside !== undefined) return explainIssues(inside, subject);
    if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => explainUnknownKey(issue.path, key, subject));
    if (issue.code === 'invalid_key') return [explainWrongKey(issue.path, subject)];
    const isConsequence = issue.code === 'custom' && withUnknownKeys.has(nameField(issue.path));
    return isConsequence ? [] : [explainValue(issue, subject)];
  });
}

/** Lists the fields that were meant by unknown keys: they are there, under another name. */
function listMisspelt(issue: Issue, { schema }: Subject): readonly string[] {
  if (issue.code !== 'unrecognized_keys') return [];
  const known = listKeys(schema, issue.path);
  return issue.keys.flatMap((key) => {
    const meant = misspeltName(key, known);
    return meant === undefined ? [] : [nameField([...issue.path, meant])];
  });
}

/** Explains a name that the file's author chose, where it cannot be one. */
function explainWrongKey(path: Path, { schema }: Subject): Problem {
  const key = String(path.at(-1));
  const names = findField(schema, path.slice(0, -1))?.node.propertyNames;
  const expected = (typeof names === 'object' ? expectedOf(names) : undefined) ?? 'another name';
  const better = typeof names === 'object' ? nearestForm(key, names.pattern) : '';
  return {
    path,
    part: 'key',
    message: `${nameField(path.slice(0, -1))} has the name ${quoteValue(key)}; expected ${expected}`,
    fix: better === '' ? 'choose another name' : `write "${better}:" instead of "${key}:"`,
  };
}

/** Lower case is often all that is missing; else what is left when everything but letters, digits and dashes goes. */
function nearestForm(key: string, pattern: string | undefined): string {
  const lower = key.toLowerCase();
  const slug = lower
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+|-+$/g, '')
    .slice(0, 40);
  const isRight = (name: string) => pattern === undefined || new RegExp(pattern).test(name);
  return [lower, key.replace(/\W+/g, ''), slug].find((name) => name !== '' && isRight(name)) ?? '';
}

function explainUnknownKey(path: Path, key: string, { schema, noun, moved }: Subject): Problem {
  const known = listKeys(schema, path);
  const misspelt = misspeltName(key, known);
  const [home] = misspelt === undefined ? findHomes(schema, key, path) : [];
  const near = misspelt ?? (home === undefined ? nearestName(key, known) : undefined);
  const parent = path.length === 0 ? `a ${noun} file` : nameField(path);
  const shown = isShown(key, findField(schema, path)) ? key : MASK;
  return {
    path: [...path, key],
    part: 'key',
    message: `${nameField([...path, shown])} is not a key that nightjar knows; the keys of ${parent} are ${known.join(', ')}`,
    fix: (path.length === 0 ? moved?.get(key) : undefined) ?? fixForKey({ key: shown, near, home }),
    isUnknown: true,
  };
}

/** A secret that slipped into the place of a key, beside where secrets stand, looks like no key. */
function isShown(key: string, parent: FieldFacts | undefined): boolean {
  return /^[A-Za-z][A-Za-z_-]*$/.test(key) || secretKindOf(parent?.node ?? {}) === undefined;
}

function fixForKey({ key, near, home }: { key: string; near: string | undefined; home: string | undefined }): string {
  if (near !== undefined) return `write "${near}:" instead of "${key}:"`;
  if (home !== undefined) return home === '' ? `move "${key}:" to the top level` : `move "${key}:" below "${home}:"`;
  return `remove "${key}:"`;
}

function explainValue(issue: Issue, subject: Subject): Problem {
  const field = findField(subject.schema, issue.path) ?? { node: {}, name: nameField(issue.path), required: true };
  const name = field.name === '' ? 'the file' : field.name;
  const hints = hintsOf(issue);
  const expected = hints.expected ?? expectedOf(field.node) ?? expectedByIssue(issue);
  return {
    path: issue.path,
    part: issue.input === undefined ? 'key' : 'value',
    message: `${name} ${describeInput(issue.input, field.node)}; expected ${expected}`,
    fix: hints.fix ?? fixForValue({ issue, field, hints, subject }),
  };
}

interface ValueCase {
  readonly issue: Issue;
  readonly field: FieldFacts;
  readonly hints: IssueHints;
  readonly subject: Subject;
}

function fixForValue({ issue, field, hints, subject }: ValueCase): string {
  const candidates = hints.candidates ?? choicesOf(field.node) ?? [];
  const near = typeof issue.input === 'string' ? nearestName(issue.input, candidates, hints.synonyms) : undefined;
  if (near === undefined && typeof issue.input === 'string') {
    const choice = nameOne(hints);
    if (choice !== undefined) return choice;
  }
  if (near !== undefined && typeof issue.path.at(-1) === 'number') {
    return `write ${quoteValue(near)} instead of ${quoteValue(issue.input)}`;
  }
  const key = issue.path.findLast((step) => typeof step === 'string') ?? '';
  const writing = subject.noun === 'job' ? explainWriting(issue, field.node, String(key)) : undefined;
  if (writing !== undefined) return writing;
  const guess = subject.noun === 'job' ? guessValue(issue, field.node) : undefined;
  const good = near ?? guess ?? nearestExample(issue.path, subject) ?? candidates[0];
  const verb = issue.input === undefined ? 'add' : 'write';
  const write = `${verb} ${good === undefined ? `"${String(key)}: …"` : quoteLine(String(key), good)}`;
  if (field.required || typeof issue.path.at(-1) === 'number') return write;
  const usual = field.node.default;
  if (usual === undefined || typeof usual === 'object') return `${write}, or remove the line`;
  return good === usual
    ? `${write}, the default`
    : `${write}, or remove the line for the default ${quoteLine(String(key), usual)}`;
}

/** Longer lists, such as that of all time zones, help nobody. */
const MOST_CANDIDATES = 30;

/** Names what there is where nothing is near what was written: a name that is far away would be a guess. */
function nameOne({ candidates = [], define }: IssueHints): string | undefined {
  if (candidates.length === 0 || candidates.length > MOST_CANDIDATES) return define;
  return `name one of these: ${candidates.join(', ')}${define === undefined ? '' : `; or ${define}`}`;
}

/** Finds an example for a field, or for the list or map that holds it. */
function nearestExample(path: Path, { schema, exampleAt }: Subject): unknown {
  const node = findField(schema, path)?.node;
  const own = exampleAt?.(path) ?? node?.examples?.[0] ?? node?.default;
  if (own !== undefined || typeof path.at(-1) !== 'number') return own;
  return nearestExample(path.slice(0, -1), { schema, noun: '', ...(exampleAt === undefined ? {} : { exampleAt }) });
}

function hintsOf(issue: Issue): IssueHints {
  return issue.code === 'custom' ? (issue.params ?? {}) : {};
}

function expectedOf(node: FieldSchema): string | undefined {
  const own: unknown = node.expected;
  if (typeof own === 'string') return own;
  const choices = choicesOf(node);
  return choices === undefined ? undefined : choices.join(' or ');
}

function choicesOf(node: FieldSchema): readonly string[] | undefined {
  const values = node.const === undefined ? node.enum : [node.const];
  return values?.map(String);
}

function expectedByIssue(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return TYPE_NAMES[issue.expected] ?? issue.expected;
    case 'too_small':
      return `${issue.inclusive === false ? 'more than' : 'at least'} ${issue.minimum}${unitOf(issue.origin)}`;
    case 'too_big':
      return `${issue.inclusive === false ? 'less than' : 'at most'} ${issue.maximum}${unitOf(issue.origin)}`;
    case 'invalid_format':
      return issue.pattern === undefined ? issue.format : `the form ${issue.pattern}`;
    default:
      return 'another value';
  }
}

function unitOf(origin: string): string {
  if (origin === 'string') return ' characters';
  return origin === 'array' ? ' entries' : '';
}

const TYPE_NAMES: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'a map of keys',
  record: 'a map of keys',
  array: 'a list',
};
