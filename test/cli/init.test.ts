/** A team's own data: from its files to a project, models and a mail to look at; and again, when the data change. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { listFiles, makeTestFolder, runNightjar } from '../support/nightjar';
import { ownShop } from './support/own-shop';
import { readAnswer } from './support/project';

describe('init', () => {
  const folder = makeTestFolder('nightjar-init');
  const nightjar = (...args: string[]) => runNightjar(args, { cwd: folder });
  const write = (name: string, content: string | Uint8Array) => writeFileSync(path.join(folder, name), content);
  const files = ['--contacts', 'customers.csv', '--items', 'products.jsonl.gz', '--interactions', 'orders.csv'];

  beforeAll(() => {
    const { customers, products, orders } = ownShop();
    write('customers.csv', customers);
    write('products.jsonl.gz', gzipSync(products));
    write('orders.csv', orders);
  });

  it('makes a project without data, and overwrites nothing', async () => {
    mkdirSync(path.join(folder, 'empty', 'config'), { recursive: true });
    write('empty/config/nightjar.yaml', 'instance: mine\n');
    const { code, stdout } = await nightjar('init', 'empty');
    expect(code).toBe(0);
    expect(stdout).toContain('jobs/nightly-picks.yaml');
    expect(stdout).toContain('left as they are: 1 file that');
    expect(readFileSync(path.join(folder, 'empty/config/nightjar.yaml'), 'utf8')).toBe('instance: mine\n');
    expect(readFileSync(path.join(folder, 'empty/data/items.csv'), 'utf8')).toMatch(/^item_id,title,.*\n$/);
    expect((await nightjar('jobs', 'check', '--project', 'empty')).stdout).toBe('nightly-picks: right\n');
    const again = readAnswer((await nightjar('init', 'empty', '--json')).stdout);
    expect(again.written).toEqual([]);
  });

  it('asks before it imports: without a terminal it shows the columns, saves them and stops', async () => {
    const { code, stderr } = await nightjar('init', 'asked', ...files);
    expect(code).toBe(2);
    expect(stderr).toMatch(/user_id ← Customer ID, .*consent ← Newsletter/);
    expect(stderr).toContain('dry run: nothing was changed');
    expect(stderr).toContain('--yes');
    expect(readFileSync(path.join(folder, 'asked/config/import.yaml'), 'utf8')).toContain('user_id: Customer ID');
    expect((await nightjar('train', '--project', 'asked')).stderr).toContain('there are 0 interactions');
  });

  it('goes from files to models and a mail to a customer, and the project runs', async () => {
    const made = await nightjar('init', 'shop', ...files, '--yes', '--json');
    expect(made.stderr).not.toContain('error');
    const answer = readAnswer(made.stdout);
    expect(answer).toMatchObject({
      imported: { contacts: { changed: 60 }, items: { changed: 40 }, interactions: { added: 1200 } },
      checked: { overlap: { users: { ids: 60, shared: 60 } } },
      trained: { group: 'shop', solutions: ['picks', 'popular', 'item-fans', 'attribute-fans', 'similar', 'ranking'] },
      preview: {
        isPersonal: true,
        isRecipient: true,
        file: 'shop/.nightjar/preview.html',
        filter: { name: 'not-bought' },
      },
    });
    const html = readFileSync(path.join(folder, 'shop/.nightjar/preview.html'), 'utf8');
    expect(html).toContain('https://own.example/p/');
    // The most active customers have an odd number, and all that they ever bought is tea.
    expect(html.match(/>(Tea|Cup) \d+</g)).toHaveLength(6);
    expect(html).not.toMatch(/>Cup \d+</);
    // The job's filter has kept out what this customer has bought.
    const { userId } = JSON.parse(made.stdout).preview;
    const bought = ownShop()
      .orders.split('\n')
      .flatMap((line) => (line.startsWith(`${userId},`) ? [line.split(',')[1]?.slice(1)] : []));
    expect(new Set(bought).size).toBe(1);
    for (const number of bought) expect(html).not.toContain(`>Tea ${number}<`);
    expect(existsSync(path.join(folder, '.nightjar'))).toBe(false);
    expect((await nightjar('jobs', 'check', '--project', 'shop')).code).toBe(0);
    const run = await nightjar('run', 'category-fans', '--project', 'shop', '--date', '2026-02-01', '--json');
    expect(run.code).toBe(0);
    expect(readAnswer(run.stdout).audiences).toHaveLength(2);
  }, 120_000);

  it('trains again when the data have changed, and only then', async () => {
    const version = async () => {
      const trained = await nightjar('train', '--project', 'shop');
      expect(trained.stderr).not.toContain('error');
      const plan = await nightjar('plan', 'nightly-picks', '--project', 'shop', '--date', '2026-02-01', '--json');
      return String(JSON.parse(plan.stdout).batchJob.solutionVersion);
    };
    const first = await version();
    expect(await version()).toBe(first);
    write('new.csv', 'Customer ID,Product,Order Date,Colour\n7,p1,2026-02-03,red\n');
    const imported = await nightjar('import', '--interactions', 'new.csv', '--project', 'shop', '--json');
    expect(readAnswer(imported.stdout)).toMatchObject({ interactions: { added: 1 } });
    expect(await version()).not.toBe(first);
  }, 120_000);

  it('keeps a column of a dataset that the data no longer have, says so, and takes new ones', async () => {
    const rows = Array.from({ length: 60 }, (_, n) => `${n + 1},c${n + 1}@own.example,yes,${n % 2 ? 'old' : 'new'}`);
    write('changed.csv', `Customer ID,E-Mail,Newsletter,club\n${rows.join('\n')}\n`);
    expect((await nightjar('import', '--contacts', 'changed.csv', '--project', 'shop')).code).toBe(0);
    const trained = await nightjar('train', '--project', 'shop');
    expect(trained.stderr).not.toContain('error');
    expect(trained.stdout).toContain(
      'kept          Users.LIKES: the data no longer have it, and a column of a dataset cannot be removed',
    );
    const columns = listFiles(path.join(folder, 'shop/.nightjar/s3/nightjar'), '.csv')
      .filter((file) => file.includes('shop-users-'))
      .map((file) => readFileSync(file, 'utf8').split('\n')[0]);
    expect(columns).toContain('USER_ID,LOCALE,COUNTRY,LIKES,CLUB');
  }, 120_000);

  it('imports what lies on S3, by the mapping of the project', async () => {
    const bucket = path.join(folder, 'shop/.nightjar/s3/nightjar');
    mkdirSync(path.join(bucket, 'drop'));
    writeFileSync(path.join(bucket, 'drop', 'one.csv'), 'Customer ID,E-Mail,Newsletter\n61,c61@own.example,yes\n');
    const one = await nightjar('import', '--contacts', 's3://nightjar/drop/one.csv', '--project', 'shop', '--json');
    expect(readAnswer(one.stdout)).toMatchObject({ contacts: { read: 1, changed: 1 } });
    const missing = await nightjar('import', '--contacts', 's3://nightjar/drop/none.csv', '--project', 'shop');
    expect(missing.stderr).toContain('there is no such object');
    expect(missing.code).toBe(3);
  });

  it('stops before anything is imported where no ids match', async () => {
    write('strangers.csv', readFileSync(path.join(folder, 'orders.csv'), 'utf8').replace(/^(\d)/gm, 'C-$1'));
    const { code, stderr } = await nightjar(
      'init',
      'odd',
      ...files.slice(0, 4),
      '--interactions',
      'strangers.csv',
      '--yes',
    );
    expect(code).toBe(3);
    expect(stderr).toContain('error[E_RECO_DATA]');
    expect(stderr).toContain('no user of the interactions is a contact: "C-1"');
    const list = await nightjar('import', '--contacts', 'customers.csv', '--project', 'odd', '--dry-run', '--json');
    expect(readAnswer(list.stdout)).toMatchObject({ contacts: { changed: 60 } });
  });

  it('tells what is missing where there is too little, and shows a mail all the same', async () => {
    const few = readFileSync(path.join(folder, 'orders.csv'), 'utf8').split('\n').slice(0, 11).join('\n');
    write('few.csv', `${few}\n`);
    const { code, stdout } = await nightjar(
      'init',
      'small',
      ...files.slice(0, 4),
      '--interactions',
      'few.csv',
      '--yes',
    );
    expect(code).toBe(0);
    expect(stdout).toContain('not trained   there are 10 interactions; expected 1000');
    expect(stdout).toContain('it shows the most popular items');
  });

  it('tells every wrong row with its line, and imports nothing', async () => {
    write('wrong.csv', 'user_id,email,consent\nu1,a@own.example,true\nu2,b@own.example,perhaps so!\n');
    const { code, stderr } = await nightjar('init', 'bad', '--contacts', 'wrong.csv', '--yes');
    expect(code).toBe(3);
    expect(stderr).toMatch(/wrong\.csv:3\n\s+consent is "perhaps so!"/);
  });

  it('keeps the sample shop out of a shop of its own', async () => {
    const { code, stderr } = await nightjar('demo', '--project', 'shop');
    expect(code).toBe(2);
    expect(stderr).toContain('the sample shop would mix with it');
    expect((await nightjar('jobs', 'list', '--project', 'nowhere')).stderr).toContain('nightjar init nowhere');
  });
});
