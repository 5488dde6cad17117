/** Installs the tarball of `npm pack` in an empty folder, as a team does, and uses it there. */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { ownShop } from '../cli/support/own-shop';
import { makeTestFolder, ROOT } from '../support/nightjar';

const run = promisify(execFile);

describe('the package', () => {
  const folder = makeTestFolder('nightjar-package');
  let files: readonly string[];
  let project: string;

  beforeAll(async () => {
    const packed = await run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], {
      cwd: ROOT,
    });
    const [report]: { filename: string; files: { path: string }[] }[] = JSON.parse(packed.stdout);
    files = (report?.files ?? []).map((file) => file.path);
    project = mkdtempSync(path.join(folder, 'project-'));
    writeFileSync(path.join(project, 'package.json'), '{"private": true}\n');
    const tarball = path.join(folder, report?.filename ?? '');
    await run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', tarball], { cwd: project });
  }, 300_000);

  const nightjar = async (...args: string[]) => {
    const { stdout } = await run(path.join(project, 'node_modules', '.bin', 'nightjar'), args, { cwd: project });
    return stdout;
  };

  it('holds what runs, and neither tests nor sources', () => {
    const folders = new Set(files.map((file) => (file.includes('/') ? file.split('/')[0] : file)));
    expect([...folders].sort()).toEqual([
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'bin',
      'config',
      'deploy',
      'dist',
      'docs',
      'jobs',
      'package.json',
      'templates',
    ]);
    expect(files.filter((file) => file.endsWith('.map') || file.endsWith('.ts'))).toEqual([]);
  });

  it('answers in an empty folder, with the examples it brings', async () => {
    expect(await nightjar('--help')).toContain('nightjar run nightly-picks');
    expect(await nightjar('jobs', 'check')).toMatch(/nightly-picks/);
    expect(readdirSync(project).sort()).toEqual(['node_modules', 'package-lock.json', 'package.json']);
  });

  it('runs a whole night there', async () => {
    await nightjar('demo', '--quiet');
    const list: { runs: { state: string }[] } = JSON.parse(await nightjar('runs', 'list', '--json'));
    expect(list.runs.map((one) => one.state)).toEqual(['finished', 'finished', 'finished']);
    expect(readdirSync(path.join(project, '.nightjar', 'inbox')).length).toBeGreaterThan(1000);
  }, 180_000);

  it('goes from own files to a mail to a customer, in an empty folder and without an editor', async () => {
    const { customers, products, orders } = ownShop();
    writeFileSync(path.join(project, 'customers.csv'), customers);
    writeFileSync(path.join(project, 'products.jsonl'), products);
    writeFileSync(path.join(project, 'orders.csv'), orders);
    const files = ['--contacts', 'customers.csv', '--items', 'products.jsonl', '--interactions', 'orders.csv'];
    const made = await nightjar('init', 'shop', ...files, '--yes');
    expect(made).toContain(
      'trained       picks, popular, item-fans, attribute-fans, similar, ranking on 1200 interactions of 60 users',
    );
    expect(readFileSync(path.join(project, 'shop', '.nightjar', 'preview.html'), 'utf8')).toContain('own.example/p/');
    expect(await nightjar('plan', 'nightly-picks', '--project', 'shop')).toContain('48');
  }, 120_000);

  it("takes the project's own jobs where there are some", async () => {
    mkdirSync(path.join(project, 'jobs'));
    writeFileSync(path.join(project, 'jobs', 'mine.yaml'), 'about: Mine\nkind: email\n');
    await expect(nightjar('jobs', 'check')).rejects.toMatchObject({ code: 3 });
  });
});
