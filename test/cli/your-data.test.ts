/** Runs every command of docs/your-data.md, in its order, on a small shop. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { readMappings } from '../../src/run/import/mapping-file';
import { listFiles, makeTestFolder, ROOT, runNightjar } from '../support/nightjar';
import { ownShop } from './support/own-shop';

const page = readFileSync(path.join(ROOT, 'docs', 'your-data.md'), 'utf8');

function blocks(language: string): readonly string[] {
  return [...page.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, 'gms'))].map(([, text = '']) => text);
}

describe('docs/your-data.md', () => {
  const folder = makeTestFolder('nightjar-your-data');
  const commands = blocks('console').flatMap((text) =>
    [...text.matchAll(/^\$ nightjar (.*)$/gm)].map(([, line = '']) => line),
  );

  it('has commands that work one after the other', async () => {
    const { customers, products, orders } = ownShop();
    writeFileSync(path.join(folder, 'customers.csv'), customers);
    writeFileSync(path.join(folder, 'products.jsonl.gz'), gzipSync(products));
    writeFileSync(path.join(folder, 'orders.csv'), orders);
    writeFileSync(
      path.join(folder, 'changes.csv'),
      'Customer ID,E-Mail,Newsletter,deleted\n1,,,true\n2,new@own.example,yes,\n',
    );
    expect(commands.length).toBeGreaterThanOrEqual(7);
    for (const command of commands) {
      const { code, stderr } = await runNightjar(command.split(' '), { cwd: folder });
      expect({ command, code, error: code === 0 ? '' : stderr }).toEqual({ command, code: 0, error: '' });
    }
    // 60 customers, of whom every fifth has not consented.
    expect(listFiles(path.join(folder, 'shop', '.nightjar', 'inbox'), '.eml')).toHaveLength(48);
  }, 180_000);

  it('shows mapping files that can be read', () => {
    const [text = '', formats = ''] = blocks('yaml');
    const read = readMappings({ file: 'config/import.yaml', text: formats });
    expect(read.contacts?.encoding).toBe('windows-1250');
    expect(read.items?.decimal).toBe(',');
    expect(readMappings({ file: 'config/import.yaml', text }).contacts).toEqual({
      columns: {
        user_id: { column: 'Customer ID' },
        consent: { column: 'Newsletter', words: { yes: 'true', no: 'false' } },
      },
      skip: ['Notes'],
    });
  });
});
