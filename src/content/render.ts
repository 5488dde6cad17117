/** Turns one checked text into a function of the context, with nightjar's helpers and without access to prototypes. */
import Handlebars from 'handlebars';
import type { MailContext } from './context';
import type { Formats } from './formats';
import { HELPERS } from './helpers';
import type { Source } from './parse';
import type { Strings } from './strings';

export interface RenderOptions {
  /** True for HTML: every value is escaped. False for subject and plain text, which are no markup. */
  readonly escape: boolean;
  readonly partials: ReadonlyMap<string, Source>;
  readonly strings: Strings;
  readonly formats: Formats;
}

/**
 * Compiles a text that `checkSource` has passed.
 * Each text has a Handlebars environment of its own: a shared one would keep a partial with the escaping of its first caller.
 */
export function compileText(text: string, options: RenderOptions): (context: MailContext) => string {
  const environment = Handlebars.create();
  const state = { locale: '' };
  registerHelpers(environment, options, state);
  for (const [name, source] of options.partials) environment.registerPartial(name, source.text);
  const known = Object.fromEntries([...HELPERS.keys()].map((name) => [name, true]));
  const run = environment.compile<MailContext>(text, {
    noEscape: !options.escape,
    preventIndent: true,
    knownHelpers: { ...known, lookup: false, log: false },
    knownHelpersOnly: true,
  });
  return (context) => {
    state.locale = context.locale;
    return run(context, { allowProtoPropertiesByDefault: false, allowProtoMethodsByDefault: false });
  };
}

function registerHelpers(
  environment: typeof Handlebars,
  { formats, strings }: RenderOptions,
  state: { readonly locale: string },
): void {
  for (const [name, helper] of HELPERS) {
    environment.registerHelper(name, (...values: unknown[]) =>
      helper.run({
        args: values.slice(0, -1),
        hash: readHash(values.at(-1)),
        locale: state.locale,
        formats,
        strings,
      }),
    );
  }
}

/** Handlebars passes the values that were written `name=value` as a member of its options, the last argument. */
function readHash(options: unknown): Readonly<Record<string, unknown>> {
  return isRecord(options) && isRecord(options.hash) ? options.hash : {};
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
