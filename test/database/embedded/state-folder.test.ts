import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readBootId } from '../../../src/database/embedded/boot-id';
import { keepApiToken, openStateFolder } from '../../../src/database/embedded/state-folder';
import { makeTestFolder } from '../../support/database';
import { runScript } from './child-process';

describe('the state folder', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await makeTestFolder();
  });

  afterEach(async () => {
    await rm(folder, { recursive: true, force: true, maxRetries: 10 });
  });

  it('is made with its parts, which others cannot look into', async () => {
    const state = await openStateFolder(join(folder, 'deep/state'));

    const parts = readdirSync(state.root).sort();
    const modes = parts.map((part) => (statSync(join(state.root, part)).mode & 0o777).toString(8));

    expect(state.root).toBe(join(folder, 'deep/state'));
    expect(parts).toEqual(['inbox', 'journal', 'personalize', 's3', 'secret', 'tmp', 'unsubscribed']);
    expect(modes).toEqual(['700', '700', '700', '700', '600', '700', '700']);
    expect(statSync(state.root).mode & 0o066).toBe(0);
  });

  it('keeps its secret from one opening to the next', async () => {
    const first = await openStateFolder(folder);
    const second = await openStateFolder(folder);

    expect(first.secret).toMatch(/^[0-9a-f]{64}$/);
    expect(second).toEqual(first);
  });

  it('makes a token for the API when one is asked for, once, and none that others can read', async () => {
    const state = await openStateFolder(folder);
    const first = keepApiToken(state);
    expect(first).toEqual({ path: join(folder, 'api-token'), token: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(first.token).not.toBe(state.secret);
    expect((statSync(first.path).mode & 0o777).toString(8)).toBe('600');
    expect(keepApiToken(state)).toEqual(first);
    writeFileSync(first.path, 'guess');
    expect(() => keepApiToken(state)).toThrow(/api-token" is damaged/);
  });

  it('gives each folder another secret', async () => {
    const one = await openStateFolder(join(folder, 'one'));
    const other = await openStateFolder(join(folder, 'other'));

    expect(one.secret).not.toBe(other.secret);
  });

  it('gives processes that make it at the same time the same secret', async () => {
    const programs = Array.from({ length: 6 }, () => runScript('state-opener.ts', [join(folder, 'state')]));

    const lines = await Promise.all(programs.map((program) => program.waitFor('secret')));
    await Promise.all(programs.map((program) => program.finish()));

    expect(new Set(lines.map((line) => line.secret)).size).toBe(1);
    expect(readdirSync(join(folder, 'state/tmp'))).toEqual([]);
  });
});

describe('the boot id', () => {
  it('is the same each time it is read within one boot', async () => {
    const first = await readBootId(Date.now);
    const second = await readBootId(Date.now);

    expect(first).toMatch(/^\S{8,}$/);
    expect(second).toBe(first);
  });
});
