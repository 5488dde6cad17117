/** Checks the form of a bucket policy as S3 does when it is put. What it allows or denies is never decided by. */
import { z } from 'zod';
import { AwsFault } from '../http/fault';

/** S3's limit for a policy without its white space. */
const MAX_POLICY_BYTES = 20_480;

const textsSchema = z.union([z.string(), z.array(z.string()).min(1)]);
const principalSchema = z.union([z.literal('*'), z.record(z.string(), textsSchema)]);
const statementSchema = z.looseObject({
  Effect: z.enum(['Allow', 'Deny']),
  Principal: principalSchema.optional(),
  NotPrincipal: principalSchema.optional(),
  Action: textsSchema.optional(),
  NotAction: textsSchema.optional(),
  Resource: textsSchema.optional(),
  NotResource: textsSchema.optional(),
});
const policySchema = z.looseObject({
  Version: z.enum(['2012-10-17', '2008-10-17']).optional(),
  Statement: z.preprocess((value) => [value].flat(), z.array(statementSchema).min(1)),
});

/** What S3 says of a member that can't be. */
const INVALID: Readonly<Record<string, string>> = {
  Version: 'The policy must contain a valid version string',
  Effect: 'Invalid effect in policy',
  Principal: 'Invalid principal in policy',
  NotPrincipal: 'Invalid principal in policy',
  Action: 'Policy has invalid action',
  NotAction: 'Policy has invalid action',
  Resource: 'Policy has invalid resource',
  NotResource: 'Policy has invalid resource',
  Statement: 'Could not parse the policy: Statement is empty!',
};

type Statement = z.infer<typeof policySchema>['Statement'][number];

/**
 * Checks the policy of a bucket: JSON, a version where it has one, and statements that each say whom, what and where.
 *
 * @returns whether it lets anybody in
 * @throws AwsFault MalformedPolicy
 */
export function checkPolicy(text: string, bucket: string): 'public' | 'private' {
  const document = text.startsWith('{') ? parseJson(text) : undefined;
  if (document === undefined) throw malformed("Policies must be valid JSON and the first byte must be '{'");
  if (Buffer.byteLength(JSON.stringify(document)) > MAX_POLICY_BYTES) {
    throw malformed(`Normalized policy document exceeds the maximum allowed size of ${MAX_POLICY_BYTES} bytes`);
  }
  if (typeof document !== 'object' || document === null || !('Statement' in document)) {
    throw malformed('Missing required field Statement');
  }
  const policy = policySchema.safeParse(document);
  if (!policy.success) throw malformed(describeIssue(policy.error));
  for (const statement of policy.data.Statement) checkStatement(statement, bucket);
  return policy.data.Statement.some(isForAll) ? 'public' : 'private';
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function describeIssue({ issues: [issue] }: z.ZodError): string {
  const name = issue?.path.map(String).findLast((part) => Object.hasOwn(INVALID, part));
  return (name === undefined ? undefined : INVALID[name]) ?? 'Invalid policy syntax.';
}

const PLACES = [
  ['Principal', 'NotPrincipal'],
  ['Action', 'NotAction'],
  ['Resource', 'NotResource'],
] as const;

function checkStatement(statement: Statement, bucket: string): void {
  const missing = PLACES.find(([name, other]) => statement[name] === undefined && statement[other] === undefined);
  if (missing !== undefined) throw malformed(`Missing required field ${missing[0]}`);
  const actions = [statement.Action ?? [], statement.NotAction ?? []].flat();
  if (!actions.every((action) => action === '*' || /^s3:./i.test(action))) throw malformed('Policy has invalid action');
  const resources = [statement.Resource ?? [], statement.NotResource ?? []].flat();
  if (!resources.every((resource) => isOfBucket(resource, bucket))) throw malformed('Policy has invalid resource');
}

/** Tells whether a resource can be this bucket or its objects; it may have wildcards. */
function isOfBucket(resource: string, bucket: string): boolean {
  const name = /^arn:[\w-]+:s3:::(.+)$/.exec(resource)?.[1];
  const plain = name?.replace(/[*?$].*$/s, '');
  if (name === undefined || plain === undefined) return false;
  if (plain.startsWith(`${bucket}/`) || name === bucket) return true;
  return plain !== name && `${bucket}/`.startsWith(plain);
}

function isForAll({ Effect, Principal, Condition }: Statement): boolean {
  if (Effect !== 'Allow' || Condition !== undefined || Principal === undefined) return false;
  return Principal === '*' || [Principal.AWS ?? []].flat().includes('*');
}

function malformed(message: string): AwsFault {
  return new AwsFault('MalformedPolicy', message);
}
