/** Fields that name something outside the file: a solution of the settings, a template folder. */
import { z } from 'zod';
import type { IssueHints } from '../config/problems';

/** The names that a job file may use; undefined where they are not known, and then only their form is checked. */
export interface JobNames {
  readonly solutions?: readonly string[];
  /** Solution → the name of its recipe, for what fits a section. */
  readonly recipes?: Readonly<Record<string, string>>;
  readonly templates?: readonly string[];
  /** Of the settings' `notify.targets`. */
  readonly targets?: readonly string[];
  /** Of the settings' `destinations`. */
  readonly destinations?: readonly string[];
  /** Of audience files: nightjar's own and the project's. */
  readonly formats?: readonly string[];
}

const SOLUTION_ARN =
  /^arn:aws[a-z-]*:personalize:[a-z0-9-]+:\d{12}:solution\/[A-Za-z0-9][A-Za-z0-9_-]*(?:\/[A-Za-z0-9]+)?$/;
const FOLDER_NAME = /^[A-Za-z0-9][A-Za-z0-9_-]*$/;

interface NameCase extends Pick<IssueHints, 'expected' | 'synonyms' | 'define'> {
  readonly context: z.core.$RefinementCtx<string>;
  readonly isKnown: (name: string) => boolean;
  readonly candidates: () => readonly string[];
}

/** Refuses a name that is not known, and tells the names among which the nearest is looked for. */
export function refineName(name: string, { context, isKnown, candidates, ...more }: NameCase): void {
  if (isKnown(name)) return;
  context.addIssue({ code: 'custom', input: name, params: { candidates: candidates(), ...more } });
}

/** Says what the name of a solution may be. */
export function describeSolutions(known: readonly string[]): string {
  return `a solution of the settings${known.length === 0 ? '' : ` (${known.join(', ')})`} or the ARN of one`;
}

/** Tells whether a text has the form of an ARN. */
export function isArn(name: string): boolean {
  return name.startsWith('arn:');
}

/** Makes the field of a solution: a name of the settings, or the ARN of a solution or solution version. `example` is for messages. */
export function solutionField({ solutions }: JobNames, example: string) {
  const known = solutions ?? [];
  // Which names there are, and which of them fit, is told by all that stands beside it: check-solutions.ts.
  const isKnown = (name: string) => SOLUTION_ARN.test(name) || (name !== '' && !isArn(name));
  const expected = describeSolutions(known);
  return z
    .string()
    .superRefine((name, context) => refineName(name, { context, isKnown, candidates: () => known, expected }))
    .meta({ description: 'A name of the settings (solutions), or the ARN of a solution or solution version', expected })
    .meta({ examples: [example] });
}

/** Makes the field of a template: the name of a folder in `templates/`. */
export function templateField({ templates }: JobNames) {
  const known = templates ?? [];
  const isKnown = (name: string) => FOLDER_NAME.test(name) && (templates === undefined || known.includes(name));
  const expected = `the name of a folder in templates/${known.length === 0 ? '' : ` (${known.join(', ')})`}`;
  return z
    .string()
    .superRefine((name, context) =>
      refineName(name, {
        context,
        isKnown,
        candidates: () => known,
        expected,
        ...(FOLDER_NAME.test(name) ? { define: `make the folder templates/${name}` } : {}),
      }),
    )
    .meta({
      description: 'The folder in templates/ that the e-mail is made of',
      expected,
      examples: [known[0] ?? 'picks'],
    });
}
