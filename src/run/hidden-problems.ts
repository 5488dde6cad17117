/** Finds what else is wrong with a job whose fields are wrong: queries and templates, as far as they can be looked at alone. */
import { z } from 'zod';
import { readYaml } from '../config/yaml-source';
import { compileTemplate, type TemplateFiles } from '../content/template';
import { isNightjarError, type NightjarError } from '../errors';
import { readRules } from '../job/check-params';
import type { JobFile } from '../job/place';
import { findGrammarProblems } from './buying/segment-queries';
import { joinProblems } from './join-problems';

/** A job file, and the files of its template where it has one. */
type WrittenJob = JobFile & { readonly template: TemplateFiles | undefined };

const map = z.record(z.string(), z.unknown());

/** What is looked at of a file; what is of another shape is told of elsewhere, and is null where nothing is known without it. */
const fileSchema = z.object({
  segment: z.object({ queries: map.catch({}) }).catch({ queries: {} }),
  content: z
    .object({
      // One that is wrong stands in the place of the template's own all the same.
      subject: z.string().optional().catch('-'),
      locales: z.array(z.string()).optional().catch(undefined),
      sections: map.nullable().default({}).catch(null),
    })
    .catch({ sections: null }),
  params: map.nullable().default({}).catch(null),
});

/** The problem is told with all others; one of another kind stays as it is. */
export async function tellHiddenProblems(source: WrittenJob, error: unknown): Promise<unknown> {
  if (!isNightjarError(error) || error.code === 'E_JOB_SYNTAX' || error.code === 'E_JOB_PARAM') return error;
  const file = fileSchema.safeParse(readYaml({ ...source, code: 'E_JOB_SYNTAX' }).value).data;
  if (file === undefined) return error;
  const templates = error.code.startsWith('E_TEMPLATE_') ? [] : await findTemplateProblems(source, file);
  return joinProblems([error, ...findQueryProblems(source, file), ...templates]);
}

type JobFields = z.output<typeof fileSchema>;

/** Those with params have no text yet. */
function findQueryProblems(source: WrittenJob, { segment }: JobFields): readonly NightjarError[] {
  const queries = Object.entries(segment.queries).flatMap(([name, query]) =>
    typeof query === 'string' && !query.includes('${') ? [{ name, query }] : [],
  );
  return findGrammarProblems(source, queries);
}

/** Only of its own files, and only where all params are declared rightly, and sections: else it would be told to name what is not there. */
async function findTemplateProblems(
  source: WrittenJob,
  { content, params }: JobFields,
): Promise<readonly NightjarError[]> {
  if (params === null || content.sections === null) return [];
  const rules = readRules(params);
  if (source.template === undefined || rules.length < Object.keys(params).length) return [];
  try {
    await compileTemplate(source.template, {
      ...(content.subject === undefined ? {} : { subject: content.subject }),
      ...(content.locales === undefined ? {} : { locales: content.locales }),
      jobFile: source.file,
      params: rules,
      sections: Object.keys(content.sections),
    });
    return [];
  } catch (error) {
    if (!isNightjarError(error)) throw error;
    return [error, ...error.others].filter(({ where }) => where?.file !== source.file);
  }
}
