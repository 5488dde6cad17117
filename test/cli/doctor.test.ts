/** The verb `doctor` as people run it: on a fresh folder, with engines that are away, and where AWS does not allow a call. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { startTestPostgres, type TestPostgres } from '../support/database';
import { makeTestFolder, type Running, runNightjar, startNightjar } from '../support/nightjar';
import { readAnswer } from './support/project';

const folder = makeTestFolder('nightjar-doctor');
const state = path.join(folder, 'state');
const started: Running[] = [];
afterEach(async () => {
  for (const running of started.splice(0)) {
    running.child.kill('SIGTERM');
    await running.ended;
  }
});

const doctor = (args: readonly string[] = [], env: Readonly<Record<string, string>> = {}) =>
  runNightjar(['doctor', '--state', state, ...args], { cwd: folder, env });

/** Serves the local AWS of the state folder, and answers how to reach it. */
async function serveLocal(args: readonly string[] = []): Promise<{ endpoint: string; secret: string }> {
  const local = startNightjar(['local', '--port', '0', '--json', '--state', state, ...args], { cwd: folder });
  started.push(local);
  const text = await new Promise<string>((resolve, reject) => {
    let printed = '';
    local.child.stdout?.on('data', (part: string) => {
      printed += part;
      if (printed.endsWith('\n}\n')) resolve(printed);
    });
    local.ended.then(({ stderr }) => reject(new Error(stderr)), reject);
  });
  const { endpoint, secretAccessKey } = readAnswer(text);
  return { endpoint: String(endpoint), secret: String(secretAccessKey) };
}

describe('nightjar doctor', () => {
  it('finds a fresh folder well but for what is not there yet, and gives 0', async () => {
    const { code, stdout, stderr } = await doctor(['--json']);

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const { counts, findings, policies } = readAnswer(stdout);
    expect(counts).toMatchObject({ failed: 0 });
    expect(findings).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ engine: 'storage', check: 'put', status: 'ok' }),
        expect.objectContaining({ engine: 'mail', check: 'login', status: 'ok' }),
        expect.objectContaining({ engine: 'personalize', check: 'solution picks', status: 'warning' }),
      ]),
    );
    expect(policies).toBeUndefined();
  });

  it('tells every engine that is away, prints no password, and gives 5', async () => {
    const { code, stdout, stderr } = await doctor([], {
      DATABASE_URL: 'postgres://nightjar:pa55word@127.0.0.1:1/nightjar',
      REDIS_URL: 'redis://:pa55word@127.0.0.1:2',
      SMTP_URL: 'smtp://nightjar:pa55word@127.0.0.1:3',
      NIGHTJAR_AWS__ENDPOINT: 'http://127.0.0.1:4',
      NIGHTJAR_SECRET: 'pa55word'.repeat(4),
      AWS_ACCESS_KEY_ID: 'AKIA',
      AWS_SECRET_ACCESS_KEY: 'pa55word',
    });

    expect(code).toBe(5);
    expect(stdout.split('\n').filter((line) => line.startsWith('  failed'))).toEqual([
      expect.stringMatching(/^ {2}failed {3}connect +\d+ ms {2}connect ECONNREFUSED 127\.0\.0\.1:1$/),
      expect.stringMatching(/^ {2}failed {3}connect +\d+ ms {2}the Redis at 127\.0\.0\.1:2 refuses the connection/),
      expect.stringMatching(/^ {2}failed {3}bucket +\d+ ms .*ECONNREFUSED 127\.0\.0\.1:4$/),
      expect.stringMatching(/^ {2}failed {3}inference jobs +\d+ ms .*ECONNREFUSED 127\.0\.0\.1:4$/),
      expect.stringMatching(/^ {2}failed {3}login +\d+ ms .*ECONNREFUSED 127\.0\.0\.1:3$/),
    ]);
    expect(stdout).toContain('trust policy of aws.roleArn\n{');
    expect(stdout + stderr).not.toContain('pa55word');
  });

  it('gives the statement to paste for a call that AWS does not allow', async () => {
    const file = path.join(folder, 'faults.json');
    const rule = {
      service: 'personalize',
      operation: 'CreateBatchInferenceJob',
      kind: 'access-denied',
      count: 'always',
    };
    writeFileSync(file, JSON.stringify({ rules: [rule] }));
    await serveLocal(['--faults', file]);
    const { code, stdout } = await doctor();

    expect(code).toBe(5);
    expect(stdout).toContain('personalize:CreateBatchInferenceJob on arn:aws:personalize:us-east-1:123456789012:');
    const statement = /\n {11}(\{\n[\s\S]*?\n {11}\})/.exec(stdout)?.[1] ?? '';
    expect(JSON.parse(statement)).toMatchObject({
      Effect: 'Allow',
      Action: 'personalize:CreateBatchInferenceJob',
      Resource: expect.arrayContaining(['arn:aws:personalize:us-east-1:123456789012:batch-inference-job/nj-*']),
    });
  });

  it('refuses settings that are wrong with 3, as every verb', async () => {
    const { code, stderr } = await doctor([], { NIGHTJAR_MAIL__CONNECTIONS: 'many' });

    expect(code).toBe(3);
    expect(stderr).toContain('error[E_CONFIG_FIELD]');
  });
});

describe('a database of another machine', () => {
  let postgres: TestPostgres;
  beforeAll(async () => {
    postgres = await startTestPostgres();
  });
  afterAll(() => postgres.stop());

  it('is left without tables, and a secret that is missing is a matter of the settings', async () => {
    const { host, port, user, database } = await postgres.createDatabase();
    const url = `postgres://${user}@/${database}?host=${encodeURIComponent(host)}&port=${port}`;
    const { code, stdout } = await doctor(['--json'], { DATABASE_URL: url });
    const { findings } = readAnswer(stdout);

    expect(findings).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ engine: 'database', check: 'migrations', status: 'ok' }),
        expect.objectContaining({ engine: 'storage', check: 'open', status: 'skipped' }),
        expect.objectContaining({ engine: 'machine', check: 'secret', status: 'failed' }),
      ]),
    );
    expect(code).toBe(3);
  });
});

describe('nightjar doctor --policy', () => {
  it('prints one policy, ready for the AWS CLI, and opens nothing', async () => {
    const own = await doctor(['--policy']);
    const trust = await doctor(['--policy', 'trust']);
    const training = await doctor(['--policy', '--training']);

    const actions = (stdout: string) => JSON.parse(stdout).Statement.flatMap((one: { Action: unknown }) => one.Action);
    expect(actions(own.stdout)).toContain('personalize:CreateBatchSegmentJob');
    expect(actions(own.stdout)).not.toContain('personalize:CreateSolution');
    expect(actions(training.stdout)).toContain('personalize:CreateSolution');
    expect(JSON.parse(trust.stdout).Statement[0].Principal).toEqual({ Service: 'personalize.amazonaws.com' });
  });

  it('that the settings have no use for, or that does not exist, is wrong usage', async () => {
    expect(await doctor(['--policy', 'key'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('there is no policy "key": aws.kmsKeyArn is null'),
    });
    expect(await doctor(['--policy', 'all'])).toMatchObject({ code: 2 });
  });
});

describe('nightjar local --faults', () => {
  it('serves with the rules of a file, and shows them to the holder of the key', async () => {
    const file = path.join(folder, 'slow.json');
    writeFileSync(file, '{"rules": [{"service": "s3", "operation": "*", "kind": "slow", "ms": 5}]}');
    const { endpoint, secret } = await serveLocal(['--faults', file]);
    const answer = await fetch(`${endpoint}/_nightjar/faults`, { headers: { authorization: `Bearer ${secret}` } });

    expect(await answer.json()).toMatchObject({ rules: [{ kind: 'slow', ms: 5, fired: 0 }] });
  });

  it('refuses a file that is absent, and one whose rules are wrong', async () => {
    const file = path.join(folder, 'wrong.json');
    writeFileSync(file, '{"rules": [{"service": "s3", "operation": "PutObjects", "kind": "error"}]}');
    const run = (name: string) => runNightjar(['local', '--faults', name, '--state', state], { cwd: folder });

    expect(await run('none.json')).toMatchObject({ code: 2, stderr: expect.stringContaining('"none.json"') });
    expect(await run(file)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('knows no operation PutObjects'),
    });
  });
});
