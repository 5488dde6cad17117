/** The command line by itself: help, usage errors, job verbs. No engine is opened. */
import { cpSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { makeTestFolder, ROOT, runNightjar } from '../support/nightjar';

const VERBS = ['demo', 'run', 'plan', 'jobs', 'runs', 'import', 'inspect', 'worker', 'local'];
const folder = makeTestFolder('nightjar-commands');

/** Makes a project of the example jobs and templates, with one job file replaced. */
function makeProject(name: string, job?: { readonly file: string; readonly text: string }): string {
  const project = path.join(folder, name);
  mkdirSync(project);
  for (const part of ['jobs', 'templates'])
    cpSync(path.join(ROOT, part), path.join(project, part), { recursive: true });
  if (job !== undefined) writeFileSync(path.join(project, 'jobs', job.file), job.text);
  return project;
}

describe('help', () => {
  it.each(VERBS)('of %s has examples, fits 80 columns, and goes to stdout', async (verb) => {
    const end = await runNightjar([verb, '--help']);
    expect(end.code).toBe(0);
    expect(end.stdout).toContain('Examples:');
    expect(end.stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  it('is what no arguments get, with exit 2', async () => {
    const end = await runNightjar([]);
    expect(end.code).toBe(2);
    expect(end.stdout + end.stderr).toContain('Commands:');
  });
});

describe('wrong usage', () => {
  it('names the nearest verb and exits 2', async () => {
    const end = await runNightjar(['rnu']);
    expect(end).toMatchObject({
      code: 2,
      stdout: '',
      stderr: 'error[E_USAGE]\n  unknown command "rnu"; did you mean run\n  fix: nightjar --help\n',
    });
  });

  it('names the nearest job and exits 2', async () => {
    const end = await runNightjar(['run', 'nightly-pick']);
    expect(end.code).toBe(2);
    expect(end.stderr).toContain('error[E_JOB_UNKNOWN]');
    expect(end.stderr).toContain('there is no job "nightly-pick"; did you mean "nightly-picks"');
  });

  it('says how a slot is written', async () => {
    const end = await runNightjar(['run', 'nightly-picks', '--date', '2026-13-01']);
    expect(end).toMatchObject({
      code: 2,
      stderr:
        'error[E_USAGE]\n  the slot is "2026-13-01"; expected a date, or a date and a time\n  fix: write it as 2026-03-01 or 2026-03-01T0630\n',
    });
  });

  it('comes as one JSON document with --json', async () => {
    const end = await runNightjar(['inspect', 'no-such-file.out', '--json']);
    expect(end.code).toBe(5);
    expect(JSON.parse(end.stdout)).toMatchObject({ version: 1, error: { code: 'E_OBJECT_MISSING' } });
  });
});

describe('jobs', () => {
  it('are listed and right as they come', async () => {
    const project = makeProject('right');
    const names = readdirSync(path.join(ROOT, 'jobs'))
      .map((file) => path.basename(file, '.yaml'))
      .sort();
    expect((await runNightjar(['jobs', 'check'], { cwd: project })).stdout).toBe(
      names.map((name) => `${name}: right\n`).join(''),
    );
    const list = await runNightjar(['jobs', 'list', '--json'], { cwd: project });
    const { version, jobs }: { version: number; jobs: { name: string; kind: string }[] } = JSON.parse(list.stdout);
    expect([version, jobs.map(({ name }) => name)]).toEqual([1, names]);
    const audiences = jobs.filter(({ kind }) => kind === 'audience').map(({ name }) => name);
    expect(audiences).toEqual(['category-fans', 'item-fans']);
  });

  it('are refused with every problem at once, each with line and column', async () => {
    const text =
      'kind: email\nabout: x\nrecommend: { solution: pick, results: 25 }\nrecipients: { from: contacts, were: { consent: true } }\ncontent: { template: picks, show: { items: 99 } }\nsend: { rate: fast }\n';
    const end = await runNightjar(['jobs', 'check', 'wrong'], {
      cwd: makeProject('wrong', { file: 'wrong.yaml', text }),
    });
    expect(end.code).toBe(3);
    expect(end.stdout).toBe('');
    expect(end.stderr.match(/^error\[E_JOB_FIELD\] jobs\/wrong\.yaml:\d+:\d+/gm)?.length).toBeGreaterThanOrEqual(4);
    for (const part of ['"pick"', 'were', '"fast"']) expect(end.stderr).toContain(part);
  });

  it('are refused where their template names an unknown field, with the nearest one', async () => {
    const project = makeProject('field');
    writeFileSync(path.join(project, 'templates', 'picks', 'subject.hbs'), '{{contact.fristName}}');
    const end = await runNightjar(['jobs', 'check', 'nightly-picks'], { cwd: project });
    expect(end.code).toBe(3);
    expect(end.stderr).toContain('error[E_TEMPLATE_FIELD]');
    expect(end.stderr).toContain('firstName');
  });

  it('have a JSON Schema', async () => {
    const end = await runNightjar(['jobs', 'schema']);
    expect(JSON.stringify(JSON.parse(end.stdout))).toContain('recommend');
  });
});

describe('inspect', () => {
  const records = [
    {
      line: '{"input":{"userId":"a"},"output":{"recommendedItems":["i1","i2"],"scores":[0.4061,7.17E-5]},"error":null}',
      record: '{"input":{"userId":"a"},"items":["i1","i2"],"scores":[0.4061,7.17E-5],"error":null}',
    },
    {
      line: '{"input": {"itemId": "x"}, "output": {"usersList": ["1","2"]}, "error": null}',
      record: '{"input":{"itemId": "x"},"users":["1","2"],"error":null}',
    },
    {
      line: '{"itemAttributes": "ITEMS.A = \\"b\\"", "output": {"recommendedUsers": ["9"]}}',
      record: '{"input":{"itemAttributes":"ITEMS.A = \\"b\\""},"users":["9"]}',
    },
  ];

  it('prints records with ids and scores as they are, findings on stderr, exit 4', async () => {
    const file = path.join(folder, 'input.json.out');
    writeFileSync(file, `${records.map(({ line }) => line).join('\n')}\n{"input":{"userId":"broken"\n`);
    const end = await runNightjar(['inspect', file, '--records']);
    expect(end.code).toBe(4);
    expect(
      end.stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual(records.map(({ record }) => JSON.parse(record)));
    expect(end.stdout).toContain('7.17E-5');
    expect(end.stderr).toContain(`${file}:4 (byte `);
  });

  it('summarises', async () => {
    const end = await runNightjar(['inspect', path.join(folder, 'input.json.out'), '--json']);
    expect(JSON.parse(end.stdout)).toMatchObject({ version: 1, lines: 3, brokenLines: 1 });
  });
});
