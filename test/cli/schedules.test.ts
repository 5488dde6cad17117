/** Schedules on the command line: what is shown, what is checked, and pausing. */
import path from 'node:path';
import { makeTestFolder, runNightjar, startNightjar } from '../support/nightjar';
import { readAnswer, writeProject } from './support/project';

const folder = makeTestFolder('nightjar-cli-schedules');
const empty = makeTestFolder('nightjar-no-jobs');
const REST = 'about: Picks\nkind: email\nrecommend: { solution: picks }\ncontent: { template: picks }\n';
const project = (name: string, starts: Readonly<Record<string, string>>) =>
  writeProject(
    path.join(folder, name),
    Object.fromEntries(Object.entries(starts).map(([job, start]) => [`jobs/${job}.yaml`, `${REST}${start}\n`])),
  );

it('jobs list shows when jobs start next and what is paused; pause and resume change it', async () => {
  const cwd = project('list', {
    first: 'schedule: { cron: 30 2 * * *, timezone: Asia/Tokyo }',
    second: 'after: first',
  });
  const before = await runNightjar(['jobs', 'list'], { cwd });
  expect(before.stdout).toMatch(/first .*\(30 2 \* \* \*, Asia\/Tokyo; next \d{4}-\d\d-\d\d 02:30\)\n/);
  expect(before.stdout).toContain('(after first)');

  const paused = await runNightjar(['jobs', 'pause', 'first'], { cwd });
  expect(paused).toMatchObject({ code: 0, stdout: 'first is paused\n' });
  const rows = readAnswer((await runNightjar(['jobs', 'list', '--json'], { cwd })).stdout).jobs;
  expect(rows).toMatchObject([
    { name: 'first', pausedAt: expect.any(String), schedule: { missed: 'run-latest', grace: '6h' } },
    { name: 'second', after: 'first' },
  ]);
  expect(JSON.stringify(rows)).not.toContain('"next"');

  expect((await runNightjar(['jobs', 'resume', 'first'], { cwd })).stdout).toBe('first goes on\n');
  expect((await runNightjar(['jobs', 'resume', 'first'], { cwd })).stdout).toBe('first was not paused\n');
  expect(await runNightjar(['jobs', 'pause', 'frist'], { cwd })).toMatchObject({ code: 2 });
});

it('jobs check finds names that do not exist and circles, with their places', async () => {
  const cwd = project('check', {
    a: 'after: b',
    b: 'after: a',
    c: 'after: d1',
    d: 'schedule: { cron: 0 2 * * *, timezone: UTC }',
  });
  const all = await runNightjar(['jobs', 'check'], { cwd });
  expect(all.code).toBe(3);
  expect(all.stderr).toContain('error[E_JOB_FIELD] jobs/a.yaml:5:8\n  after is "b", and so a follows b follows a;');
  expect(all.stderr).toContain('error[E_JOB_FIELD] jobs/c.yaml:5:8\n  after is "d1", and there is no such job;');
  expect((await runNightjar(['jobs', 'check', 'd'], { cwd })).code).toBe(0);
  expect((await runNightjar(['jobs', 'check', 'b'], { cwd })).code).toBe(3);
});

it('a worker keeps the schedules of its project, and never those of the examples unasked', async () => {
  const cwd = project('worker', { wrong: 'schedule: { cron: 0 2 * * * }' });
  const watch = async (folderOfWorker: string, text: string) => {
    const worker = startNightjar(['worker'], { cwd: folderOfWorker });
    let seen = '';
    await new Promise<void>((resolve) => {
      worker.child.stderr?.on('data', (chunk: string) => {
        seen += chunk;
        if (seen.includes(text) && seen.includes('worker ready')) resolve();
      });
      void worker.ended.then(() => resolve());
    });
    worker.child.kill('SIGTERM');
    return (await worker.ended).stderr;
  };
  expect(await watch(cwd, 'the job wrong is wrong')).toContain('schedule.timezone is missing');
  expect(await watch(empty, 'no jobs/ here')).toContain('no jobs/ here: this worker starts no schedules');
});
