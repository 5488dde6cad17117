/** The example mails in a real browser, wide and on a phone, light and dark: all is there, nothing overflows, all can be read. */
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { simpleParser } from 'mailparser';
import { type Browser, chromium } from 'playwright-core';
import { drawPicture } from '../../src/sample/pictures/picture';
import { generateShop } from '../../src/sample/shop';

const ROOT = join(__dirname, '../..');
const GOLDEN = join(ROOT, 'test/content/golden');
const IMAGES = join(ROOT, 'docs/images/templates');
const UPDATE = process.env.NIGHTJAR_GOLDEN_UPDATE === '1';
const SEED = 1;
const VIEWS = [
  { view: 'wide', width: 800 },
  { view: 'phone', width: 390 },
] as const;
/** Which of them the documentation shows: each in English, and one of another direction. */
const PICTURED = /\.(en|ar)\.eml$/;
const MAILS = readdirSync(GOLDEN).filter((file) => file.endsWith('.eml'));
let browser: Browser;
const pictures = new Map<string, Buffer>();

beforeAll(async () => {
  const args = ['--no-sandbox', '--disable-gpu'];
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args });
  for (const item of generateShop(SEED).items) pictures.set(item.itemId, Buffer.from(drawPicture(item, SEED)));
}, 60_000);
afterAll(async () => browser?.close());

async function openMail(file: string, { width, mode }: { readonly width: number; readonly mode: 'light' | 'dark' }) {
  const { html } = await simpleParser(readFileSync(join(GOLDEN, file)));
  if (html === false || html === undefined) throw new Error(`${file} has no HTML`);
  const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme: mode });
  await page.route(/^https?:/, (route) => {
    const id = /\/pictures\/([\w-]+)\.png/.exec(route.request().url())?.[1] ?? '';
    const body = pictures.get(id) ?? [...pictures.values()][0];
    return body === undefined ? route.abort() : route.fulfill({ body, contentType: 'image/png' });
  });
  await page.setContent(html, { waitUntil: 'load' });
  return page;
}

const EXAMINE = readFileSync(join(__dirname, 'support/examine-mail.js'), 'utf8');

describe.each(MAILS)('%s', (file) => {
  it.each(VIEWS.flatMap((view) => (['light', 'dark'] as const).map((mode) => ({ ...view, mode }))))(
    'can be read $view and $mode',
    async ({ view, width, mode }) => {
      const page = await openMail(file, { width, mode });
      try {
        expect(await page.evaluate(EXAMINE)).toEqual({ faint: [], undrawn: 0, width });
        if (UPDATE && PICTURED.test(file)) {
          mkdirSync(IMAGES, { recursive: true });
          const name = `${file.replace(/(\.en)?\.eml$/, '').replace('.', '-')}-${view}-${mode}.jpg`;
          await page.screenshot({ path: join(IMAGES, name), fullPage: true, type: 'jpeg', quality: 60 });
        }
      } finally {
        await page.close();
      }
    },
    30_000,
  );
});
