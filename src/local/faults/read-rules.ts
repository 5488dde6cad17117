/** Reads fault rules out of JSON, and checks that each can ever fire. */
import { z } from 'zod';
import { NightjarError } from '../../errors';
import { OPERATIONS } from '../personalize/operations/table';
import { S3_OPERATIONS } from '../s3/routes';
import { FAULT_RULE, type FaultRule } from './rule';

const RULES = z.strictObject({ rules: z.array(FAULT_RULE) });

/** Operations whose jobs have an outcome of their own, and those of them that write outputs. */
const JOBS = new Set([
  'CreateBatchInferenceJob',
  'CreateBatchSegmentJob',
  'CreateDatasetImportJob',
  'CreateSolutionVersion',
]);
const JOBS_WITH_OUTPUT = new Set(['CreateBatchInferenceJob', 'CreateBatchSegmentJob']);

const FIX =
  'write {"rules": [{"service": "personalize", "operation": "CreateBatchInferenceJob", "kind": "throttle"}]}; docs/local-aws.md lists the kinds';

/**
 * Reads a JSON text of the form `{"rules": [...]}`.
 *
 * @throws E_USAGE with every rule that is wrong
 */
export function readFaultRules(text: string): readonly FaultRule[] {
  return checkFaultRules(parseJson(text));
}

/**
 * Checks rules that are not text any more, of the same form.
 *
 * @throws E_USAGE with every rule that is wrong
 */
export function checkFaultRules(value: unknown): readonly FaultRule[] {
  const parsed = RULES.safeParse(value);
  if (!parsed.success) throw wrongRules(z.prettifyError(parsed.error));
  const { rules } = parsed.data;
  const problems = rules.flatMap((rule, index) => describeProblem(rule, index));
  if (problems.length > 0) throw wrongRules(problems.join('\n'));
  return rules;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) throw wrongRules(error.message);
    throw error;
  }
}

function wrongRules(problem: string): NightjarError {
  return new NightjarError('E_USAGE', `the fault rules are wrong: ${problem}`, { fix: FIX });
}

function describeProblem(rule: FaultRule, index: number): string[] {
  const known = operationsOf(rule);
  if (rule.operation === '*' || known.has(rule.operation)) return [];
  const place = `rules[${index}]: the kind ${rule.kind} of ${rule.service}`;
  return [`${place} knows no operation ${rule.operation}; expected * or one of ${[...known].join(', ')}`];
}

function operationsOf(rule: FaultRule): ReadonlySet<string> {
  if (rule.kind === 'create-failed') return JOBS;
  if (rule.kind === 'output-missing' || rule.kind === 'output-cut') return JOBS_WITH_OUTPUT;
  return rule.service === 's3' ? S3_OPERATIONS : new Set(OPERATIONS.keys());
}
