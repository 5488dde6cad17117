/** send.onlyTo and send.proof as a job file writes them, and the examples of docs/safe-steps.md. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { loadSettings } from '../../src/config/load';
import { parseJob } from '../../src/job/parse';

const ROOT = path.join(__dirname, '..', '..');
const read = (file: string) => readFileSync(path.join(ROOT, file), 'utf8');

const EMAIL = 'about: Picks\nkind: email\nrecommend: { solution: picks }\ncontent: { template: picks }\n';

function sendOf(text: string) {
  const job = parseJob({ file: 'jobs/picks.yaml', text: `${EMAIL}${text}\n` });
  return job.kind === 'email' ? job.send : undefined;
}

function problemOf(text: string): string {
  try {
    sendOf(text);
    return 'no problem';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

it('reads both, and neither is there unless it is written', () => {
  expect(sendOf('send: { onlyTo: ["*@shop.example", me@other.example] }')).toEqual({
    unknown: 'ask',
    onlyTo: ['*@shop.example', 'me@other.example'],
  });
  expect(sendOf('send: { proof: { to: [seed@shop.example, SEED@shop.example], hold: 30m } }')).toEqual({
    unknown: 'ask',
    proof: { to: ['seed@shop.example'], hold: 1_800_000, samples: 3 },
  });
  expect(sendOf('send: { proof: { to: [seed@shop.example], samples: 1 } }')?.proof).not.toHaveProperty('hold');
  expect(sendOf('')).toEqual({ unknown: 'ask' });
});

it('a proof goes to addresses that onlyTo has', () => {
  const proof = 'proof: { to: [seed@shop.example, other@agency.example] }';
  expect(problemOf(`send: { onlyTo: ["*@shop.example"], ${proof} }`)).toBe(
    'send.proof.to has an address that is not among send.onlyTo',
  );
  expect(problemOf(`send: { onlyTo: ["*@shop.example", "*@agency.example"], ${proof} }`)).toBe('no problem');
});

it.each([
  ['onlyTo: []', 'send.onlyTo is an empty list'],
  ['onlyTo: "*@shop.example"', 'send.onlyTo is "*@shop.example"; expected a list of addresses'],
  ['onlyTo: ["*"]', 'expected an address, "*@shop.example" for a domain'],
  ['proof: { hold: 30m }', 'send.proof.to is missing'],
  ['proof: { to: ["*@shop.example"] }', 'expected an address such as seed@shop.example'],
  ['proof: { to: [a@b.example], hold: 5s }', 'send.proof.hold is "5s"; expected a duration of at least a minute'],
  ['proof: { to: [a@b.example], samples: 11 }', 'send.proof.samples is 11; expected a whole number, 1 to 10'],
  ['proof: { to: [a@b.example], wait: 30m }', 'send.proof.wait is not a key that nightjar knows'],
])('refuses %s', (line, problem) => {
  expect(problemOf(`send: { ${line} }`)).toContain(problem);
});

it('reads the examples of the documentation', () => {
  const examples = [...read('docs/safe-steps.md').matchAll(/```yaml\n# (\S+)\n([\s\S]*?)```/g)];
  const [job, settings] = examples.map(([, file = '', text = '']) => ({ file, text }));
  const parsed = job === undefined ? undefined : parseJob(job);
  expect(parsed?.kind === 'email' && parsed.send).toMatchObject({
    onlyTo: ['*@shop.example', 'me@other.example'],
    proof: { to: ['seed@shop.example'], hold: 1_800_000, samples: 3 },
  });
  const load = (files: readonly { readonly path: string; readonly text: string }[], env = {}) =>
    loadSettings({ defaultText: read('config/default.yaml'), files, env, overrides: [] }).settings.production;
  expect(load(settings === undefined ? [] : [{ path: settings.file, text: settings.text }])).toBe(true);
  expect(load([])).toBe(false);
  expect(load([], { NIGHTJAR_PRODUCTION: 'true' })).toBe(true);
});
