// Draws docs/images/e-mail.png: the first e-mail of a demo's report as Chromium renders it.
// Usage: node scripts/picture.js .nightjar/report.html
const { chromium } = require('playwright-core');
const { join } = require('node:path');
const { pathToFileURL } = require('node:url');

const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
];

async function draw(report) {
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ARGS });
  const page = await browser.newPage({ viewport: { width: 640, height: 1000 } });
  await page.goto(pathToFileURL(report).href);
  const mail = await page.locator('iframe').first().getAttribute('srcdoc');
  await page.setContent(mail ?? '');
  await page.screenshot({
    path: join(__dirname, '..', 'docs', 'images', 'e-mail.png'),
    clip: { x: 0, y: 0, width: 640, height: 1000 },
  });
  await browser.close();
}

draw(process.argv[2] ?? '.nightjar/report.html').catch((error) => {
  console.error(error);
  process.exit(1);
});
