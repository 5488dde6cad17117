/** Compiles the template of an e-mail job; what is wrong with the job's own texts is told with its place in the job file. */
import { type CompiledTemplate, compileTemplate, type TemplateFiles } from '../content/template';
import { combineErrors, isNightjarError, NightjarError } from '../errors';
import type { EmailJob } from '../job/email-job';
import { placeOfField } from '../job/place';

/** @throws E_TEMPLATE_… with every problem at once */
export async function compileJobTemplate(job: EmailJob, files: TemplateFiles): Promise<CompiledTemplate> {
  const { subject, locales, sections } = job.content;
  try {
    return await compileTemplate(files, {
      ...(subject === undefined ? {} : { subject }),
      ...(locales === undefined ? {} : { locales }),
      jobFile: job.file,
      params: job.paramRules,
      sections: sections?.map(({ name }) => name),
    });
  } catch (error) {
    if (!isNightjarError(error)) throw error;
    throw combineErrors([error, ...error.others].map((one) => placeInJob(one, job))) ?? error;
  }
}

/** Templates know of the job's texts by the names of their fields alone. */
function placeInJob({ code, message, where, fix, cause }: NightjarError, job: EmailJob): NightjarError {
  const isField = where?.file === job.file && where.step?.startsWith('content.') === true;
  const place = isField && where.step !== undefined ? placeOfField(job, where.step) : where;
  return new NightjarError(code, message, {
    ...(place === undefined ? {} : { where: place }),
    ...(fix === undefined ? {} : { fix }),
    cause,
  });
}
