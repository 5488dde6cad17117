/** What the doctor says where AWS does not allow a call: for every operation of nightjar the action, the resource, the statement. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { readDenial } from '../../../src/run/doctor/denial';
import { actionOf, GRANTS, statementFor } from '../../../src/run/doctor/iam';
import { policiesFor } from '../../../src/run/doctor/policies';
import { formatFindings } from '../../../src/run/doctor/report';
import { setFaults } from '../../local/support/faults';
import { ROOT } from '../../support/nightjar';
import { examineShop, type Shop, startShop } from './patient';

let shop: Shop;
beforeAll(async () => {
  shop = await startShop();
}, 60_000);
afterAll(() => shop.close());
afterEach(() => setFaults(shop.aws.endpoint));

const BUCKET = 'arn:aws:s3:::shop';
const OBJECTS = 'arn:aws:s3:::shop/nights/*';
const PERSONALIZE = 'arn:aws:personalize:us-east-1:123456789012';
const SOLUTIONS = ['aws-item-affinity', 'aws-user-personalization'].flatMap((name) => [
  `${PERSONALIZE}:solution/${name}`,
  `${PERSONALIZE}:solution/${name}/*`,
]);

/** Operation, the checks that it fails, the action, and what its statement names. */
const DENIED: readonly (readonly [string, readonly string[], string, string | readonly string[]])[] = [
  ['s3:HeadBucket', ['storage bucket'], 's3:ListBucket', [BUCKET, 'arn:aws:s3:::nightjar']],
  ['s3:ListObjectsV2', ['storage list'], 's3:ListBucket', [BUCKET, 'arn:aws:s3:::nightjar']],
  ['s3:PutObject', ['storage put'], 's3:PutObject', OBJECTS],
  ['s3:GetObject', ['storage get'], 's3:GetObject', [OBJECTS, 'arn:aws:s3:::nightjar/pictures/*']],
  ['s3:CreateMultipartUpload', ['storage parts'], 's3:PutObject', OBJECTS],
  ['s3:AbortMultipartUpload', ['storage parts'], 's3:AbortMultipartUpload', OBJECTS],
  ['s3:DeleteObject', ['storage delete'], 's3:DeleteObject', OBJECTS],
  ...['DescribeSolution', 'ListSolutionVersions', 'DescribeSolutionVersion'].map(
    (operation) =>
      [
        `personalize:${operation}`,
        ['personalize solution user-personalization', 'personalize solution item-affinity'],
        `personalize:${operation}`,
        operation === 'ListSolutionVersions' ? '*' : SOLUTIONS,
      ] as const,
  ),
  ['personalize:ListBatchInferenceJobs', ['personalize inference jobs'], 'personalize:ListBatchInferenceJobs', '*'],
  ['personalize:ListBatchSegmentJobs', ['personalize segment jobs'], 'personalize:ListBatchSegmentJobs', '*'],
  ...(['Create', 'Describe'] as const).flatMap((verb) =>
    (['Inference', 'Segment'] as const).map((kind) => {
      const operation = `personalize:${verb}Batch${kind}Job`;
      const create = `personalize buy ${kind === 'Inference' ? 'inference' : 'segments'}`;
      const jobs = `${PERSONALIZE}:batch-${kind.toLowerCase()}-job/nj-*`;
      return [
        operation,
        [verb === 'Create' ? create : 'personalize look at jobs'],
        operation,
        [jobs, ...SOLUTIONS],
      ] as const;
    }),
  ),
];

describe('an operation that is not allowed', () => {
  it.each(DENIED)(
    '%s fails its checks alone, with the statement to paste',
    async (operation, checks, action, resources) => {
      const [service, name = ''] = operation.split(':');
      await setFaults(shop.aws.endpoint, {
        service: service === 's3' ? 's3' : 'personalize',
        operation: name,
        kind: 'access-denied',
        count: 'always',
      });
      const findings = await examineShop(shop);

      const failed = findings.filter(({ status }) => status === 'failed');
      expect(failed.map(({ engine, check }) => `${engine} ${check}`)).toEqual(checks);
      for (const { denials, detail } of failed) {
        expect(denials).toHaveLength(1);
        expect(denials?.[0]).toMatchObject({
          action,
          statement: { Effect: 'Allow', Action: action, Resource: resources },
        });
        expect(detail).toBe(`${action} on ${denials?.[0]?.resource} is not allowed`);
        expect(denials?.[0]?.resource).toMatch(/^arn:aws:/);
      }
      expect(formatFindings(findings)).toContain(`"Action": "${action}"`);
    },
  );

  it('is told with all others that are not, and each statement is printed once', async () => {
    const rule = { service: 'personalize', operation: '*', kind: 'access-denied', count: 'always' } as const;
    await setFaults(shop.aws.endpoint, rule);
    const findings = await examineShop(shop);

    const actions = findings.flatMap(({ denials = [] }) => denials.map((denial) => denial.action));
    expect(new Set(actions).size).toBe(9);
    const text = formatFindings(findings);
    expect(text.split('"Action": "personalize:DescribeSolution"')).toHaveLength(2);
    expect(text).toContain('fix: the statement above that allows personalize:DescribeSolution');
    expect(text).toContain('arn:aws:sts::123456789012:assumed-role/nightjar/session');
  });
});

function denied(message: string, name = 'AccessDeniedException'): Error {
  return Object.assign(new Error(message), { name, $metadata: { httpStatusCode: 400 } });
}

describe('a refusal', () => {
  const call = { operation: 'personalize:CreateBatchInferenceJob', resource: 'arn:aws:personalize:::x' };

  it('for another action than the one that was asked for names that one: the role that is passed, the key', () => {
    const user = 'User: arn:aws:sts::123456789012:assumed-role/night/i-1';
    const role = 'arn:aws:iam::123456789012:role/nightjar';
    const passed = readDenial(
      denied(
        `${user} is not authorized to perform: iam:PassRole on resource: ${role} because no identity-based policy allows the iam:PassRole action`,
      ),
      call,
      shop.settings,
    );
    const key = 'arn:aws:kms:us-east-1:123456789012:key/1';
    const encrypted = readDenial(
      denied(
        `${user} is not authorized to perform: kms:GenerateDataKey on resource: ${key} because no identity-based policy allows the kms:GenerateDataKey action`,
        'AccessDenied',
      ),
      { operation: 's3:PutObject', resource: OBJECTS },
      { ...shop.settings, aws: { ...shop.settings.aws, kmsKeyArn: key } },
    );

    expect(passed).toMatchObject({
      action: 'iam:PassRole',
      caller: 'arn:aws:sts::123456789012:assumed-role/night/i-1',
      deniedBy: undefined,
      statement: {
        Resource: role,
        Condition: { StringEquals: { 'iam:PassedToService': 'personalize.amazonaws.com' } },
      },
    });
    expect(encrypted?.statement).toMatchObject({ Action: 'kms:GenerateDataKey', Resource: key });
  });

  it('by an explicit deny says which policy holds it', () => {
    const denial = readDenial(
      denied(
        'User: arn:aws:iam::1:user/u is not authorized to perform: personalize:CreateBatchInferenceJob on resource: arn:aws:personalize:::x with an explicit deny in a service control policy',
      ),
      call,
      shop.settings,
    );
    expect(denial?.deniedBy).toBe('service control');
  });

  it('without a body is one by its status, and a wrong signature is none', () => {
    const head = { operation: 's3:HeadBucket', resource: BUCKET };
    const bare = Object.assign(new Error('UnknownError'), { name: '403', $metadata: { httpStatusCode: 403 } });
    const forged = Object.assign(new Error('no'), {
      name: 'SignatureDoesNotMatch',
      $metadata: { httpStatusCode: 403 },
    });

    expect(readDenial(bare, head, shop.settings)).toMatchObject({ action: 's3:ListBucket', resource: BUCKET });
    expect(readDenial(forged, head, shop.settings)).toBeUndefined();
  });
});

/** Every operation of AWS that nightjar's own code calls, by the SDK's commands and paginators. */
function listOperations(): ReadonlySet<string> {
  const operations = new Set<string>();
  const files = readdirSync(path.join(ROOT, 'src'), { recursive: true, encoding: 'utf8' });
  for (const file of files.filter((name) => name.endsWith('.ts') && !name.startsWith('local'))) {
    const text = readFileSync(path.join(ROOT, 'src', file), 'utf8');
    const imports = [...text.matchAll(/import \{([^}]*)\} from '@aws-sdk\/client-(s3|personalize|sesv2)'/g)];
    for (const [, names = '', client = ''] of imports) {
      const service = client === 'sesv2' ? 'ses' : client;
      for (const name of names.split(',').map((part) => part.trim())) {
        const operation = /^paginate(\w+)$/.exec(name)?.[1] ?? /^(\w+)Command$/.exec(name)?.[1];
        if (operation !== undefined) operations.add(`${service}:${operation}`);
      }
    }
  }
  return operations;
}

describe('the table of permissions', () => {
  it('has every operation that nightjar calls', () => {
    const operations = listOperations();
    const allowed = new Set(GRANTS.flatMap(({ actions }) => actions));

    expect(operations.size).toBeGreaterThan(25);
    expect([...operations].filter((operation) => !allowed.has(actionOf(operation)))).toEqual([]);
  });

  it('gives a statement for each action that the settings have a resource for', () => {
    const missing = GRANTS.flatMap(({ actions }) => actions).filter(
      (action) => statementFor(action, shop.settings) === undefined,
    );
    expect(new Set(missing)).toEqual(
      new Set(['kms:GenerateDataKey', 'kms:Decrypt', 'ses:SendEmail', 'ses:SendRawEmail', 'sts:AssumeRole']),
    );
  });
});

describe('the policies', () => {
  it('of a deployment on AWS hold what runs need and nothing wider', () => {
    const { aws, storage } = shop.settings;
    const settings = {
      ...shop.settings,
      aws: {
        ...aws,
        region: 'eu-west-1',
        roleArn: 'arn:aws:iam::111122223333:role/personalize',
        kmsKeyArn: 'arn:aws:kms:eu-west-1:111122223333:key/k',
        assumeRoleArn: 'arn:aws:iam::111122223333:role/nights',
      },
      storage: { ...storage, prefix: 'prod/' },
      mail: { url: 'ses://eu-west-1?configurationSet=nightly', from: 'Shop <news@shop.example>' },
      images: null,
    };
    const policies = policiesFor(settings, { training: false });

    expect(policies).toMatchSnapshot();
    const wide = policies.nightjar.Statement.filter(({ Resource }) => Resource === '*').map(({ Sid }) => Sid);
    expect(wide).toEqual(['NightjarLists', 'NightjarMailAccount']);
    expect(JSON.stringify(policies)).not.toContain('news@');
  });

  it('let audience files be put into the buckets of destinations, by their keys, and nothing else there', () => {
    const kmsKeyArn = 'arn:aws:kms:eu-west-1:444455556666:key/partner';
    const destinations = {
      lake: { url: 's3://partner-bucket/audiences/', kmsKeyArn },
      plain: { url: 's3://other-bucket/', kmsKeyArn: null },
      crm: { url: 'https://crm.partner.example/in/' },
    };
    const { nightjar } = policiesFor({ ...shop.settings, destinations }, { training: false });
    const statement = (sid: string) => nightjar.Statement.find(({ Sid }) => Sid === sid);
    expect(statement('NightjarDestinations')).toMatchObject({
      Action: ['s3:PutObject', 's3:AbortMultipartUpload'],
      Resource: ['arn:aws:s3:::partner-bucket/audiences/*', 'arn:aws:s3:::other-bucket/*'],
    });
    expect(statement('NightjarKey')?.Resource).toBe(kmsKeyArn);
  });
});
