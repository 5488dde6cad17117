/** `nightjar jobs check` on files with several faults: all of them are told, each with its place. */
import path from 'node:path';
import { makeTestFolder, runNightjar } from '../support/nightjar';
import { writeProject } from './support/project';

const folder = makeTestFolder('nightjar-cli-jobs-check');
const job = (queries: string, audience: string) => {
  const segment = `segment: { solution: attribute-fans, users: 5, queries: { ${queries} } }`;
  return `about: Fans\nkind: audience\n${segment}\naudience: { ${audience} }\n`;
};

it('fields hide no queries, nor lists that are not there; audiences of other jobs are looked for', async () => {
  const tea = `tea: 'ITEMS.CATEGORY = "tea"'`;
  const cwd = writeProject(path.join(folder, 'several'), {
    'jobs/fans.yaml': job(tea, 'split: { a: 50%, b: 50% }'),
    'jobs/mix.yaml': job(tea, 'combine: tea & !fnas/tea | fans/tea.c'),
    'jobs/wrong.yaml': job(`tea: 'ITEMS.CATEGORY > "tea"'`, 'fromats: [csv]'),
    'jobs/listed.yaml': job(`tea: 'ITEMS.CATEGORY'`, 'combine: tea | vip, lists: { vip: none.csv }'),
  });
  const { code, stderr } = await runNightjar(['jobs', 'check'], { cwd });
  expect(code).toBe(3);
  const told = stderr.split('\n').flatMap((line, index, lines) => {
    const message = lines[index + 1]?.trim().split(/[,;]/)[0];
    return line.startsWith('error[') ? [`${line.slice(6)} ${message}`] : [];
  });
  expect(told).toEqual([
    expect.stringMatching(/^E_RECO_QUERY\] jobs\/listed.yaml:3:\d+ segment.queries.tea is/),
    expect.stringMatching(/^E_IMPORT_FILE\] jobs\/listed.yaml:4:47 audience.lists.vip is "none.csv": there is no such/),
    expect.stringMatching(/^E_RECO_QUERY\] jobs\/wrong.yaml:3:\d+ segment.queries.tea is "ITEMS.CATEGORY > /),
    expect.stringMatching(/^E_JOB_FIELD\] jobs\/wrong.yaml:4:13 audience.fromats is not a key/),
    expect.stringMatching(/^E_JOB_FIELD\] jobs\/mix.yaml:4:29 audience.combine names fnas\/tea/),
    expect.stringMatching(/^E_JOB_FIELD\] jobs\/mix.yaml:4:40 audience.combine names fans\/tea.c/),
  ]);
  expect(stderr).toContain('fix: write fans/tea\n');
});

it('nor do they hide what is wrong with the template', async () => {
  const mail = (more: string) =>
    `about: Mail\nkind: email\nrecommend: { solution: picks }\ncontent: { template: own }\n${more}\n`;
  const cwd = writeProject(path.join(folder, 'template'), {
    'jobs/mail.yaml': mail('send: { rate: fast }'),
    'jobs/open.yaml': mail('send: { rate: fast }\nparams: { a: { type: int } }'),
    'templates/own/subject.hbs': '{{contact.fristName}} {{params.a}}',
    'templates/own/body.html.hbs': '{{#if}}',
    'templates/own/body.text.hbs': '{{unsubscribeUrl}} {{sender.postalAddress}}',
  });
  const told = async (job: string) => {
    const { stderr } = await runNightjar(['jobs', 'check', job], { cwd });
    return Array.from(stderr.matchAll(/^error\[(\w+)\] (\S+)/gm), ([, code, place]) => `${code} ${place}`);
  };
  const all = await told('mail');
  expect(all[0]).toBe('E_JOB_FIELD jobs/mail.yaml:5:15');
  expect(all).toContain('E_TEMPLATE_FIELD templates/own/subject.hbs:1:3');
  expect(all.some((one) => one.startsWith('E_TEMPLATE_SYNTAX templates/own/body.html.hbs'))).toBe(true);
  // What params there are is not known yet.
  expect((await told('open')).filter((one) => one.startsWith('E_TEMPLATE'))).toEqual([]);
});
