/** docs/audience-formats.md says of every format what the registry says. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { FORMATS } from '../../../src/audience/formats/all';
import { ATTRIBUTES } from '../../../src/audience/formats/attributes';
import { writeRefusals, writeSections } from './format-sections';

const text = readFileSync(path.join(__dirname, '../../../docs/audience-formats.md'), 'utf8');
const [before = '', after = ''] = text.split('## The formats\n\n');
/** Up to the next heading of that level. */
const sections = after.split('\n## ')[0] ?? '';

describe('docs/audience-formats.md', () => {
  it('has a section of each format, as the registry describes it', () => {
    expect(sections.trimEnd()).toBe(writeSections().trimEnd());
  });

  it('names every word that is counted', () => expect(before).toContain(writeRefusals()));

  it('names every attribute that platforms match by', () => {
    for (const attribute of Object.values(ATTRIBUTES)) expect(before).toContain(`| \`${attribute}\` |`);
  });
});

describe('the registry', () => {
  it('has each name once, fit for a file name', () => {
    const names = FORMATS.map(({ name }) => name);

    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^[a-z][a-z0-9-]*$/);
  });
});
