/** The night's report in a real browser: it draws, its e-mails show their pictures, and nothing is asked of any server. */
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { makeTestFolder, runNightjar } from '../support/nightjar';

const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const state = path.join(makeTestFolder('nightjar-report'), 'state');
let browser: Browser;
let page: Page;
const requests: string[] = [];
const problems: string[] = [];

beforeAll(async () => {
  const end = await runNightjar(['demo', '--state', state, '--json']);
  const { report }: { report: string } = JSON.parse(end.stdout);
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ARGS });
  page = await browser.newPage({ viewport: { width: 1200, height: 900 } });
  page.on('request', (request) => requests.push(request.url()));
  page.on('console', (message) => (message.type() === 'error' ? problems.push(message.text()) : undefined));
  await page.goto(pathToFileURL(report).href);
}, 180_000);
afterAll(async () => browser?.close());

it('names the three runs and the number of e-mails', async () => {
  const text = await page.locator('main').textContent();
  for (const run of ['nightly-picks', 'category-fans', 'item-fans']) expect(text).toContain(run);
  expect(text).toMatch(/1,\d{3}\s*e-mails accepted/);
  expect(text).toContain('unknown');
});

it('shows three e-mails, each with six pictures that are drawn', async () => {
  const frames = page.locator('iframe');
  expect(await frames.count()).toBe(3);
  for (let index = 0; index < 3; index++) {
    const mail = await browser.newPage({ viewport: { width: 640, height: 900 } });
    await mail.setContent((await frames.nth(index).getAttribute('srcdoc')) ?? '');
    const widths = await mail
      .locator('img')
      .evaluateAll((images) => images.map((image) => ('naturalWidth' in image ? Number(image.naturalWidth) : 0)));
    expect(widths.filter((width) => width >= 300)).toHaveLength(6);
    await mail.close();
  }
});

it('fits a phone without sideways scrolling, the e-mail too', async () => {
  const phone = await browser.newPage({ viewport: { width: 375, height: 800 } });
  await phone.setContent((await page.locator('iframe').first().getAttribute('srcdoc')) ?? '');
  expect(await phone.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(375);
  await phone.close();
  await page.setViewportSize({ width: 375, height: 800 });
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(375);
});

it('asks nothing of any server and reports no error', () => {
  expect(
    requests.filter((url) => !url.startsWith('file:') && !url.startsWith('data:') && !url.startsWith('about:')),
  ).toEqual([]);
  expect(problems).toEqual([]);
});
