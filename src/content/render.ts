/** Turns one checked text into a function of the context, with nightjar's helpers and without access to prototypes. */
import Handlebars from 'handlebars';
import { NightjarError } from '../errors';
import type { MailContext } from './context';
import type { Formats } from './formats';
import { HELPERS, type HelperCall } from './helpers';
import { SCOPE_HELPER } from './markup/flatten';
import { GUARD_HELPERS } from './markup/guard-values';
import { LONG_TEXT_HELPER, LOOP_HELPER } from './own-loops';
import type { Source } from './parse';
import type { Strings } from './strings';

export interface RenderOptions {
  /** True for HTML: every value is escaped. False for subject and plain text, which are no markup. */
  readonly escape: boolean;
  readonly partials: ReadonlyMap<string, Source>;
  readonly strings: Strings;
  readonly formats: Formats;
  /** Told the first value of each `BRANCH_HELPER`, and whether its second one counts as true. */
  readonly onBranch?: (id: string, isTaken: boolean) => void;
}

/** What a text has beside nightjar's helpers: some of its own, and another form of the tree. */
export interface Addition {
  register(environment: typeof Handlebars): void;
  /** Changes the tree before it is compiled. */
  mark(program: hbs.AST.Program): void;
}

/** Stands around conditions where branches are traced. */
export const BRANCH_HELPER = 'nj-branch';

/**
 * Compiles a text that `checkSource` has passed.
 * Each text has a Handlebars environment of its own: a shared one would keep a partial with the escaping of its first caller.
 */
export function compileText(
  text: string,
  options: RenderOptions,
  addition?: Addition,
): (context: MailContext) => string {
  const environment = Handlebars.create();
  const state = { locale: '', timeZone: 'UTC', publicUrl: '' };
  registerHelpers(environment, { ...options, text }, state);
  addScope(environment);
  for (const [name, guard] of Object.entries(GUARD_HELPERS))
    environment.registerHelper(name, (value: unknown) => guard(value));
  if (options.onBranch !== undefined) addBranches(environment, options.onBranch);
  addition?.register(environment);
  for (const [name, source] of options.partials) environment.registerPartial(name, source.text);
  const known = Object.fromEntries(
    [...HELPERS.keys(), ...Object.keys(GUARD_HELPERS), ...OWN_HELPERS].map((name) => [name, true]),
  );
  const program = Handlebars.parse(text);
  addition?.mark(program);
  const run = openBlock(environment, program, {
    noEscape: !options.escape,
    preventIndent: true,
    knownHelpers: { ...known, lookup: false, log: false },
    knownHelpersOnly: true,
  });
  return (context) => {
    state.locale = context.locale;
    state.timeZone = context.timeZone;
    state.publicUrl = context.publicUrl;
    return run(context, { data: { root: context } });
  };
}

/** Stands around a whole text. */
const WHOLE_HELPER = 'nj-whole';
const OWN_HELPERS = [SCOPE_HELPER, BRANCH_HELPER, LOOP_HELPER, LONG_TEXT_HELPER, WHOLE_HELPER];

/**
 * Compiles a text as the block of a helper, and gives the block. A template that is called wraps all its helpers anew,
 * which costs more than most texts; a block that is called does not.
 */
function openBlock(
  environment: typeof Handlebars,
  program: hbs.AST.Program,
  options: CompileOptions,
): Handlebars.TemplateDelegate {
  let block: Handlebars.TemplateDelegate | undefined;
  environment.registerHelper(WHOLE_HELPER, ({ fn }: Handlebars.HelperOptions) => {
    block = fn;
  });
  // The text is parsed by itself, for blanks around blocks count otherwise at the ends of a text than within it; the comments
  // keep its ends away from the block.
  const whole = Handlebars.parse(`{{#${WHOLE_HELPER}}}{{! }}{{! }}{{/${WHOLE_HELPER}}}`);
  const [statement] = whole.body;
  if (statement === undefined || !isBlock(statement)) throw new NightjarError('E_BUG', 'a block was not parsed as one');
  statement.program.body.splice(1, 0, ...program.body);
  environment.compile<undefined>(whole, options)(undefined, {
    allowProtoPropertiesByDefault: false,
    allowProtoMethodsByDefault: false,
  });
  if (block === undefined) throw new NightjarError('E_BUG', 'a block was not called');
  return block;
}

const isBlock = (statement: hbs.AST.Statement): statement is hbs.AST.BlockStatement =>
  statement.type === 'BlockStatement';

function registerHelpers(
  environment: typeof Handlebars,
  { text, partials, formats, strings }: RenderOptions & { readonly text: string },
  state: Pick<HelperCall, 'locale' | 'timeZone' | 'publicUrl'>,
): void {
  const texts = [text, ...[...partials.values()].map((partial) => partial.text)];
  for (const [name, helper] of HELPERS) {
    // Handlebars wraps each one that it has anew in every mail.
    if (!texts.some((one) => one.includes(name))) continue;
    environment.registerHelper(name, (...values: unknown[]) =>
      helper.run({
        args: values.slice(0, -1),
        hash: readHash(values.at(-1)),
        ...state,
        formats,
        strings,
      }),
    );
  }
}

/** What a partial is called with, laid over what it is called for, as Handlebars does. */
function addScope(environment: typeof Handlebars): void {
  environment.registerHelper(SCOPE_HELPER, (given: unknown, { fn, hash }: Handlebars.HelperOptions) => {
    const named: unknown = hash;
    return fn(
      isRecord(named) && Object.keys(named).length > 0 ? { ...(isRecord(given) ? given : {}), ...named } : given,
    );
  });
}

function addBranches(environment: typeof Handlebars, onBranch: (id: string, isTaken: boolean) => void): void {
  environment.registerHelper(BRANCH_HELPER, (id: unknown, value: unknown) => {
    onBranch(String(id), Array.isArray(value) ? value.length > 0 : Boolean(value));
    return value;
  });
}

/** Handlebars passes the values that were written `name=value` as a member of its options, the last argument. */
function readHash(options: unknown): Readonly<Record<string, unknown>> {
  return isRecord(options) && isRecord(options.hash) ? options.hash : {};
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
