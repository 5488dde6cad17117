/** Help, wrong usage, and what stands on which stream; nothing here opens an engine. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Command } from 'commander';
import { buildProgram } from '../../src/cli/main';
import { runNightjar } from '../support/nightjar';
import { readAnswer } from './support/project';

const folder = mkdtempSync(path.join(tmpdir(), 'nightjar-usage-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** The help of every verb and of every verb below it, as commander prints it. */
async function readHelps(): Promise<ReadonlyMap<string, string>> {
  const helps = new Map<string, string>();
  const visit = (command: Command, name: string): void => {
    let text = '';
    command.configureOutput({ writeOut: (part) => (text += part), getOutHelpWidth: () => 80 });
    command.outputHelp();
    helps.set(name, text);
    for (const child of command.commands) visit(child, `${name} ${child.name()}`);
  };
  visit(
    await buildProgram({ env: {}, cwd: folder, signal: new AbortController().signal, exitWith: () => undefined }),
    'nightjar',
  );
  return helps;
}

describe('help', () => {
  let helps: ReadonlyMap<string, string>;

  beforeAll(async () => {
    helps = await readHelps();
  });

  it('is there for every verb', () => {
    expect([...helps.keys()]).toEqual(
      expect.arrayContaining(
        [
          'demo',
          'run',
          'plan',
          'inspect',
          'jobs list',
          'jobs check',
          'jobs schema',
          'runs list',
          'runs show',
          'import',
          'worker',
          'local',
          'doctor',
          'runs cancel',
          'runs retry',
          'runs resolve',
          'runs export',
          'preview',
          'suppress add',
          'audience list',
          'audience show',
          'audience diff',
          'audience overlap',
          'audience export',
          'audience formats',
          'audience normalise',
        ].map((verb) => `nightjar ${verb}`),
      ),
    );
  });

  it('of every verb begins with examples of it and fits 80 columns', () => {
    for (const [name, text] of helps) {
      const examples = /^Examples:\n((?: {2}.+\n)+)/.exec(text)?.[1] ?? '';
      expect(examples).toContain(name);
      expect({ name, wide: text.split('\n').filter((line) => line.length > 80) }).toEqual({ name, wide: [] });
    }
  });

  it('that is asked for goes to stdout with exit 0', async () => {
    const { code, stdout, stderr } = await runNightjar(['run', '--help'], { cwd: folder });

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^Examples:\n {2}nightjar run nightly-picks\n/);
  });

  it('is what the command line shows without a verb, on stderr, with exit 2', async () => {
    const { code, stdout, stderr } = await runNightjar([], { cwd: folder });

    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^Examples:\n/);
    expect(stderr.split('\n').length).toBeLessThan(60);
  });
});

describe('wrong usage', () => {
  it.each([
    [['rum', 'nightly-picks'], 'unknown command "rum"; did you mean run'],
    [['run'], 'missing required argument "job"'],
    [['run', 'nightly-picks', '--dat', '2026-03-01'], 'unknown option "--dat"; did you mean --date'],
    [['runs', 'list', '--limit', 'many'], '--limit is not a number; expected 1 or more'],
    [['local', '--port', 'http'], '"http" is not a number, 0 or more'],
    [
      ['local', '--profile', 'slow'],
      'option "--profile <profile>" argument "slow" is invalid. Allowed choices are instant, demo, real.',
    ],
    [
      ['local', '--quota', 'schemas=many'],
      '"schemas=many" is not a quota; expected a name and a number, of schemas, dataset-groups, solutions, filters, imports-in-flight, trainings-in-flight, inference-jobs-in-flight, segment-jobs-in-flight',
    ],
    [['import'], 'no file to import is named'],
  ])('%j is E_USAGE with exit 2, in text on stderr and as one JSON document on stdout', async (args, message) => {
    const { code, stdout, stderr } = await runNightjar([...args, '--json'], { cwd: folder });

    expect(code).toBe(2);
    expect(stderr).toContain(`error[E_USAGE]\n  ${message}\n  fix: nightjar `);
    expect(readAnswer(stdout)).toMatchObject({ error: { code: 'E_USAGE', message } });
  });
});

it('prints its version', async () => {
  expect(await runNightjar(['--version'], { cwd: folder })).toEqual({
    code: 0,
    signal: null,
    stdout: '0.1.0\n',
    stderr: '',
  });
});

it('prints the JSON Schema of job files, for editors', async () => {
  const { code, stdout } = await runNightjar(['jobs', 'schema'], { cwd: folder });

  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ $schema: expect.stringContaining('json-schema.org') });
});

it('finds the example jobs where the folder has none of its own, and finds them right', async () => {
  const { code, stdout } = await runNightjar(['jobs', 'check', '--json'], { cwd: folder });

  expect(code).toBe(0);
  expect(readAnswer(stdout)).toEqual({
    version: 1,
    jobs: [
      'back-in-stock',
      'because-you-bought',
      'category-fans',
      'editorial',
      'hand-picked',
      'item-fans',
      'nightly-picks',
      'win-back',
    ],
    right: true,
  });
});
