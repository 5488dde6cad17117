/** Several processes on one state folder, how they stop, and the local AWS for any SDK. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { ListRecipesCommand, PersonalizeClient } from '@aws-sdk/client-personalize';
import { ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import { PEOPLE } from '../run/support/small-shop';
import { openShop } from '../run/support/world';
import { messageIdOf } from '../support/night-invariants';
import { listFiles, makeTestFolder, type Running, runNightjar, startNightjar } from '../support/nightjar';
import { readAnswer, writeProject } from './support/project';

const folder = makeTestFolder('nightjar-processes');
const state = path.join(folder, 'state');
const DATE = ['--date', '2026-03-02'];
const started: Running[] = [];
let project: string;

beforeAll(async () => {
  const job =
    'about: A few picks\nkind: email\nrecommend: { solution: picks, results: 8 }\nrecipients: { where: { group: main, consent: true } }\ncontent: { template: picks, show: { items: 3 } }\nsend: { rate: 25/s }\n';
  project = writeProject(path.join(folder, 'project'), {
    'jobs/slow.yaml': job,
    'jobs/second.yaml': job,
    'jobs/stopped.yaml': job,
  });
  await (await openShop(state)).close();
}, 60_000);
afterEach(async () => {
  for (const running of started.splice(0)) {
    running.child.kill('SIGKILL');
    await running.ended;
  }
});

function start(args: readonly string[]): Running {
  const running = startNightjar([...args, '--state', state], { cwd: project });
  started.push(running);
  return running;
}

const nightjar = (args: readonly string[]) => runNightjar([...args, '--state', state], { cwd: project });

/** Waits until a process has printed something, or fails after 30 s. */
async function waitFor(running: Running, stream: 'stdout' | 'stderr', pattern: RegExp): Promise<string> {
  let text = '';
  running.child[stream]?.on('data', (part: string) => {
    text += part;
  });
  for (let look = 0; look < 600; look++) {
    if (pattern.test(text)) return text;
    await wait(50);
  }
  throw new Error(`not printed: ${pattern}; but ${text}`);
}

/** Asks for the state of a run until it is as wanted, or fails after 30 tries. */
async function waitForState(run: string, wanted: string): Promise<void> {
  let seen: unknown;
  for (let look = 0; look < 30; look++) {
    seen = readAnswer((await nightjar(['runs', 'show', run, '--json'])).stdout).state;
    if (seen === wanted) return;
  }
  throw new Error(`${run} is ${String(seen)}, not ${wanted}`);
}

describe('processes that share a state folder', () => {
  it('a worker does what another process has queued, beside others that look; SIGTERM ends it within seconds with 143', async () => {
    const worker = start(['worker']);
    await waitFor(worker, 'stderr', /worker ready/);

    const queued = await nightjar(['run', 'slow', ...DATE, '--detach']);
    expect(queued).toMatchObject({ code: 0, stdout: 'slow.2026-03-02\n' });
    await waitForState('slow.2026-03-02', 'finished');

    const asked = Date.now();
    worker.child.kill('SIGTERM');
    const ended = await worker.ended;
    expect({ code: ended.code, stdout: ended.stdout }).toEqual({ code: 143, stdout: '' });
    expect(Date.now() - asked).toBeLessThan(10_000);
    expect(ended.stderr).toContain('stopping: finishing what is in hand');
  }, 90_000);

  it('two that run the same slot at once send each mail once, and both report it', async () => {
    const before = listFiles(path.join(state, 'inbox'), '.eml').length;

    const both = await Promise.all([1, 2].map(() => nightjar(['run', 'second', ...DATE, '--json'])));

    const answers = both.map((ended) => readAnswer(ended.stdout));
    const ids = listFiles(path.join(state, 'inbox'), '.eml').map((file) => messageIdOf(readFileSync(file, 'latin1')));
    expect(both.map((ended) => ended.code)).toEqual([0, 0]);
    expect(answers[0]).toEqual(answers[1]);
    expect(ids.length - before).toBe(PEOPLE);
    expect(new Set(ids).size).toBe(ids.length);
  }, 90_000);

  it('a run that is stopped by SIGTERM ends with 143, keeps what was done, and the same command goes on', async () => {
    const before = listFiles(path.join(state, 'inbox'), '.eml').length;
    const running = start(['run', 'stopped', ...DATE]);
    for (let look = 0; look < 600 && listFiles(path.join(state, 'inbox'), '.eml').length < before + 5; look++)
      await wait(25);
    running.child.kill('SIGTERM');
    const stopped = await running.ended;
    const sent = listFiles(path.join(state, 'inbox'), '.eml').length - before;

    const again = await nightjar(['run', 'stopped', ...DATE, '--json']);

    expect({ first: stopped.code, second: again.code }).toEqual({ first: 143, second: 0 });
    expect(sent).toBeGreaterThanOrEqual(5);
    expect(sent).toBeLessThan(PEOPLE);
    expect(readAnswer(again.stdout)).toMatchObject({ deliveries: { accepted: PEOPLE, unknown: 0 } });
    expect(listFiles(path.join(state, 'inbox'), '.eml')).toHaveLength(before + PEOPLE);
  }, 90_000);
});

describe('nightjar local', () => {
  it('on a free port and without keys answers any SDK client, and ends with SIGTERM', async () => {
    const local = startNightjar(
      ['local', '--port', '0', '--no-auth', '--json', '--state', path.join(folder, 'local')],
      { cwd: project },
    );
    started.push(local);
    const { endpoint } = readAnswer(await waitFor(local, 'stdout', /\n\}\n$/));
    const settings = {
      endpoint: String(endpoint),
      region: 'us-east-1',
      credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
    };
    const personalize = new PersonalizeClient(settings);
    const s3 = new S3Client({ ...settings, forcePathStyle: true });

    const recipes = await personalize.send(new ListRecipesCommand({}));
    const buckets = await s3.send(new ListBucketsCommand({}));
    personalize.destroy();
    s3.destroy();
    local.child.kill('SIGTERM');

    expect(recipes.recipes?.map((recipe) => recipe.name)).toContain('aws-user-personalization');
    expect(buckets.Buckets).toEqual([]);
    expect((await local.ended).code).toBe(143);
  });

  it('with keys refuses who has others', async () => {
    const local = startNightjar(['local', '--port', '0', '--json', '--state', path.join(folder, 'local')], {
      cwd: project,
    });
    started.push(local);
    const answer = readAnswer(await waitFor(local, 'stdout', /\n\}\n$/));
    const ask = async (secretAccessKey: string) => {
      const client = new PersonalizeClient({
        endpoint: String(answer.endpoint),
        region: 'us-east-1',
        credentials: { accessKeyId: String(answer.accessKeyId), secretAccessKey },
      });
      return client.send(new ListRecipesCommand({})).finally(() => client.destroy());
    };

    await expect(ask('wrong')).rejects.toMatchObject({ name: 'InvalidSignatureException' });
    expect((await ask(String(answer.secretAccessKey))).recipes?.length).toBeGreaterThan(3);
  });

  it('on a port that is taken is E_ENGINE_PORT with exit 5', async () => {
    const local = startNightjar(['local', '--port', '0', '--json', '--state', path.join(folder, 'local')], {
      cwd: project,
    });
    started.push(local);
    const { endpoint } = readAnswer(await waitFor(local, 'stdout', /\n\}\n$/));
    const port = new URL(String(endpoint)).port;

    const second = await runNightjar(['local', '--port', port, '--state', path.join(folder, 'other')], {
      cwd: project,
    });

    expect({ code: second.code, stdout: second.stdout }).toEqual({ code: 5, stdout: '' });
    expect(second.stderr).toBe(
      `error[E_ENGINE_PORT]\n  port ${port} of 127.0.0.1 can't be listened on: EADDRINUSE\n  fix: choose another port, or 0 for a free one\n`,
    );
  });
});
