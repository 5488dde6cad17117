/** Real users and products through `init`, as their owners wrote them: nested JSON in gzip, names of other systems. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { parse } from 'yaml';
import { z } from 'zod';
import { readAnswer } from '../cli/support/project';
import { makeTestFolder, runNightjar } from '../support/nightjar';

const data = process.env.NIGHTJAR_TEST_DATA;
if (data === undefined)
  process.stderr.write(
    '\nNIGHTJAR_TEST_DATA is not set: the real-data suite is SKIPPED. Point it at a folder with retail-demo-store/.\n',
  );
const suite = data === undefined ? describe.skip : describe;

const usersSchema = z.array(z.object({ id: z.string(), persona: z.string() }));
const productsSchema = z.array(z.looseObject({ id: z.string(), category: z.string() }));

suite('the retail demo store', () => {
  const folder = makeTestFolder('nightjar-retail');
  const users = path.join(data ?? '', 'retail-demo-store', 'users.json.gz');

  it('goes from its files to a mail to a customer', async () => {
    const people = usersSchema.parse(JSON.parse(gunzipSync(readFileSync(users)).toString('utf8')));
    const text = readFileSync(path.join(data ?? '', 'retail-demo-store', 'products.yaml'), 'utf8');
    const products = productsSchema.parse(parse(text));
    writeFileSync(
      path.join(folder, 'products.jsonl'),
      products.map((product) => `${JSON.stringify(product)}\n`).join(''),
    );
    writeFileSync(path.join(folder, 'visits.csv'), visitsOf(people.slice(0, 1500), products));
    const files = ['--contacts', users, '--items', 'products.jsonl', '--interactions', 'visits.csv'];
    const made = await runNightjar(['init', 'store', ...files, '--yes', '--json'], { cwd: folder });
    expect(made.code === 0 ? '' : made.stderr).toBe('');
    const answer = readAnswer(made.stdout);
    expect(answer).toMatchObject({
      imported: { contacts: { changed: people.length }, items: { changed: products.length } },
      checked: { overlap: { users: { ids: 1500, shared: 1500 }, items: { strangers: [] } } },
      trained: { solutions: ['picks', 'popular', 'item-fans', 'attribute-fans', 'similar', 'ranking'] },
      // The users say nothing of consent: a mail is shown, and no run would send it.
      preview: { isPersonal: true, isRecipient: false },
    });
    const run = await runNightjar(['run', 'nightly-picks', '--project', 'store', '--json'], { cwd: folder });
    expect(run.code).toBe(3);
    expect(run.stderr).toContain('no_consent');
  }, 180_000);
});

type Users = z.infer<typeof usersSchema>;
type Products = z.infer<typeof productsSchema>;

/** The store has no log of visits: each user sees eight products of the categories that the persona names. */
function visitsOf(users: Users, products: Products): string {
  const byCategory = new Map<string, string[]>();
  for (const { id, category } of products) byCategory.set(category, [...(byCategory.get(category) ?? []), id]);
  const rows = users.flatMap(({ id, persona }, user) => {
    const liked = persona.split('_').flatMap((category) => byCategory.get(category) ?? []);
    return Array.from({ length: 8 }, (_, n) => {
      const product = liked[(user * 31 + n * 17) % Math.max(1, liked.length)] ?? products[n]?.id;
      return `${id},${product},${1_767_225_600 + user * 600 + n * 60}`;
    });
  });
  return `user,product,time\n${rows.join('\n')}\n`;
}
