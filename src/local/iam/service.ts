/** Answers the calls by which a program makes the role that it names to Personalize: recorded, and never enforced. */
import { randomBytes } from 'node:crypto';
import { AwsFault } from '../http/fault';
import type { QueryAction, QueryService } from '../http/query-protocol';
import { encode } from '../http/sigv4';
import type { XmlContent } from '../http/write-xml';
import type { Records, UseRecords } from './records';

/** Holds one call; `read` gives a parameter, and refuses one that is absent or does not match. */
interface Call {
  readonly records: Records;
  readonly accountId: string;
  readonly nowMs: number;
  readonly read: (name: string, pattern?: RegExp) => string;
}

/** Holds a record with its own ARN. */
type Named = Records[string] & { readonly arn: string };

const NAME = /^[\w+=,.@-]{1,128}$/;
const ROLE_NAME = /^[\w+=,.@-]{1,64}$/;
const ARN = /^arn:[\w-]+:iam::(\d{12}|aws):policy\/.{1,1000}$/;

const ACTIONS: Readonly<Record<string, (call: Call) => XmlContent | undefined>> = {
  CreateRole: (call) => ({ Role: writeRole(create(call, roleArn(call), 'AssumeRolePolicyDocument')) }),
  GetRole: (call) => ({ Role: writeRole(find(call, roleArn(call))) }),
  DeleteRole: (call) => remove(call, roleArn(call), ({ policies }) => Object.keys(policies).length > 0),
  AttachRolePolicy: (call) => {
    const arn = call.read('PolicyArn', ARN);
    // Of AWS's own policies every name is taken: there is no list of them here.
    if (!arn.startsWith('arn:aws:iam::aws:')) find(call, arn);
    find(call, roleArn(call)).policies[arn] = '';
    return undefined;
  },
  DetachRolePolicy: (call) => removePolicy(call, call.read('PolicyArn', ARN)),
  ListAttachedRolePolicies: (call) => {
    const arns = Object.keys(find(call, roleArn(call)).policies).filter((name) => ARN.test(name));
    const member = arns.map((arn) => ({ PolicyName: nameOf(arn), PolicyArn: arn }));
    return { AttachedPolicies: { member }, IsTruncated: false };
  },
  PutRolePolicy: (call) => {
    find(call, roleArn(call)).policies[call.read('PolicyName', NAME)] = readDocument(call, 'PolicyDocument');
    return undefined;
  },
  DeleteRolePolicy: (call) => removePolicy(call, call.read('PolicyName', NAME)),
  CreatePolicy: (call) => {
    const Arn = `arn:aws:iam::${call.accountId}:policy/${call.read('PolicyName', NAME)}`;
    const { id, createdMs } = create(call, Arn, 'PolicyDocument');
    const common = { Path: '/', DefaultVersionId: 'v1', CreateDate: new Date(createdMs).toISOString() };
    return { Policy: { PolicyName: nameOf(Arn), PolicyId: id, Arn, ...common } };
  },
  DeletePolicy: (call) => {
    const arn = call.read('PolicyArn', ARN);
    return remove(call, arn, () => Object.values(call.records).some(({ policies }) => Object.hasOwn(policies, arn)));
  },
};

/** Creates the service; `accountId` has 12 digits. */
export function createIam(
  accountId: string,
  useRecords: UseRecords,
  common: Pick<QueryService, 'credentials' | 'region' | 'now'>,
): QueryService {
  const bind = (action: (typeof ACTIONS)[string]): QueryAction => {
    return (parameters) => {
      const read: Call['read'] = (name, pattern = /./s) => readParameter(parameters, name, pattern);
      // A path would be part of the ARN.
      if ((parameters.get('Path') ?? '/') !== '/')
        throw refuse(400, 'NotImplementedException', 'A Path is not complete.');
      return useRecords((records) => action({ records, accountId, nowMs: common.now(), read }));
    };
  };
  const actions = Object.fromEntries(Object.entries(ACTIONS).map(([name, action]) => [name, bind(action)]));
  return { ...common, name: 'iam', namespace: 'https://iam.amazonaws.com/doc/2010-05-08/', actions };
}

function readParameter(parameters: ReadonlyMap<string, string>, name: string, pattern: RegExp): string {
  const value = parameters.get(name);
  if (value !== undefined && pattern.test(value)) return value;
  const constraint = value === undefined ? 'Member must not be null' : `Member must satisfy ${pattern.source}`;
  const text = `1 validation error detected: Value at '${name}' failed to satisfy constraint: ${constraint}`;
  throw refuse(400, 'ValidationError', text);
}

function readDocument({ read }: Call, name: string): string {
  const text = read(name);
  try {
    JSON.parse(text);
    return text;
  } catch {
    throw refuse(400, 'MalformedPolicyDocument', 'This policy contains invalid Json');
  }
}

function roleArn({ accountId, read }: Call): string {
  return `arn:aws:iam::${accountId}:role/${read('RoleName', ROLE_NAME)}`;
}

function nameOf(arn: string): string {
  return arn.slice(arn.lastIndexOf('/') + 1);
}

function create(call: Call, arn: string, document: string): Named {
  if (Object.hasOwn(call.records, arn)) throw refuse(409, 'EntityAlreadyExists', `${nameOf(arn)} already exists.`);
  const id = `${arn.includes(':role/') ? 'AROA' : 'ANPA'}${randomBytes(9).toString('hex').slice(1).toUpperCase()}`;
  const record = { id, createdMs: call.nowMs, document: readDocument(call, document), policies: {} };
  call.records[arn] = record;
  return { ...record, arn };
}

function find({ records }: Call, arn: string): Named {
  const record = Object.hasOwn(records, arn) ? records[arn] : undefined;
  if (record === undefined) throw refuse(404, 'NoSuchEntity', `${nameOf(arn)} (${arn}) cannot be found.`);
  return { ...record, arn };
}

function remove(call: Call, arn: string, isInUse: (record: Records[string]) => boolean): undefined {
  if (isInUse(find(call, arn)))
    throw refuse(409, 'DeleteConflict', 'Cannot delete entity, must detach all policies first.');
  delete call.records[arn];
}

function removePolicy(call: Call, name: string): undefined {
  const { policies } = find(call, roleArn(call));
  if (!Object.hasOwn(policies, name)) throw refuse(404, 'NoSuchEntity', `Policy ${name} was not found.`);
  delete policies[name];
}

function writeRole({ arn, id, createdMs, document }: Named): XmlContent {
  const common = { Path: '/', RoleName: nameOf(arn), RoleId: id, Arn: arn };
  return { ...common, CreateDate: new Date(createdMs).toISOString(), AssumeRolePolicyDocument: encode(document) };
}

function refuse(status: number, code: string, message: string): AwsFault {
  return new AwsFault(code, message, { status });
}
