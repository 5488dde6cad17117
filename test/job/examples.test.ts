import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadSettings } from '../../src/config/load';
import { jobSchema } from '../../src/job/editor-schema';
import { parseJob } from '../../src/job/parse';

const ROOT = join(__dirname, '../..');
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const defaultText = read('config/default.yaml');
const { settings } = loadSettings({ defaultText, files: [], env: {}, overrides: [] });

describe('the example jobs', () => {
  it.each(readdirSync(join(ROOT, 'jobs')))('include %s, which fits the default settings', (file) => {
    const job = parseJob({
      file: `jobs/${file}`,
      text: read(`jobs/${file}`),
      solutions: Object.keys(settings.solutions),
    });
    expect(`${job.name}.yaml`).toBe(file);
  });
});

describe('the table of jobs in docs/templates.md', () => {
  const page = read('docs/templates.md');

  it('has every example that sends e-mails, and the template of each', () => {
    const rows = [...page.matchAll(/^\| \[`([\w-]+)`\]\(\.\.\/jobs\/\1\.yaml\) \| `([\w-]+)` \|/gm)];
    const written = Object.fromEntries(rows.map(([, job = '', template = '']) => [job, template]));
    const jobs = readdirSync(join(ROOT, 'jobs')).map((file) =>
      parseJob({ file: `jobs/${file}`, text: read(`jobs/${file}`) }),
    );
    expect(written).toEqual(
      Object.fromEntries(jobs.flatMap((job) => (job.kind === 'email' ? [[job.name, job.content.template]] : []))),
    );
    const templates = readdirSync(join(ROOT, 'templates')).filter((name) => !['layouts', 'partials'].includes(name));
    expect(new Set(Object.values(written))).toEqual(new Set(templates));
  });
});

describe('the example of production settings', () => {
  it('fits over the defaults', () => {
    const files = [{ path: 'config/production.example.yaml', text: read('config/production.example.yaml') }];
    const { settings } = loadSettings({ defaultText, files, env: {}, overrides: [] });
    expect(settings.aws).toMatchObject({ endpoint: null, region: 'eu-central-1' });
  });
});

describe('jobSchema', () => {
  it('is a JSON Schema of both kinds, without words of our own', () => {
    const text = JSON.stringify(jobSchema());
    expect(JSON.parse(text)).toMatchObject({
      oneOf: [
        { required: ['about', 'kind', 'recommend', 'content'], additionalProperties: false },
        { required: ['about', 'kind', 'segment'], additionalProperties: false },
      ],
    });
    expect(text).not.toContain('"expected"');
  });

  it('is explained key by key in docs/job-file.md', () => {
    const docs = read('docs/job-file.md');
    const missing = listKeys(jobSchema()).filter((key) => !docs.includes(`\`${key}\``));
    expect(missing).toEqual([]);
  });
});

/** Lists the dotted names of all keys of a JSON Schema that are not maps of further keys. */
function listKeys(node: unknown, path: readonly string[] = []): readonly string[] {
  if (typeof node !== 'object' || node === null) return [];
  if ('oneOf' in node && Array.isArray(node.oneOf)) return node.oneOf.flatMap((one) => listKeys(one, path));
  if (!('properties' in node) || typeof node.properties !== 'object' || node.properties === null)
    return [path.join('.')];
  return Object.entries(node.properties).flatMap(([key, child]) => listKeys(child, [...path, key]));
}
